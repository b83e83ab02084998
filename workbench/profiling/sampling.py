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
        self._pinning = False

    def add(self, batch: pl.DataFrame) -> None:
        """Look at the next rows."""
        start, self.rows = self.rows, self.rows + batch.height
        chosen = _chosen(start, self.rows, self.level)
        while self._count + len(chosen) > 2 * self.size:
            self.level += 1
            self._thin(start)
            chosen = _chosen(start, self.rows, self.level)
        self._copy_last()
        if len(chosen):
            whole = len(chosen) == batch.height
            self._kept.append(batch if whole else batch[pl.Series(chosen - start)])
            self._positions.append(chosen)
            self._count += len(chosen)
            self._pinning = self.copy and not whole

    def _thin(self, upto: int) -> None:
        stay = _chosen(0, upto, self.level)
        for i, positions in enumerate(self._positions):
            stays = np.isin(positions, stay, assume_unique=True)
            self._kept[i], self._positions[i] = self._kept[i].filter(pl.Series(stays)), positions[stays]
        self._count = sum(map(len, self._positions))

    def _copy_last(self) -> None:
        """Let go of the batch before, of whose rows the thinning may have left few."""
        if self._pinning:
            self._kept[-1], self._pinning = _copied(self._kept[-1]), False

    def frame(self) -> pl.DataFrame | None:
        """The rows of the sample, in order; None when no batch came."""
        self._copy_last()
        return pl.concat(self._kept, rechunk=True) if self._kept else None


def _copied(frame: pl.DataFrame) -> pl.DataFrame:
    """A copy that shares no memory: texts taken from a batch hold on to all of its texts."""
    if pl.Object in frame.dtypes:
        return frame
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    frame = frame.with_columns(pl.col(texts) + "")  # joining makes new texts, and does it fastest
    flat = (pl.String, pl.Boolean)
    nested = [n for n, t in frame.schema.items() if not (t.is_numeric() or t.is_temporal() or t in flat)]
    if not nested:
        return frame
    buffer = BytesIO()
    # The older layout has each text stand by itself; the newer would write the shared buffers whole.
    frame.select(nested).write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
    buffer.seek(0)
    return frame.with_columns(pl.read_ipc_stream(buffer))


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
