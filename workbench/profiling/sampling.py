"""A systematic sample of a stream of rows whose number is not known beforehand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Sample"]

Positions = npt.NDArray[np.int64]
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Sample:
    """One row of every block of 2^level rows, the level rising as rows arrive.

    Which row of a block is taken is drawn by a fixed hash of the block's number, so that rows that come in
    pairs or in dozens do not all fall on the same side; the outcome depends on nothing but the row numbers.

    Args:
        size: Rows wanted; at least so many are kept (all rows if there are fewer), at most twice as many.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.level = 0
        self.rows = 0
        self._kept: list[pl.DataFrame] = []
        self._positions: list[Positions] = []
        self._count = 0

    def add(self, batch: pl.DataFrame) -> None:
        """Look at the next rows."""
        start, self.rows = self.rows, self.rows + batch.height
        chosen = _chosen(start, self.rows, self.level)
        while self._count + len(chosen) > 2 * self.size:
            self.level += 1
            self._thin(start)
            chosen = _chosen(start, self.rows, self.level)
        if len(chosen):
            # A sample of a batch pins the batch's string buffers: rechunk makes a compact copy.
            whole = len(chosen) == batch.height
            self._kept.append(batch if whole else batch[pl.Series(chosen - start)].rechunk())
            self._positions.append(chosen)
            self._count += len(chosen)

    def _thin(self, upto: int) -> None:
        if not self._kept:
            return
        positions = np.concatenate(self._positions)
        stays = np.isin(positions, _chosen(0, upto, self.level), assume_unique=True)
        frame = pl.concat(self._kept).filter(pl.Series(stays))
        self._kept, self._positions, self._count = [frame], [positions[stays]], frame.height

    def frame(self) -> pl.DataFrame | None:
        """The rows of the sample, in order; None when no batch came."""
        return pl.concat(self._kept, rechunk=True) if self._kept else None


def _chosen(start: int, end: int, level: int) -> Positions:
    """The rows chosen in [start, end): of each block of two blocks, one, down to single rows."""
    if level == 0:
        return np.arange(start, end, dtype=np.int64)
    block = np.arange(start >> level, ((end - 1) >> level) + 1 if end > start else start >> level)
    for depth in range(level, 0, -1):
        mixed = (block.astype(np.uint64) + np.uint64(depth << 48)) * _MIX
        block = 2 * block + ((mixed >> np.uint64(61)) & np.uint64(1)).astype(np.int64)
    chosen: Positions = block[(block >= start) & (block < end)].astype(np.int64)
    return chosen
