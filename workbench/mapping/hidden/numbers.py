"""Rules over numbers: the same value, another unit, a cap, a sum moved by a constant, steps by thresholds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import polars as pl

from .candidates import ENOUGH, Column, Explanation
from .columns import roundest

__all__ = ["agree", "capped", "digits_of", "form_of", "number_rules", "said", "threshold_rules"]

_AGGREGATES = {
    "sum": "sum of {}",
    "count": "number of rows",
    "min": "least {}",
    "max": "greatest {}",
    "count_distinct": "number of different {}",
}
# Of aggregates that agree the plainest is meant.
_PRICE = {"value": 0.0, "count": 0.1, "sum": 0.2, "max": 0.4, "min": 0.45, "count_distinct": 0.6}


def said(column: Column) -> str:
    """A column in words."""
    return column.source or "" if column.how == "value" else _AGGREGATES[column.how].format(column.source)


def form_of(texts: pl.Series) -> list[Any] | None:
    """The step that writes numbers as these texts are written; None when no one form does."""
    there = texts.drop_nulls()
    points = there.str.extract(r"[.]([0-9]+)$", 1).str.len_chars().fill_null(0)
    if there.str.contains("^-?(0|[1-9][0-9]*)([.][0-9]+)?$").all():
        if points.n_unique() == 1:
            return [{"format_number": {"digits": int(points[0])}}]
        return [{"format_number": {"digits": 6, "at_least": int(points.min())}}]  # type: ignore[arg-type]
    points = there.str.extract(r"[,]([0-9]+)$", 1).str.len_chars().fill_null(0)
    if there.str.contains("^-?(0|[1-9][0-9.]*)(,[0-9]+)?$").all() and points.n_unique() == 1:
        group = {"group": "."} if there.str.contains(".", literal=True).any() else {}
        return [{"format_number": {"digits": int(points[0]), "decimal": ",", **group}}]
    return None


def agree(a: pl.Series, b: pl.Series) -> float:
    """Share of the rows in which both hold the same, nulls included."""
    same = a.eq_missing(b)
    return float(same.mean() or 0.0)  # type: ignore[arg-type]


def digits_of(writing: list[Any]) -> int:
    """How many digits after the point a form of `form_of` writes at most."""
    return int(writing[0]["format_number"]["digits"])


def number_rules(
    column: Column, steps: list[Any], xs: pl.Series, texts: pl.Series, ys: pl.Series, enough: float = ENOUGH
) -> Iterator[Explanation]:
    """Rules that make a target's numbers of one column's numbers.

    Args:
        column: The column.
        steps: What reads it as a number; none for an aggregate.
        xs: Its numbers.
        texts: The target's texts.
        ys: The target's numbers.
    """
    writing = form_of(texts)
    if writing is None or xs.drop_nulls().is_empty():
        return
    extra = _PRICE[column.how]
    grouped = column.how != "value"
    whole = column.how in ("count", "count_distinct")
    base = "aggregation" if grouped else "format"
    share = agree(xs, ys)
    if share >= enough:
        form = [] if whole else [*steps, *writing]
        yield Explanation(
            base,
            (column,),
            _field(column, form),
            0.6 + extra,
            share,
            f"{said(column)}, written anew" if not grouped else said(column),
        )
        return
    for name, bound, held in capped(xs, ys, enough):
        form = [*steps, {"cap": {name: bound}}, *writing]
        words = f"{said(column)}, {name.replace('_', ' ')} {bound}"
        yield Explanation("cap", (column,), _field(column, form), 1.2 + extra, held, words)
    yield from _scaled(column, steps, xs, ys, writing, extra, grouped, enough)
    by = (ys - xs).drop_nulls().mode().head(1)
    if by.len() and by[0] and agree(xs + by[0], ys) >= enough:
        form = [*steps, {"add": f"{Decimal(by[0]).normalize():f}"}, *writing]
        yield Explanation(
            "arithmetic",
            (column,),
            _field(column, form),
            1.6 + extra,
            agree(xs + by[0], ys),
            f"{said(column)} plus {by[0]}",
        )


def _field(column: Column, steps: list[Any]) -> dict[str, Any]:
    return {"from": column.name, "steps": steps} if steps else {"from": column.name}


def capped(xs: pl.Series, ys: pl.Series, enough: float) -> Iterator[tuple[str, str, float]]:
    """Bounds at which numbers are held: 'at_most' or 'at_least', the bound, and the share of rows that then agree."""
    for name, limit, held in (("at_most", ys.max(), xs > ys.max()), ("at_least", ys.min(), xs < ys.min())):
        if limit is None or not held.any() or agree(xs, ys) < 0.3:
            continue
        bound = pl.min_horizontal if name == "at_most" else pl.max_horizontal
        made = (
            pl.DataFrame({"x": xs})
            .select(bound(pl.col("x"), pl.lit(limit, dtype=xs.dtype)))["x"]
            .set(xs.is_null(), None)
        )
        share = agree(made, ys)
        if share >= enough:
            yield name, f"{Decimal(str(limit)).normalize():f}", share


def _scaled(
    column: Column,
    steps: list[Any],
    xs: pl.Series,
    ys: pl.Series,
    writing: list[Any],
    extra: float,
    grouped: bool,
    enough: float,
) -> Iterator[Explanation]:
    at = xs.abs().arg_max()
    if at is None or not xs[at] or ys[at] is None or not ys[at]:
        return
    ratio = Decimal(ys[at]) / Decimal(xs[at])
    digits = digits_of(writing)
    seen = set()
    for figures in range(1, 7):
        by = Decimal(f"{ratio:.{figures}g}")
        if by in seen or by == 1:
            continue
        seen.add(by)
        made = _rounded_product(xs, by, digits)
        share = agree(made.cast(ys.dtype), ys)
        if share >= enough:
            form = [*steps, {"scale": {"by": f"{by:f}", "digits": digits}}, *writing]
            also = ("aggregation",) if grouped else ()
            yield Explanation(
                "unit",
                (column,),
                _field(column, form),
                1.2 + extra + 0.1 * figures,
                share,
                f"{said(column)} times {by:f}",
                also=also,
            )
            return


def _rounded_product(xs: pl.Series, by: Decimal, digits: int) -> pl.Series:
    scale = max(0, -int(by.as_tuple().exponent))
    factor = pl.lit(int(by.scaleb(scale)), dtype=pl.Int128)
    whole = pl.col("x").cast(pl.Decimal(38, 6)).to_physical().cast(pl.Int128) * factor  # scale 6 + scale
    drop = 6 + scale - digits
    unit = 10**drop if drop > 0 else 1
    half = (whole.abs() * 2 + unit) // (2 * unit)
    signed = (
        pl.when(whole < 0).then(pl.lit(0, dtype=pl.Int128) - half).otherwise(half)
        if drop > 0
        else whole * 10 ** (-drop)
    )
    exact = signed.cast(pl.Decimal(38, 0), strict=False) * pl.lit(
        Decimal(1).scaleb(-digits), dtype=pl.Decimal(38, digits)
    )
    return pl.DataFrame({"x": xs}).select(exact.alias("x")).to_series()


def threshold_rules(column: Column, steps: list[Any], xs: pl.Series, texts: pl.Series) -> Iterator[Explanation]:
    """Texts that follow from which side of a threshold a number is on."""
    frame = pl.DataFrame({"x": xs, "t": texts}).drop_nulls("x")
    if frame.is_empty() or not 2 <= frame["t"].n_unique() <= 4 or frame.height < texts.len() * 0.9:
        return
    if frame["x"].n_unique() < 5 * frame["t"].n_unique():
        return  # codes that happen to be numbers
    spans = frame.group_by("t").agg(pl.col("x").min().alias("low"), pl.col("x").max().alias("high")).sort("low")
    if not (spans["high"].head(-1) < spans["low"].slice(1)).all():
        return
    rows = spans.rows()
    if min(frame.group_by("t").len()["len"]) < 2:
        return
    cases, words = [], []
    for (_, _, high), (value, low, _) in reversed(list(itertools.pairwise(rows))):
        limit = roundest(Decimal(high), Decimal(low))
        condition: dict[str, Any] = {"field": column.name, "at_least": f"{limit:f}"}
        if steps:
            condition["steps"] = steps
        cases.append({"when": condition} | _constant("then", value))
        words.append(f"{value or 'nothing'} where {said(column)} is {limit:f} or more")
    field = {"case": cases} | _constant("else", rows[0][0])
    text = ", ".join(words) + f", {rows[0][0] or 'nothing'} otherwise"
    share = frame.height / max(1, texts.len())
    yield Explanation("conditional", (column,), field, 2.2 + _PRICE[column.how], share, text)


def _constant(key: str, value: str | None) -> dict[str, Any]:
    """A constant of a case; nothing is written for a null."""
    return {} if value is None else {key: value}
