"""Logical types: what a column means, whatever engine holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "BOOLEAN", "DATE", "FLOAT", "INTEGER", "MAX_DIGITS", "NULL", "TEXT", "TIME", "TIMESTAMP",
    "DataType", "Kind", "decimal", "list_of", "struct_of",
]  # fmt: skip

Kind = Literal["null", "text", "integer", "decimal", "float", "boolean", "date", "timestamp", "time", "list", "struct"]
MAX_DIGITS = 38


@dataclass(frozen=True, slots=True)
class DataType:
    """A logical type, equal on every engine.

    Text is Unicode; integer is 64 bits signed; decimal has 38 digits of which ``scale`` stand after the
    point; float is IEEE 754 binary64; timestamp is an instant in UTC to the microsecond unless ``local``,
    which is a wall-clock time of an unknown zone; time is a time of day to the microsecond.

    Attributes:
        kind: The family.
        scale: Digits after the point (decimal only).
        local: A wall-clock time without a zone (timestamp only).
        item: The type of the items (list only).
        fields: Names and types of the members, in order (struct only).
    """

    kind: Kind
    scale: int | None = None
    local: bool = False
    item: DataType | None = None
    fields: tuple[tuple[str, DataType], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no logical type '{self.kind}'")
        if (self.kind == "decimal") != (self.scale is not None):
            raise ValueError("decimal, and only decimal, has a scale")

    def __str__(self) -> str:
        if self.kind == "decimal":
            return f"decimal({MAX_DIGITS},{self.scale})"
        if self.kind == "list":
            return f"list<{self.item}>"
        if self.kind == "struct":
            return "struct<" + ", ".join(f"{n}: {t}" for n, t in self.fields) + ">"
        return "timestamp (local)" if self.local else self.kind

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic makes sense."""
        return self.kind in ("integer", "decimal", "float")

    @property
    def is_nested(self) -> bool:
        """Whether values have parts."""
        return self.kind in ("list", "struct")


NULL = DataType("null")
TEXT = DataType("text")
INTEGER = DataType("integer")
FLOAT = DataType("float")
BOOLEAN = DataType("boolean")
DATE = DataType("date")
TIME = DataType("time")
TIMESTAMP = DataType("timestamp")


def decimal(scale: int) -> DataType:
    """A decimal with this many digits after the point."""
    if not 0 <= scale < MAX_DIGITS:
        raise ValueError(f"a decimal's scale is 0 to {MAX_DIGITS - 1}, not {scale}")
    return DataType("decimal", scale=scale)


def list_of(item: DataType) -> DataType:
    """A list of items of one type."""
    return DataType("list", item=item)


def struct_of(**fields: DataType) -> DataType:
    """A record of named members."""
    return DataType("struct", fields=tuple(fields.items()))
