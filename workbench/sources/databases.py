"""What reading from databases has in common: which table or query, and saying what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.errors import UsageError

from .db_duckdb import duckdb_tables, read_duckdb
from .db_postgres import postgresql_tables, read_postgresql
from .db_sqlite import read_sqlite, sqlite_tables
from .excel_files import sheet_names
from .locations import Place

__all__ = ["list_tables", "read_duckdb", "read_postgresql", "read_sqlite"]

_LISTERS: dict[str, Callable[[Place], Sequence[str]]] = {
    "duckdb": duckdb_tables,
    "excel": sheet_names,
    "postgresql": postgresql_tables,
    "sqlite": sqlite_tables,
}


def list_tables(place: Place) -> tuple[str, ...]:
    """The tables of a database or the sheets of a workbook.

    Raises:
        UsageError: The format has none.
        SourceError: It cannot be opened.
    """
    lister = _LISTERS.get(place.format)
    if lister is None:
        raise UsageError(f"{place.format} has no tables", where=place.shown, cure="scan it as it is")
    return tuple(lister(place))
