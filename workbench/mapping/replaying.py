"""Old and new of an expression run side by side over the distinct values of what they read."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.backends import compile_polars, normalise
from workbench.model import Expr, PlannedField, any_of, lit
from workbench.profiling import mask

from .difference import Example

__all__ = ["Group", "Replayed", "replay_field", "replay_filter"]

EXAMPLES = 5


@dataclass(frozen=True)
class Group:
    """Values that fare alike: how many, in how many rows, and some of them."""

    values: int = 0
    rows: int = 0
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Replayed:
    """What a replay found.

    Attributes:
        values: Distinct values (or combinations of them) replayed.
        changed: Accepted before and now, with another result.
        refused: Accepted before, rejected now.
        accepted: Rejected before, accepted now.
    """

    values: int
    changed: Group
    refused: Group
    accepted: Group


def replay_field(data: pl.LazyFrame, was: PlannedField, now: PlannedField, personal: frozenset[str]) -> Replayed:
    """Replay a field: its value and whether its row is rejected, and why."""
    roots = [was.value, now.value, *(_reason(f) for f in (was, now))]
    out, columns = _run(data, dict(zip(("__was", "__now", "__why_was", "__why_now"), roots, strict=True)))
    before, after = pl.col("__why_was").is_null(), pl.col("__why_now").is_null()
    hide = bool(set(columns) & personal)

    def group(which: pl.Expr) -> Group:
        return _group(out.filter(which), columns, hide)

    return Replayed(
        out.height,
        group(before & after & pl.col("__was").ne_missing(pl.col("__now"))),
        group(before & ~after),
        group(~before & after),
    )


def replay_filter(data: pl.LazyFrame, was: Expr, now: Expr, personal: frozenset[str]) -> Replayed:
    """Replay a condition: rows kept by one and not by the other."""
    out, columns = _run(data, {"__was": any_of(was, lit(False)), "__now": any_of(now, lit(False))})
    said = out.with_columns(
        *(pl.when(pl.col(n)).then(pl.lit("kept")).otherwise(pl.lit("left out")).alias(n) for n in ("__was", "__now")),
        *(pl.lit(None, pl.String).alias(n) for n in ("__why_was", "__why_now")),
    )
    changed = _group(said.filter(pl.col("__was") != pl.col("__now")), columns, bool(set(columns) & personal))
    return Replayed(out.height, changed, Group(), Group())


def _reason(field: PlannedField) -> Expr:
    """Why the row is rejected, as text; null where it is accepted."""
    from workbench.model import TEXT, when

    cases = [(g.condition, lit(g.reason)) for g in field.guards]
    return when(cases, lit(None, TEXT)) if cases else lit(None, TEXT)


def _run(data: pl.LazyFrame, exprs: dict[str, Expr]) -> tuple[pl.DataFrame, list[str]]:
    """The distinct values with their number of rows and the outcome of each expression."""
    columns = data.collect_schema().names()
    distinct = normalise(data).group_by(columns).agg(pl.len().alias("__rows")).collect(engine="streaming")
    program = compile_polars(list(exprs.values()))
    outputs = [e.alias(n) for e, n in zip(program.outputs, exprs, strict=True)]
    return program.run(distinct.lazy()).select(*columns, "__rows", *outputs).collect(), columns


def _group(rows: pl.DataFrame, columns: list[str], hide: bool) -> Group:
    if not rows.height:
        return Group()
    first = rows.sort("__rows", *[c for c in columns if not rows.schema[c].is_nested()], descending=True).head(EXAMPLES)
    examples = []
    for row in first.iter_rows(named=True):
        given = ", ".join(_shown(row[c], hide) for c in columns) if columns != ["__any"] else "every row"
        before, after = (
            f"rejected: {row[why]}" if row[why] is not None else _shown(row[value], hide)
            for value, why in (("__was", "__why_was"), ("__now", "__why_now"))
        )
        examples.append(Example(given, before, after, row["__rows"]))
    return Group(rows.height, int(rows["__rows"].sum()), tuple(examples))


def _shown(value: object, hide: bool) -> str:
    if value is None:
        return "nothing"
    text = str(value)[:80]
    if text in ("kept", "left out"):
        return text
    return f"'{mask(text) if hide else text}'"
