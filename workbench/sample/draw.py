"""Random draws that stay the same for a seed: only uniform doubles are asked of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draw", "Flags", "Numbers"]

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
_FLATTENING = 8.0


class Draw:
    """A stream of draws for one purpose.

    Streams of different purposes and blocks are independent, so that a change in one system's generator
    leaves the others as they are.

    Args:
        seed: The seed of the landscape.
        purpose: What the draws are for.
        block: Which block of customers.
    """

    def __init__(self, seed: int, purpose: str, block: int = 0) -> None:
        sequence = np.random.SeedSequence([seed, crc32(purpose.encode()), block])
        self._generator = np.random.Generator(np.random.PCG64(sequence))

    def unit(self, n: int) -> NDArray[np.float64]:
        """Uniform numbers from 0 to below 1."""
        return self._generator.random(n)

    def below(self, limit: Numbers | int, n: int) -> Numbers:
        """Uniform whole numbers from 0 to below the limit (one for all, or one each)."""
        return (self.unit(n) * limit).astype(np.int64)

    def between(self, low: int, high: int, n: int) -> Numbers:
        """Uniform whole numbers from low to high, both included."""
        return low + self.below(high - low + 1, n)

    def chance(self, share: float | NDArray[np.float64], n: int) -> Flags:
        """True for about this share (one for all, or one each)."""
        return self.unit(n) < share

    def skewed(self, limit: Numbers | int, n: int) -> Numbers:
        """Whole numbers from 0 to below the limit, the small ones more often (Zipf–Mandelbrot)."""
        span = np.asarray(limit, dtype=np.float64)
        drawn = _FLATTENING * ((span + _FLATTENING) / _FLATTENING) ** self.unit(n) - _FLATTENING
        return np.minimum(drawn, span - 1).astype(np.int64)

    def weighted(self, weights: Sequence[float], n: int) -> Numbers:
        """Indices drawn with these weights."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return np.minimum(np.searchsorted(edges / edges[-1], self.unit(n), side="right"), len(weights) - 1).astype(
            np.int64
        )

    def order(self, n: int) -> Numbers:
        """The numbers from 0 to below n, shuffled."""
        return np.argsort(self.unit(n), kind="stable").astype(np.int64)
