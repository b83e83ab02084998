"""The primitives over records, lists and Python-only functions; see `workbench.model.primitives`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from .expr import Expr
from .primitive_types import TypeClash, need
from .types import TEXT, DataType

__all__ = ["call", "item", "json_path", "member"]


def json_path(x: Expr, path: str) -> Expr:
    """A scalar inside a JSON text as text, by a path like ``$.a.b[0]``; null where there is none."""
    need(x, "text", what="json_path")
    return Expr("json_path", (x,), TEXT, [("path", path)])


def member(x: Expr, name: str) -> Expr:
    """A member of a record."""
    types = dict(x.type.fields)
    if x.type.kind != "struct":
        raise TypeClash(f"'.{name}' works on a record, not on {x.type}")
    if name not in types:
        raise TypeClash(f"there is no member '{name}'; there is: {', '.join(types)}")
    return Expr("member", (x,), types[name], [("name", name)])


def item(x: Expr, index: int) -> Expr:
    """An item of a list (0 is the first, -1 the last); null where there is none."""
    if x.type.kind != "list" or x.type.item is None:
        raise TypeClash(f"'[{index}]' works on a list, not on {x.type}")
    return Expr("item", (x,), x.type.item, [("index", index)])


def call(function: str, args: Sequence[Expr], type_: DataType, **options: Hashable) -> Expr:
    """A Python-only function by its registered name, run once per distinct combination of arguments.

    It is given the arguments even when they are null, and gives null where it has no answer.
    """
    return Expr("call", args, type_, [("function", function), ("options", tuple(sorted(options.items())))])
