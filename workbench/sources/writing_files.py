"""Frames as files: streamed to a file beside, synced, renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from workbench.errors import MissingExtraError, SourceError, UsageError

from .batches import as_json_text, batches, refuse_not_finite
from .csv_files import read_csv
from .json_files import read_json, read_ndjson
from .locations import Place
from .parquet_files import read_parquet
from .results import Scan

__all__ = ["write_csv", "write_excel", "write_json", "write_ndjson", "write_parquet"]

_EXCEL_ROWS = 1_048_575
_EXCEL_TEXT = 32_767


def write_csv(
    frame: pl.LazyFrame, place: Place, *, mode: str, delimiter: str | None = None, header: bool = True
) -> int:
    """Write delimited text in UTF-8: null as an empty cell, empty text as two quotes, nested values as JSON.

    Args:
        frame: The rows.
        place: The file; ``.tsv`` and ``.tab`` mean a tab.
        mode: 'replace' or 'append'.
        delimiter: What stands between cells.
        header: Whether the first row holds the names.
    """
    if delimiter is None:
        delimiter = "\t" if place.file.suffix.lower() in (".tsv", ".tab") else ","
    if len(delimiter.encode()) != 1 or delimiter in '"\r\n':
        raise UsageError(f"delimiter={delimiter!r} cannot be", cure="give one ASCII character")
    frame = _flat(frame)
    old = _existing(frame, place, mode, lambda p: read_csv(p, delimiter=delimiter, quote='"', escape="", header=header))

    def fill(out: IO[bytes], _: Path) -> int:
        rows, first = 0, header
        for is_new, batch in _old_and_new(old, frame):
            batch.write_csv(out, include_header=first, separator=delimiter)
            rows += batch.height if is_new else 0
            first = False
        return rows

    return _atomically(place, fill)


def write_ndjson(frame: pl.LazyFrame, place: Place, *, mode: str) -> int:
    """Write lines of JSON; dates and decimals as text.

    Args:
        frame: The rows.
        place: The file.
        mode: 'replace' or 'append'.
    """
    old = _existing(frame, place, mode, read_ndjson)

    def fill(out: IO[bytes], _: Path) -> int:
        rows = 0
        for is_new, batch in _old_and_new(old, frame):
            _json_ready(batch, place).write_ndjson(out)
            rows += batch.height if is_new else 0
        return rows

    return _atomically(place, fill)


def write_json(frame: pl.LazyFrame, place: Place, *, mode: str) -> int:
    """Write one JSON array of objects, an object a line.

    Args:
        frame: The rows.
        place: The file.
        mode: 'replace' or 'append'.
    """
    old = _existing(frame, place, mode, read_json)

    def fill(out: IO[bytes], _: Path) -> int:
        out.write(b"[")
        rows, separator = 0, b"\n"
        for is_new, batch in _old_and_new(old, frame):
            if not batch.height:
                continue
            lines = _json_ready(batch, place).write_ndjson().rstrip("\n")
            out.write(separator + lines.replace("\n", ",\n").encode())  # a line feed within text is escaped
            separator = b",\n"
            rows += batch.height if is_new else 0
        out.write(b"\n]\n")
        return rows

    return _atomically(place, fill)


def write_parquet(frame: pl.LazyFrame, place: Place, *, mode: str) -> int:
    """Write a Parquet file; appending to a folder adds a file to it.

    Args:
        frame: The rows.
        place: The file or folder.
        mode: 'replace' or 'append'.
    """
    path = place.file
    if path.is_dir():
        if mode == "replace":
            raise SourceError("this is a folder", where=place.shown, cure="name a file in it, or append")
        number = len(list(path.glob("part-*.parquet")))
        while (path / f"part-{number:06d}.parquet").exists():
            number += 1
        place = Place("parquet", path / f"part-{number:06d}.parquet", shown=place.shown)
    old = _existing(frame, place, mode, read_parquet)
    before = 0
    if old:
        before = int(old.facts["rows"])
        if old.frame.collect_schema() != frame.collect_schema():
            raise SourceError("the types differ from those in the file", where=place.shown, cure="cast them first")
        frame = pl.concat([old.frame, frame])

    def fill(out: IO[bytes], path: Path) -> int:
        frame.sink_parquet(out)
        out.flush()
        return int(pl.scan_parquet(path).select(pl.len()).collect().item()) - before

    return _atomically(place, fill)


def write_excel(frame: pl.LazyFrame, place: Place, *, mode: str, sheet: str = "Sheet1") -> int:
    """Write a workbook of one sheet; the rows pass through memory.

    Args:
        frame: The rows: at most 1,048,575.
        place: The file.
        mode: 'replace' only.
        sheet: The name of the sheet.

    Raises:
        SourceError: There are too many rows, or a text is too long for a cell.
        MissingExtraError: xlsxwriter is not installed.
    """
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError.of("xlsxwriter", "excel", "writing Excel files") from None
    if mode == "append":
        raise SourceError("nothing can be appended to a workbook", where=place.shown, cure="use mode='replace'")
    if place.file.suffix.lower() != ".xlsx":
        raise SourceError("only .xlsx workbooks are written", where=place.shown, cure="name it .xlsx")
    rows = _flat(frame).head(_EXCEL_ROWS + 1).collect(engine="streaming")
    if rows.height > _EXCEL_ROWS:
        raise SourceError(f"a sheet holds {_EXCEL_ROWS:,} rows", where=place.shown, cure="write CSV or Parquet")
    refuse_not_finite(rows, place.shown, "Excel")
    longest = rows.select(pl.max_horizontal(0, pl.col(pl.String).str.len_chars().max())).item()
    if longest > _EXCEL_TEXT:
        raise SourceError(f"a cell holds {_EXCEL_TEXT:,} characters", where=place.shown, cure="write CSV or Parquet")
    whole = pl.col([n for n, t in rows.schema.items() if t.is_integer()]).cast(pl.Int128)
    wide = [c.name for c in rows.select((whole.abs() > 2**53).any()) if c.item()]  # a number there is a float
    rows = rows.with_columns(pl.col(wide).cast(pl.String))

    def fill(out: IO[bytes], _: Path) -> int:
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(out, plain) as book:
            rows.write_excel(book, worksheet=sheet, autofit=rows.height < 10_000)
        return rows.height

    return _atomically(place, fill)


def _old_and_new(old: Scan | None, frame: pl.LazyFrame) -> Iterator[tuple[bool, pl.DataFrame]]:
    """The rows to keep, then the rows to add, each batch with whether it is new."""
    if old is not None:
        yield from ((False, batch) for batch in batches(old.frame))
    yield from ((True, batch) for batch in batches(frame))


def _flat(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with text where a flat format has no other form: nested values, bytes, instants."""
    changed = []
    for name, dtype in frame.collect_schema().items():
        if dtype.is_nested():
            changed.append(as_json_text(name))
        elif dtype == pl.Binary:
            changed.append(pl.col(name).bin.encode("hex"))
        elif isinstance(dtype, pl.Datetime) and dtype.time_zone:
            moment = pl.col(name).dt.convert_time_zone("UTC").dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
            changed.append(moment + "Z")
        elif dtype == pl.Duration:
            changed.append(pl.col(name).dt.to_string("iso"))
    return frame.with_columns(changed)


