"""Which rows of a group a feed leaves out: the target's counts and sums say so, since the group itself is there."""

from __future__ import annotations

import polars as pl

from .aligning import KEY, Alignment, beside, once
from .candidates import ENOUGH
from .columns import number_column
from .filters import LeftOut, conditions, joined
from .numbers import agree

__all__ = ["find_line_filters", "has_totals"]

SOME = 0.03  # share of the groups that are whole, from which a count or sum is worth a look
LEAST_GROUPS = 5
TRIED = 3
MOST = 4


def find_line_filters(alignment: Alignment) -> list[LeftOut]:
    """Conditions on rows without which the groups give the counts or sums that the target has.

    A group whose count agrees as it is has lost no row: what its rows have is no reason. Of the conditions that only
    rows of other groups meet, those are taken that make the counts agree.

    Args:
        alignment: Source and target with their key; several source rows make one target row.
    """
    wanted, rows, measures, numbers = _measures(alignment)
    tried: list[tuple[float, str, str]] = []
    for name, values in measures.items():
        sums = _sums(rows, values, wanted)
        for column, ys in numbers.items():
            share = agree(sums, ys)
            if share >= ENOUGH:
                return []
            if share >= SOME and share * wanted.height >= LEAST_GROUPS:
                tried.append((share, name, column))
    for share, name, column in sorted(tried, reverse=True)[:TRIED]:
        found = _found(rows, measures[name], wanted, numbers[column], share)
        if found:
            return found
    return []


def has_totals(alignment: Alignment) -> bool:
    """Whether a target column is the number of each group's rows, or the sum of one of their columns."""
    wanted, rows, measures, numbers = _measures(alignment)
    sums = (_sums(rows, values, wanted) for values in measures.values())
    return any(agree(made, ys) >= ENOUGH for made in sums for ys in numbers.values())


def _measures(alignment: Alignment) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, pl.Series], dict[str, pl.Series]]:
    """The target's rows, their source rows, what may be added up of these (each row as 1 under ''), and the totals."""
    wanted = once(alignment.target)
    rows = alignment.source.join(wanted.select(KEY), on=KEY, how="semi")
    measures = {"": pl.Series([1] * rows.height, dtype=pl.Decimal(38, 6))}
    measures |= {c: read[1] for c in rows.columns if c != KEY and (read := number_column(rows[c])) is not None}
    numbers = {c: read[1] for c in wanted.columns if c != KEY and (read := number_column(wanted[c])) is not None}
    return wanted, rows, measures, numbers


def _sums(rows: pl.DataFrame, values: pl.Series, wanted: pl.DataFrame) -> pl.Series:
    """The sum of each target row's group, in the target's order; null where no row is left."""
    sums = rows.select(KEY).with_columns(values.alias("__sum")).group_by(KEY).agg(pl.col("__sum").sum())
    return beside(wanted, sums)["__sum"]


def _found(rows: pl.DataFrame, values: pl.Series, wanted: pl.DataFrame, ys: pl.Series, share: float) -> list[LeftOut]:
    whole = wanted.filter(_sums(rows, values, wanted).eq_missing(ys)).select(KEY)
    options = conditions(rows.join(whole, on=KEY, how="anti"), rows.join(whole, on=KEY, how="semi"))
    marked, found = rows.with_columns(values.alias("__value")), list[LeftOut]()
    while options and share < ENOUGH and len(found) < MOST:
        left = [marked.filter(~o.rejected.fill_null(False)) for o in options]
        shares = [agree(_sums(m, m["__value"], wanted), ys) for m in left]
        best = max(range(len(options)), key=shares.__getitem__)
        if shares[best] <= share + 0.005:
            break
        share, marked = shares[best], left[best]
        found.append(options.pop(best))
    return joined(found, rows) if share >= ENOUGH else []
