"""Numbers in Polars: exact decimals, null instead of overflow, half away from zero."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from workbench.model import DataType

DIGITS = 38


def within(x: pl.Expr, digits: int) -> pl.Expr:
    """The value, or null when it has more digits before the point: Polars raises where we want null."""
    if digits >= DIGITS:  # whatever a decimal can hold fits, and 10^38 itself cannot be held
        return x
    limit = Decimal(10) ** max(digits, 0)
    bound = pl.lit(limit, dtype=pl.Decimal(DIGITS, 0))
    return pl.when((x < bound) & (x > -limit)).then(x)


def number_expr(x: pl.Expr, point: str, group: str, scale: int) -> pl.Expr:
    """Text to decimal by the pinned grammar of `parse_number`."""
    p, g = re.escape(point), re.escape(group)
    whole = f"(?:[0-9]{{1,3}}(?:{g}[0-9]{{3}})+|[0-9]+)" if group else "[0-9]+"
    fraction = f"(?:{p}[0-9]{{1,{scale}}}0*)?" if scale else f"(?:{p}0+)?"
    body = whole + fraction
    # Ends with a sign only if it does not begin with one.
    guard = f"^(?:[+-]?{body}|{body}[+-])$"
    to = pl.Decimal(DIGITS, scale)

    def parsed(s: pl.Series) -> pl.Series:
        good = s.str.contains(guard)
        text = s.str.replace_all(group, "", literal=True) if group else s
        text = text.str.replace(point, ".", literal=True) if point != "." else text
        trailing = text.str.ends_with("-") | text.str.ends_with("+")
        if trailing.any():  # rare, and worth a look: moving signs costs as much as all the rest
            text = _sign_first(text)
        value = text.cast(to, strict=False)
        if good.all():
            return value
        return pl.select(pl.when(good).then(value)).to_series()

    return x.map_batches(parsed, return_dtype=to, is_elementwise=True)


def _sign_first(text: pl.Series) -> pl.Series:
    x = pl.lit(text)
    minus = pl.when(x.str.ends_with("-")).then(pl.lit("-") + x.str.strip_suffix("-")).otherwise(x)
    return pl.select(minus.str.strip_chars_end("+")).to_series()


def round_expr(x: pl.Expr, type_: DataType, digits: int) -> pl.Expr:
    """Round half away from zero to a number of digits after the point."""
    to = pl.Decimal(DIGITS, digits)
    if type_.kind == "integer" or digits >= (type_.scale or 0):
        return x.cast(to, strict=False)
    limit = Decimal(10) ** (DIGITS - 1 - (type_.scale or 0))

    def rounded(s: pl.Series) -> pl.Series:
        least, most = s.min(), s.max()
        if least is not None and (least <= -limit or most >= limit):  # type: ignore[operator]
            s = pl.select(within(pl.lit(s), DIGITS - 1 - (type_.scale or 0))).to_series()
        return s.round(digits, mode="half_away_from_zero").cast(to, strict=False)

    return x.map_batches(rounded, return_dtype=to, is_elementwise=True)


def _as_decimal(x: pl.Expr, scale: int) -> pl.Expr:
    return x.cast(pl.Decimal(DIGITS, scale), strict=False)


def _apply(op: str, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    return a + b if op == "+" else a - b if op == "-" else a * b


def arith_expr(op: str, a: pl.Expr, b: pl.Expr, type_: DataType) -> pl.Expr:
    """Exact sum, difference or product; null when the operands are beyond the pinned range."""
    if type_.kind == "integer":
        wide = _apply(op, a.cast(pl.Int128), b.cast(pl.Int128))
        return wide.cast(pl.Int64, strict=False)
    scale = type_.scale or 0
    digits = (DIGITS - scale) // 2 if op == "*" else DIGITS - 1 - scale
    return _apply(op, within(_as_decimal(a, scale), digits), within(_as_decimal(b, scale), digits))


def _unscaled(x: pl.Expr, scale: int) -> pl.Expr:
    """The digits of a decimal as a whole number: x · 10^scale."""
    return within(_as_decimal(x, scale), 17).cast(pl.Decimal(DIGITS, scale)).to_physical().cast(pl.Int128)


def divide_expr(a: pl.Expr, b: pl.Expr, scale: int, digits: int) -> pl.Expr:
    """Quotient rounded half away from zero, in whole numbers: (2·|n| + |d|) div 2·|d|."""
    scale = min(scale, max(0, 36 - 17 - digits))
    shift = pl.lit(10**digits, dtype=pl.Int128)
    n, d = _unscaled(a, scale) * shift, _unscaled(b, scale)
    size = (n.abs() * 2 + d.abs()) // (d.abs() * 2)
    signed = pl.when((n < 0) == (d < 0)).then(size).otherwise(pl.lit(0, dtype=pl.Int128) - size)
    unit = pl.lit(Decimal(1).scaleb(-digits), dtype=pl.Decimal(DIGITS, digits))
    whole = within(pl.when(d != 0).then(signed).cast(pl.Decimal(DIGITS, 0), strict=False), DIGITS - digits)
    return whole.cast(pl.Decimal(DIGITS, digits), strict=False) * unit


def number_text(x: pl.Expr, digits: int, point: str, group: str, type_: DataType) -> pl.Expr:
    """Decimal to text with fixed digits, a mark of the fraction and one between groups of three."""
    text = round_expr(x, type_, digits).cast(pl.String)
    if not group and point == ".":
        return text
    whole = text.str.splitn(".", 2).struct.field("field_0")
    if group:
        # Groups are counted from the right: turn, mark every third digit, turn back, drop a mark at the front.
        turned = whole.str.reverse().str.replace_all("([0-9]{3})", "${1}\x1f").str.reverse()
        whole = turned.str.replace("^(-?)\x1f", "${1}").str.replace_all("\x1f", group, literal=True)
    if digits == 0:
        return whole
    return pl.concat_str(whole, pl.lit(point), text.str.splitn(".", 2).struct.field("field_1"))
