"""Which source rows a feed leaves out: conditions that only rows left out meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from .columns import number_column, roundest

__all__ = ["LeftOut", "find_filters"]

MOST_VALUES = 60
LEAST_ROWS = 3
LOST = "__lost"


@dataclass(frozen=True)
class LeftOut:
    """A condition on which rows are left out.

    Attributes:
        column: The column it reads.
        keep: What is kept, as a condition of a spec.
        text: The rule in words.
        rows: How many rows meet it.
        rejected: The rows that meet it, as an expression.
    """

    column: str
    keep: dict[str, Any]
    text: str
    rows: int
    rejected: pl.Expr


def find_filters(source: pl.DataFrame) -> tuple[list[LeftOut], pl.DataFrame]:
    """Conditions for the rows marked in `LOST`.

    Returns:
        The conditions, the one that takes most rows first, and the rows that none explains.
    """
    left = source.filter(pl.col(LOST))
    kept = source.filter(~pl.col(LOST))
    found: list[LeftOut] = []
    while left.height:
        options = [o for o in _options(left, kept) if o.rows >= min(LEAST_ROWS, left.height)]
        if not options:
            break
        best = max(options, key=lambda o: o.rows)
        found.append(best)
        left = left.filter(~best.rejected.fill_null(False))
    counted = [_recounted(f, source) for f in found]
    return _joined(counted, source), left


def _recounted(found: LeftOut, source: pl.DataFrame) -> LeftOut:
    rows = int(source.select(found.rejected.fill_null(False).sum()).item())
    return LeftOut(found.column, found.keep, found.text, rows, found.rejected)


def _joined(found: list[LeftOut], source: pl.DataFrame) -> list[LeftOut]:
    """Values of one column that are left out make one condition."""
    by_column: dict[str, list[LeftOut]] = {}
    for f in found:
        by_column.setdefault(f.column if "not_in" in f.keep else f"{f.column}\0{f.text}", []).append(f)
    out = []
    for same in by_column.values():
        if len(same) == 1:
            out.append(same[0])
            continue
        column = same[0].column
        values = sorted(v for f in same for v in f.keep["not_in"])
        rejected = pl.col(column).is_in(values)
        text = f"rows with {column} = {' or '.join(values)} are left out"
        out.append(LeftOut(column, {"field": column, "not_in": values}, text, sum(f.rows for f in same), rejected))
    return out


def _options(left: pl.DataFrame, kept: pl.DataFrame) -> Iterator[LeftOut]:
    for column in left.columns:
        if column.startswith("__"):
            continue
        lost_nulls = left[column].null_count()
        if lost_nulls and not kept[column].null_count():
            keep = {"field": column, "is_null": False}
            yield LeftOut(column, keep, f"rows without {column} are left out", lost_nulls, pl.col(column).is_null())
        counts = left[column].drop_nulls().value_counts(sort=True).head(MOST_VALUES)
        everywhere = left[column].n_unique() + kept[column].n_unique()
        if everywhere <= MOST_VALUES or everywhere * 20 < left.height + kept.height:
            staying = set(kept[column].unique().to_list())
            for value, rows in counts.iter_rows():
                if value not in staying:
                    keep = {"field": column, "not_in": [value]}
                    text = f"rows with {column} = {value} are left out"
                    yield LeftOut(column, keep, text, rows, pl.col(column) == value)
        yield from _beyond(column, left, kept)


def _beyond(column: str, left: pl.DataFrame, kept: pl.DataFrame) -> Iterator[LeftOut]:
    """A number below or above which everything is left out."""
    together = pl.concat([left[column], kept[column]])
    read = number_column(together)
    if read is None:
        return
    steps, numbers = read
    lost, stay = numbers.head(left.height), numbers.tail(kept.height)
    if stay.drop_nulls().is_empty():
        return
    low, high = stay.min(), stay.max()
    for name, mask, sign in (("less", lost < low, "<"), ("greater", lost > high, ">")):
        rows = int(mask.fill_null(False).sum())
        if rows < LEAST_ROWS * 3:
            continue
        beyond = lost.filter(mask.fill_null(False))
        if name == "less":
            limit = roundest(Decimal(str(beyond.max())), Decimal(str(low)))
            keep = {"field": column, "steps": steps, "at_least": f"{limit:f}"}
        else:
            limit = -roundest(-Decimal(str(beyond.min())), -Decimal(str(high)))
            keep = {"field": column, "steps": steps, "at_most": f"{limit:f}"}
        values = together.filter(((numbers < low) if name == "less" else (numbers > high)).fill_null(False)).unique()
        text = f"rows with {column} {sign} {limit:f} are left out"
        yield LeftOut(column, keep, text, rows, pl.col(column).is_in(values.to_list()))
