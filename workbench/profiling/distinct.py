"""How many different values: a sketch of the smallest hashes, or every hash where exactness is wanted."""

from __future__ import annotations

from math import sqrt
from threading import Lock
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from .number import Z95, Number

__all__ = ["Budget", "Distincts", "Hashes", "different", "in_order", "in_order_owned", "runs"]

Hashes = npt.NDArray[np.uint64]
T = TypeVar("T", bound=np.generic)
LARGE = 2_000_000  # numbers, 16 MB
SKETCH = 16_384  # kept hashes: the estimate's standard error is 1/sqrt(this), 0.8 %


class Budget:
    """Bytes that may be held for exact counts, shared by all columns (and the threads that count them)."""

    def __init__(self, size: int) -> None:
        self.left = size
        self._lock = Lock()

    def take(self, size: int) -> bool:
        """Take some bytes if they are there."""
        with self._lock:
            if size > self.left:
                return False
            self.left -= size
            return True

    def give(self, size: int) -> None:
        """Give some bytes back."""
        with self._lock:
            self.left += size


class Distincts:
    """Counts distinct values by their 64-bit hashes, a batch at a time.

    The k smallest hashes estimate the number of distinct values from where the k-th lies (Bar-Yossef et al.,
    2002); up to k distinct values the count is exact. Two values share a hash once in 10^19 pairs.

    Args:
        budget: Where bytes for keeping every hash come from; None to keep the sketch only.
        sketch: Make the sketch even while every hash is kept, so that `estimate` may be asked at any time.
    """

    def __init__(self, budget: Budget | None = None, *, sketch: bool = True) -> None:
        self._smallest: Hashes = np.empty(0, np.uint64)
        self._waiting: list[Hashes] = []
        self._all: list[Hashes] | None = [] if budget else None
        self._budget = budget
        self._eager = sketch
        self.seen = 0

    def add(self, hashes: Hashes) -> None:
        """Look at the hashes of the next values (those of nulls left out)."""
        self.seen += len(hashes)
        if self._all is not None and self._budget is not None:
            if self._budget.take(hashes.nbytes):
                self._all.append(hashes)
            else:
                self.forget()
        if self._eager or self._all is None:
            self._sketch(hashes)

    def _sketch(self, hashes: Hashes) -> None:
        if len(self._smallest) >= SKETCH:
            hashes = hashes[hashes < self._smallest[-1]]
        elif len(hashes) > 4 * SKETCH:
            few = _unique(np.partition(hashes, 4 * SKETCH)[: 4 * SKETCH])
            hashes = few if len(few) >= SKETCH else hashes
        self._waiting.append(hashes)
        if len(self._smallest) < SKETCH or sum(map(len, self._waiting)) > 2 * SKETCH:
            self._merge()

    def _merge(self) -> None:
        self._smallest = _unique(np.concatenate((self._smallest, *self._waiting)))[:SKETCH]
        self._waiting = []

    def forget(self) -> None:
        """Give back the bytes: only the sketch goes on."""
        if not self._eager:
            for part in self._all or ():
                self._sketch(part)
        self.drop()

    def drop(self) -> None:
        """Give back the bytes, all having been said."""
        if self._all is not None and self._budget is not None:
            self._budget.give(sum(part.nbytes for part in self._all))
        self._all = None

    @property
    def kept(self) -> bool:
        """Whether every hash is there."""
        return self._all is not None

    def estimate(self) -> Number:
        """How many distinct values, from the sketch."""
        if self._waiting:
            self._merge()
        size = len(self._smallest)
        if size < SKETCH:
            return Number(size)
        value = min(self.seen, round((size - 1) / (float(self._smallest[-1]) / 2.0**64)))
        return Number(value, "approximate", float(round(Z95 * value / sqrt(size - 2))))

    def sorted(self) -> Hashes | None:
        """Every hash in order, or None where they were not kept."""
        if self._all is None:
            return None
        found = in_order_owned(np.concatenate([np.empty(0, np.uint64), *self._all]))
        self._all = [found]
        return found


def _unique(hashes: Hashes) -> Hashes:
    # np.unique goes by a hash table since numpy 2.3, ten times slower than sorting
    ordered = in_order(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def different(hashes: Hashes) -> int:
    """How many different hashes there are."""
    return len(runs(in_order(hashes)))


def in_order(values: npt.NDArray[T]) -> npt.NDArray[T]:
    """Numbers sorted; by Polars, which takes a third of numpy's time."""
    return pl.Series(values).sort(multithreaded=False).to_numpy()


def in_order_owned(values: npt.NDArray[T]) -> npt.NDArray[T]:
    """Like `in_order`, for an array that nobody else holds: a large one in place, as copies of it would be felt."""
    if len(values) <= LARGE:
        return in_order(values)
    values.sort()
    return values


def runs(ordered: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """How often each value of a sorted array stands there, in order."""
    if not len(ordered):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    return np.diff(np.concatenate(([0], starts, [len(ordered)])))
