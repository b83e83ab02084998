"""What a target column may be: one explanation each, with the part of a spec that says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Column", "Explanation", "Table"]


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
