"""How each database calls the types of columns."""

from __future__ import annotations

import re

import polars as pl

__all__ = ["duckdb_type", "family", "postgresql_type", "sqlite_type"]

_FAMILIES = (
    ("text", r".*(?:CHAR|CLOB|TEXT|STRING|UUID|ENUM|NAME\b).*"),
    ("decimal", r"(?:DEC|NUMERIC).*"),
    ("nested", r".*(?:\[\d*\]|STRUCT|MAP|JSON).*"),
    ("integer", r".*(?:INT(?!ERVAL)|SERIAL).*"),
    ("float", r".*(?:REAL|FLOA|DOUB).*"),
    ("boolean", r"BOOL.*"),
    ("instant", r"TIMESTAMPTZ.*|TIMESTAMP.* WITH TIME ZONE"),
    ("moment", r"(?:DATETIME|TIMESTAMP).*"),
    ("time", r"TIME.*"),
    ("date", r"DATE.*"),
    ("bytes", r"(?:BLOB|BYTEA|BINARY).*"),
)


def family(name: str) -> str:
    """The kind of values a column type holds, whatever the database.

    >>> family("DECIMAL_TEXT(38,2)"), family("bigint"), family("timestamp without time zone")
    ('decimal', 'integer', 'moment')
    """
    upper = name.upper()
    if upper.startswith("DECIMAL_TEXT"):
        return "decimal"
    return next((kind for kind, pattern in _FAMILIES if re.fullmatch(pattern, upper)), upper)


def sqlite_type(dtype: pl.DataType, *, exact_text: bool = False) -> str:
    """What a column is declared as in SQLite; the name also tells `scan` what the values mean."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL{'_TEXT' if exact_text else ''}(38,{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMPTZ" if dtype.time_zone else "TIMESTAMP"
    if dtype.is_integer():
        return "INTEGER"
    if dtype.is_float():
        return "REAL"
    return {pl.Boolean: "BOOLEAN", pl.Date: "DATE", pl.Binary: "BLOB"}.get(type(dtype), "TEXT")


def duckdb_type(dtype: pl.DataType) -> str:
    """The type of a column in DuckDB."""
    if isinstance(dtype, pl.Decimal):
        return f"DECIMAL({dtype.precision or 38},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "TIMESTAMP WITH TIME ZONE" if dtype.time_zone else "TIMESTAMP"
    if isinstance(dtype, (pl.List, pl.Array)):
        return duckdb_type(dtype.inner) + "[]"  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        members = (f'"{f.name.replace(chr(34), chr(34) * 2)}" {duckdb_type(f.dtype)}' for f in dtype.fields)  # type: ignore[arg-type]
        return f"STRUCT({', '.join(members)})"
    return {
        pl.Int8: "TINYINT", pl.Int16: "SMALLINT", pl.Int32: "INTEGER", pl.Int64: "BIGINT", pl.Int128: "HUGEINT",
        pl.UInt8: "UTINYINT", pl.UInt16: "USMALLINT", pl.UInt32: "UINTEGER", pl.UInt64: "UBIGINT",
        pl.Float32: "FLOAT", pl.Float64: "DOUBLE", pl.Boolean: "BOOLEAN", pl.Date: "DATE", pl.Time: "TIME",
        pl.Binary: "BLOB",
    }.get(type(dtype), "VARCHAR")  # fmt: skip


def postgresql_type(dtype: pl.DataType) -> str:
    """The type of a column in PostgreSQL."""
    if isinstance(dtype, pl.Decimal):
        return f"numeric({dtype.precision or 38},{dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "timestamp with time zone" if dtype.time_zone else "timestamp without time zone"
    if dtype.is_nested():
        return "jsonb"
    return {
        pl.Int8: "smallint", pl.UInt8: "smallint", pl.Int16: "smallint", pl.UInt16: "integer", pl.Int32: "integer",
        pl.UInt32: "bigint", pl.Int64: "bigint", pl.UInt64: "numeric(20,0)", pl.Int128: "numeric(39,0)",
        pl.Float32: "real", pl.Float64: "double precision", pl.Boolean: "boolean", pl.Date: "date",
        pl.Time: "time without time zone", pl.Binary: "bytea",
    }.get(type(dtype), "text")  # fmt: skip
