"""Dates and times in Polars: a pattern proves the form before anything is parsed."""

from __future__ import annotations

import polars as pl

from workbench.model import DataType

from .polars_types import to_dtype
from .time_forms import form_of


def parse_expr(x: pl.Expr, format_: str, to: DataType) -> pl.Expr:
    """Text to date or timestamp by one format."""
    fits: pl.Expr = pl.when(x.str.contains(form_of(format_))).then(x)
    if to.kind == "date":
        return fits.str.to_date(format_, strict=False, exact=True)
    if "%z" in format_:
        if format_.endswith("%z"):
            fits = fits.str.replace("Z$", "+00:00")
        else:
            fits = fits.str.replace("Z", "+00:00", literal=True)
    parsed = fits.str.to_datetime(
        format_.replace(".%f", "%.f"),
        time_unit="us",
        time_zone="UTC" if "%z" in format_ else None,
        strict=False,
        exact=True,
        ambiguous="earliest",
    )
    return parsed.cast(to_dtype(to))


def format_expr(x: pl.Expr, format_: str) -> pl.Expr:
    """Date or timestamp to text."""
    return x.dt.to_string(format_.replace("%f", "%6f").replace("%z", "Z"))


def zone_expr(x: pl.Expr, zone: str, type_: DataType) -> pl.Expr:
    """An instant to a zone's wall clock, or back."""
    if type_.local:
        placed = x.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return placed.dt.convert_time_zone("UTC")
    return x.dt.convert_time_zone(zone).dt.replace_time_zone(None)
