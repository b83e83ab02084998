"""DuckDB files: tables and queries, streamed as Arrow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from workbench.errors import MissingExtraError, SourceError, UsageError

from .lazy import lazy_batches
from .locations import Place, sniff_format
from .results import Scan
from .sql_text import choose, quoted

__all__ = ["connect_duckdb", "duckdb_tables", "read_duckdb"]

_BATCH = 100_000
_PLAIN = re.compile(
    r"(?:U?(?:TINY|SMALL|BIG)INT|U?INTEGER|DOUBLE|FLOAT|BOOLEAN|VARCHAR|BLOB|DATE|TIME|DECIMAL\(\d+,\d+\)"
    r"|TIMESTAMP(?:_NS|_MS|_S)?|TIMESTAMP WITH TIME ZONE)"
)
_NESTED = re.compile(r"STRUCT\(|\[\d*\]$")
_NAME = re.compile(r'"(?:[^"]|"")*"|\b[A-Za-z_]\w*(?= (?!WITH\b|TIME\b|ZONE\b))')


def read_duckdb(place: Place, *, table: str | None = None, query: str | None = None) -> Scan:
    """Open a table, a view or a query of a DuckDB file.

    Types without a counterpart (UUID, INTERVAL, ENUM, MAP, BIT, JSON …) arrive as text, integers of 128
    bits as integers where all fit 64 bits, else as text.

    Args:
        place: The file.
        table: The table or view, as ``table`` or ``schema.table``.
        query: A SELECT instead.

    Raises:
        SourceError: It is no DuckDB file, is locked by another program, or has no such table.
        MissingExtraError: duckdb is not installed.
    """
    with connect_duckdb(place) as connection:
        name, source = choose(place, table, query, _tables(connection))
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        types = {row[0]: row[1] for row in described}
        if len(types) < len(described):
            raise UsageError("two columns of the query have the same name", cure="rename one with AS")
        fits = _fitting(connection, source, [n for n, t in types.items() if "HUGEINT" in t])
        rows = connection.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
        wanted = {n: _expression(n, t, n in fits) for n, t in types.items()}
        empty = connection.sql(_select(wanted, source) + " LIMIT 0").to_arrow_table()
    schema = dict(_frame(empty).schema)

    def fetch(columns: list[str]) -> Iterator[pl.DataFrame]:
        with connect_duckdb(place) as connection:
            reader = connection.sql(_select({n: wanted[n] for n in columns}, source)).to_arrow_reader(_BATCH)
            for batch in reader:
                yield _frame(batch)

    facts = {"format": "duckdb", "path": place.shown, "table": name if query is None else "(query)", "rows": rows}
    return Scan(name, lazy_batches(schema, fetch, "DUCKDB"), facts)


@contextmanager
def connect_duckdb(place: Place, *, to_write: bool = False) -> Iterator[Any]:
    """A connection, closed at the end; the errors of DuckDB become ours.

    A connection for reading touches no other file, whatever its query asks for.
    """
    try:
        import duckdb
        import pyarrow  # noqa: F401 - DuckDB hands its rows over through it
    except ImportError as e:
        raise MissingExtraError.of(e.name or "duckdb", "sql", "DuckDB files") from None
    path = place.file
    if path.is_dir():
        raise SourceError("this is a folder", where=place.shown, cure="name the file")
    if path.exists() and path.stat().st_size == 0:
        raise SourceError("the database is empty", where=place.shown, cure="check the path")
    if path.exists() and sniff_format(path)[0] != "duckdb":
        what = sniff_format(path)[1] or "something else"
        raise SourceError(f"this is {what}, not a DuckDB database", where=place.shown, cure="check the path")
    try:
        config = {} if to_write else {"enable_external_access": "false"}
        connection = duckdb.connect(str(path), read_only=not to_write, config=config)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()
    except duckdb.Error as e:
        what = str(e).splitlines()[0]
        cure = "check the query" if "rror: " in what else "check the database"
        if "lock" in what.lower() or "different configuration" in what:
            what, cure = "another program or connection has the file open", "close it first"
        raise SourceError(what, where=place.shown, cure=cure) from None


def duckdb_tables(place: Place) -> tuple[str, ...]:
    """Tables and views; those outside the main schema with their schema's name."""
    with connect_duckdb(place) as connection:
        return _tables(connection)


def _tables(connection: Any) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT CASE WHEN table_schema = 'main' THEN table_name ELSE table_schema || '.' || table_name END"
        " FROM information_schema.tables WHERE table_catalog = current_database() ORDER BY 1"
    ).fetchall()
    return tuple(row[0] for row in found)


def _select(expressions: dict[str, str], source: str) -> str:
    return "SELECT " + ", ".join(f"{e} AS {quoted(n)}" for n, e in expressions.items()) + f" FROM {source}"


def _fitting(connection: Any, source: str, columns: list[str]) -> set[str]:
    """The columns of 128-bit integers whose values all fit 64 bits."""
    if not columns:
        return set()
    tests = ", ".join(f"count({quoted(n)}) = count(TRY_CAST({quoted(n)} AS BIGINT))" for n in columns)
    answers = connection.execute(f"SELECT {tests} FROM {source}").fetchall()[0]
    return {n for n, fits in zip(columns, answers, strict=True) if fits}


def _expression(name: str, type_: str, fits: bool) -> str:
    """The SQL that gives a column in a type that Polars has."""
    column = quoted(name)
    if _PLAIN.fullmatch(type_):
        return f"CAST({column} AS TIMESTAMP)" if type_ in ("TIMESTAMP_S", "TIMESTAMP_MS") else column
    if type_ in ("HUGEINT", "UHUGEINT") and fits:
        return f"CAST({column} AS BIGINT)"
    if _NESTED.search(type_):
        if re.fullmatch(r".*\[\d+\]", type_):
            as_list = re.sub(r"\[\d+\]", "[]", type_)
            return f"CAST({column} AS {as_list})"
        if _is_plain_nested(type_):
            return column
        return f"CAST(to_json({column}) AS VARCHAR)"
    if type_.startswith(("MAP(", "UNION(")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _is_plain_nested(type_: str) -> bool:
    """Whether all the parts of a nested type are plain."""
    rest = _NAME.sub("", type_)
    rest = _PLAIN.sub("", rest)
    return not re.search(r"[A-Z]", rest.replace("STRUCT", ""))


def _frame(arrow: Any) -> pl.DataFrame:
    frame = pl.from_arrow(arrow)
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()
