"""Building doubtful clusters from their strongest links downwards, looking at every pair between two groups."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Promises", "agglomerate"]

Rows = NDArray[np.int64]
UNSEEN = -5.0
"""Weight in bits of a pair that no blocking rule made: unlike, but not proven so."""
MOST = 20.0
"""Weights are capped here, so that one very sure link cannot outvote many unlike pairs."""


@dataclass(frozen=True)
class Promises:
    """What a cluster must not hold: two records of one clean system, or two that a person has parted."""

    unique_in: NDArray[np.int64] | None
    enemies: dict[int, set[int]]

    @classmethod
    def of(cls, unique_in: NDArray[np.int64] | None, cannot: Iterable[tuple[int, int]]) -> Promises:
        """From clean systems per record and parted pairs."""
        enemies: dict[int, set[int]] = {}
        for a, b in cannot:
            enemies.setdefault(int(a), set()).add(int(b))
            enemies.setdefault(int(b), set()).add(int(a))
        return cls(unique_in, enemies)

    def system(self, row: int) -> set[int]:
        """The clean system of a record, if it has one."""
        return set() if self.unique_in is None else {int(self.unique_in[row])} - {-1}


class _Groups:
    """Groups of records, what is between each two of them, and what each may not be joined with."""

    def __init__(self, left: Rows, right: Rows, weight: NDArray[np.float64], promises: Promises) -> None:
        self.between: dict[int, dict[int, tuple[float, int]]] = {}
        for a, b, w in zip(left.tolist(), right.tolist(), weight.tolist(), strict=True):
            capped = w if w > 10 * MOST else min(max(w, -MOST), MOST)
            self.between.setdefault(a, {})[b] = (capped, 1)
            self.between.setdefault(b, {})[a] = (capped, 1)
        self.members = {row: [row] for row in self.between}
        self.systems = {row: promises.system(row) for row in self.between}
        self.enemies = {row: promises.enemies[row] for row in self.between if row in promises.enemies}

    def may_join(self, a: int, b: int) -> bool:
        if self.systems[a] & self.systems[b]:
            return False
        return (
            not any(self.enemies.get(row, set()) & set(self.members[b]) for row in self.members[a])
            if self.enemies
            else True
        )

    def mean(self, a: int, b: int) -> float:
        """Mean weight of all pairs between two groups."""
        total, seen = self.between[a][b]
        pairs = len(self.members[a]) * len(self.members[b])
        return (total + (pairs - seen) * UNSEEN) / pairs

    def join(self, a: int, b: int) -> int:
        """Join two groups and return the number the joined one goes by."""
        if (len(self.between[a]), -a) < (len(self.between[b]), -b):
            a, b = b, a
        mine = self.between[a]
        for other, (total, seen) in self.between.pop(b).items():
            if other != a:
                had = mine.get(other, (0.0, 0))
                mine[other] = self.between[other][a] = (had[0] + total, had[1] + seen)
                self.between[other].pop(b, None)
        mine.pop(b, None)
        self.members[a] += self.members.pop(b)
        self.systems[a] |= self.systems.pop(b)
        return a


def agglomerate(
    left: Rows, right: Rows, weight: NDArray[np.float64], promises: Promises, *, cohesive: bool
) -> list[list[int]]:
    """Join groups, strongest first, as long as that breaks no promise.

    Args:
        left: Row numbers of the pairs.
        right: Row numbers, as many.
        weight: Weight of each pair above the match threshold, bits.
        promises: What a group must not hold.
        cohesive: Strength is the mean weight of all pairs between two groups; else their strongest link.

    Returns:
        The row numbers of each group.
    """
    groups = _Groups(left, right, weight, promises)
    queue = [(-w, a, b) for a, b, w in zip(left.tolist(), right.tolist(), weight.tolist(), strict=True) if w >= 0]
    if cohesive:
        queue = [(-groups.mean(a, b), a, b) for _, a, b in queue]
        heapq.heapify(queue)
        return _by_mean(groups, queue)
    return _by_link(groups, sorted(queue))


def _by_mean(groups: _Groups, queue: list[tuple[float, int, int]]) -> list[list[int]]:
    while queue:
        strength, a, b = heapq.heappop(queue)
        if b not in groups.between.get(a, ()):
            continue
        now = groups.mean(a, b)
        if abs(now + strength) > 1e-9 or not groups.may_join(a, b):
            continue  # its present strength stands elsewhere in the queue
        joined = groups.join(a, b)
        for other in groups.between[joined]:
            mean = groups.mean(joined, other)
            if mean >= 0:
                heapq.heappush(queue, (-mean, min(joined, other), max(joined, other)))
    return list(groups.members.values())


def _by_link(groups: _Groups, queue: list[tuple[float, int, int]]) -> list[list[int]]:
    home = {row: row for row in groups.members}
    for _, a, b in queue:
        one, two = home[a], home[b]
        if one != two and groups.may_join(one, two):
            joined = groups.join(one, two)
            for row in groups.members[joined]:
                home[row] = joined
    return list(groups.members.values())
