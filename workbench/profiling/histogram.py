"""Histograms that add up: bins of power-of-two width on a shared grid, so that any two can be merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["Histogram"]

MAX_BINS = 256


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts over numbers, days or seconds.

    Bin i holds the values v with i · 2^exponent ≤ v < (i + 1) · 2^exponent, so every coarser grid contains
    the finer ones and merging loses nothing but resolution.

    Attributes:
        unit: 'number', 'day' or 'second' (since 1970-01-01).
        exponent: The width of a bin is 2^exponent.
        bins: Pairs of bin index and count, in order; empty bins are left out.
        sampled: Whether the counts are those of a sample.
    """

    unit: Literal["number", "day", "second"]
    exponent: int
    bins: tuple[tuple[int, int], ...]
    sampled: bool = False

    @property
    def width(self) -> float:
        """The width of a bin."""
        return float(2.0**self.exponent)

    @property
    def total(self) -> int:
        """All counts together."""
        return sum(count for _, count in self.bins)

    def coarsened(self, exponent: int) -> Histogram:
        """The same counts in bins of width 2^exponent.

        >>> Histogram("number", 0, ((0, 1), (1, 2), (5, 3))).coarsened(1).bins
        ((0, 3), (2, 3))
        """
        if exponent < self.exponent:
            raise ValueError("bins can be made coarser, never finer")
        if exponent == self.exponent:
            return self
        counts: dict[int, int] = defaultdict(int)
        for index, count in self.bins:
            counts[index >> (exponent - self.exponent)] += count
        return Histogram(self.unit, exponent, tuple(sorted(counts.items())), self.sampled)

    def bounded(self, most: int = MAX_BINS) -> Histogram:
        """The same counts, as coarse as needed to have at most so many bins."""
        found = self
        while len(found.bins) > most:
            found = found.coarsened(found.exponent + 1)
        return found

    def merged(self, other: Histogram) -> Histogram:
        """The counts of both together; commutative and associative up to resolution.

        Raises:
            ValueError: The units differ.
        """
        if self.unit != other.unit:
            raise ValueError(f"a histogram over {self.unit}s cannot be merged with one over {other.unit}s")
        exponent = max(self.exponent, other.exponent)
        counts: dict[int, int] = defaultdict(int)
        for part in (self.coarsened(exponent), other.coarsened(exponent)):
            for index, count in part.bins:
                counts[index] += count
        both = Histogram(self.unit, exponent, tuple(sorted(counts.items())), self.sampled or other.sampled)
        return both.bounded()

    @classmethod
    def of(
        cls,
        pairs: Iterable[tuple[int, int]],
        exponent: int,
        *,
        unit: Literal["number", "day", "second"] = "number",
        sampled: bool = False,
    ) -> Histogram:
        """Build a histogram from pairs of bin index and count, in any order."""
        return cls(unit, exponent, tuple(sorted(pairs)), sampled).bounded()
