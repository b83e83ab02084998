"""The earliest or latest day of a group: columns of days in one format, and rules that write them."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from .candidates import Explanation, Workbench
from .numbers import agree, said

__all__ = ["day_column", "first_or_last"]

_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%m-%Y", "%Y/%m/%d", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y"
)  # fmt: skip


def day_column(column: pl.Series) -> tuple[str, pl.Series] | None:
    """A text column as days in ISO form, with the format that reads every value; None where none does.

    Where several formats read all of it, as when no day is over 12, the first of the usual ones is taken.
    """
    there = column.drop_nulls()
    if there.is_empty() or not there.head(1).str.contains("^[0-9]").all():
        return None
    for format_ in _FORMATS:
        days = column.str.to_date(format_, strict=False, exact=True)
        if days.null_count() == column.null_count() and (days.dt.to_string(format_) == column).all():
            return format_, days.dt.to_string("%Y-%m-%d")
    return None


def first_or_last(bench: Workbench, texts: pl.Series) -> Iterator[Explanation]:
    """The target as the least or greatest day of each group's rows."""
    columns = [c for c in bench.columns if c.how in ("min", "max") and bench.data[c.name].dtype == pl.String]
    read = day_column(texts) if columns else None
    if read is None:
        return
    format_, days = read
    for column in columns:
        share = agree(bench.data[column.name], days)
        if share >= bench.enough:
            field = {"from": column.name, "steps": [{"format_date": format_}]}
            yield Explanation("aggregation", (column,), field, 0.8, share, said(column))
