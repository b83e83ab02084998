"""The one way in: a location becomes a lazy frame with the facts of how it was read."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

import polars as pl

from workbench.errors import SourceError, UsageError, WorkbenchError, did_you_mean
from workbench.registry import Registry

from .csv_files import read_csv
from .databases import list_tables, read_duckdb, read_postgresql, read_sqlite
from .excel_files import read_excel
from .json_files import read_json, read_ndjson
from .locations import Place, locate
from .parquet_files import read_parquet
from .results import Scan

__all__ = ["READERS", "scan", "tables"]

Reader = Callable[..., Scan]
_FILES = frozenset({"csv", "json", "ndjson", "excel", "sqlite", "duckdb"})
READERS: Registry[Reader] = Registry("source")
_BUILT_IN: dict[str, Reader] = {
    "csv": read_csv, "parquet": read_parquet, "json": read_json, "ndjson": read_ndjson, "excel": read_excel,
    "sqlite": read_sqlite, "duckdb": read_duckdb, "postgresql": read_postgresql,
}  # fmt: skip
for _name, _reader in _BUILT_IN.items():
    READERS.add(_name, _reader)


def scan(
    location: str | os.PathLike[str],
    *,
    format: str | None = None,
    table: str | None = None,
    query: str | None = None,
    root: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Scan:
    """Open a source for reading, whatever its format, as one lazy frame.

    Values are kept as they are: delimited text is all text, and elsewhere a column is text where its
    type is doubtful. What could not be read is reported, never dropped in silence.

    Args:
        location: A path, a glob of Parquet files, or an address: ``sqlite:///shop.db``,
            ``duckdb:///shop.duckdb``, ``postgresql://user@host/shop``.
        format: csv, parquet, json, ndjson, excel, sqlite, duckdb, postgresql, or a plugin's; told by the
            name where it is left out.
        table: The table of a database, as ``table`` or ``schema.table``; the sheet of a workbook.
        query: A SELECT to read instead of a table.
        root: A folder: relative paths start there, and a path that leads out of it is refused.
        options: What the format knows further. csv: delimiter, quote, escape, header, encoding, ragged,
            check, cache. json: records, encoding, cache. excel: sheet, header. parquet: none.
            duckdb, sqlite, postgresql: none.

    Raises:
        SourceError: It cannot be read; says what, where and the cure.
        UnknownNameError: There is no such format.
        UsageError: The format has no such option.
        MissingExtraError: The format needs a package that is not installed.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = path.write_text("id;name\\n007;Bond\\n")
    >>> scan(path).collect().rows()
    [('007', 'Bond')]
    """
    place = locate(location, format=format, root=root)
    reader = READERS[place.format]
    # What a database calls a table, a workbook calls a sheet.
    given = {"sheet" if place.format == "excel" else "table": table, "query": query}
    options |= {k: v for k, v in given.items() if v is not None}
    _refuse_unknown(reader, options, place)
    if place.format in _FILES and place.file.is_dir():
        raise SourceError("this is a folder, not a file", where=place.shown, cure="name a file in it")
    try:
        return reader(place, **options)
    except WorkbenchError:
        raise
    except PermissionError:
        raise SourceError("reading is not permitted", where=place.shown, cure="ask for the right to read") from None
    except (OSError, pl.exceptions.PolarsError) as e:
        first = str(e).splitlines()[0] if str(e) else type(e).__name__
        raise SourceError(f"cannot be read: {first}", where=place.shown, cure="check the file") from e


def tables(location: str | os.PathLike[str], *, root: str | os.PathLike[str] | None = None) -> tuple[str, ...]:
    """The tables and views of a database, or the sheets of a workbook.

    Raises:
        SourceError: It cannot be opened.
        UsageError: The format has no tables.
    """
    return list_tables(locate(location, root=root))


def _refuse_unknown(reader: Reader, options: dict[str, Any], place: Place) -> None:
    parameters = inspect.signature(reader).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    known = list(parameters)[1:]
    for name in options:
        if name not in known:
            cure = did_you_mean(name, known) if known else "leave it out"
            raise UsageError(f"{place.format} has no option '{name}'", where=place.shown, cure=cure)
