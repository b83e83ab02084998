"""The columns of a frame as flat paths: `customer.email`, `items[].sku`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

__all__ = ["Leaf", "leaves_of"]

ITEMS = "[]"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A path from a row to the values that are profiled.

    Attributes:
        name: The flattened name.
        column: The column it starts from.
        steps: Names of record members, or '[]' for 'each item of the list'.
        dtype: The type of the values.
    """

    name: str
    column: str
    steps: tuple[str, ...]
    dtype: pl.DataType

    @property
    def in_list(self) -> bool:
        """Whether there may be several values, or none, per row."""
        return ITEMS in self.steps

    def values(self, frame: pl.DataFrame) -> pl.Series:
        """The values of the rows in this frame; lists give one value an item."""
        series = frame.get_column(self.column)
        for step in self.steps:
            if step == ITEMS:
                if isinstance(series.dtype, pl.Array):
                    series = series.arr.to_list()
                series = series.explode(empty_as_null=False, keep_nulls=False)
            else:
                series = series.struct.field(step)
        return series


def leaves_of(schema: pl.Schema) -> tuple[Leaf, ...]:
    """Every path that holds values, in order; a list is a path of its own before those of its items.

    >>> schema = pl.Schema({"a": pl.String, "b": pl.List(pl.Struct({"c": pl.Int64}))})
    >>> [leaf.name for leaf in leaves_of(schema)]
    ['a', 'b', 'b[].c']
    """
    found: list[Leaf] = []
    taken: set[str] = set()
    for column, dtype in schema.items():
        for leaf in _walk(column, column, (), dtype):
            name = leaf.name
            while name in taken:  # a column that is itself called 'a.b' beside a record a with member b
                name += "'"
            taken.add(name)
            found.append(Leaf(name, leaf.column, leaf.steps, leaf.dtype))
    return tuple(found)


def _walk(name: str, column: str, steps: tuple[str, ...], dtype: pl.DataType) -> Iterator[Leaf]:
    if isinstance(dtype, pl.Struct) and dtype.fields:
        for field in dtype.fields:
            yield from _walk(f"{name}.{field.name}", column, (*steps, field.name), _instance(field.dtype))
        return
    yield Leaf(name, column, steps, dtype)
    if isinstance(dtype, pl.List | pl.Array):
        yield from _walk(name + ITEMS, column, (*steps, ITEMS), _instance(dtype.inner))


def _instance(dtype: Any) -> pl.DataType:
    made: pl.DataType = dtype() if isinstance(dtype, type) else dtype
    return made
