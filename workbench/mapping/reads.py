"""Which source columns a spec reads, wherever it names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from workbench.model import Spec, StepSpec

__all__ = ["columns_read"]

_COLUMN_KEYS = frozenset(
    {
        "from",
        "field",
        "else_from",
        "equals_field",
        "by",
        "order_by",
        "fields",
        "into",
        "sum",
        "min",
        "max",
        "any",
        "count",
        "count_distinct",
    }
)


def columns_read(spec: Spec, columns: Iterable[str]) -> set[str]:
    """Top-level source columns that fields and row steps name."""
    named: set[str] = set()
    for part in (*spec.fields.values(), *spec.rows):
        _collect(part, "", named)
    heads = {n[:i] for n in named for i, c in enumerate(n) if c == "."} | named
    return {c for c in columns if c in heads}


def _collect(value: Any, key: str, named: set[str]) -> None:
    """Names under the keys that take columns, wherever they stand."""
    if isinstance(value, str):
        if key in _COLUMN_KEYS or key.endswith("_from"):
            named.add(value)
    elif isinstance(value, StepSpec):
        _collect({value.name: value.args}, "", named)
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set:
            _collect(getattr(value, name), name.rstrip("_"), named)
    elif isinstance(value, Mapping):
        for k, v in value.items():
            if key in ("match", "into"):
                named.add(str(k))
            _collect(v, "into" if key == "into" else str(k), named)
    elif isinstance(value, list | tuple):
        for v in value:
            _collect(v, key, named)
