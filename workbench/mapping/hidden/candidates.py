"""What a target column may be: one explanation each, with the part of a spec that says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from .columns import number_column

__all__ = ["ENOUGH", "Column", "Explanation", "Table", "Workbench"]

ENOUGH = 0.98


@dataclass(frozen=True)
class Column:
    """A column that rules may read: a source column, or an aggregate over the rows of a key.

    Attributes:
        name: Its name where the fields are computed.
        source: The source column; None for the number of rows.
        how: 'value', or the aggregate: sum, count, min, max, count_distinct.
        steps: Steps before aggregating.
    """

    name: str
    source: str | None
    how: str = "value"
    steps: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Table:
    """A lookup: rows of a reference table, found by a column."""

    table: str
    key: str
    take: str


@dataclass(frozen=True)
class Explanation:
    """A rule for one target column.

    Attributes:
        kind: move, format, translation, default, cap, lookup, aggregation, conditional, unit, constant, arithmetic.
        columns: What it reads.
        field: The field of a spec, without id.
        cost: How surprising it is.
        share: Share of the rows it explains, as far as known.
        text: The rule in words.
        table: The lookup it needs.
        also: A second kind, as for an aggregate in another unit.
    """

    kind: str
    columns: tuple[Column, ...]
    field: dict[str, Any]
    cost: float
    share: float
    text: str
    table: Table | None = None
    also: tuple[str, ...] = ()


@dataclass
class Workbench:
    """The columns that rules may read, row by row beside the target.

    Attributes:
        columns: What may be read.
        data: One row a target row: the columns by name, as text, or as numbers for aggregates.
        tables: Reference tables by name.
        enough: Share of the rows that a rule must explain.
        numbers: The columns that are numbers, with the steps that read them; filled when first asked.
    """

    columns: Sequence[Column]
    data: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    enough: float = ENOUGH
    numbers: list[tuple[Column, list[Any], pl.Series]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.numbers:
            return
        for column in self.columns:
            series = self.data[column.name]
            if column.how != "value" and series.dtype != pl.String:
                self.numbers.append((column, [], series.cast(pl.Decimal(38, 6))))
            elif column.how == "value" and (read := number_column(series)) is not None:
                self.numbers.append((column, *read))

    def part(self, rows: pl.Series) -> Workbench:
        """The same for some of the rows only.

        Args:
            rows: Their numbers, from 0.
        """
        numbers = [(column, steps, xs.gather(rows)) for column, steps, xs in self.numbers]
        return replace(self, data=self.data[rows], numbers=numbers)
