"""Counts of every value, for columns with few different ones: all other facts follow from them.

Counting goes by 64-bit hashes. Known ones are found in a table of slots by their first bits, as good as all rows
of a batch at once; the rest is sorted, which costs a third of grouping texts. The values themselves are looked up
once, where a hash is new.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from .distinct import Hashes, in_order, runs

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
        self._slots: npt.NDArray[np.int32] | None = None
        self._values = pl.Series(VALUE, [], dtype=dtype)

    def add(self, values: pl.Series) -> bool:
        """Count the next values; false when there are too many different ones to go on."""
        self.rows += len(values)
        if values.null_count():
            self.nulls += values.null_count()
            values = values.drop_nulls()
        hashes = values.hash().to_numpy()
        missed = self._count_known(hashes)
        rest = hashes if missed is None else hashes[missed]
        ordered = in_order(rest)
        times = runs(ordered)
        here = ordered[np.cumsum(times) - 1]
        at = np.searchsorted(self.hashes, here)
        known = np.zeros(len(here), bool)
        inside = at < len(self.hashes)
        known[inside] = self.hashes[at[inside]] == here[inside]
        self._counts[at[known]] += times[known]
        if not known.all():
            self._learn(values, rest, missed, here[~known], times[~known])
        return len(self.hashes) <= max(MOST, min(SHARE * self.rows, 16 * MOST))

    def _count_known(self, hashes: Hashes) -> Rows | None:
        """Count what the slots find.

        Returns:
            The places of the rows they do not: of new values, and of those whose slot another value took. None
            means all of them.
        """
        if not len(self.hashes):
            return None
        size = min(20, max(8, len(self.hashes).bit_length() + 3))
        if self._slots is None:
            self._slots = np.zeros(1 << size, np.int32)
            self._slots[self.hashes >> np.uint64(64 - size)] = np.arange(len(self.hashes), dtype=np.int32)
        at = self._slots[hashes >> np.uint64(64 - size)]
        hit = self.hashes[at] == hashes
        missed = np.flatnonzero(~hit)
        self._counts += np.bincount(at[hit] if len(missed) else at, minlength=len(self._counts))
        return missed

    def _learn(self, values: pl.Series, rest: Hashes, places: Rows | None, new: Hashes, times: Rows) -> None:
        first = pl.Series(rest).arg_unique().to_numpy()
        there = rest[first]
        order = np.argsort(there)
        place = first[order[np.searchsorted(there, new, sorter=order)]]
        both = np.concatenate((self.hashes, new))
        order = np.argsort(both)
        self.hashes = both[order]
        self._counts = np.concatenate((self._counts, times))[order]
        self._slots = None
        # Indexing a batch pins nothing: the texts are copied.
        added = values[pl.Series(place if places is None else places[place])].alias(VALUE)
        self._values = pl.concat([self._values, added])[pl.Series(order)]

    def counts(self) -> pl.DataFrame:
        """Each value and its rows, in the order of their hashes."""
        return pl.DataFrame([self._values, pl.Series(COUNT, self._counts)])


def tallied(values: pl.Series) -> Tally:
    """Count every value."""
    tally = Tally(values.dtype)
    tally.add(values)
    return tally
