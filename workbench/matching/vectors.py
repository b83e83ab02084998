"""Bags of terms as sparse vectors: weighted by rarity, compared by cosine or by containment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Bags", "best_per_group", "group_max", "product"]

Codes = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
_PAIRS = 4_000_000  # pairs of equal terms that are summed at a time
_SMALL = 20_000_000  # multiplications from which BLAS on several processors is worth to wake them
_BLOCK = 512  # rows of a product made dense at a time


class Bags:
    """Two lists of bags over one vocabulary, every term weighted by how few bags hold it.

    Args:
        left: The terms of each item, every one once.
        right: The same for the other side.
        weights: The weights of all terms of a side, item after item; 1 unless given.
    """

    def __init__(
        self,
        left: Sequence[Collection[str]],
        right: Sequence[Collection[str]],
        weights: Sequence[Matrix | None] = (None, None),
    ) -> None:
        codes: defaultdict[str, int] = defaultdict(count().__next__)  # a term is numbered when it is first met
        self.left = _Side.of(left, codes, weights[0])
        self.right = self.left if right is left else _Side.of(right, codes, weights[1])
        held = [np.bincount(side.terms, minlength=len(codes)) for side in (self.left, self.right)]
        total = len(left) + len(right)
        self.rarity: Matrix = np.log1p(total / np.maximum(held[0] + held[1], 1)) / np.log1p(max(total, 1))

    def cosine(self) -> Matrix:
        """Cosine of all pairs; 0 where a side is empty."""
        weights = [side.weights * self.rarity[side.terms] for side in (self.left, self.right)]
        norms = [np.sqrt(side.total(w * w)) for side, w in zip((self.left, self.right), weights, strict=True)]
        (found,) = self._met([lambda left, right: weights[0][left] * weights[1][right]])
        return np.clip(found / np.maximum(np.outer(*norms), 1e-12), 0.0, 1.0)

    @cached_property
    def contained(self) -> tuple[Matrix, Matrix]:
        """The weighted share of the left bag that is in the right one, and of the right one in the left."""
        weights = [side.weights * self.rarity[side.terms] for side in (self.left, self.right)]
        whole = [np.maximum(side.total(w), 1e-12) for side, w in zip((self.left, self.right), weights, strict=True)]
        left, right, _ = self._in_common
        return np.clip(left / whole[0][:, None], 0, 1), np.clip(right / whole[1][None, :], 0, 1)

    @property
    def shared(self) -> Matrix:
        """The summed rarity of the terms two bags share."""
        return self._in_common[2]

    @cached_property
    def _in_common(self) -> list[Matrix]:
        """Of the terms two bags share the summed worth in the left bag, in the right one, and the rarity."""
        rarity = self.rarity[self.left.terms]
        of_left = self.left.weights * rarity
        of_right = self.right.weights * self.rarity[self.right.terms]
        return self._met(
            [lambda left, _: of_left[left], lambda _, right: of_right[right], lambda left, _: rarity[left]]
        )

    @property
    def union(self) -> Matrix:
        """The summed rarity of the terms in either bag."""
        left, right = (side.total(self.rarity[side.terms]) for side in (self.left, self.right))
        found: Matrix = left[:, None] + right[None, :] - self.shared
        return found

    def _met(self, worth: Sequence[Callable[[Codes, Codes], Matrix]]) -> list[Matrix]:
        """Sums over the terms that two bags share, for all pairs of bags.

        A join on terms: faster for small tables than a sparse product, and BLAS would wake all processors.

        Args:
            worth: What is summed, told by the places of the equal terms in the left and the right bags.
        """
        order = np.argsort(self.right.terms, kind="stable")
        ends = np.cumsum(np.bincount(self.right.terms, minlength=len(self.rarity)))
        starts = np.concatenate([[0], ends])
        count = (ends - starts[:-1])[self.left.terms]
        made = np.cumsum(count)
        sums = [np.zeros(self.left.size * self.right.size) for _ in worth]
        for start, end in _blocks(made, _PAIRS):
            mine = np.repeat(np.arange(start, end), count[start:end])
            place = np.arange(len(mine)) - (made - count)[mine] + (made - count)[start] + starts[self.left.terms[mine]]
            theirs = order[place]
            cell = self.left.owners[mine] * self.right.size + self.right.owners[theirs]
            for out, of in zip(sums, worth, strict=True):
                out += np.bincount(cell, of(mine, theirs), len(out))
        return [out.reshape(self.left.size, self.right.size) for out in sums]


def _blocks(made: Codes, most: int) -> Iterator[tuple[int, int]]:
    """Where to cut so that each block makes about `most` pairs; `made` is how many are made up to each place."""
    start = 0
    while start < len(made):
        before = made[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(made, before + most)))
        yield start, end
        start = end


@dataclass(frozen=True, eq=False)
class _Side:
    """The bags of one side: which bag holds which term, and with what weight."""

    size: int
    owners: Codes
    terms: Codes
    weights: Matrix

    @classmethod
    def of(cls, bags: Sequence[Collection[str]], codes: Mapping[str, int], weights: Matrix | None) -> _Side:
        sizes = [len(bag) for bag in bags]
        terms = np.fromiter(map(codes.__getitem__, chain.from_iterable(bags)), np.int64, sum(sizes))
        owners = np.repeat(np.arange(len(bags)), sizes)
        return cls(len(bags), owners, terms, np.ones(len(terms)) if weights is None else weights)

    def total(self, weights: Matrix) -> Matrix:
        """The sum of weights of each bag."""
        return np.bincount(self.owners, weights, self.size).astype(np.float64, copy=False)


def group_max(matrix: Matrix, owners: Sequence[int], size: int, axis: int) -> Matrix:
    """The maximum over the rows (axis 0) or columns (1) of each owner; owners ascend, every one has some."""
    starts = np.searchsorted(np.asarray(owners), np.arange(size))
    return np.maximum.reduceat(matrix, starts, axis=axis)


def best_per_group(left: Any, right: Any, members: Sequence[Sequence[int]]) -> Matrix:
    """For each left vector the best cosine to any right vector of each group.

    Args:
        left: Sparse unit vectors, vectors × terms, by rows.
        right: The same, terms × vectors.
        members: For each group the columns of `right` in it; an empty group scores 0.
    """
    out = np.zeros(left.shape[0] * len(members), dtype=left.dtype)
    vector = np.fromiter(chain.from_iterable(members), np.int64)
    group = np.repeat(np.arange(len(members)), [len(of) for of in members])[np.argsort(vector, kind="stable")]
    held = np.bincount(vector, minlength=right.shape[1])
    first = np.cumsum(held) - held
    for at in range(0, left.shape[0], _BLOCK):
        near = left[at : at + _BLOCK] @ right
        many = held[near.indices]
        place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many - first[near.indices], many)
        row = np.repeat(np.repeat(np.arange(at, at + near.shape[0]), np.diff(near.indptr)), many)
        np.maximum.at(out, row * len(members) + group[place], np.repeat(near.data, many))
    return out.reshape(left.shape[0], -1).astype(np.float64)


def product(left: Matrix, right: Matrix) -> Matrix:
    """The matrix product; a small one without BLAS, whose idle threads take longer than the work."""
    if left.shape[0] * right.size >= _SMALL:
        large: Matrix = left @ right
        return large
    small: Matrix = np.einsum("ik,kj->ij", left, right)
    return small
