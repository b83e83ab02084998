"""Typed expressions over pinned primitives: a graph of nodes in which equal nodes are one object."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from .types import DataType

__all__ = ["Expr", "columns_of", "walk"]


class Expr:
    """A node: an operation on other nodes with fixed parameters, and the type of its result.

    Made through the functions of `workbench.model.primitives` only. Two nodes that say the same are the
    same object, so comparing and hashing cost nothing however often a part is shared.

    Attributes:
        op: Name of the primitive.
        args: The nodes it works on.
        params: Its fixed parameters, by name.
        type: The logical type of the result.
    """

    __slots__ = ("__weakref__", "args", "op", "params", "type")
    op: str
    args: tuple[Expr, ...]
    params: tuple[tuple[str, Hashable], ...]
    type: DataType

    _nodes: ClassVar[WeakValueDictionary[Hashable, Expr]] = WeakValueDictionary()

    def __new__(
        cls, op: str, args: Iterable[Expr], type_: DataType, params: Iterable[tuple[str, Hashable]] = ()
    ) -> Expr:
        """Return the node that says this, a new one only if there is none."""
        args, params = tuple(args), tuple(sorted(params))
        # The type of a value is part of the key because True == 1 == 1.0 in Python.
        key = (op, args, type_, tuple((k, _typed(v)) for k, v in params))
        node = cls._nodes.get(key)
        if node is None:
            node = super().__new__(cls)
            for name, value in (("op", op), ("args", args), ("params", params), ("type", type_)):
                object.__setattr__(node, name, value)
            cls._nodes[key] = node
        return node

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("expressions never change")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Expr, (self.op, self.args, self.type, self.params))

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter."""
        return dict(self.params)[name]

    def __repr__(self) -> str:
        if self.op == "col":
            return str(self["name"])
        if self.op == "lit":
            return repr(self["value"])
        inside = [repr(a) for a in self.args] + [f"{k}={v!r}" for k, v in self.params]
        return f"{self.op}({', '.join(inside)})"


def _typed(value: Hashable) -> Hashable:
    if isinstance(value, tuple):
        return tuple(_typed(v) for v in value)
    return (type(value), value)


def walk(roots: Iterable[Expr]) -> Iterator[Expr]:
    """Every node below the roots, the roots included, each once, arguments before their users."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, bool]] = [(root, False) for root in reversed(list(roots))]
    while stack:
        node, done = stack.pop()
        if done:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))


def columns_of(*roots: Expr) -> tuple[str, ...]:
    """Names of the columns that the roots read, in order of first use."""
    return tuple(dict.fromkeys(str(n["name"]) for n in walk(roots) if n.op == "col"))
