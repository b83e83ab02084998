"""Bags of terms as sparse vectors: weighted by rarity, compared by cosine or by containment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Bags", "best_per_group", "group_max", "ngrams"]

Matrix = npt.NDArray[np.float64]
_BLOCK = 512  # rows of a product made dense at a time


def ngrams(text: str, size: int = 3) -> list[str]:
    """The character n-grams of a text, its ends marked.

    >>> ngrams("ab")
    ['^ab', 'ab$']
    """
    padded = f"^{text}$"
    return [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]


class Bags:
    """Two lists of bags over one vocabulary, every term weighted by how few bags hold it.

    Args:
        left: Term → weight, one mapping per item.
        right: The same for the other side.
    """

    def __init__(self, left: Sequence[Mapping[str, float]], right: Sequence[Mapping[str, float]]) -> None:
        codes: defaultdict[str, int] = defaultdict(count().__next__)
        self.left = _incidence(left, codes)
        self.right = _incidence(right, codes)
        width = max(len(codes), 1)
        self.left.resize((len(left), width))
        self.right.resize((len(right), width))
        held = sum(np.bincount(m.indices, minlength=width) for m in (self.left, self.right))
        total = len(left) + len(right)
        self.rarity: Matrix = np.log1p(total / np.maximum(held, 1)) / np.log1p(max(total, 1))

    def cosine(self) -> Matrix:
        """Cosine of all pairs; 0 where a side is empty."""
        a, b = (_unit(m, self.rarity) for m in (self.left, self.right))
        found: Matrix = np.clip((a @ b.T).toarray(), 0.0, 1.0)
        return found

    def unit(self) -> tuple[Any, Any]:
        """Both sides as vectors of length one, sparse."""
        return _unit(self.left, self.rarity), _unit(self.right, self.rarity)

    def contained(self) -> tuple[Matrix, Matrix]:
        """The weighted share of the left bag that is in the right one, and of the right one in the left."""
        held_l, held_r = _ones(self.left), _ones(self.right)
        lw, rw = _weighted(self.left, self.rarity), _weighted(self.right, self.rarity)
        left = (lw @ held_r.T).toarray() / np.maximum(lw.sum(axis=1), 1e-12)[:, None]
        right = (held_l @ rw.T).toarray() / np.maximum(rw.sum(axis=1), 1e-12)[None, :]
        return np.clip(left, 0, 1), np.clip(right, 0, 1)

    def shared(self) -> Matrix:
        """The summed rarity of the terms two bags share."""
        found: Matrix = (_weighted(_ones(self.left), self.rarity) @ _ones(self.right).T).toarray()
        return found

    def union(self) -> Matrix:
        """The summed rarity of the terms in either bag."""
        left = _ones(self.left) @ self.rarity
        right = _ones(self.right) @ self.rarity
        found: Matrix = left[:, None] + right[None, :] - self.shared()
        return found


def _incidence(bags: Sequence[Mapping[str, float]], codes: defaultdict[str, int]) -> Any:
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *map(len, bags)])
    columns = np.fromiter(map(codes.__getitem__, chain.from_iterable(bags)), np.int32, starts[-1])
    weights = np.fromiter(chain.from_iterable(bag.values() for bag in bags), np.float64, starts[-1])
    return csr_array((weights, columns, starts), shape=(len(bags), max(len(codes), 1)))


def _with(matrix: Any, data: Matrix) -> Any:
    """The same places with other weights; the places are shared, not copied."""
    from scipy.sparse import csr_array

    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape, copy=False)


def _ones(matrix: Any) -> Any:
    return _with(matrix, np.ones_like(matrix.data))


def _weighted(matrix: Any, weights: Matrix) -> Any:
    return _with(matrix, matrix.data * weights[matrix.indices])


def _unit(matrix: Any, rarity: Matrix) -> Any:
    weights = matrix.data * rarity[matrix.indices]
    owners = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    norms = np.sqrt(np.bincount(owners, weights * weights, minlength=matrix.shape[0]))
    return _with(matrix, weights / np.maximum(norms, 1e-12)[owners])


def group_max(matrix: Matrix, owners: Sequence[int], size: int, axis: int) -> Matrix:
    """The maximum over the rows (axis 0) or columns (1) of each owner; owners ascend, every one has some."""
    starts = np.searchsorted(np.asarray(owners), np.arange(size))
    return np.maximum.reduceat(matrix, starts, axis=axis)


def best_per_group(left: Any, right: Any, members: Iterable[Sequence[int]]) -> Matrix:
    """For each left vector the best cosine to any right vector of each group.

    Args:
        left: Sparse unit vectors.
        right: Sparse unit vectors.
        members: For each group the rows of `right` in it; an empty group scores 0.
    """
    groups = [np.asarray(g, dtype=np.int64) for g in members]
    out = np.zeros((left.shape[0], len(groups)))
    filled = [i for i, g in enumerate(groups) if len(g)]
    if not filled or not left.shape[0]:
        return out
    order = np.concatenate([groups[i] for i in filled])
    starts = np.cumsum([0] + [len(groups[i]) for i in filled[:-1]])
    turned = right.T.tocsr()
    for at in range(0, left.shape[0], _BLOCK):
        block = (left[at : at + _BLOCK] @ turned).toarray().astype(np.float32)
        out[at : at + _BLOCK, filled] = np.maximum.reduceat(block[:, order], starts, axis=1)
    return out
