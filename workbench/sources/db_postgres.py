"""PostgreSQL: tables and queries streamed through COPY, every type with its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.errors import MissingExtraError, UsageError

from .lazy import lazy_batches
from .locations import Place
from .postgres_errors import postgres_error
from .results import Problems, Scan
from .sql_text import choose, quoted

__all__ = ["connect_postgresql", "postgresql_tables", "read_postgresql"]

_BLOCK = 4 * 2**20
_INTEGERS = {"int2": pl.Int16(), "int4": pl.Int32(), "int8": pl.Int64(), "oid": pl.Int64()}
_ARRAYS = {
    "_int2": pl.Int16(), "_int4": pl.Int32(), "_int8": pl.Int64(), "_float8": pl.Float64(), "_bool": pl.Boolean(),
    "_text": pl.String(), "_varchar": pl.String(),
}  # fmt: skip
_FINITE = {"date": ("0001-01-01", "9999-12-31"), "timestamp": ("0001-01-01", "9999-12-31 23:59:59.999999")}


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column is read: the SQL that gives its text, and the type the text becomes."""

    name: str
    sql: str
    type: pl.DataType
    kind: str
    remark: str = ""


def read_postgresql(place: Place, *, table: str | None = None, query: str | None = None) -> Scan:
    """Open a table, a view or a query of a PostgreSQL database.

    Rows come through COPY in bounded batches. ``numeric`` becomes a decimal; where its scale is not
    declared, the table is read once beforehand for the largest. Types without a counterpart (uuid,
    json, interval, money, ranges …) arrive as text.

    Args:
        place: The address.
        table: The table or view, as ``table`` or ``schema.table``.
        query: A SELECT instead.

    Raises:
        SourceError: The server cannot be reached or refuses, or there is no such table.
        MissingExtraError: psycopg is not installed.
    """
    with connect_postgresql(place) as connection:
        name, source = choose(place, table, query, _tables(connection))
        columns = _columns(connection, source)
        rows = connection.execute(f"SELECT count(*) FROM {source}").fetchone()[0]
    problems = Problems()
    for column in columns:
        if column.remark:
            problems.add("mixed", None, f"'{column.name}' {column.remark}")
    by_name = {c.name: c for c in columns}

    def fetch(wanted: list[str]) -> Iterator[pl.DataFrame]:
        return _batches(place, source, [by_name[n] for n in wanted])

    facts: dict[str, Any] = {
        "format": "postgresql", "database": place.shown, "table": name if query is None else "(query)", "rows": rows
    }  # fmt: skip
    if problems.counts:
        facts["problems"] = dict(problems.counts)
    frame = lazy_batches({c.name: c.type for c in columns}, fetch, "POSTGRESQL")
    return Scan(name, frame, facts, tuple(problems.kept))


@contextmanager
def connect_postgresql(place: Place, *, to_write: bool = False) -> Iterator[Any]:
    """A connection in one transaction, closed at the end; the errors of psycopg become ours.

    The password never gets into a message.
    """
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError.of("psycopg", "postgres", "PostgreSQL") from None
    try:
        connection = psycopg.connect(place.url, connect_timeout=10, application_name="mapping-workbench")
        with connection:
            mode = "" if to_write else "SET TRANSACTION READ ONLY;"
            connection.execute(f"{mode} SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD';"
                               " SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL extra_float_digits = 1")  # fmt: skip
            yield connection
    except psycopg.Error as e:
        raise postgres_error(e, place.url, place.shown) from None


def postgresql_tables(place: Place) -> tuple[str, ...]:
    """Tables and views; those outside the public schema with their schema's name."""
    with connect_postgresql(place) as connection:
        return _tables(connection)


def _tables(connection: Any) -> tuple[str, ...]:
    found = connection.execute(
        "SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'"
        " AND n.nspname !~ '^pg_' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
    ).fetchall()
    return tuple(row[0] for row in found)


