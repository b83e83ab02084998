"""Logical types and Polars types, both ways, and a frame brought to the canonical ones."""

from __future__ import annotations

import polars as pl

from workbench.errors import Fault, SourceError
from workbench.model import (
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    MAX_DIGITS,
    NULL,
    TEXT,
    TIME,
    TIMESTAMP,
    DataType,
    decimal,
    list_of,
)

__all__ = ["logical_type", "normalise", "schema_of", "to_dtype"]

_PLAIN: dict[str, pl.DataType] = {
    "null": pl.Null(),
    "text": pl.String(),
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "time": pl.Time(),
}


def to_dtype(type_: DataType) -> pl.DataType:
    """The Polars type that holds a logical type."""
    if type_.kind == "decimal":
        return pl.Decimal(MAX_DIGITS, type_.scale or 0)
    if type_.kind == "timestamp":
        return pl.Datetime("us", None if type_.local else "UTC")
    if type_.kind == "list" and type_.item is not None:
        return pl.List(to_dtype(type_.item))
    if type_.kind == "struct":
        return pl.Struct([pl.Field(n, to_dtype(t)) for n, t in type_.fields])
    return _PLAIN[type_.kind]


def logical_type(dtype: pl.DataType) -> DataType:
    """The logical type that a Polars type holds.

    Raises:
        SourceError: There is none (durations, binary, objects).
    """
    if dtype.is_integer():
        return INTEGER
    if dtype.is_float():
        return FLOAT
    if isinstance(dtype, pl.Decimal):
        return decimal(min(dtype.scale, MAX_DIGITS - 1))
    if isinstance(dtype, pl.Datetime):
        return TIMESTAMP if dtype.time_zone else DataType("timestamp", local=True)
    if isinstance(dtype, pl.List | pl.Array):
        return list_of(logical_type(dtype.inner))  # type: ignore[arg-type]
    if isinstance(dtype, pl.Struct):
        fields = tuple((f.name, logical_type(f.dtype)) for f in dtype.fields)  # type: ignore[arg-type]
        return DataType("struct", fields=fields)
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return TEXT
    plain = {pl.Boolean(): BOOLEAN, pl.Date(): DATE, pl.Time(): TIME, pl.Null(): NULL}
    if dtype in plain:
        return plain[dtype]
    raise SourceError(f"the type {dtype} has no logical type", cure="write the column as text or number")


def schema_of(frame: pl.LazyFrame | pl.DataFrame) -> dict[str, DataType]:
    """Logical types of a frame's columns, in order.

    Raises:
        SourceError: Some column has none; all of them are named.
    """
    out: dict[str, DataType] = {}
    faults: list[Fault] = []
    for name, dtype in frame.lazy().collect_schema().items():
        try:
            out[name] = logical_type(dtype)
        except SourceError as e:
            faults.append(Fault(e.fault.what, f"column '{name}'", e.fault.cure))
    if faults:
        raise SourceError("; ".join(str(f) for f in faults))
    return out


def normalise(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Cast every column to the canonical Polars type of its logical type; values do not change."""
    schema = frame.collect_schema()
    casts = [
        pl.col(name).cast(to_dtype(logical))
        for name, logical in schema_of(frame).items()
        if schema[name] != to_dtype(logical) and logical.kind != "null"
    ]
    return frame.with_columns(casts) if casts else frame
