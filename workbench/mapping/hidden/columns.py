"""Columns as numbers: read in one convention, exact, with the steps that read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl

__all__ = ["number_column", "numbers_as", "roundest"]

_CONVENTIONS = ((".", ""), (".", ","), (",", ""), (",", "."))
SCALE = 6


def _parsed(column: pl.Series, point: str, group: str) -> pl.Series:
    p, g = ("\\" + c if c == "." else c for c in (point, group))
    whole = f"(?:[0-9]{{1,3}}(?:{g}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    text = pl.col("x").str.strip_chars()
    clean = text.str.replace_all(group, "", literal=True) if group else text
    clean = clean.str.replace(point, ".", literal=True)
    fits = pl.when(text.str.contains(f"^[+-]?{whole}(?:{p}[0-9]{{1,{SCALE}}})?$")).then(clean)
    return column.alias("x").to_frame().select(fits.cast(pl.Decimal(38, SCALE), strict=False)).to_series()


def number_column(column: pl.Series) -> tuple[list[Any], pl.Series] | None:
    """A text column as exact decimals, if every value is a number in one convention.

    Returns:
        The steps that read it, and the numbers; None when some value is no number.
    """
    there = column.len() - column.null_count()
    if not there or not column.drop_nulls().head(1).str.contains("[0-9]").all():
        return None
    for point, group in _CONVENTIONS:
        numbers = _parsed(column, point, group)
        if numbers.len() - numbers.null_count() == there:
            args = {k: v for k, v, usual in (("decimal", point, "."), ("group", group, "")) if v != usual}
            return ([{"parse_number": args}] if args else ["parse_number"]), numbers
    return None


def numbers_as(column: pl.Series) -> pl.Series | None:
    """The numbers of a text column, or None."""
    read = number_column(column)
    return None if read is None else read[1]


def roundest(low: Decimal, high: Decimal) -> Decimal:
    """The roundest number above low, up to high."""
    for k in range(9, -SCALE - 1, -1):
        step = Decimal(1).scaleb(k)
        found = (low // step + 1) * step
        if low < found <= high:
            return found
        if low < 0 and low < found - step <= high:
            return found - step
    return high
