"""Values with the rows they stand for, and how far that speaks for all rows."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from .basics import filled
from .gather import as_plain
from .number import Number
from .tally import COUNT, VALUE, tallied

__all__ = ["Counted"]


@dataclass(frozen=True)
class Counted:
    """Different filled values and how many of the rows looked at hold each.

    Attributes:
        values: The values, each once.
        counts: Rows of each.
        seen: Rows looked at, empty ones included.
        rows: Rows in all; more than were looked at when the values are from a sample.
    """

    values: pl.Series
    counts: pl.Series
    seen: int
    rows: int

    @classmethod
    def of(cls, counts: pl.DataFrame, rows: int) -> Counted:
        """From counts as a `Tally` gives them; nulls, blanks and NaN are left out."""
        values, weights, _ = filled(counts.get_column(VALUE), counts.get_column(COUNT))
        assert weights is not None
        return cls(values, weights, int(counts.get_column(COUNT).sum()), rows)

    @classmethod
    def of_values(cls, values: pl.Series, rows: int) -> Counted:
        """From values as they come, one a row."""
        return cls.of(tallied(as_plain(values)), rows)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether every row was looked at."""
        return self.seen >= self.rows

    @property
    def filled(self) -> int:
        """Rows looked at that are filled."""
        return int(self.counts.sum())

    def number(self, hits: int) -> Number:
        """Rows looked at, projected to all rows."""
        return Number.projected(int(hits), self.seen, self.rows)

    def where(self, mask: pl.Series) -> Number:
        """Rows whose value is meant by a mask over the values."""
        return self.number(int(self.counts.filter(mask).sum()))

    def only(self, mask: pl.Series) -> Counted:
        """The values that a mask means, still speaking for the same rows."""
        return Counted(self.values.filter(mask), self.counts.filter(mask), self.seen, self.rows)

    def some(self, most: int) -> Counted:
        """At most so many of the values, chosen by their hash and thus without regard to order or rows.

        They speak for fewer rows looked at: numbers made from them carry a larger error.
        """
        if len(self) <= most:
            return self
        chosen = self.values.hash().arg_sort().head(most).sort()
        counts = self.counts.gather(chosen)
        seen = max(1, round(self.seen * int(counts.sum()) / max(1, self.filled)))
        return Counted(self.values.gather(chosen), counts, seen, self.rows)

    def frequent(self, most: int) -> pl.DataFrame:
        """The values of most rows, most frequent first, then by value."""
        frame = pl.DataFrame([self.values.alias(VALUE), self.counts.alias(COUNT)])
        if frame.height > 4 * most:
            bar = frame[COUNT].top_k(most).min()
            frame = frame.filter(pl.col(COUNT) >= bar)
        return frame.sort(COUNT, VALUE, descending=[True, False]).head(most)
