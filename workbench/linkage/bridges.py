"""Bridges: links that alone hold two groups of records together, worth a person's look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bridge", "bridges"]

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Bridge:
    """A link that alone holds two groups of records together.

    Attributes:
        left, right: Row numbers.
        sides: Records on either side.
        weight: Match weight in bits.
    """

    left: int
    right: int
    sides: tuple[int, int]
    weight: float


def bridges(left: Rows, right: Rows, weight: NDArray[np.float64], label: Rows, *, least: int = 2) -> list[Bridge]:
    """Links that alone hold two groups of at least ``least`` records each together (Tarjan 1974).

    Args:
        left: Row numbers of the links.
        right: Row numbers, as many.
        weight: Match weights, bits.
        label: Cluster per record.
        least: Records each side must have.
    """
    inside = label[left] == label[right]
    left, right, weight = left[inside], right[inside], weight[inside]
    sizes = np.bincount(label)
    large = sizes[label[left]] >= 2 * least
    edges = list(zip(left[large].tolist(), right[large].tolist(), weight[large].tolist(), strict=True))
    near: dict[int, list[tuple[int, int]]] = {}
    for number, (a, b, _) in enumerate(edges):
        near.setdefault(a, []).append((b, number))
        near.setdefault(b, []).append((a, number))
    found: list[Bridge] = []
    seen: dict[int, int] = {}
    for root in sorted(near):
        if root not in seen:
            found += _bridges_from(root, near, edges, seen, int(sizes[label[root]]), least)
    return found


def _bridges_from(
    root: int,
    near: dict[int, list[tuple[int, int]]],
    edges: list[tuple[int, int, float]],
    seen: dict[int, int],
    size: int,
    least: int,
) -> list[Bridge]:
    """Depth-first search without recursion: a link is a bridge when nothing below it reaches above it."""
    found: list[Bridge] = []
    low: dict[int, int] = {}
    below: dict[int, int] = {}
    stack = [(root, -1, iter(near[root]))]
    seen[root] = low[root] = len(seen)
    below[root] = 1
    while stack:
        node, via, rest = stack[-1]
        for other, edge in rest:
            if edge == via:
                continue
            if other in seen:
                low[node] = min(low[node], seen[other])
                continue
            seen[other] = low[other] = len(seen)
            below[other] = 1
            stack.append((other, edge, iter(near[other])))
            break
        else:
            stack.pop()
            if not stack:
                break
            parent = stack[-1][0]
            low[parent] = min(low[parent], low[node])
            below[parent] += below[node]
            if low[node] > seen[parent] and min(below[node], size - below[node]) >= least:
                a, b, w = edges[via]
                found.append(Bridge(a, b, (below[node], size - below[node]), w))
    return found
