"""Comparing candidate pairs: each comparison's level per pair, reduced to patterns.

A pair's outcome is one small number per comparison: the level that holds, or 'missing'.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from .blocking import Blocks, candidate_pairs
from .levels import levels_of
from .model import LinkModel
from .patterns import Candidates, Patterns
from .records import Records

__all__ = ["compare", "compare_candidates"]

DENSE = 1 << 20
WORKERS = 2


def compare(
    records: Records, model: LinkModel, left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> NDArray[np.uint64]:
    """The pattern of each pair.

    Args:
        records: The records.
        model: The link model; its weights are not looked at.
        left: Row numbers.
        right: Row numbers, as many.
    """
    outcomes = [levels_of(records, c, left, right) for c in model.comparisons]
    return Patterns.of(model).pack(outcomes)


def compare_candidates(records: Records, model: LinkModel, blocks: list[Blocks]) -> Candidates:
    """Compare all candidate pairs of some blocks, slice by slice on two threads."""
    # an upper bound of the pairs is known: memory is only taken up as it is filled
    most = sum(b.pairs for b in blocks)
    left, right, index = (np.empty(most, np.uint32) for _ in range(3))
    number: dict[int, int] = {}
    tallies: list[Tally] = []
    done = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        for a, b, local, (distinct, where, bits, counts) in _in_order(pool, records, model, blocks):
            ids = np.array([number.setdefault(p, len(number)) for p in distinct.tolist()], np.uint32)
            place = slice(done, done + len(a))
            left[place], right[place], index[place] = a, b, ids[local]
            done += len(a)
            tallies.append((ids[where], bits, counts))
    patterns = np.fromiter(number, np.uint64, len(number))
    return Candidates(left[:done], right[:done], index[:done], patterns, _tally(tallies))


Tally = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.int64]]
LocalTally = tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]
Slice = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], LocalTally]


def _in_order(pool: ThreadPoolExecutor, records: Records, model: LinkModel, blocks: list[Blocks]) -> Iterator[Slice]:
    """Slices in order, never more than a few in flight: that bounds the memory."""
    waiting: list[Future[Slice]] = []
    for _, left, right, made in candidate_pairs(blocks, records, model.scope):
        waiting.append(pool.submit(_slice, records, model, left, right, made))
        if len(waiting) > WORKERS:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _slice(
    records: Records, model: LinkModel, left: NDArray[np.uint32], right: NDArray[np.uint32], made: NDArray[np.uint32]
) -> Slice:
    """Compare one slice: patterns numbered within it, and a tally by pattern and rules."""
    packed = compare(records, model, left, right)
    space = Patterns.of(model).space
    if space <= DENSE:
        seen = np.bincount(packed.astype(np.int64), minlength=0) > 0
        distinct = np.flatnonzero(seen).astype(np.uint64)
        number = np.cumsum(seen) - 1
        index = number[packed.astype(np.int64)].astype(np.uint32)
    else:
        distinct, inverse = np.unique(packed, return_inverse=True)
        index = inverse.astype(np.uint32)
    both = index.astype(np.uint64) << np.uint64(32) | made
    keys, counts = np.unique(both, return_counts=True)
    where = (keys >> np.uint64(32)).astype(np.int64)
    bits = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return left, right, index, (distinct, where, bits, counts)


def _tally(tallies: list[Tally]) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]:
    """Add the slices' tallies up."""
    if not tallies:
        return np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.int64)
    keys = np.concatenate([w.astype(np.uint64) << np.uint64(32) | b for w, b, _ in tallies])
    unique, inverse = np.unique(keys, return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate([t[2] for t in tallies])).astype(np.int64)
    return (unique >> np.uint64(32)).astype(np.int64), (unique & np.uint64(0xFFFFFFFF)).astype(np.uint32), counts
