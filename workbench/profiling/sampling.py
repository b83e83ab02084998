"""A systematic sample of a stream of rows whose number is not known beforehand."""

from __future__ import annotations

from io import BytesIO

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
        copy: Copy the rows, so that the batches they come from can go.
    """

    def __init__(self, size: int, *, copy: bool = True) -> None:
        self.size = size
        self.copy = copy
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
            part = batch if len(chosen) == batch.height else batch[pl.Series(chosen - start)]
            self._kept.append(_copied(part) if self.copy and part is not batch else part)
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


def _copied(frame: pl.DataFrame) -> pl.DataFrame:
    """A copy that shares no memory: rows taken from a batch hold on to all of its texts."""
    if all(dtype.is_numeric() or dtype.is_temporal() for dtype in frame.dtypes) or pl.Object in frame.dtypes:
        return frame
    buffer = BytesIO()
    # The older layout has each text stand by itself; the newer would write the shared buffers whole.
    frame.write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
    buffer.seek(0)
    return pl.read_ipc_stream(buffer)


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
