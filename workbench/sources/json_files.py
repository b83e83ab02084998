"""JSON and NDJSON: read once into typed columns, nested values kept, faults reported by line."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import SourceError, did_you_mean

from .cache import Store, content_key, store_for
from .csv_dialect import column_names, find_header
from .csv_text import byte_blocks, detect_encoding, text_blocks
from .json_split import array_as_lines, has_lone_surrogate
from .json_tolerant import TolerantWriter, as_text
from .locations import Place
from .results import REJECTED_SCHEMA, Problems, ReadProblem, Scan

__all__ = ["read_json", "read_ndjson"]

_LARGEST_DOCUMENT = 256 * 2**20  # Python takes ten times the memory of the text
Cache = str | os.PathLike[str] | None


def read_ndjson(place: Place, *, encoding: str | None = None, cache: Cache = None) -> Scan:
    """Open lines of JSON.

    The file is read once into a Parquet cache: types are inferred from every line. A column whose values
    are of several kinds (an object here, a number there) becomes text, each value as JSON.

    Args:
        place: The file.
        encoding: A codec of Python; found out when not given.
        cache: The folder of the cache.

    Raises:
        SourceError: The file is empty or holds no record at all.
    """
    _refuse_empty(place)
    found = detect_encoding(place.file, encoding)
    strict = found.is_direct and found.bom == 0
    store = store_for(place, content_key(place.file, "ndjson", found), cache)
    if not store.exists:
        strict = strict and not has_lone_surrogate(byte_blocks(place.file))
        if not (strict and _fill_strictly(store, place.file)):
            problems = Problems()
            text = text_blocks(place.file, found, problems)
            _fill_tolerantly(store, place, _lines(text), problems)
    return _scan(place, store, {"format": "ndjson", "encoding": found.name})


def read_json(place: Place, *, records: str | None = None, encoding: str | None = None, cache: Cache = None) -> Scan:
    """Open a JSON document that holds an array of records, at its top or within.

    Args:
        place: The file.
        records: The path of the array, as in ``data.orders``; found out where there is one array only.
            A single object without an array is one record. An array of arrays is a table, value by value; its
            first row names the columns where it reads like a header.
        encoding: A codec of Python; found out when not given.
        cache: The folder of the cache.

    Raises:
        SourceError: The document is not JSON (with line and column), or the array is not found.
    """
    _refuse_empty(place)
    path = place.file
    found = detect_encoding(path, encoding)
    start = next(byte_blocks(path, 4096, found.bom), b"").lstrip()[:1]
    facts: dict[str, Any] = {"format": "json", "encoding": found.name}
    store = store_for(place, content_key(path, "json", records, found), cache)
    if store.exists:
        return _scan(place, store, facts)
    if records is None and start == b"[" and found.is_direct and not has_lone_surrogate(byte_blocks(path)):
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            lines = Path(folder) / "lines.ndjson"
            with lines.open("wb") as f:
                f.writelines(array_as_lines(byte_blocks(path, skip=found.bom)))
            if _fill_strictly(store, lines):
                return _scan(place, store, facts)
            if path.stat().st_size > _LARGEST_DOCUMENT:
                problems = Problems()  # too large for one piece of memory: its elements go one by one
                _fill_tolerantly(store, place, _lines(text_blocks(lines, found, problems)), problems)
                return _scan(place, store, facts)
    if path.stat().st_size > _LARGEST_DOCUMENT:
        cure = "convert it to NDJSON first"
        raise SourceError("the document is too large to be searched for its records", where=place.shown, cure=cure)
    document = _document(place, "".join(text_blocks(path, found, Problems())))
    if document is None:
        return read_ndjson(place, encoding=encoding, cache=cache)
    rows, where = _records(document, records, place)
    problems = Problems()
    _fill_tolerantly(store, place, _by_position(rows, problems), problems, {"records": where} if where else {})
    return _scan(place, store, facts)


def _refuse_empty(place: Place) -> None:
    if not next(byte_blocks(place.file, 4096), b"").strip():
        raise SourceError("the file is empty", where=place.shown, cure="fetch it again, or leave it out")


def _lines(blocks: Iterator[str]) -> Iterator[str]:
    for block in blocks:
        yield from block.split("\n")[: -1 if block.endswith("\n") else None]


def _fill_strictly(store: Store, lines: Path) -> bool:
    """Let Polars read the lines; False where it cannot, or would change values."""
    try:
        frame = pl.scan_ndjson(lines, infer_schema_length=None)
        schema = frame.collect_schema()
        if not schema or any(_unsafe(t) for t in schema.values()):
            return False
        # a column that needs more than 64 bits is kept as text, digit by digit
        wide = [n for n, t in schema.items() if t in (pl.Int128, pl.UInt128)]
        frame = frame.with_columns(pl.col(wide).cast(pl.String))
        floats = [n for n, t in schema.items() if t == pl.Float64]
        if floats and _beyond_floats(frame, floats):
            return False
        rows = [0]

        def batches() -> Iterator[pl.DataFrame]:
            for batch in frame.collect_batches(chunk_size=100_000):
                rows[0] += batch.height
                yield batch

        store.fill(batches(), lambda: (pl.DataFrame(schema=REJECTED_SCHEMA), _facts(rows[0], Problems())))
    except pl.exceptions.PolarsError:
        return False
    return True


def _unsafe(dtype: pl.DataType) -> bool:
    """Whether a type cannot be written to Parquet, or holds integers beyond 64 bits within."""
    if isinstance(dtype, pl.Struct):
        return not dtype.fields or any(_unsafe(f.dtype) or f.dtype == pl.Int128 for f in dtype.fields)  # type: ignore[arg-type]
    if isinstance(dtype, pl.List):
        return dtype.inner == pl.Int128 or _unsafe(dtype.inner)  # type: ignore[arg-type]
    return False


def _beyond_floats(frame: pl.LazyFrame, columns: Sequence[str]) -> bool:
    """Whether whole numbers may have lost digits because other values of the column have a fraction."""
    largest = frame.select(pl.col(columns).abs().max()).collect(engine="streaming")
    return any(v is not None and v >= 2**53 for v in largest.row(0))


def _document(place: Place, text: str) -> Any:
    """The document; None where the file is lines of JSON rather than one document."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as e:
        if e.msg == "Extra data" and text.lstrip()[:1] == "{":
            return None
        where = f"{place.shown}:{e.lineno}"
        raise SourceError(f"not JSON: {e.msg} at column {e.colno}", where=where, cure="mend the line") from None
    except RecursionError:
        raise SourceError("nested too deeply", where=place.shown, cure="flatten it") from None


