"""What a run needs of memory, said before it starts: which row steps stream, and which need all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.backends import select_source
from workbench.errors import UnknownNameError
from workbench.model import Plan, RowStep

from .applying import BATCH_ROWS
from .row_engine import whole_steps

__all__ = ["Footprint", "batch_rows_of", "footprint"]

MIB = 1024 * 1024
_SAMPLE = 2_000


@dataclass(frozen=True, slots=True)
class _Cost:
    """What an engine takes in this process, measured by tests/benchmarks/streaming_memory.py.

    Attributes:
        process: MiB before the first row.
        batch_rows: Rows that it is given at a time.
        per_batch: What a batch costs while it is read ahead, mapped and written, as a multiple of its rows' bytes.
        whole: What all rows at once cost, as a multiple of theirs.
        beside: What runs in other processes, and how much that takes.
    """

    process: int
    batch_rows: int
    per_batch: float
    whole: float
    beside: str = ""


_COSTS = {
    "polars": _Cost(150, BATCH_ROWS, 40, 6),
    "duckdb": _Cost(200, BATCH_ROWS, 40, 6),
    "postgres": _Cost(200, BATCH_ROWS, 40, 10, "the server as much as its settings say"),
    "spark": _Cost(200, 500_000, 25, 10, "Spark up to 2 GiB"),
}


@dataclass(frozen=True, slots=True)
class Footprint:
    """The memory that a run needs.

    Attributes:
        engine: What runs it.
        streamed: Row steps that work batch by batch, as in 'filter r1'.
        whole: Row steps that need all rows at once; on Polars these are spooled to disk before, another engine is
            given the whole source then.
        batch_rows: Rows of a batch.
        row_bytes: Bytes of a source row, from the first rows.
    """

    engine: str
    streamed: tuple[str, ...]
    whole: tuple[str, ...]
    batch_rows: int
    row_bytes: float

    @property
    def streaming_bytes(self) -> int:
        """Expected peak while streaming, in bytes; the same for any number of rows."""
        cost = _COSTS[self.engine]
        return round(cost.process * MIB + cost.per_batch * self.batch_rows * self.row_bytes)

    @property
    def million_rows_bytes(self) -> int:
        """Expected memory of the steps that need all rows, in bytes per million of them; 0 without such steps."""
        return round(_COSTS[self.engine].whole * 1_000_000 * self.row_bytes) if self.whole else 0

    def __str__(self) -> str:
        beside = _COSTS[self.engine].beside
        lines = []
        if self.engine == "polars" or not self.whole:
            size = _size(self.streaming_bytes)
            lines.append(f"streams in batches of {self.batch_rows:,} rows: at most about {size}, at any size")
        if self.whole:
            they, size = ", ".join(self.whole), _size(self.million_rows_bytes)
            lines.append(f"{they}: needs all rows at once, about {size} per million rows")
        if self.streamed and self.whole:
            told = "" if self.engine == "polars" else f", but {self.engine} is given all rows because of the others"
            lines.append(f"{', '.join(self.streamed)}: works row by row{told}")
        return "\n".join([*lines, *([f"beside this process: {beside}"] if beside else [])])


def batch_rows_of(engine: str) -> int:
    """Rows that an engine is given at a time.

    Raises:
        UnknownNameError: There is no such engine.
    """
    if engine not in _COSTS:
        raise UnknownNameError.of("engine", engine, list(_COSTS))
    return _COSTS[engine].batch_rows


def footprint(plan: Plan, frame: pl.LazyFrame, *, engine: str = "polars", batch_rows: int | None = None) -> Footprint:
    """Estimate the memory of a run before it starts; only the first rows are read.

    Args:
        plan: What will run.
        frame: The source.
        engine: What will run it.
        batch_rows: Rows of a batch; as the engine is given them unless said.

    Raises:
        SourceError: The source lacks a column of the plan.
        UnknownNameError: There is no such engine.
    """
    batch_rows = batch_rows or batch_rows_of(engine)
    first = select_source(plan, frame).head(_SAMPLE).collect()
    whole = whole_steps(plan, by_engine=engine != "polars")
    streamed = tuple(_told(s) for s in plan.rows if s not in whole)
    row_bytes = first.estimated_size() / max(first.height, 1)
    return Footprint(engine, streamed, tuple(map(_told, whole)), batch_rows, row_bytes)


def _told(step: RowStep) -> str:
    """A row step as a person knows it."""
    return f"{type(step).__name__.lower()} {step.id}".replace("keeplatest", "keep_latest")


def _size(n: int) -> str:
    return f"{n / MIB / 1024:.1f} GiB" if n >= 1024 * MIB else f"{n / MIB:,.0f} MiB"
