"""Rules over the numbers of two columns: sum, difference, product, quotient, held within bounds where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from .candidates import Column, Explanation
from .numbers import agree, capped, digits_of, form_of, said

__all__ = ["arithmetic"]

Read = tuple[Column, list[Any], pl.Series]
FIRST = 400  # rows on which a pair of columns is tried before all
MANY = 0.3
_SIGNS = {"multiply": "times", "add": "plus", "subtract": "minus", "divide": "divided by"}


def arithmetic(left: Read, right: Read, texts: pl.Series, ys: pl.Series, enough: float) -> Iterator[Explanation]:
    """What two columns of numbers may make of a target's numbers.

    Args:
        left: A column, the steps that read it, its numbers.
        right: The other.
        texts: The target's texts.
        ys: The target's numbers.
        enough: Share of the rows that a rule must explain.
    """
    writing = form_of(texts)
    if writing is None:
        return
    (a, steps, xs), (b, read, others) = left, right
    digits = digits_of(writing)
    for name in _SIGNS:
        if name in ("multiply", "add") and a.name > b.name:
            continue  # the same as the other way round
        if agree(_made(name, xs.head(FIRST), others.head(FIRST), digits, ys.dtype), ys.head(FIRST)) < MANY:
            continue
        made = _made(name, xs, others, digits, ys.dtype)
        other: dict[str, Any] = {"field": b.name}
        if b.how == "value" and read != ["parse_number"]:
            other["steps"] = read
        if name == "divide":
            other["digits"] = digits
        share, bounds, words = agree(made, ys), list[Any](), f"{said(a)} {_SIGNS[name]} {said(b)}"
        if share < enough:
            for bound, limit, held in capped(made, ys, enough):
                share, bounds, words = held, [{"cap": {bound: limit}}], f"{words}, {bound.replace('_', ' ')} {limit}"
        if share >= enough:
            field = {"from": a.name, "steps": [*steps, {name: other}, *bounds, *writing]}
            yield Explanation("arithmetic", (a, b), field, 2.0 + 0.4 * len(bounds), share, words)


def _made(name: str, xs: pl.Series, others: pl.Series, digits: int, dtype: pl.DataType) -> pl.Series:
    frame = pl.DataFrame({"x": xs.cast(pl.Decimal(38, 6)), "y": others.cast(pl.Decimal(38, 6))})
    x, y = pl.col("x"), pl.col("y")
    if name == "divide":
        # Exact, half away from zero, as the step rounds.
        a, b = (c.to_physical().cast(pl.Int128) for c in (x, y))
        whole = (2 * a.abs() * pl.lit(10**digits, dtype=pl.Int128) + b.abs()) // pl.when(b != 0).then(2 * b.abs())
        signed = pl.when((a < 0) != (b < 0)).then(-whole).otherwise(whole)
        made = (signed.cast(pl.Float64) / 10**digits).round(digits)
    elif name == "multiply":
        made = (x.cast(pl.Float64) * y.cast(pl.Float64)).round(6)
    else:
        made = x + y if name == "add" else x - y
    return frame.select(made.cast(dtype, strict=False).alias("m"))["m"]
