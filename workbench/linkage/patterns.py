"""Patterns: all outcomes of a pair as one integer; there are thousands where there are millions of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from workbench.errors import UsageError

from .model import LinkModel

__all__ = ["MOST", "Candidates", "Patterns"]

MOST = 1 << 63
"""Patterns that a model may have."""


@dataclass(frozen=True)
class Patterns:
    """How outcomes are packed: a mixed-radix number, one digit per comparison; the highest digit is 'missing'."""

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, model: LinkModel) -> Patterns:
        """The packing of a model's comparisons.

        Raises:
            UsageError: There are more outcomes than fit into a number of 64 bits.
        """
        made = cls(tuple(len(c.levels) + 1 for c in model.comparisons))
        if made.space >= MOST:
            what = f"{len(made.sizes)} comparisons have more outcomes together than can be told apart"
            raise UsageError(what, cure="drop comparisons that tell little, or levels")
        return made

    @property
    def space(self) -> int:
        """Number of possible patterns."""
        return prod(self.sizes)

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
        """With pairs that no rule has made: they are scored, and teach nothing."""
        patterns = np.union1d(self.patterns, packed)
        place = np.searchsorted(patterns, self.patterns)
        index = np.append(place[self.pattern], np.searchsorted(patterns, packed)).astype(np.uint32)
        where, bits, counts = self.made
        both = np.append(self.left, left), np.append(self.right, right)
        return Candidates(*both, index, patterns, (place[where], bits, counts))
