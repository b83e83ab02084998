"""Run a plan from a source to files in bounded memory, with the books checked at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from workbench.backends import select_source, to_dtype
from workbench.errors import ConservationError
from workbench.model import Plan

from .applying import BATCH_ROWS, Applied, source_batches, stream
from .counts import Counts
from .row_engine import Tables, whole_steps

__all__ = ["run_streaming"]

Writer = Callable[[pl.LazyFrame], int]
Keeper = Callable[[pl.DataFrame, int], object]
Engine = Callable[[pl.DataFrame], Applied]


def run_streaming(
    plan: Plan,
    frame: pl.LazyFrame,
    write: Writer,
    keep: Keeper,
    tables: Tables | None = None,
    *,
    engine: Engine | None = None,
    batch_rows: int = BATCH_ROWS,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Apply a plan batch by batch and hand the passed rows to a writer as one lazy frame.

    An engine other than Polars takes batches where the plan works row by row, and else the whole source at once.

    Args:
        plan: What to run.
        frame: The source.
        write: Writes a lazy frame and returns the number of rows written.
        keep: Takes the rejected rows of a batch and the batch's number; called for batches with rejects only.
        tables: Gives the frame of a table that a lookup or union names.
        engine: Runs the plan over the rows it is given; Polars unless said.
        batch_rows: Rows per batch; memory is a small multiple of that.
        progress: Called with the number of source rows read so far.

    Returns:
        The books, checked.

    Raises:
        ConservationError: Rows were lost on the way or the writer wrote another number of them.
    """
    counts = Counts()
    source = select_source(plan, frame)

    def parts() -> Iterator[Applied]:
        if engine is None:
            yield from stream(plan, frame, tables, batch_rows=batch_rows, progress=progress)
        elif whole_steps(plan, by_engine=True):
            yield engine(source.collect())
        else:
            yield from (engine(data) for data, _ in source_batches(source, batch_rows, progress))

    def batches(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        for number, part in enumerate(parts(), 1):
            counts.add(part.counts)
            if part.rejected.height:
                keep(part.rejected, number)
            yield part.passed if with_columns is None else part.passed.select(with_columns)

    schema = pl.Schema({f.name: to_dtype(f.value.type) for f in plan.fields})
    passed = pl.io.plugins.register_io_source(batches, schema=schema)
    written = write(passed)
    counts.check()
    if written != counts.rows_out:
        what = f"{counts.rows_out} rows passed but {written} were written"
        raise ConservationError(what, where=plan.name, cure="report this")
    return counts
