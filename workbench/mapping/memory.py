"""What a run needs of memory, said before it starts: which row steps stream, and which need all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.backends import select_source
from workbench.model import Plan

from .applying import BATCH_ROWS
from .row_engine import GLOBAL_STEPS

__all__ = ["Footprint", "footprint"]

MIB = 1024 * 1024
# Measured by tests/benchmarks/streaming_memory.py: the process itself, what a batch costs while it is read ahead,
# mapped and written, and what sorting or grouping the whole costs, as multiples of the rows' own bytes.
_PROCESS = 150 * MIB
_PER_BATCH = 40
_WHOLE = 6
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class Footprint:
    """The memory that a run on Polars needs.

    Attributes:
        streamed: Row steps that work batch by batch, as in 'filter r1'.
        whole: Row steps that need all rows at once; these are spooled to disk before.
        batch_rows: Rows of a batch.
        row_bytes: Bytes of a source row, from the first rows.
    """

    streamed: tuple[str, ...]
    whole: tuple[str, ...]
    batch_rows: int
    row_bytes: float

    @property
    def streaming_bytes(self) -> int:
        """Expected peak while streaming, in bytes; the same for any number of rows."""
        return round(_PROCESS + _PER_BATCH * self.batch_rows * self.row_bytes)

    @property
    def million_rows_bytes(self) -> int:
        """Expected memory of the steps that need all rows, in bytes per million of them; 0 without such steps."""
        return round(_WHOLE * 1_000_000 * self.row_bytes) if self.whole else 0

    def __str__(self) -> str:
        told = (
            f"streams in batches of {self.batch_rows:,} rows: at most about {_size(self.streaming_bytes)}, at any size"
        )
        if self.whole:
            they = ", ".join(self.whole)
            told += f"\n{they}: needs all rows at once, about {_size(self.million_rows_bytes)} per million rows"
        return told


def footprint(plan: Plan, frame: pl.LazyFrame, *, batch_rows: int = BATCH_ROWS) -> Footprint:
    """Estimate the memory of a run before it starts; only the first rows are read.

    Args:
        plan: What will run.
        frame: The source.
        batch_rows: Rows of a batch.

    Raises:
        SourceError: The source lacks a column of the plan.
    """
    first = select_source(plan, frame).head(_SAMPLE).collect()
    named = [(f"{type(s).__name__.lower()} {s.id}".replace("keeplatest", "keep_latest"), s) for s in plan.rows]
    whole = tuple(n for n, s in named if isinstance(s, GLOBAL_STEPS))
    streamed = tuple(n for n, s in named if not isinstance(s, GLOBAL_STEPS))
    return Footprint(streamed, whole, batch_rows, first.estimated_size() / max(first.height, 1))


def _size(n: int) -> str:
    return f"{n / MIB / 1024:.1f} GiB" if n >= 1024 * MIB else f"{n / MIB:,.0f} MiB"
