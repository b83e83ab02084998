"""Clusters of records from scored pairs: components that keep to what is known about systems and pairs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .cohesion import Promises, agglomerate

__all__ = ["cluster", "components"]

Rows = NDArray[np.int64]
MUST = 1000.0
"""Weight in bits of a pair that a person has joined: no computed weight comes near."""


def components(size: int, left: Rows, right: Rows) -> Rows:
    """Connected components; each record gets the lowest row number of its component."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    lowest = np.full(count, size, np.int64)
    np.minimum.at(lowest, label, np.arange(size))
    out: Rows = lowest[label]
    return out


def cluster(
    size: int,
    left: Rows,
    right: Rows,
    weight: NDArray[np.float64],
    *,
    unique_in: NDArray[np.int64] | None = None,
    must: Iterable[tuple[int, int]] = (),
    cannot: Iterable[tuple[int, int]] = (),
    cohesive: bool = True,
) -> Rows:
    """Cluster records by their links.

    Pairs above zero are links, and the clusters are their components wherever nothing speaks against it. A
    component is built again, from its strongest links downwards, when it breaks a promise (two records of one
    clean system, or a pair a person has parted: the weakest links give way) and, if ``cohesive``, when some of
    its records are not linked to each other: groups are then joined only while the mean weight of all pairs
    between them is above zero, so that one accidental link cannot chain two things together.

    Args:
        size: Number of records.
        left: Row numbers of the pairs.
        right: Row numbers, as many.
        weight: Weight of each pair above the match threshold, bits; negative below it.
        unique_in: Per record the number of its clean system, −1 for none.
        must: Pairs that belong together whatever their weight.
        cannot: Pairs that must not end in one cluster.
        cohesive: Look at all pairs of a component, not at links only.

    Returns:
        Per record the lowest row number of its cluster.
    """
    forced = np.array([(min(p), max(p)) for p in must], np.int64).reshape(-1, 2)
    if len(forced):
        taken = np.isin(left << 32 | right, forced[:, 0] << 32 | forced[:, 1])
        left, right = np.append(left[~taken], forced[:, 0]), np.append(right[~taken], forced[:, 1])
        weight = np.append(weight[~taken], np.full(len(forced), MUST))
    promises = Promises.of(unique_in, cannot)
    link = weight >= 0
    label = components(size, left[link], right[link])
    rebuilt = _broken(label, promises)
    if cohesive:
        rebuilt = np.union1d(rebuilt, _loose(label, left[link]))
    if not len(rebuilt):
        return label
    marked = np.zeros(size, bool)
    marked[rebuilt] = True
    inside = marked[label[left]] & (label[left] == label[right])
    if not cohesive:
        inside &= link
    whole = marked[label]
    label[whole] = np.flatnonzero(whole)
    for rows in agglomerate(left[inside], right[inside], weight[inside], promises, cohesive=cohesive):
        label[rows] = min(rows)
    return label


def _loose(label: Rows, left: Rows) -> Rows:
    """Components in which not every two records are linked."""
    size = np.bincount(label, minlength=len(label))
    links = np.bincount(label[left], minlength=len(label))
    out: Rows = np.flatnonzero(links < size * (size - 1) // 2)
    return out


def _broken(label: Rows, promises: Promises) -> Rows:
    """Components that break a promise."""
    parted = [label[a] for a, others in promises.enemies.items() for b in others if label[a] == label[b]]
    found = np.unique(np.array(parted, np.int64))
    unique_in = promises.unique_in
    if unique_in is None or not (unique_in >= 0).any():
        return found
    rows = np.flatnonzero(unique_in >= 0)
    systems = int(unique_in.max()) + 1
    keys, counts = np.unique(label[rows] * systems + unique_in[rows], return_counts=True)
    return np.union1d(found, keys[counts > 1] // systems)
