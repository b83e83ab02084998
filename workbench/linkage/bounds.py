"""Cheap proofs that two values cannot be alike enough, so that most string comparisons never run.

Every distinct value gets a *bag*: 32 slots of characters, counted up to two, in the bits of one integer. The
bits two bags share bound from above how many characters the values can have in common, and that bounds
Jaro–Winkler from above and an edit distance from below. What the bound lets through is computed exactly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .records import Column

__all__ = ["may_be_edits", "may_be_jaro_winkler"]

Codes = NDArray[np.int32]
CHUNK = 32_768
WINKLER_FROM = 0.7
"""Jaro similarity from which a common prefix raises it, as rapidfuzz (and DuckDB, built on it) have it."""


class Bags:
    """Bag, length, surplus and first character of each distinct value."""

    def __init__(self, column: Column) -> None:
        values = column.values
        self.lengths = values.str.len_chars().to_numpy().astype(np.int32)
        self.bags = np.zeros(len(values), np.uint64)
        self.surplus = np.zeros(len(values), np.uint8)
        self.first = np.zeros(len(values), np.uint32)
        for start in range(0, len(values), CHUNK):
            self._fill(start, values[start : start + CHUNK].to_list())

    def _fill(self, start: int, values: list[str]) -> None:
        lengths = self.lengths[start : start + len(values)]
        chars = np.frombuffer("".join(values).encode("utf-32-le", "surrogatepass"), np.uint32)
        owner = np.repeat(np.arange(len(values), dtype=np.int64), lengths)
        counts = np.bincount(owner * 32 + (chars & 31), minlength=len(values) * 32).reshape(-1, 32)
        once = np.packbits(counts > 0, axis=1, bitorder="little").view(np.uint32).ravel().astype(np.uint64)
        twice = np.packbits(counts > 1, axis=1, bitorder="little").view(np.uint32).ravel().astype(np.uint64)
        stop = start + len(values)
        self.bags[start:stop] = once | (twice << np.uint64(32))
        # capped at 255: longer values are let through by length, see `_common`
        self.surplus[start:stop] = np.minimum(np.maximum(counts - 2, 0).sum(1), 255)
        starts = np.cumsum(lengths) - lengths
        has = lengths > 0
        self.first[start:stop][has] = chars[starts[has]]


def _bags(column: Column) -> Bags:
    found: Bags = column.fact("bags", Bags)
    return found


def _common(bags: Bags, left: Codes, right: Codes) -> NDArray[np.int32]:
    """At most so many characters can two values have in common."""
    shared = np.bitwise_count(bags.bags[left] & bags.bags[right]).astype(np.int32)
    extra = np.minimum(bags.surplus[left], bags.surplus[right]).astype(np.int32)
    extra[extra == 255] = 1 << 20
    out: NDArray[np.int32] = shared + extra
    return out


def may_be_jaro_winkler(column: Column, left: Codes, right: Codes, at: float) -> NDArray[np.bool_]:
    """Whether the Jaro–Winkler similarity of two values may reach a bound; False is a proof that it does not."""
    bags = _bags(column)
    long, short = bags.lengths[left], bags.lengths[right]
    common = np.minimum(np.minimum(long, short), _common(bags, left, right)).astype(np.float32)
    jaro = (common / np.maximum(long, 1) + common / np.maximum(short, 1) + np.float32(1)) / np.float32(3)
    # a common prefix of four characters adds 0.4 of what is missing; without a common first character nothing
    needed = np.where(bags.first[left] == bags.first[right], np.float32((at - 0.4) / 0.6), np.float32(at))
    if at > WINKLER_FROM:
        needed = np.maximum(needed, np.float32(WINKLER_FROM))
    may: NDArray[np.bool_] = (jaro >= needed - np.float32(1e-5)) & (common > 0)
    return may


def may_be_edits(column: Column, left: Codes, right: Codes, at: int) -> NDArray[np.bool_]:
    """Whether an edit distance may be within a bound; False is a proof that it is not."""
    bags = _bags(column)
    longer = np.maximum(bags.lengths[left], bags.lengths[right])
    may: NDArray[np.bool_] = longer - _common(bags, left, right) <= at
    return may
