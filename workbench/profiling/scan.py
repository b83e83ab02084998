"""One pass over the rows: every column gathered, a sample kept, memory bounded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from .basics import filled
from .distinct import Budget, Hashes
from .gather import Gathered, as_plain, hashes_of
from .leaves import Leaf, leaves_of
from .sampling import Sample

__all__ = ["Scanned", "batches_of", "every_hash", "scan_rows"]

BATCH = 262_144
HANDY = 65_536  # rows from which a piece is looked at by itself
CELLS = 16_000_000  # rows × columns of a batch: wide frames come in shorter batches
Frame = pl.LazyFrame | pl.DataFrame


@dataclass
class Scanned:
    """What one pass has gathered.

    Attributes:
        rows: Rows read.
        columns: One per path.
        sample: Some whole rows, in order.
    """

    rows: int
    columns: list[Gathered]
    sample: pl.DataFrame


def batches_of(frame: Frame, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
    """The rows of a frame in order, some hundred thousand at a time, of these columns only."""
    if isinstance(frame, pl.DataFrame):
        chosen = frame if columns is None else frame.select(columns)
        size = max(1_024, min(BATCH, CELLS // max(1, chosen.width)))
        yield from (chosen.iter_slices(size) if chosen.height else iter(()))
        return
    lazy = frame if columns is None else frame.select(columns)
    size = max(1_024, min(BATCH, CELLS // max(1, len(lazy.collect_schema()))))
    if size < BATCH:
        for batch in lazy.collect_batches(chunk_size=size, maintain_order=True):
            yield batch.rechunk()
        return
    # The engine's own pieces come whole; pieces cut to size would have to be copied together.
    yield from _handy(lazy.collect_batches(maintain_order=True))


def _handy(pieces: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Pieces of a handy size: small ones put together, large ones cut."""
    waiting: list[pl.DataFrame] = []
    rows = 0
    for piece in pieces:
        if piece.height >= HANDY and not waiting:
            yield from (part.rechunk() for part in piece.iter_slices(BATCH))
            continue
        waiting.append(piece)
        rows += piece.height
        if rows >= HANDY:
            yield from pl.concat(waiting, rechunk=True).iter_slices(BATCH)
            waiting, rows = [], 0
    if rows:
        yield pl.concat(waiting, rechunk=True)


def scan_rows(frame: Frame, *, full: bool, sample: int, memory: int) -> Scanned:
    """Read every row once.

    Args:
        frame: The data.
        full: Count every distinct value and shape, not only those of few or key-like values.
        sample: Rows to keep, see `Sample`.
        memory: Bytes for kept hashes and numbers.
    """
    schema = frame.schema if isinstance(frame, pl.DataFrame) else frame.collect_schema()
    budget = Budget(memory)
    columns = [Gathered(leaf, full, budget) for leaf in leaves_of(schema)]
    kept = Sample(sample, copy=isinstance(frame, pl.LazyFrame))
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        for batch in batches_of(frame):
            # Polars and numpy let go of the interpreter while they count: threads are worth it.
            for _ in pool.map(lambda column, batch=batch: column.add(batch), columns):
                pass
            kept.add(batch)
    found = kept.frame()
    return Scanned(kept.rows, columns, pl.DataFrame(schema=schema) if found is None else found)


def every_hash(frame: Frame, leaf: Leaf, size: int) -> Hashes:
    """The hashes of all filled values of one column, in a pass of its own that reads nothing else."""
    found = np.empty(size, np.uint64)
    at = 0
    for batch in batches_of(frame, [leaf.column]):
        hashes = hashes_of(filled(as_plain(leaf.values(batch)))[0])
        found[at : at + len(hashes)] = hashes
        at += len(hashes)
    return found[:at]
