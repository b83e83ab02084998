"""The one way out: a frame becomes a file or a table, whole or not at all."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any, Literal

import polars as pl

from workbench.errors import SourceError, UsageError, WorkbenchError, did_you_mean
from workbench.registry import Registry

from .locations import Place, locate
from .writing_files import write_csv, write_excel, write_json, write_ndjson, write_parquet
from .writing_tables import write_duckdb, write_postgresql, write_sqlite

__all__ = ["WRITERS", "takes_table", "write"]

Mode = Literal["replace", "append"]
Writer = Callable[..., int]
WRITERS: Registry[Writer] = Registry("sink")
_BUILT_IN: dict[str, Writer] = {
    "csv": write_csv, "parquet": write_parquet, "json": write_json, "ndjson": write_ndjson, "excel": write_excel,
    "sqlite": write_sqlite, "duckdb": write_duckdb, "postgresql": write_postgresql,
}  # fmt: skip
for _name, _writer in _BUILT_IN.items():
    WRITERS.add(_name, _writer)


def write(
    frame: pl.LazyFrame | pl.DataFrame,
    location: str | os.PathLike[str],
    *,
    format: str | None = None,
    table: str | None = None,
    mode: Mode = "replace",
    root: str | os.PathLike[str] | None = None,
    **options: Any,
) -> int:
    """Write a frame; a lazy one is streamed.

    A reader sees the old rows or the new ones, never a part: files are written beside, synced and
    renamed; databases in one transaction. Values that the format cannot hold (NaN in JSON, a NUL in
    PostgreSQL) are refused by name, not changed.

    Args:
        frame: The rows.
        location: A path or the address of a database, as in `scan`.
        format: The format, where the name does not tell it.
        table: The table of a database.
        mode: 'replace' what is there, or 'append' to it. Appending to a file writes it anew.
            A table whose columns fit is emptied and kept, with its keys and grants; another is made anew.
        root: A folder that must not be left.
        options: csv: delimiter, header. excel: sheet.

    Returns:
        The rows of the frame.

    Raises:
        SourceError: It cannot be written; nothing was changed.
        UnknownNameError: There is no such format.
        UsageError: An option is unknown, or a table is missing.

    >>> import tempfile, pathlib
    >>> write(pl.DataFrame({"id": ["007"]}), pathlib.Path(tempfile.mkdtemp()) / "people.csv")
    1
    """
    if mode not in ("replace", "append"):
        raise UsageError(f"there is no mode '{mode}'", cure=did_you_mean(mode, ("replace", "append")))
    place = locate(location, format=format, root=root, to_write=True)
    writer = WRITERS[place.format]
    options |= {"table": table} if table is not None else {}
    _refuse_unknown(writer, options, place)
    lazy = frame.lazy()
    try:
        return writer(lazy, place, mode=mode, **options)
    except WorkbenchError:
        raise
    except PermissionError:
        raise SourceError("writing is not permitted", where=place.shown, cure="ask for the right to write") from None
    except (OSError, pl.exceptions.PolarsError) as e:
        first = str(e).splitlines()[0] if str(e) else type(e).__name__
        raise SourceError(f"cannot be written: {first}", where=place.shown, cure="check the rows and the place") from e


def takes_table(location: str | os.PathLike[str]) -> bool:
    """Whether rows written to a location go into a table: it is a database.

    >>> takes_table("out.duckdb"), takes_table("out.csv")
    (True, False)
    """
    return "table" in inspect.signature(WRITERS[locate(location, to_write=True).format]).parameters


def _refuse_unknown(writer: Writer, options: dict[str, Any], place: Place) -> None:
    parameters = inspect.signature(writer).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    known = [n for n in parameters if n not in ("frame", "place", "mode")]
    for name in options:
        if name not in known:
            cure = did_you_mean(name, known) if known else "leave it out"
            raise UsageError(f"{place.format} has no option '{name}'", where=place.shown, cure=cure)
    if "table" in known and "table" not in options:
        raise UsageError("the table is not said", where=place.shown, cure="give table='…'")
