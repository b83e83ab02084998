"""What rules may read: source columns, and aggregates over the rows of a key, beside the target's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from .aligning import KEY, Alignment, beside, once, varying
from .candidates import Column, Workbench
from .columns import number_column
from .moments import day_column

__all__ = ["bench_of"]

_AGGREGATES = ("sum", "max", "min")


def bench_of(alignment: Alignment, tables: Mapping[str, pl.DataFrame]) -> tuple[Workbench, pl.DataFrame]:
    """The columns that rules may read, one row a key, and the target's rows in the same order.

    Args:
        alignment: Which source rows stand behind which target row; without those that are left out.
        tables: Reference tables by name.
    """
    kept = alignment.source
    names = [c for c in kept.columns if c != KEY]
    if not alignment.grouped:
        data = once(kept)
        columns = [Column(n, n) for n in names]
    else:
        data, columns = _grouped(kept, names)
    wanted = alignment.target.join(data.select(KEY), on=KEY, how="semi")
    return Workbench(columns, beside(wanted, data), tables), wanted


def _grouped(kept: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, list[Column]]:
    several = varying(kept)
    same = [n for n in names if n not in several]
    columns = [Column(n, n) for n in same]
    exprs: list[pl.Expr] = [pl.col(n).first() for n in same]
    exprs.append(pl.len().alias(_free("rows", names)))
    columns.append(Column(_free("rows", names), None, "count"))
    work = kept
    for n in names:
        if n in same:
            continue
        read = number_column(kept[n])
        columns.append(Column(_free(f"{n}_different", names), n, "count_distinct"))
        exprs.append(pl.col(n).drop_nulls().n_unique().alias(columns[-1].name))
        days = day_column(kept[n])
        if days is not None:
            work = work.with_columns(days[1].alias(f"__d_{n}"))
            for how in ("min", "max"):
                columns.append(Column(_free(f"{n}_{how}", names), n, how, ({"parse_date": days[0]},)))
                exprs.append(getattr(pl.col(f"__d_{n}"), how)().alias(columns[-1].name))
        if read is None or days is not None:
            continue
        work = work.with_columns(read[1].alias(f"__n_{n}"))
        for how in _AGGREGATES:
            columns.append(Column(_free(f"{n}_{how}", names), n, how, tuple(read[0])))
            exprs.append(getattr(pl.col(f"__n_{n}"), how)().alias(columns[-1].name))
    return work.group_by(KEY, maintain_order=True).agg(exprs), columns


def _free(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name}_"
