"""Values with the rows they stand for, and how far that speaks for all rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from .basics import Basics, filled
from .distinct import Hashes
from .gather import as_plain, hashes_of
from .number import Number
from .tally import COUNT, VALUE, Tally, tallied

__all__ = ["Counted"]


@dataclass
class Counted:
    """Different filled values and how many of the rows looked at hold each; never changed once made.

    Attributes:
        values: The values, each once.
        counts: Rows of each.
        seen: Rows looked at, empty ones included.
        rows: Rows in all; more than were looked at when the values are from a sample.
        filled: Rows looked at that are filled.
    """

    values: pl.Series
    counts: pl.Series
    seen: int
    rows: int
    filled: int = field(init=False)
    _hashes: Hashes | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.filled = int(self.counts.sum())

    @classmethod
    def of(cls, tally: Tally, rows: int) -> tuple[Counted, Basics]:
        """From counts of every value; nulls, blanks and NaN are left out, and counted."""
        counts = tally.counts()
        values, weights, found = filled(counts.get_column(VALUE), counts.get_column(COUNT))
        assert weights is not None
        found.rows, found.nulls = tally.rows, tally.nulls
        made = cls(values, weights, tally.rows, rows)
        if len(values) == len(tally.hashes):
            made._hashes = tally.hashes
        return made, found

    @classmethod
    def of_values(cls, values: pl.Series, rows: int) -> Counted:
        """From values as they come, one a row."""
        return cls.of(tallied(as_plain(values)), rows)[0]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether every row was looked at."""
        return self.seen >= self.rows

    @property
    def hashes(self) -> Hashes:
        """A hash of each value."""
        if self._hashes is None:
            self._hashes = hashes_of(self.values)
        return self._hashes

    def number(self, hits: int) -> Number:
        """Rows looked at, projected to all rows."""
        return Number.projected(int(hits), self.seen, self.rows)

    def where(self, mask: pl.Series) -> Number:
        """Rows whose value is meant by a mask over the values."""
        return self.number(int(self.counts.filter(mask).sum() or 0))

    def only(self, mask: pl.Series) -> Counted:
        """The values that a mask means, still speaking for the same rows."""
        return Counted(self.values.filter(mask), self.counts.filter(mask), self.seen, self.rows)

    def like(self, values: pl.Series) -> Counted:
        """The same rows with something else said of each value, which may now repeat."""
        return Counted(values, self.counts, self.seen, self.rows)

    def chosen(self, most: int) -> npt.NDArray[np.int64] | None:
        """Places of at most so many values, chosen by their hash: without regard to order or rows."""
        if len(self) <= most:
            return None
        places: npt.NDArray[np.int64] = np.sort(np.argpartition(self.hashes, most)[:most])
        return places

    def at(self, places: npt.NDArray[np.int64] | None) -> Counted:
        """The values at some places, which then speak for fewer rows looked at; all of them if None."""
        if places is None:
            return self
        index = pl.Series(places)  # indexing, unlike gather, does not start the query engine
        counts = self.counts[index]
        seen = max(1, round(self.seen * int(counts.sum()) / max(1, self.filled)))
        return Counted(self.values[index], counts, seen, self.rows)

    def some(self, most: int) -> Counted:
        """At most so many of the values, see `chosen`; numbers made from them carry a larger error."""
        return self.at(self.chosen(most))

    def frequent(self, most: int) -> pl.DataFrame:
        """The values of most rows, most frequent first, then by value; of many, those that repeat only."""
        frame = pl.DataFrame([self.values.alias(VALUE), self.counts.alias(COUNT)])
        if frame.height > 4 * most:
            frame = frame.filter(self.counts > 1)
        if frame.height > 4 * most:
            bar = frame.get_column(COUNT).top_k(most).min()
            frame = frame.filter(frame.get_column(COUNT) >= bar)
        return frame.sort(COUNT, VALUE, descending=[True, False]).head(most)
