"""What is known of a target column that no steps can make: said in words, since no spec can say it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import polars as pl

from .aligning import KEY, beside, once
from .candidates import ENOUGH, Workbench
from .columns import numbers_as
from .fields import explain
from .moments import day_column
from .numbers import agree
from .values import depends

__all__ = ["clue", "partly"]

GOOD_PART = 0.4
LEAST_ROWS = 20

_MARKS = ("|", ",", ", ", ";", "; ", " ", "/", "+", "")


def clue(texts: pl.Series, wanted: pl.DataFrame, rows: pl.DataFrame, *, grouped: bool) -> str:
    """Say what a target column is, as far as that can be seen; '' when nothing can.

    Args:
        texts: The column, for all of the target's rows.
        wanted: The target rows that source rows stand behind, with their key.
        rows: The source rows that the feed uses, with their key.
        grouped: Several source rows make one target row.
    """
    if texts.null_count() == texts.len():
        return "always empty"
    numbers = numbers_as(texts)
    if numbers is not None and texts.len() > 2:
        steps = numbers.diff().drop_nulls()
        if steps.n_unique() == 1 and steps.len() == texts.len() - 1 and steps[0]:
            return f"numbers the rows in their order, from {texts[0]}"
    some = wanted[texts.name]
    return next(chain(_of_groups(some, wanted, rows) if grouped else (), _of_days(some, wanted, rows)), "")


def partly(bench: Workbench, texts: pl.Series, seconds: float) -> str:
    """Say by which rule a target column is made in a good part of the rows; '' when there is none.

    Args:
        bench: What may be read.
        texts: The column, in the order of the bench's rows.
        seconds: How long to look for a chain of steps.
    """
    found = explain(replace(bench, enough=GOOD_PART), texts, seconds) if texts.len() >= LEAST_ROWS else []
    likely = [e for e in found if e.kind not in ("translation", "lookup") or texts.n_unique() * 10 < texts.len()]
    if not likely:
        return ""
    best = max(likely, key=lambda e: e.share)
    return f"{best.text}, but in {best.share:.0%} of the rows only"


def _of_days(texts: pl.Series, wanted: pl.DataFrame, rows: pl.DataFrame) -> Iterator[str]:
    here = beside(wanted, once(rows)).drop(KEY)
    days = {c: read[1].str.to_date() for c in here.columns if (read := day_column(here[c])) is not None}
    ours, numbers = day_column(texts), numbers_as(texts)
    for name, values in days.items():
        if ours is not None:
            apart = (ours[1].str.to_date() - values).dt.total_days()
            usual = apart.drop_nulls().mode().head(1)
            if usual.len() and usual[0] and (apart == usual[0]).mean() >= ENOUGH:
                yield f"{name} {'plus' if usual[0] > 0 else 'minus'} {abs(usual[0])} days"
        for other, later in days.items() if numbers is not None else ():
            between = (later - values).dt.total_days().cast(pl.Decimal(38, 6))
            if name != other and agree(between, numbers) >= ENOUGH:  # type: ignore[arg-type]
                yield f"the days from {name} to {other}"
    for name in here.columns:
        if here[name].n_unique() * 2 < texts.len() and depends(here[name], texts) >= ENOUGH:
            yield f"follows from {name}, by no steps that were found"


def _of_groups(texts: pl.Series, wanted: pl.DataFrame, rows: pl.DataFrame) -> Iterator[str]:
    for name in (c for c in rows.columns if c != KEY):
        column = pl.col(name)
        made = {"first": column.first(), "last": column.last()}
        made |= {m: column.drop_nulls().str.join(m) for m in _MARKS}
        made |= {f"\0{m}": column.drop_nulls().unique(maintain_order=True).str.join(m) for m in _MARKS}
        groups = rows.group_by(KEY, maintain_order=True).agg(e.alias(f"__{i}") for i, e in enumerate(made.values()))
        here = beside(wanted, groups)
        for i, how in enumerate(made):
            if agree(here[f"__{i}"], texts) < ENOUGH:
                continue
            if how in ("first", "last"):
                yield f"{name} of each group's {how} row"
            else:
                different = "different " if how.startswith("\0") else ""
                yield f"the {different}values of {name}, joined by '{how.removeprefix(chr(0))}'"
