"""Parquet: a file, a folder of files, or a glob, scanned where they lie."""

from __future__ import annotations

import glob
from pathlib import Path

import polars as pl

from workbench.errors import SourceError

from .locations import Place, sniff_format
from .results import Scan

__all__ = ["read_parquet"]

_SUFFIXES = (".parquet", ".pq", ".parq")


def read_parquet(place: Place, *, hive: bool | None = None) -> Scan:
    """Open Parquet.

    Args:
        place: A file, a folder or a glob; the files of a folder must have the same columns.
        hive: Whether folder names like ``year=2026`` are columns; found out when not given.

    Raises:
        SourceError: A file is damaged, is not Parquet, or has other columns than the first.
    """
    files = _files(place)
    schema: dict[str, pl.DataType] = {}
    rows = 0
    for file in files:
        own = _schema(file)
        schema = schema or own
        if own != schema:
            raise _differing(file, files[0], own, schema)
        rows += int(pl.scan_parquet(file, glob=False).select(pl.len()).collect().item())
    path = place.file
    whole = path.is_dir()
    frame = pl.scan_parquet(path if whole else files, hive_partitioning=hive if hive is not None else whole, glob=whole)
    try:
        frame.collect_schema()
    except pl.exceptions.PolarsError as e:
        raise SourceError(str(e).splitlines()[0], where=place.shown, cure="scan the files one by one") from None
    facts = {"format": "parquet", "path": place.shown, "rows": rows}
    if len(files) > 1:
        facts["files"] = len(files)
    name = place.name if not any(c in path.name for c in "*?[") else path.parent.name
    return Scan(name, frame, facts)


def _files(place: Place) -> list[Path]:
    path = place.file
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and not p.name.startswith("."))
    elif path.exists():
        found = [path]
    else:
        found = sorted(Path(p) for p in glob.glob(str(path), recursive=True) if Path(p).is_file())
    if not found:
        cure = "check the pattern" if not path.is_dir() else "it holds no .parquet file"
        raise SourceError("no file matches", where=place.shown, cure=cure)
    if place.root is not None:
        for file in found:
            if not file.resolve().is_relative_to(place.root):
                cure = f"keep data under {place.root}"
                raise SourceError("the path leads out of the project", where=str(file), cure=cure)
    return found


def _schema(file: Path) -> dict[str, pl.DataType]:
    if file.stat().st_size == 0:
        raise SourceError("the file is empty", where=str(file), cure="fetch it again, or leave it out")
    try:
        return dict(pl.read_parquet_schema(file))
    except pl.exceptions.PolarsError as e:
        format_, what = sniff_format(file)
        if format_ == "parquet" or not what:
            reason = str(e).splitlines()[0].removeprefix("parquet: File out of specification: ")
            raise SourceError(
                f"not a readable Parquet file: {reason}", where=str(file), cure="fetch the file again"
            ) from None
        cure = f"read it with format='{format_}'" if format_ else "convert it first"
        raise SourceError(f"this is {what}, not Parquet", where=str(file), cure=cure) from None


def _differing(file: Path, first: Path, own: dict[str, pl.DataType], schema: dict[str, pl.DataType]) -> SourceError:
    only_own = [n for n in own if n not in schema]
    missing = [n for n in schema if n not in own]
    retyped = [f"{n} is {own[n]} here, {schema[n]} there" for n in own if n in schema and own[n] != schema[n]]
    parts = [f"has {', '.join(only_own)} more"] if only_own else []
    parts += [f"lacks {', '.join(missing)}"] if missing else []
    parts += retyped or ([] if parts else ["has its columns in another order"])
    what = f"the columns differ from those of {first.name}: it " + "; ".join(parts)
    return SourceError(what, where=str(file), cure="scan the files one by one")
