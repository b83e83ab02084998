"""Whether of several source rows with one key only the latest goes on, and by which column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from .aligning import KEY, Alignment, beside, once, varying
from .candidates import ENOUGH
from .columns import number_column
from .lines import has_totals
from .moments import day_column
from .numbers import agree

__all__ = ["keep_latest"]


def keep_latest(alignment: Alignment) -> Alignment | None:
    """The alignment with one row a key, where target columns hold what the latest row of each key holds.

    Args:
        alignment: Source and target with their key; several source rows make one target row.

    Returns:
        None where no column's order gives the target's values, or where counts and sums say that rows are added up.
    """
    rows, wanted = alignment.source, once(alignment.target)
    changing = varying(rows)
    several = [c for c in rows.columns if c in changing]
    best: tuple[int, Alignment] | None = None
    for name in several:
        order = _ordered(rows[name])
        if order is None:
            continue
        steps, values = order
        ranked = rows.with_columns(values.alias("__order")).sort("__order", descending=True, nulls_last=True)
        last = once(ranked).drop("__order")
        here = beside(wanted, last)
        others = [n for n in several if n != name]
        hits = sum(any(agree(here[n], wanted[c]) >= ENOUGH for n in others) for c in wanted.columns if c != KEY)
        if hits and (best is None or hits > best[0]):
            best = hits, replace(alignment, source=last, grouped=False, latest=(name, steps))
    return None if best is None or has_totals(alignment) else best[1]


def _ordered(column: pl.Series) -> tuple[list[Any], pl.Series] | None:
    """A column as what can be ordered, with the steps that read it."""
    days = day_column(column)
    if days is not None:
        return [{"parse_date": days[0]}], days[1]
    return number_column(column)
