"""Run a plan on Polars: passed rows, rejected rows with their reasons, and books that must balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.backends import (
    REJECT_COLUMNS,
    Applied,
    Counts,
    Program,
    compile_polars,
    select_source,
    stop_if_fatal,
    tally_replaced,
    to_dtype,
)
from workbench.errors import SourceError
from workbench.model import Plan, RowStep, any_of, lit

from .row_engine import GLOBAL_STEPS, Tables, run_row_step

__all__ = ["REJECT_COLUMNS", "Applied", "apply", "source_batches", "stream"]

BATCH_ROWS = 200_000
Batch = Callable[[int], None]


def apply(plan: Plan, frame: pl.LazyFrame | pl.DataFrame, tables: Tables | None = None) -> Applied:
    """Run a plan in memory.

    Args:
        plan: What to run.
        frame: The source, with the plan's columns.
        tables: Gives the frame of a table that a lookup or union names.

    Raises:
        SourceError: A column of the plan is missing, or a reference table cannot be used.
        FlowError: A field with ``on_error: fail`` found a fault.
        ConservationError: Rows were lost; a defect of the workbench.
    """
    counts = Counts()
    data = select_source(plan, frame).collect()
    counts.rows_in = data.height
    for step in plan.rows:
        data = run_row_step(step, data, tables or _no_tables, counts)
    passed, rejected = _FieldEngine(plan).run(data, counts)
    return Applied(passed, rejected, counts.check())


def stream(
    plan: Plan,
    frame: pl.LazyFrame,
    tables: Tables | None = None,
    *,
    batch_rows: int = BATCH_ROWS,
    progress: Batch | None = None,
) -> Iterator[Applied]:
    """Run a plan batch by batch in bounded memory; each batch comes with its own checked counts.

    A step that needs all rows (keep_latest, group) first spools what it needs to a temporary folder and
    runs on Polars' streaming engine there.

    Args:
        plan: What to run.
        frame: The source.
        tables: Gives the frame of a table that a lookup or union names.
        batch_rows: Rows per batch.
        progress: Called with the number of source rows read so far.
    """
    engine = _FieldEngine(plan)
    with TemporaryDirectory(prefix="workbench-") as folder:
        batches = source_batches(select_source(plan, frame), batch_rows, progress)
        for number, (steps, last) in enumerate(_segments(plan.rows)):
            batches = _run_steps(steps, batches, tables or _no_tables)
            if last is not None:
                batches = _run_global(last, batches, Path(folder) / str(number), batch_rows, tables)
        for data, counts in batches:
            passed, rejected = engine.run(data, counts)
            yield Applied(passed, rejected, counts)


def _no_tables(name: str) -> pl.LazyFrame:
    raise SourceError(f"the table '{name}' cannot be read here", cure="give apply the tables it needs")


BookedBatches = Iterator[tuple[pl.DataFrame, Counts]]


def source_batches(frame: pl.LazyFrame, rows: int, progress: Batch | None) -> BookedBatches:
    """The rows of a source in batches, each with the books that it opens; one without rows for an empty source."""
    done, came = 0, False
    for data in frame.collect_batches(chunk_size=rows, maintain_order=True):
        came = True
        done += data.height
        if progress is not None:
            progress(done)
        yield data, Counts(rows_in=data.height)
    if not came:  # an empty source still has columns
        yield frame.head(0).collect(), Counts()


def _segments(rows: tuple[RowStep, ...]) -> Iterator[tuple[list[RowStep], RowStep | None]]:
    local: list[RowStep] = []
    for step in rows:
        if isinstance(step, GLOBAL_STEPS):
            yield local, step
            local = []
        else:
            local.append(step)
    yield local, None


def _run_steps(steps: list[RowStep], batches: BookedBatches, tables: Tables) -> BookedBatches:
    first = True
    for data, counts in batches:
        for step in steps:
            # The rows of a union belong to the data set, not to each of its batches.
            if type(step).__name__ != "Union" or first:
                data = run_row_step(step, data, tables, counts)
        first = False
        yield data, counts


def _run_global(step: RowStep, batches: BookedBatches, folder: Path, rows: int, tables: Tables | None) -> BookedBatches:
    folder.mkdir(parents=True)
    counts = Counts()
    for number, (data, batch) in enumerate(batches):
        data.write_parquet(folder / f"{number:06}.parquet")
        counts.add(batch)
    whole = pl.scan_parquet(folder / "*.parquet").collect(engine="streaming")
    out = run_row_step(step, whole, tables or _no_tables, counts)
    for start in range(0, max(out.height, 1), rows):
        yield out.slice(start, rows), counts
        counts = Counts()


class _FieldEngine:
    """The fields of a plan, compiled once and run on every batch."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.guards = plan.guards
        self.fields = plan.computed
        self.reasons = plan.reasons
        # A null condition does not reject: any_of makes it false.
        never_null = ("all_of", "any_of", "none_of", "is_null")
        conditions = [
            g.condition if g.condition.op in never_null else any_of(g.condition, lit(False)) for g in self.guards
        ]
        self.program = compile_polars([*(f.value for f in self.fields), *conditions])
        self.values: Program = compile_polars([g.value for g in self.guards])
        self.flags = [f"__g{i}" for i in range(len(self.guards))]

    def run(self, data: pl.DataFrame, counts: Counts) -> tuple[pl.DataFrame, pl.DataFrame]:
        fields = [
            e.cast(to_dtype(f.value.type)).alias(f"__v{i}") if f.value.op == "lit" else e.alias(f"__v{i}")
            for i, (f, e) in enumerate(zip(self.fields, self.program.outputs, strict=False))
        ]
        conditions = self.program.outputs[len(fields) :]
        flags = [c.alias(n) for c, n in zip(conditions, self.flags, strict=True)]
        # A row of constants alone would come out once: the index keeps the height.
        keep = pl.int_range(pl.len()).alias("__row")
        out = self.program.run(data.lazy()).select(keep, *fields, *flags).collect()
        bad = out.select(pl.any_horizontal(pl.lit(False), *self.flags)).to_series()
        if not bad.any():
            return self._passed(out, counts), self._rejects(data.head(0), out.head(0), counts)
        rejected = self._rejects(data.filter(bad), out.filter(bad).select(self.flags), counts)
        return self._passed(out.filter(~bad), counts), rejected

    def _passed(self, out: pl.DataFrame, counts: Counts) -> pl.DataFrame:
        """The rows that pass, in the target's form; what was replaced in them is counted."""
        names = {f"__v{i}": f.name for i, f in enumerate(self.fields)}
        passed = tally_replaced(out.select(list(names)).rename(names), counts, self.reasons)
        stop_if_fatal(self.plan, counts.replaced)
        counts.rows_out += passed.height
        return passed

    def _rejects(self, rows: pl.DataFrame, flags: pl.DataFrame, counts: Counts) -> pl.DataFrame:
        """The rejected rows with what is wrong with them, and their booking by first fault."""
        originals = rows.select([c for c in rows.columns if not (c.startswith("__") and c.endswith("_found"))])
        # The index keeps the height when every value shown is a constant.
        texts = self.values.run(rows.lazy()).select(
            pl.int_range(pl.len()).alias("__row"),
            *(e.alias(n) for e, n in zip(self.values.outputs, self.flags, strict=True)),
        )
        values = texts.collect().drop("__row") if self.flags and rows.height else None
        books = {name: self._first(flags, values, name) for name in ("code", "field", "step", "reason", "value")}
        faults = self._all_faults(flags, rows.height)
        out = originals.with_columns(
            *[s.alias(f"_{name}") for name, s in books.items()],
            faults.alias("_faults"),
            pl.Series("_spec", [self.plan.name] * rows.height, dtype=pl.String),
        )
        first = Counter(out["_code"].to_list())
        stop_if_fatal(self.plan, first)
        counts.rejected.update(first)
        counts.reasons.update({code: self.reasons[code] for code in first})
        return out

    def _first(self, flags: pl.DataFrame, values: pl.DataFrame | None, what: str) -> pl.Series:
        if values is None:
            return pl.Series([], dtype=pl.String)
        chain: pl.Expr = pl.lit(None, pl.String)
        work = flags.with_columns(values.rename({n: f"v{n}" for n in values.columns}).get_columns())
        for name, guard in reversed(list(zip(self.flags, self.guards, strict=True))):
            said = pl.col(f"v{name}") if what == "value" else pl.lit(str(getattr(guard, what)))
            chain = pl.when(pl.col(name)).then(said).otherwise(chain)
        return work.select(chain.alias("s"))["s"]

    def _all_faults(self, flags: pl.DataFrame, height: int) -> pl.Series:
        if not self.flags or not height:
            return pl.Series([], dtype=pl.String)
        said = [
            pl.when(pl.col(n)).then(pl.lit(f"{g.code} {g.field} {g.reason}".replace("  ", " ")))
            for n, g in zip(self.flags, self.guards, strict=True)
        ]
        return flags.select(pl.concat_str(said, separator="; ", ignore_nulls=True).alias("s"))["s"]
