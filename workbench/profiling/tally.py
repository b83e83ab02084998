"""Counts of every value, for columns with few different ones: all other facts follow from them."""

from __future__ import annotations

import polars as pl

__all__ = ["COUNT", "VALUE", "Tally", "tallied"]

VALUE, COUNT = "value", "count"
MOST = 65_536  # different values beyond which counting each is dearer than looking at all rows
SHARE = 0.25  # different values among the rows so far, likewise: both must be exceeded


def tallied(values: pl.Series) -> pl.DataFrame:
    """Each value (null included) and its rows, in no order."""
    counts = values.alias(VALUE).value_counts(name=COUNT)
    return counts.cast({COUNT: pl.Int64})


class Tally:
    """Counts every value, a batch at a time, until there are too many."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._pending = 0
        self.rows = 0

    def add(self, values: pl.Series) -> bool:
        """Count the next values; false when there are too many different ones to go on."""
        part = tallied(values)
        self.rows += len(values)
        self._parts.append(part)
        self._pending += part.height
        if self._pending > 2 * MOST:
            self._compact()
            return self._pending <= max(MOST, min(SHARE * self.rows, 16 * MOST))
        return True

    def _compact(self) -> None:
        both = pl.concat(self._parts).group_by(VALUE).agg(pl.col(COUNT).sum())
        self._parts, self._pending = [both], both.height

    def counts(self) -> pl.DataFrame:
        """Each value and its rows, in no order."""
        if len(self._parts) > 1:
            self._compact()
        return self._parts[0]
