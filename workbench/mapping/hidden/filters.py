"""Which source rows a feed leaves out: conditions that only rows left out meet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import log
from typing import Any

import polars as pl

from .columns import number_column, roundest

__all__ = ["LeftOut", "conditions", "find_filters", "joined"]

MOST_VALUES = 60
LEAST_ROWS = 3
LEAST_AGAIN = 5  # rows left out with one value of a column of many values, from which it may be the reason
CHANCE = 0.01  # how often chance may give a condition that no rule stands behind
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
        tried: How many conditions were looked at beside it.
        reads: The columns it reads, where they are several.
    """

    column: str
    keep: dict[str, Any]
    text: str
    rows: int
    rejected: pl.Expr
    tried: int = 1
    reads: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return self.reads or (self.column,)


def find_filters(source: pl.DataFrame) -> tuple[list[LeftOut], pl.DataFrame]:
    """Conditions for the rows marked in `LOST`.

    Returns:
        The conditions, the one that takes most rows first, and the rows that none explains.
    """
    left = source.filter(pl.col(LOST))
    kept = source.filter(~pl.col(LOST))
    found: list[LeftOut] = []
    while left.height:
        options = [o for o in conditions(left, kept) if _told(o, left, kept)]
        options = options or [o for o in _both(left, kept) if _told(o, left, kept)]
        if not options:
            break
        best = max(options, key=lambda o: o.rows)
        found.append(best)
        left = left.filter(~best.rejected.fill_null(False))
    counted = [_recounted(f, source) for f in found]
    return joined(counted, source), left


def _told(option: LeftOut, left: pl.DataFrame, kept: pl.DataFrame) -> bool:
    """Whether so many rows that all are left out are hardly chance, among so many conditions that were tried."""
    share = left.height / (left.height + kept.height)
    all_ = option.rows == left.height  # nothing else has to be explained
    return option.rows >= LEAST_ROWS and (all_ or option.rows * log(share) + log(option.tried) < log(CHANCE))


def _both(left: pl.DataFrame, kept: pl.DataFrame) -> Iterator[LeftOut]:
    """Two conditions that rows left out meet together: a value of one column, and what else those rows have."""
    for column in _columns(left):
        values = left[column].drop_nulls().value_counts(sort=True).head(MOST_VALUES)
        if left[column].n_unique() > MOST_VALUES:
            continue
        for value, rows in values.iter_rows():
            some, others = left.filter(pl.col(column) == value), kept.filter(pl.col(column) == value)
            if rows < LEAST_ROWS or others.is_empty():
                continue
            for o in conditions(some.drop(column), others.drop(column)):
                if not _told(replace(o, tried=o.tried * values.height * left.width), some, others):
                    continue
                keep = {"any": [{"field": column, "not_equals": value}, o.keep]}
                text = o.text.replace("rows ", f"rows with {column} = {value} and ", 1).replace(" and with ", " and ")
                here = (pl.col(column) == value) & o.rejected.fill_null(False)
                tried = o.tried * values.height * left.width
                yield LeftOut(column, keep, text, o.rows, here, tried, (column, *o.columns))


def _recounted(found: LeftOut, source: pl.DataFrame) -> LeftOut:
    rows = int(source.select(found.rejected.fill_null(False).sum()).item())
    return replace(found, rows=rows)


def joined(found: list[LeftOut], source: pl.DataFrame) -> list[LeftOut]:
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


def _columns(rows: pl.DataFrame) -> list[str]:
    return [c for c in rows.columns if not c.startswith("__")]


def conditions(left: pl.DataFrame, kept: pl.DataFrame) -> list[LeftOut]:
    """Conditions that some of the rows left out meet, and none of those kept.

    Args:
        left: Rows that are left out.
        kept: Rows that are not.
    """
    tried = sum(1 + min(MOST_VALUES, left[c].n_unique()) for c in _columns(left))
    return [replace(o, tried=tried) for o in _options(left, kept)]


def _options(left: pl.DataFrame, kept: pl.DataFrame) -> Iterator[LeftOut]:
    for column in _columns(left):
        lost_nulls = left[column].null_count()
        if lost_nulls and not kept[column].null_count():
            keep = {"field": column, "is_null": False}
            yield LeftOut(column, keep, f"rows without {column} are left out", lost_nulls, pl.col(column).is_null())
        counts = left[column].drop_nulls().value_counts(sort=True).head(MOST_VALUES)
        everywhere = left[column].n_unique() + kept[column].n_unique()
        few = everywhere <= MOST_VALUES or everywhere * 20 < left.height + kept.height
        again = counts if few else counts.filter(pl.col("count") >= LEAST_AGAIN)
        if not again.is_empty():
            staying = set(kept[column].unique().to_list())
            for value, rows in again.iter_rows():
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
        rare = rows * log(left.height / together.len()) + log(len(_columns(left)) * 2) < log(CHANCE)
        if rows < (LEAST_ROWS if rare else LEAST_ROWS * 3):
            continue
        beyond = lost.filter(mask.fill_null(False))
        if name == "less":
            limit = roundest(Decimal(str(beyond.max())), Decimal(str(low)))
            keep = {"field": column, "steps": steps, "at_least": f"{limit:f}"}
        else:
            limit = -roundest(-Decimal(str(beyond.min())), -Decimal(str(high)))
            keep = {"field": column, "steps": steps, "at_most": f"{limit:f}"}
        if stay.null_count():
            keep = {"any": [{"field": column, "is_null": "true"}, keep]}
        values = together.filter(((numbers < low) if name == "less" else (numbers > high)).fill_null(False)).unique()
        text = f"rows with {column} {sign} {limit:f} are left out"
        yield LeftOut(column, keep, text, rows, pl.col(column).is_in(values.to_list()))
