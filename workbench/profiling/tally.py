"""Counts of every value, for columns with few different ones: all other facts follow from them.

Counting goes by sorted 64-bit hashes, which costs a third of grouping texts; the values themselves are
looked up once, where a hash is new.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from .distinct import Hashes, runs

__all__ = ["COUNT", "VALUE", "Tally", "tallied"]

VALUE, COUNT = "value", "count"
MOST = 65_536  # different values beyond which counting each is dearer than looking at all rows
SHARE = 0.25  # different values among the rows so far, likewise: both must be exceeded
Rows = npt.NDArray[np.int64]


class Tally:
    """Counts every value but null, a batch at a time, until there are too many."""

    def __init__(self, dtype: pl.DataType) -> None:
        self.rows = 0
        self.nulls = 0
        self.hashes: Hashes = np.empty(0, np.uint64)
        self._counts: Rows = np.empty(0, np.int64)
        self._values = pl.Series(VALUE, [], dtype=dtype)

    def add(self, values: pl.Series) -> bool:
        """Count the next values; false when there are too many different ones to go on."""
        self.rows += len(values)
        if values.null_count():
            self.nulls += values.null_count()
            values = values.drop_nulls()
        hashes = values.hash()
        ordered = np.sort(hashes.to_numpy())
        times = runs(ordered)
        here = ordered[np.cumsum(times) - 1]
        at = np.searchsorted(self.hashes, here)
        known = np.zeros(len(here), bool)
        inside = at < len(self.hashes)
        known[inside] = self.hashes[at[inside]] == here[inside]
        self._counts[at[known]] += times[known]
        if not known.all():
            self._learn(values, hashes, here[~known], times[~known])
        return len(self.hashes) <= max(MOST, min(SHARE * self.rows, 16 * MOST))

    def _learn(self, values: pl.Series, hashes: pl.Series, new: Hashes, times: Rows) -> None:
        first = hashes.arg_unique().to_numpy()
        there = hashes.to_numpy()[first]
        order = np.argsort(there)
        place = first[order[np.searchsorted(there, new, sorter=order)]]
        both = np.concatenate((self.hashes, new))
        order = np.argsort(both)
        self.hashes = both[order]
        self._counts = np.concatenate((self._counts, times))[order]
        # Indexing a batch pins nothing: the texts are copied.
        added = values[pl.Series(place)].alias(VALUE)
        self._values = pl.concat([self._values, added])[pl.Series(order)]

    def counts(self) -> pl.DataFrame:
        """Each value and its rows, in the order of their hashes."""
        return pl.DataFrame([self._values, pl.Series(COUNT, self._counts)])


def tallied(values: pl.Series) -> Tally:
    """Count every value."""
    tally = Tally(values.dtype)
    tally.add(values)
    return tally
