"""Row steps on a Polars frame, each counting what it adds and takes away."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import polars as pl

from workbench.backends import SUM_DIGITS, compile_polars, tally_replaced, to_dtype
from workbench.errors import SourceError
from workbench.model import (
    DataType,
    Explode,
    Expr,
    Filter,
    Group,
    KeepLatest,
    Lookup,
    Plan,
    RowStep,
    Split,
    Union,
    Unpivot,
    why,
)

from .counts import Counts

__all__ = ["GLOBAL_STEPS", "Tables", "run_row_step", "whole_steps"]

Tables = Callable[[str], pl.LazyFrame]
# These need all rows at once; every other step works batch by batch.
GLOBAL_STEPS = (KeepLatest, Group)


def whole_steps(plan: Plan, *, by_engine: bool = False) -> tuple[RowStep, ...]:
    """The row steps of a plan that need all rows at once.

    Args:
        plan: The plan.
        by_engine: On an engine that has no batches of its own: a union adds its rows once, not to every batch.
    """
    whole = (*GLOBAL_STEPS, Union) if by_engine else GLOBAL_STEPS
    return tuple(step for step in plan.rows if isinstance(step, whole))


def run_row_step(step: RowStep, frame: pl.DataFrame, tables: Tables, counts: Counts) -> pl.DataFrame:
    """Run one row step and book what it does.

    Raises:
        SourceError: A reference table cannot be used.
    """
    replaced = getattr(step, "replaced", ())
    if replaced:
        codes = _with(frame, __replaced=why(replaced)).select("__replaced")
        tally_replaced(codes, counts, {g.code: f"{g.field} {g.reason}" for g in replaced})
    return _RUNNERS[type(step)](step, frame, tables, counts)


def _with(frame: pl.DataFrame, **exprs: Expr) -> pl.DataFrame:
    """The frame with expressions added under names."""
    program = compile_polars(list(exprs.values()))
    outputs = [e.alias(n) for e, n in zip(program.outputs, exprs, strict=True)]
    return program.run(frame.lazy()).select(*[pl.col(c) for c in frame.columns], *outputs).collect()


def _filter(step: Filter, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    kept = _with(frame, __keep=step.keep).filter(pl.col("__keep")).drop("__keep")
    counts.booked[step.book_as] += frame.height - kept.height
    return kept


def _lookup(step: Lookup, frame: pl.DataFrame, tables: Tables, counts: Counts) -> pl.DataFrame:
    keys = [f"__k{i}" for i in range(len(step.on))]
    found = f"__{step.id}_found"
    right = tables(step.table).select(
        *[pl.col(theirs).cast(pl.String).alias(k) for k, (_, theirs) in zip(keys, step.on, strict=True)],
        *[pl.col(theirs).cast(to_dtype(type_)).alias(name) for name, theirs, type_ in step.take],
        pl.lit(True).alias(found),
    )
    table = right.drop_nulls(keys).collect()
    if step.cardinality == "n:1":
        table = table.unique(maintain_order=True)
        twice = table.filter(table.select(keys).is_duplicated())
        if twice.height:
            shown = ", ".join(str(v) for v in twice[keys[0]].unique(maintain_order=True).head(3).to_list())
            raise SourceError(
                f"the key is not unique in the reference table: {shown}"
                + (" …" if twice[keys[0]].n_unique() > 3 else ""),
                where=f"{step.table}, row step {step.id}",
                cure="mend the table, or write cardinality: 'n:n'",
            )
    left = _with(frame, **{k: e for k, (e, _) in zip(keys, step.on, strict=True)})
    joined = left.join(table, on=keys, how="left", maintain_order="left").drop(keys)
    counts.added += joined.height - frame.height
    joined = joined.with_columns(pl.col(found).fill_null(False))
    if step.on_miss == "reject":
        return joined
    if step.on_miss == "drop":
        hits = joined.filter(pl.col(found))
        counts.booked[step.book_as] += joined.height - hits.height
        joined = hits
    return joined.drop(found)


def _keep_latest(step: KeepLatest, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    """The latest row per key; a key with a null in it is not known to be the same, so all such rows stay."""
    keys = [f"__k{i}" for i in range(len(step.by))]
    work = _with(frame, **dict(zip(keys, step.by, strict=True)), __order=step.order_by).with_row_index("__row")
    ties = [c for c, t in frame.schema.items() if not t.is_nested()]
    known = work.filter(pl.all_horizontal(pl.col(keys).is_not_null()))
    latest = known.sort(["__order", *ties], descending=True, nulls_last=True).unique(
        keys, keep="first", maintain_order=True
    )
    unknown = work.filter(pl.any_horizontal(pl.col(keys).is_null()))
    kept = pl.concat([latest, unknown]).sort("__row").select(frame.columns)
    counts.booked[step.book_as] += frame.height - kept.height
    return kept


def _explode(step: Explode, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    lengths = pl.col(step.column).list.len().fill_null(0)
    full = frame.filter(lengths > 0)
    counts.booked[step.book_as] += frame.height - full.height
    counts.added += int(full.select((lengths.cast(pl.Int64) - 1).sum()).item() or 0)
    lists = [pl.col(step.column).alias(step.into)]
    if step.position:
        lists.append(pl.int_ranges(1, lengths.cast(pl.Int64) + 1).alias(step.position))
    return full.with_columns(lists).explode([step.into, *([step.position] if step.position else [])])


def _group(step: Group, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    named = {f"__v{i}": a.value for i, a in enumerate(step.take) if a.value is not None}
    keyed = _with(frame, **{f"__k{i}": e for i, (_, e) in enumerate(step.by)}, **named)
    aggregates = []
    for i, a in enumerate(step.take):
        value = pl.col(f"__v{i}") if a.value is not None else pl.lit(True)
        made = {
            "count": value.count() if a.value is not None else pl.len(),
            "sum": _sum(value, a.type),
            "min": value.min(),
            "max": value.max(),
            "any": value.min(),
            "count_distinct": value.drop_nulls().n_unique(),
        }[a.how]
        aggregates.append(made.cast(to_dtype(a.type), strict=False).alias(a.name))
    keys = [pl.col(f"__k{i}").alias(name) for i, (name, _) in enumerate(step.by)]
    out = keyed.group_by(keys).agg(aggregates).sort([name for name, _ in step.by], nulls_last=True)
    counts.booked[step.book_as] += frame.height - out.height
    return out


def _sum(value: pl.Expr, type_: DataType) -> pl.Expr:
    """An exact sum; null without values, when it does not fit, and when a decimal is near the type's end."""
    some = value.count() > 0
    if type_.kind == "integer":
        return pl.when(some).then(value.cast(pl.Int128).sum())
    if type_.kind == "decimal":
        # Ten digits are left for the number of rows: the engine would raise, or wrap around.
        limit = pl.lit(Decimal(10) ** max(0, SUM_DIGITS - (type_.scale or 0)), dtype=pl.Decimal(38, 0))
        return pl.when(some & (value.abs() < limit).all()).then(value.sum())
    return pl.when(some).then(value.sum())


def _unpivot(step: Unpivot, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    index = [c for c in frame.columns if c not in step.columns]
    out = frame.unpivot(list(step.columns), index=index, variable_name=step.name, value_name=step.value)
    counts.added += out.height - frame.height
    return out


def _union(step: Union, frame: pl.DataFrame, tables: Tables, counts: Counts) -> pl.DataFrame:
    other = tables(step.table).select([pl.col(c).cast(t) for c, t in frame.schema.items()]).collect()
    counts.added += other.height
    return pl.concat([frame, other])


def _split(step: Split, frame: pl.DataFrame, _: Tables, counts: Counts) -> pl.DataFrame:
    parts = [_with(frame, **dict(columns)).with_columns(pl.lit(tag).alias(step.tag)) for tag, columns in step.parts]
    out = pl.concat(parts)
    counts.added += out.height - frame.height
    return out


_RUNNERS: dict[type[RowStep], Callable[..., pl.DataFrame]] = {
    Filter: _filter,
    Lookup: _lookup,
    KeepLatest: _keep_latest,
    Explode: _explode,
    Group: _group,
    Unpivot: _unpivot,
    Union: _union,
    Split: _split,
}
