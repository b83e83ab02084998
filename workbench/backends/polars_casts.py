"""Casts in Polars: what does not fit becomes null, and only the pinned forms fit."""

from __future__ import annotations

import polars as pl

from workbench.model import DataType

from .polars_numbers import DIGITS, round_expr, within
from .polars_types import to_dtype

_INTEGER = "^[+-]?[0-9]{1,19}$"
_DECIMAL = r"^[+-]?[0-9]{1,20}(?:\.[0-9]{1,18})?$"
_FLOAT = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$"
_ISO_DATE = "^(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}"
_ISO_TIME = "[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?"
_OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"


def cast_expr(x: pl.Expr, old: DataType, new: DataType) -> pl.Expr:
    """Change the logical type of an expression."""
    if old.kind == "text":
        return _from_text(x, new)
    if new.kind == "text":
        return _to_text(x, old)
    if new.kind == "decimal":
        if old.kind == "float":
            return _float_decimal(x).pipe(_rounded, 18, new.scale or 0)
        return round_expr(x, old, new.scale or 0)
    if new.kind == "integer" and old.kind == "decimal":
        return round_expr(x, old, 0).cast(pl.Int64, strict=False)
    if new.kind == "integer" and old.kind == "float":
        away = pl.when(x < 0).then((x - 0.5).ceil()).otherwise((x + 0.5).floor())
        return pl.when(x.is_finite() & (x.abs() < 2**53)).then(away).cast(pl.Int64, strict=False)
    if new.kind == "float" and old.kind == "decimal":
        return x.cast(pl.String).cast(pl.Float64)  # read back: dividing two binary numbers rounds twice
    return x.cast(to_dtype(new), strict=False)


def _float_decimal(x: pl.Expr) -> pl.Expr:
    """The shortest decimal that reads back as the float: its text, which the engines agree on."""
    fits = pl.when(x.is_finite() & (x.abs() < 1e18)).then(x)
    return fits.cast(pl.String).cast(pl.Decimal(DIGITS, 18), strict=False)


def _rounded(x: pl.Expr, scale: int, digits: int) -> pl.Expr:
    fits = within(x, DIGITS - 1 - scale)
    return fits.round(digits, mode="half_away_from_zero").cast(pl.Decimal(DIGITS, digits), strict=False)


def _from_text(x: pl.Expr, new: DataType) -> pl.Expr:
    if new.kind == "integer":
        return pl.when(x.str.contains(_INTEGER)).then(x).cast(pl.Int64, strict=False)
    if new.kind == "decimal":
        exact = pl.when(x.str.contains(_DECIMAL)).then(x).cast(pl.Decimal(DIGITS, 18), strict=False)
        return _rounded(exact, 18, new.scale or 0)
    if new.kind == "float":
        value = pl.when(x.str.contains(_FLOAT)).then(x).cast(pl.Float64, strict=False)
        return pl.when(value.is_finite() & ((value != 0) | ~x.str.contains("^[^eE]*[1-9]"))).then(value)
    if new.kind == "boolean":
        return pl.when(x == "true").then(True).when(x == "false").then(False)
    if new.kind == "date":
        return pl.when(x.str.contains(_ISO_DATE + "$")).then(x).str.to_date("%Y-%m-%d", strict=False)
    form = _ISO_DATE + _ISO_TIME + ("$" if new.local else _OFFSET + "$")
    text = pl.when(x.str.contains(form)).then(x).str.replace(" ", "T", literal=True)
    if new.local:
        return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    text = text.str.replace("Z$", "+00:00")
    return text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", time_zone="UTC", strict=False)


def _to_text(x: pl.Expr, old: DataType) -> pl.Expr:
    if old.kind == "date":
        return x.dt.to_string("%Y-%m-%d")
    if old.kind == "timestamp":
        return x.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f" + ("" if old.local else "Z"))
    if old.kind == "time":
        return x.dt.to_string("%H:%M:%S%.6f")
    if old.kind == "float":
        return _float_decimal(x).cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
    return x.cast(pl.String)