def _columns(connection: Any, source: str) -> list[_Column]:
    cursor = connection.execute(f"SELECT * FROM {source} LIMIT 0")
    described = cursor.description or []
    names = [d.name for d in described]
    if len(set(names)) < len(names):
        raise UsageError("two columns of the query have the same name", cure="rename one with AS")
    oids = list({d.type_code for d in described})
    kinds = dict(connection.execute("SELECT oid, typname FROM pg_type WHERE oid = ANY(%s)", [oids]).fetchall())
    tests: dict[str, str] = {}
    for d in described:
        c, kind = quoted(d.name), kinds[d.type_code]
        if kind == "numeric" and (d.scale is None or d.precision is None):
            tests[d.name] = (
                f"[coalesce(max(scale({c})), 0), coalesce(max(length(trunc(abs({c}))::text)), 0),"
                f" count(*) FILTER (WHERE {c} IN ('NaN', 'Infinity', '-Infinity'))]"
            )
        elif kind == "numeric":
            tests[d.name] = f"[0, 0, count(*) FILTER (WHERE {c} = 'NaN')]"
        elif kind in ("date", "timestamp", "timestamptz"):
            low, high = _FINITE[kind.removesuffix("tz")]
            tests[d.name] = f"[0, 0, count(*) FILTER (WHERE {c} < '{low}' OR {c} > '{high}')]"
    found: dict[str, list[int]] = {}
    if tests:
        row = connection.execute(f"SELECT {', '.join('ARRAY' + t for t in tests.values())} FROM {source}").fetchone()
        found = dict(zip(tests, row, strict=True))
    return [_column(d, kinds[d.type_code], found.get(d.name, [0, 0, 0])) for d in described]


def _column(described: Any, kind: str, found: Sequence[int]) -> _Column:
    name, c = described.name, quoted(described.name)
    scale, whole, odd = found
    if kind == "numeric":
        if described.precision is not None and described.scale is not None:
            scale, whole = described.scale, described.precision - described.scale
        if odd:
            return _Column(name, c, pl.String(), "text", "holds NaN or infinity: kept as text")
        if scale < 0 or scale + max(whole, 1) > 38:
            return _Column(name, c, pl.String(), "text", "has more than 38 digits: kept as text")
        return _Column(name, c, pl.Decimal(38, scale), "cast")
    if odd:
        return _Column(name, c, pl.String(), "text", "holds dates beyond the years 1 to 9999: kept as text")
    if kind in _INTEGERS:
        return _Column(name, c, _INTEGERS[kind], "cast")
    if kind in _ARRAYS:
        return _Column(name, f"array_to_json({c})", pl.List(_ARRAYS[kind]), "array")
    if kind.startswith("_"):
        return _Column(name, f"array_to_json({c})", pl.String(), "text")
    simple: dict[str, tuple[pl.DataType, str]] = {
        "float4": (pl.Float32(), "cast"), "float8": (pl.Float64(), "cast"), "bool": (pl.Boolean(), "bool"),
        "date": (pl.Date(), "date"), "timestamp": (pl.Datetime("us"), "timestamp"),
        "timestamptz": (pl.Datetime("us", "UTC"), "timestamp"), "time": (pl.Time(), "time"),
        "bytea": (pl.Binary(), "bytes"),
    }  # fmt: skip
    type_, how = simple.get(kind, (pl.String(), "text"))
    return _Column(name, c, type_, how)


def _batches(place: Place, source: str, columns: Sequence[_Column]) -> Iterator[pl.DataFrame]:
    wanted = ", ".join(f"{c.sql} AS {quoted(c.name)}" for c in columns)
    copied = f"COPY (SELECT {wanted} FROM {source}) TO STDOUT (FORMAT csv)"
    with connect_postgresql(place) as connection, connection.cursor().copy(copied) as copy:
        waiting: list[bytes] = []
        size = 0
        for row in copy:
            waiting.append(bytes(row))
            size += len(row)
            if size >= _BLOCK:
                yield _frame(b"".join(waiting), columns)
                waiting, size = [], 0
        if waiting:
            yield _frame(b"".join(waiting), columns)


def _frame(block: bytes, columns: Sequence[_Column]) -> pl.DataFrame:
    schema = dict.fromkeys((c.name for c in columns), pl.String)
    frame = pl.read_csv(block, has_header=False, schema=schema, infer_schema=False, quote_char='"')
    return frame.select(_typed(c) for c in columns)


def _typed(column: _Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.kind == "cast":
        return text.cast(column.type)
    if column.kind == "bool":
        return text == "t"
    if column.kind == "date":
        return text.str.to_date("%Y-%m-%d")
    if column.kind == "time":
        return text.str.to_time("%H:%M:%S%.f")
    if column.kind == "timestamp":
        zone = "%#z" if isinstance(column.type, pl.Datetime) and column.type.time_zone else ""
        return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f" + zone, time_unit="us")
    if column.kind == "bytes":
        return text.str.strip_prefix("\\x").str.decode("hex")
    if column.kind == "array":
        return text.str.json_decode(column.type)
    return text