def _json_ready(batch: pl.DataFrame, place: Place) -> pl.DataFrame:
    refuse_not_finite(batch, place.shown, "JSON")
    binary = [n for n, t in batch.schema.items() if t == pl.Binary]
    return batch.with_columns(pl.col(binary).bin.encode("hex"))


def _existing(frame: pl.LazyFrame, place: Place, mode: str, read: Callable[..., Scan]) -> Scan | None:
    """What is already there and must be kept: only when appending.

    Raises:
        SourceError: Its columns are others, or some of its lines cannot be read.
    """
    if mode == "replace" or not place.file.exists():
        return None
    old = read(place)
    names = tuple(frame.collect_schema().names())
    if old.columns != names:
        missing = [n for n in old.columns if n not in names]
        more = [n for n in names if n not in old.columns]
        detail = f"lacking: {', '.join(missing) or 'none'}; new: {', '.join(more) or 'none'}"
        cure = "select the same columns in the same order"
        raise SourceError(f"the columns differ from those in the file ({detail})", where=place.shown, cure=cure)
    if old.rejected.height:
        what = f"the file has {old.rejected.height:,} lines that cannot be read"
        raise SourceError(what, where=place.shown, cure="mend it first, or write to another file")
    return old


def _atomically(place: Place, fill: Callable[[IO[bytes], Path], int]) -> int:
    """Write a file so that a reader sees the old one or the new one, never a part."""
    target = place.file
    if target.is_dir():
        raise SourceError("this is a folder", where=place.shown, cure="name a file in it")
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}.", suffix=target.suffix)
    try:
        with os.fdopen(handle, "wb") as out:
            rows = fill(out, Path(name))
            out.flush()
            os.fsync(out.fileno())
        os.chmod(name, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    return rows


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows cannot open folders
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
