"""Dates and times in Polars: a pattern proves the form before anything is parsed."""

from __future__ import annotations

import re

import polars as pl

from workbench.model import DataType

from .polars_types import to_dtype

_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_YEAR = "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
_FORMS = {
    "Y": _YEAR,
    "y": "[0-9]{2}",
    "m": "(?:0?[1-9]|1[0-2])",
    "d": "(?:0?[1-9]|[12][0-9]|3[01])",
    "H": "(?:[01]?[0-9]|2[0-3])",
    "I": "(?:0?[1-9]|1[0-2])",
    "M": "[0-5]?[0-9]",
    "S": "[0-5]?[0-9]",
    "b": "(?i:" + "|".join(m[:3] for m in _MONTHS) + ")",
    "B": "(?i:" + "|".join(_MONTHS) + ")",
    "p": "(?i:am|pm)",
    "f": "[0-9]{1,6}",
    "z": "(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])",
    "%": "%",
}


def form_of(format_: str) -> str:
    """The pattern of the texts that a format accepts."""
    parts = re.split(r"%(.)", format_)
    return "^" + "".join(_FORMS[p] if i % 2 else re.escape(p) for i, p in enumerate(parts)) + "$"


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
