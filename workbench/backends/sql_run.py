"""Run a compiled script and read what it gives: the same rows and the same books as on Polars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from workbench.errors import SourceError
from workbench.model import TEXT, DataType, Lookup, Plan

from .outcome import REJECT_COLUMNS, Applied, Counts, stop_if_fatal, tally_replaced
from .polars_types import normalise, to_dtype

if TYPE_CHECKING:
    from .sql_rows import Measure

__all__ = ["book", "conform", "duplicate_key_error", "measured", "reference", "select_source"]

Tables = Callable[[str], pl.LazyFrame]


def select_source(plan: Plan, frame: pl.LazyFrame | pl.DataFrame) -> pl.LazyFrame:
    """The columns that a plan reads, in their canonical types.

    Raises:
        SourceError: Some are missing.
    """
    lazy = normalise(frame.lazy())
    have = lazy.collect_schema().names()
    missing = [name for name, _ in plan.source if name not in have]
    if missing:
        raise SourceError(
            f"the source lacks columns that the spec reads: {', '.join(missing)}",
            where=plan.name,
            cure="has the source changed? profile it and mend the spec",
        )
    return lazy.select([name for name, _ in plan.source])


def reference(tables: Tables | None, name: str) -> pl.DataFrame:
    """The frame of a table that a lookup or union names."""
    if tables is None:
        raise SourceError(f"the table '{name}' cannot be read here", cure="give the run the tables it needs")
    return normalise(tables(name)).collect()


def conform(frame: pl.DataFrame, columns: Mapping[str, DataType]) -> pl.DataFrame:
    """A result brought to the types of the plan; engines hand back narrower or wider ones."""
    casts = []
    for name, type_ in columns.items():
        dtype = to_dtype(type_)
        x = pl.col(name)
        if type_.kind == "timestamp" and not type_.local:
            have = frame.schema[name]
            x = x.dt.convert_time_zone("UTC") if getattr(have, "time_zone", None) else x
            x = x.cast(pl.Datetime("us", getattr(have, "time_zone", None) and "UTC"))
            x = x if getattr(have, "time_zone", None) else x.dt.replace_time_zone("UTC")
        casts.append(x.cast(dtype) if type_.kind != "null" else pl.lit(None).alias(name))
    return frame.select(casts)


def reject_types(columns: Mapping[str, DataType]) -> dict[str, DataType]:
    """Columns of the rejected rows with their types."""
    kept = {c: t for c, t in columns.items() if not (c.startswith("__") and c.endswith("_found"))}
    return kept | dict.fromkeys(REJECT_COLUMNS, TEXT)


def book(
    plan: Plan, rows: Callable[[str], int], measures: Sequence[Measure], passed: pl.DataFrame, rejected: pl.DataFrame
) -> Applied:
    """Keep the books of a run and prove that they balance.

    Args:
        plan: What was run.
        rows: The number of rows of a part.
        measures: What the row steps add and take away.
        passed: Rows that passed.
        rejected: Rows that did not.
    """
    counts = Counts(rows_in=rows("source"), rows_out=passed.height)
    passed = tally_replaced(passed, counts, plan.reasons)
    measured(plan, rows, measures, counts)
    first = Counter(rejected["_code"].to_list())
    stop_if_fatal(plan, first)
    counts.rejected.update(first)
    counts.reasons.update({code: plan.reasons[code] for code in first})
    return Applied(passed, rejected, counts.check())


def measured(plan: Plan, rows: Callable[[str], int], measures: Sequence[Measure], counts: Counts) -> None:
    """Take what the row steps add, take away and replace into the books."""
    for m in measures:
        change = rows(m.more) - (rows(m.less) if m.less else 0)
        if m.kind == "added":
            counts.added += change
        elif m.kind == "replaced":
            counts.replaced.update({m.name: change} if change else {})
            counts.reasons.update({m.name: plan.reasons[m.name]} if change else {})
        else:
            counts.booked[m.name] += change
    stop_if_fatal(plan, counts.replaced)


def duplicate_key_error(step: Lookup, keys: Sequence[str]) -> SourceError:
    """The error for a reference table in which a key stands twice."""
    shown = ", ".join(sorted(keys)[:3]) + (" …" if len(keys) > 3 else "")
    return SourceError(
        f"the key is not unique in the reference table: {shown}",
        where=f"{step.table}, row step {step.id}",
        cure="mend the table, or write cardinality: 'n:n'",
    )
