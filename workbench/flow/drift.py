"""Whether a source column still looks like the profile its mapping was made from."""

from __future__ import annotations

from itertools import accumulate
from typing import Literal

import polars as pl

from workbench.profiling import Histogram, Profile, mask, profile

__all__ = ["drifted"]

# The greatest gap between two distributions that is taken for chance.
MOST_SHIFT = 0.1


def drifted(
    rows: pl.LazyFrame, column: str, how: Literal["new_values", "quantiles"], baseline: Profile
) -> tuple[bool | None, str]:
    """Compare a column with its profile of old.

    Args:
        rows: The source now.
        column: The source column.
        how: 'new_values' (values never seen before) or 'quantiles' (the distribution has moved).
        baseline: The profile of old.

    Returns:
        Whether it has not drifted (None where that cannot be told), and what was found in words.

    Raises:
        UnknownNameError: The profile has no such column.
    """
    return _new_values(rows, column, baseline) if how == "new_values" else _quantiles(rows, column, baseline)


def _new_values(rows: pl.LazyFrame, column: str, baseline: Profile) -> tuple[bool | None, str]:
    before = baseline.column(column)
    if len(before.top) < before.distinct.value:
        return None, f"{column}: the profile lists {len(before.top)} of {before.distinct} values"
    known = {v.value for v in before.top}
    text = pl.col(column).cast(pl.String)
    fresh = rows.select(text).drop_nulls().filter(~text.is_in(list(known)) & (text.str.strip_chars() != ""))
    counted = fresh.group_by(column).len().sort("len", column, descending=[True, False]).collect()
    if not counted.height:
        return True, f"{column}: none new among {len(known)} known values"
    shown = ", ".join(f"'{mask(v) if before.personal else v}'" for v in counted[column].head(3))
    return False, f"{column}: {counted.height} new values in {counted['len'].sum():,} rows, as {shown}"


def _quantiles(rows: pl.LazyFrame, column: str, baseline: Profile) -> tuple[bool | None, str]:
    before = baseline.column(column).histogram
    now = profile(rows.select(column), name=baseline.name).column(column).histogram
    if before is None or now is None or before.unit != now.unit or not before.total or not now.total:
        return None, f"{column}: there is no distribution to compare"
    shift = distance(before, now)
    return shift <= MOST_SHIFT, f"{column}: the distributions differ by {shift:.3f} (at most {MOST_SHIFT})"


def distance(a: Histogram, b: Histogram) -> float:
    """Greatest difference of the cumulative shares (Kolmogorov and Smirnov), 0 to 1.

    >>> distance(Histogram("number", 0, ((0, 5), (1, 5))), Histogram("number", 0, ((0, 5), (2, 5))))
    0.5
    """
    exponent = max(a.exponent, b.exponent)
    left, right = dict(a.coarsened(exponent).bins), dict(b.coarsened(exponent).bins)
    places = sorted(left | right)
    mine, theirs = accumulate([left.get(i, 0) for i in places]), accumulate([right.get(i, 0) for i in places])
    return max((abs(x / a.total - y / b.total) for x, y in zip(mine, theirs, strict=True)), default=0.0)