def _records(document: Any, path: str | None, place: Place) -> tuple[list[Any], str]:
    """The records of a document and where they were found."""
    if path is not None:
        node: Any = document
        for part in path.split("."):
            index = isinstance(node, list) and part.isdigit() and int(part) < len(node)
            if not index and not (isinstance(node, dict) and part in node):
                known = list(node) if isinstance(node, dict) else []
                what = f"there is no '{part}' on the path '{path}'"
                raise SourceError(what, where=place.shown, cure=did_you_mean(part, known) if known else "check it")
            node = node[int(part)] if index else node[part]
        if not isinstance(node, (list, dict)):
            raise SourceError(f"'{path}' holds no records", where=place.shown, cure="name an array of objects")
        return (node if isinstance(node, list) else [node]), path
    if isinstance(document, list):
        return document, ""
    if not isinstance(document, dict):
        raise SourceError("the document holds a single value, no records", where=place.shown, cure="check the file")
    arrays = list(_arrays(document, ""))
    if len(arrays) == 1:
        return arrays[0][1], arrays[0][0]
    if arrays:
        cure = "say which: " + " or ".join(f"records='{name}'" for name, _ in arrays[:6])
        raise SourceError(f"the document holds {len(arrays)} arrays of records", where=place.shown, cure=cure)
    return [document], ""


