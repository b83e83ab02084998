"""Patterns: all outcomes of a pair as one integer; there are thousands where there are millions of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import LinkModel

__all__ = ["Candidates", "Patterns"]


@dataclass(frozen=True)
class Patterns:
    """How outcomes are packed: a mixed-radix number, one digit per comparison; the highest digit is 'missing'."""

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, model: LinkModel) -> Patterns:
        """The packing of a model's comparisons."""
        return cls(tuple(len(c.levels) + 1 for c in model.comparisons))

    @property
    def space(self) -> int:
        """Number of possible patterns."""
        return int(np.prod([float(s) for s in self.sizes])) if self.sizes else 1

    def pack(self, outcomes: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint64]:
        """One pattern per pair."""
        out = np.zeros(len(outcomes[0]), np.uint64)
        for size, digit in zip(self.sizes, outcomes, strict=True):
            out *= np.uint64(size)
            out += digit
        return out

    def digits(self, patterns: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Outcomes (one row per comparison) of patterns."""
        out = np.empty((len(self.sizes), len(patterns)), np.uint8)
        rest = patterns.astype(np.uint64)
        for i in range(len(self.sizes) - 1, -1, -1):
            rest, out[i] = np.divmod(rest, np.uint64(self.sizes[i]))
        return out


@dataclass(frozen=True)
class Candidates:
    """Compared pairs.

    Attributes:
        left, right: Row numbers, left < right.
        pattern: Index of each pair's pattern among ``patterns``.
        patterns: The distinct patterns.
        made: Distinct (pattern index, bits of the rules that make the pair) and how many pairs have them.
    """

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    pattern: NDArray[np.uint32]
    patterns: NDArray[np.uint64]
    made: tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.left)

    def joined(self, left: NDArray[np.uint32], right: NDArray[np.uint32], packed: NDArray[np.uint64]) -> Candidates:
        """With pairs compared before; their rules are not known, so the result is for scoring only."""
        patterns = np.union1d(self.patterns, packed)
        index = np.append(np.searchsorted(patterns, self.patterns)[self.pattern], np.searchsorted(patterns, packed))
        return Candidates(
            np.append(self.left, left), np.append(self.right, right), index.astype(np.uint32), patterns, self.made
        )
