"""Gathers one column's counts batch by batch: every value while they are few, else counts and hashes."""

from __future__ import annotations

import numpy as np
import polars as pl

from .basics import Basics, basics_of, filled, kind_of
from .distinct import Budget, Distincts, Hashes, different, in_order_owned
from .leaves import Leaf
from .shapes import Shapes, level_of, shapes_of
from .tally import COUNT, VALUE, Tally

__all__ = ["Gathered", "as_plain", "hashes_of"]

PROBE = 20_000  # rows of the first batch that choose how a column is counted
FEW_ROWS = 65_536  # a first batch of no more rows is tallied whatever it holds
KEY_LIKE = 0.9  # share of different values in the probe from which a column may be a key


class Gathered:
    """One column, gathered.

    Args:
        leaf: The column.
        full: Keep every hash and count every shape.
        budget: Bytes for kept hashes.
    """

    def __init__(self, leaf: Leaf, full: bool, budget: Budget) -> None:
        self.leaf = leaf
        self.kind = kind_of(leaf.dtype)
        self.full = full
        self.budget = budget
        self.basics = Basics()
        self.tally: Tally | None = None
        self.distincts: Distincts | None = None
        self.shapes: Shapes | None = None
        self._numbers: list[np.ndarray[tuple[int], np.dtype[np.float64]]] | None = None
        self._begun = False
        self._look_at = 4 * FEW_ROWS  # rows seen from which it is looked whether the column may still be a key

    def add(self, batch: pl.DataFrame) -> None:
        """Look at the next rows."""
        values = as_plain(self.leaf.values(batch))
        if not len(values):
            return
        if not self._begun:
            self._begun = True
            self._choose(values)
        if self.tally is not None:
            if self.tally.add(values):
                return
            tally, self.tally = self.tally, None
            counts = tally.counts()
            self._begin_stream(counts.get_column(VALUE), counts.height / max(1, tally.rows))
            self._stream(counts.get_column(VALUE), counts.get_column(COUNT))
            self.basics.rows += tally.nulls
            self.basics.nulls += tally.nulls
            return
        self._stream(values, None)

    def _choose(self, values: pl.Series) -> None:
        if self.kind == "opaque":
            self.distincts = Distincts()
        elif self.kind in ("boolean", "list") or len(values) <= FEW_ROWS:
            self.tally = Tally(values.dtype)
        else:
            head = values.head(PROBE).drop_nulls()
            share = different(hashes_of(head)) / max(1, len(head))
            if share > 0.3 and (share > 0.95 or different(hashes_of(values)) / len(values) > 0.25):
                self._begin_stream(values, share)
            else:
                self.tally = Tally(values.dtype)

    def _begin_stream(self, values: pl.Series, share: float) -> None:
        keep = self.full or (share >= KEY_LIKE and not values.dtype.is_float())
        self.distincts = Distincts(self.budget if keep else None, sketch=not self.full)
        if self.kind == "text" and self.full:
            self.shapes = Shapes(level_of(shapes_of(values.drop_nulls().head(PROBE))))
        if self.kind in ("number", "time") and self.full:
            self._numbers = []

    def _stream(self, values: pl.Series, counts: pl.Series | None) -> None:
        assert self.distincts is not None
        values, counts, found = filled(values, counts)
        self.basics.add(basics_of(self.leaf, values, counts, found))
        hashes = hashes_of(values)
        self.distincts.add(hashes if counts is None else np.repeat(hashes, counts.to_numpy()))
        seen = self.distincts.seen
        if not self.full and self.distincts.kept and seen > self._look_at:
            self._look_at = seen * 3 // 2
            if self.distincts.estimate().value < 0.75 * seen:
                self.distincts.forget()  # no key any more
        if self.shapes is not None and len(values):
            self.shapes.add(values, counts)
        if self._numbers is not None:
            real = values.to_physical().cast(pl.Float64).to_numpy()
            self._keep_numbers(real if counts is None else np.repeat(real, counts.to_numpy()))

    def _keep_numbers(self, real: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
        assert self._numbers is not None
        if self.budget.take(real.nbytes):
            self._numbers.append(real)
        else:
            self.budget.give(sum(part.nbytes for part in self._numbers))
            self._numbers = None

    def numbers(self) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
        """Every filled number in order (days, seconds' fractions … for times), where they were kept."""
        if self._numbers is None:
            return None
        return in_order_owned(np.concatenate([np.empty(0), *self._numbers]))

    def drop_arrays(self) -> None:
        """Give back what only the making of the facts needed."""
        if self._numbers is not None:
            self.budget.give(sum(part.nbytes for part in self._numbers))
        self._numbers = None
        if self.distincts is not None:
            self.distincts.drop()


def as_plain(values: pl.Series) -> pl.Series:
    """Values of fewer types: categories as their text, lists as their numbers of items."""
    if isinstance(values.dtype, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Array):
        return values.arr.to_list().list.len()
    if isinstance(values.dtype, pl.List):
        return values.list.len()
    if isinstance(values.dtype, pl.Object):
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(values.name, texts, pl.String)
    return values


def hashes_of(values: pl.Series) -> Hashes:
    """A 64-bit hash of each value, the same for equal values within this process."""
    return values.hash().to_numpy()