def _by_position(rows: list[Any], problems: Problems) -> list[Any]:
    """Arrays of values as records; anything else as it is."""
    width = max((len(r) if isinstance(r, list) else 0 for r in rows), default=0)
    if not width or not all(isinstance(r, list) for r in rows):
        return rows
    head = [[as_text(v) or "" for v in r] for r in rows[:101]]
    named = len(rows) > 1 and all(isinstance(v, str) for v in rows[0]) and find_header(head)[0]
    names, remarks = column_names(rows[0] if named else None, width)
    told = ["the first array was taken for the names of the columns"] if named else []
    for remark in [*told, *remarks]:
        problems.add("header", None, remark)
    body = rows[1:] if named else rows
    short = sum(len(r) < width for r in body)
    if short:
        problems.add("short", None, f"{short:,} arrays have fewer than {width} values: the missing ones are null")
    return [dict(zip(names, r, strict=False)) for r in body]


def _arrays(node: dict[str, Any], prefix: str) -> Iterator[tuple[str, list[Any]]]:
    """Arrays of objects within objects, outermost only."""
    for key, value in node.items():
        if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            yield prefix + key, value
        elif isinstance(value, dict):
            yield from _arrays(value, f"{prefix}{key}.")


def _fill_tolerantly(
    store: Store,
    place: Place,
    records: Iterator[str] | list[Any],
    problems: Problems,
    facts: dict[str, Any] | None = None,
) -> None:
    writer = TolerantWriter(problems)
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        lines = Path(folder) / "lines.ndjson"
        with lines.open("w", encoding="utf-8", newline="\n") as out:
            if isinstance(records, list):
                bare = bool(records) and not any(isinstance(r, dict) for r in records)
                for number, value in enumerate(records, 1):
                    shown = json.dumps(value, ensure_ascii=True) if not isinstance(value, dict) else ""
                    writer.record(number, {"value": value} if bare else value, shown, out)
            else:
                writer.lines(records, out)
        if not writer.rows and not isinstance(records, list):
            first = writer.rejected[0] if writer.rejected else (1, "nothing there", "")
            raise SourceError(f"no line is a record: {first[1]}", where=f"{place.shown}:{first[0]}", cure="check it")
        mixed = sorted(n for n, s in writer.shape.members.items() if s.is_mixed)
        for name in mixed:
            problems.add("mixed", None, f"the values of '{name}' are of several kinds: kept as JSON text")
        batches = _typed(lines, frozenset(mixed), list(writer.shape.members), place)
        rejected = pl.DataFrame(writer.rejected, schema=REJECTED_SCHEMA, orient="row")
        store.fill(batches, lambda: (rejected, _facts(writer.rows, problems) | (facts or {})))


def _typed(lines: Path, mixed: frozenset[str], names: list[str], place: Place) -> Iterator[pl.DataFrame]:
    if mixed:
        other = lines.with_suffix(".text")
        with lines.open(encoding="utf-8") as source, other.open("w", encoding="utf-8", newline="\n") as out:
            for line in source:
                record = json.loads(line)
                for name in mixed & record.keys():
                    record[name] = as_text(record[name])
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
        lines = other
    if not names:
        yield pl.DataFrame()
        return
    try:
        frame = pl.scan_ndjson(lines, infer_schema_length=None)
        wide = [n for n, t in frame.collect_schema().items() if t in (pl.Int128, pl.UInt128)]
        yield from frame.with_columns(pl.col(wide).cast(pl.String)).collect_batches(chunk_size=100_000)
    except pl.exceptions.PolarsError as e:
        reason = str(e).splitlines()[0]
        raise SourceError(f"the records fit no columns: {reason}", where=place.shown, cure="report it") from None


def _facts(rows: int, problems: Problems) -> dict[str, Any]:
    kept = [(p.line, p.what, p.text) for p in problems.kept]
    return {"rows": rows, "counts": problems.counts, "problems": kept}


def _scan(place: Place, store: Store, known: dict[str, Any]) -> Scan:
    found = store.facts
    rejected = store.rejected
    facts = {"format": known["format"], "path": place.shown, "rows": found["rows"], "encoding": known["encoding"]}
    if found.get("records"):
        facts["records"] = found["records"]
    if rejected.height:
        facts["rejected"] = rejected.height
    if found["counts"]:
        facts["problems"] = found["counts"]
    problems = tuple(ReadProblem(*p) for p in found["problems"])
    return Scan(place.name, store.frame, facts, problems, rejected)
