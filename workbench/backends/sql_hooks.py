"""What a dialect fills in: its names and types, and the few hooks that the primitives are composed of."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from sqlglot import exp

from workbench.model import WHITESPACE, DataType, Expr

from .sql_helper import Helper
from .sql_script import Fact, What
from .sql_tree import Sql, fn, string, try_cast

__all__ = ["Dialect", "Unportable", "never_blank"]

OTHER_BLANKS = frozenset(WHITESPACE) - {" "}
_WRITES = ("format_number", "format_time")
_ADDS_NOTHING = frozenset({
    "blank_to_null", "trim", "squeeze", "change_case", "concat", "substring", "coalesce", "split_part", "regex_extract",
    "bare_trim", "bare_group", "empty_to_null",
})  # fmt: skip


class Unportable(Exception):  # noqa: N818 - a finding that compile_sql turns into a NotPortableError
    """A dialect cannot keep the pinned meaning of a primitive; says why."""


@dataclass
class Dialect:
    """Names, types and hooks of a dialect, and what is known of the source.

    Attributes:
        name: Its name in `DIALECTS`.
        glot: Its name in sqlglot.
        helpers: Its shared functions by name.
        types: Its type of each logical kind; 'wide' holds every product of two 64-bit integers.
        joins_calls: Answers of Python-only functions are joined from tables.
        takes_longest: Of several matches of a pattern it takes the longest, not the first.
        refusals: Primitives it cannot keep the pinned meaning of, each with the reason.
        facts: What is proven of the source's columns, so that the plain form of a primitive is safe.
        relied: Those of them that made a plain form stand.
        used: Names of the helpers that were called, in order of first use.
        prefix: What the names of helpers begin with.
        temporary: Helpers live as long as the session.
        functions: Python-only functions by the name they are called.
    """

    name: ClassVar[str] = ""
    glot: ClassVar[str] = ""
    helpers: ClassVar[dict[str, Helper]] = {}
    types: ClassVar[dict[str, str]] = {}
    joins_calls: ClassVar[bool] = False
    takes_longest: ClassVar[bool] = False
    refusals: ClassVar[dict[str, str]] = {}
    facts: Container[Fact] = ()
    relied: dict[Fact, None] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    prefix: str = "wb_"
    temporary: bool = False
    functions: dict[str, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What a dialect sets up; here, so that it is called."""

    # --- types ------------------------------------------------------------------------------------------
    def type_name(self, type_: DataType) -> str:
        """The dialect's type."""
        if type_.kind == "decimal":
            return f"DECIMAL(38, {type_.scale})"
        kind = "local" if type_.kind == "timestamp" and type_.local else type_.kind
        if kind not in self.types:
            raise Unportable(f"it has no type of the pinned range for a {type_.kind}")
        return self.types[kind]

    def cast(self, x: Sql, type_: DataType | str) -> Sql:
        """A cast that cannot fail here."""
        name = type_ if isinstance(type_, str) else self.type_name(type_)
        return exp.Cast(this=x, to=exp.DataType.build(name, dialect=self.glot))

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        """A cast that gives null where the value does not fit."""
        return try_cast(x, type_ if isinstance(type_, str) else self.type_name(type_), self.glot)

    def load(self, x: Sql, type_: DataType) -> Sql:
        """A stored column as the expressions work on it: instants are UTC clock times inside."""
        return x

    def store(self, x: Sql, type_: DataType) -> Sql:
        """A value in the type that a table holds."""
        return x

    def text(self, value: str) -> Sql:
        """A text as a literal."""
        return string(value)

    def collate(self, x: Sql) -> Sql:
        """A text as it is compared by code point."""
        return x

    def constant(self, value: str) -> Sql:
        """A literal as it is compared with what `collate` gives."""
        return self.text(value)

    def truth(self, x: Sql) -> Sql:
        """A stored boolean as a condition."""
        return x

    def flag(self, condition: Sql) -> Sql:
        """A condition as a stored boolean."""
        return condition

    # --- helpers ----------------------------------------------------------------------------------------
    def help(self, name: str, *args: Sql | str | int) -> Sql:
        """A call of a helper, which the prelude then defines.

        Raises:
            Unportable: The dialect has none of this name.
        """
        if name not in self.helpers:
            raise Unportable(self.refusals.get(name, f"it has no '{name}' of the pinned meaning"))
        self._note(name)
        return fn(self.prefix + name, *args)

    def _note(self, name: str) -> None:
        """Remember that a helper is needed, after those it needs itself."""
        for other in re.findall(r"\bwb_(\w+)\(", self.helpers[name].body):
            self._note(other)
        self.used.setdefault(name)

    def signature(self, name: str) -> tuple[str, str]:
        """A helper's parameters with their types, and the type it returns."""

        def type_of(kind: str) -> str:
            return self.types["int" if kind == "integer" else kind]

        params = [p.split() for p in self.helpers[name].params.split(", ") if p]
        return ", ".join(f"{n} {type_of(kind)}" for n, kind in params), type_of(self.helpers[name].returns)

    def define(self, name: str) -> str:
        """The statement that defines a helper."""
        raise NotImplementedError

    def settings(self) -> tuple[str, ...]:
        """Statements that the session needs for the pinned meanings to hold."""
        return ()

    def rewritten(self, node: Expr) -> Expr:
        """A node as this dialect computes it best: one whose form mentions a value twice has it named first."""
        return node

    # --- text -------------------------------------------------------------------------------------------
    def matches(self, x: Sql, pattern: str) -> Sql:
        """Whether a pinned pattern is found."""
        raise Unportable("it has no regular expressions of the pinned kind")

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        """What a group holds, where the pattern is known to be found."""
        raise Unportable("it has no regular expressions of the pinned kind")

    def substr(self, x: Sql, start: Sql | int, count: int | None = None) -> Sql:
        """Code points from a position (1 is the first)."""
        return fn("substr", x, start, *([] if count is None else [count]))

    def length(self, x: Sql) -> Sql:
        """Number of code points."""
        return fn("length", x)

    def lower(self, x: Sql) -> Sql:
        """ASCII letters lowered."""
        return fn("lower", x)

    def piece(self, x: Sql, marks: str, at: int) -> Sql:
        """The part at a place, from 1, of a text cut at every one of some characters."""
        if len(marks) > 1:
            x = fn("translate", x, marks, marks[0] * len(marks))
        return fn("split_part", x, marks[0], at)

    # --- what is known of the source ---------------------------------------------------------------------
    def bytes_of(self, x: Sql) -> Sql:
        """Number of bytes of a text in UTF-8."""
        return fn("octet_length", x)

    def proven(self, what: What, columns: Iterable[str], format_: str = "") -> bool:
        """Whether a fact is proven of all of some columns; if so, the script relies on it."""
        facts = [Fact(name, what, format_) for name in columns]
        if any(fact not in self.facts for fact in facts):
            return False
        self.relied.update(dict.fromkeys(facts))
        return True

    def is_ascii(self, node: Expr) -> bool:
        """Whether every value of a node is known to be ASCII."""
        columns = _behind(node, str.isascii)
        return columns is not None and self.proven("ascii", columns)

    def only_spaces(self, node: Expr) -> bool:
        """Whether the space is known to be the only blank in the values of a node."""
        columns = _behind(node, lambda text: not OTHER_BLANKS & set(text))
        return columns is not None and self.proven("spaces", columns)

    def is_full(self, node: Expr) -> bool:
        """Whether a node is known to have a value in every row, or no blank one."""
        return never_blank(node) or (node.op == "col" and self.proven("full", [str(node["name"])]))


def never_blank(node: Expr) -> bool:
    """Whether a value that is there is known to have something that is no blank."""
    return node.op == "concat" and any(a.op == "lit" and str(a["value"]).strip() for a in node.args)


def _behind(node: Expr, holds: Callable[[str], bool]) -> list[str] | None:
    """The columns of which a fact of characters must hold for it to hold of a node: most operations add none.

    None where an operation, or a literal, breaks it.
    """
    args: list[Expr] = []
    if node.op == "col":
        return [str(node["name"])]
    if node.op == "lit":
        return [] if holds(str(node["value"])) else None
    if node.op in _ADDS_NOTHING:
        args = list(node.args)
    elif node.op in ("regex_replace", "replace") and holds(str(node["new"])):
        args = [node.args[0]]
    elif not (node.op == "cast" or (node.op in _WRITES and all(holds(str(p)) for p in dict(node.params).values()))):
        return None
    found = [_behind(a, holds) for a in args]
    return None if None in found else [name for names in found if names for name in names]
