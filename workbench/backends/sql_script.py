"""What a plan becomes in a dialect: prelude, named parts, counts, and their text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.errors import UnknownNameError
from workbench.model import Expr, Plan

if TYPE_CHECKING:
    from .sql_fields import FieldParts
    from .sql_rows import Pipeline

__all__ = ["Fact", "SqlScript", "What", "quoted", "with_parts"]

What = Literal["ascii", "spaces", "full", "format"]
_TICKS = ("`", "`")
_QUOTES = {"spark": _TICKS, "databricks": _TICKS, "bigquery": _TICKS, "mysql": _TICKS, "tsql": ("[", "]")}


def quoted(name: str, dialect: str) -> str:
    """An identifier as a dialect quotes it."""
    first, last = _QUOTES.get(dialect, ('"', '"'))
    return first + name.replace(last, last * 2) + last


def with_parts(parts: Sequence[tuple[str, str, str]], last: str, dialect: str) -> str:
    """A query with the parts before it as CTEs, each with a comment that says what it is."""
    if not parts:
        return last
    ctes = []
    for name, query, says in parts:
        comment = "".join(f"  -- {line}\n" for line in says.split("\n")) if says else ""
        body = "\n".join("  " + line for line in query.split("\n"))
        ctes.append(f"{quoted(name, dialect)} AS (\n{comment}{body}\n)")
    return "WITH " + ", ".join(ctes) + "\n" + last


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """What must hold of every value of a source column for a plain form of a primitive to be safe.

    Attributes:
        column: The column, a text.
        what: 'ascii' (nothing but ASCII), 'spaces' (the space is the only blank in it), 'full' (no value is null or
            blank), 'format' (every value that is not blank has one date format, without blanks around it).
        format: That format.
    """

    column: str
    what: What
    format: str = ""

    def __str__(self) -> str:
        said = {
            "ascii": "is ASCII", "spaces": "has no blanks but spaces", "full": "is never null or blank",
            "format": f"is a date like {self.format} or blank",
        }  # fmt: skip
        return f"{self.column} {said[self.what]}"


@dataclass(frozen=True)
class SqlScript:
    """What a plan becomes in a dialect.

    Attributes:
        dialect: Which.
        plan: What it was compiled from.
        prelude: Statements that define the helpers, to run once.
        parts: Names and queries in order: source, row steps, what fields share, mapped, passed, rejects.
        stubs: What must be there before it runs: Python-only functions, or tables of their answers.
        counts: The query of the books, over the parts.
        asks: Tables of answers that must be there, each with the query that gives what its function is to be asked.
        relies_on: Facts of the source by which plain forms stand where pinned ones would; nothing checks them in
            the queries themselves.
        facts: The query that gives a row for each of them that no longer holds; empty without such facts.
    """

    dialect: str
    plan: Plan
    prelude: tuple[str, ...]
    parts: tuple[tuple[str, str, str], ...]
    stubs: tuple[str, ...] = ()
    counts: str = ""
    asks: tuple[tuple[str, str], ...] = ()
    relies_on: tuple[Fact, ...] = ()
    facts: str = ""
    _pipe: Pipeline | None = field(default=None, repr=False, compare=False)
    _fields: FieldParts | None = field(default=None, repr=False, compare=False)

    @property
    def functions(self) -> Mapping[str, Expr]:
        """Python-only functions that the script calls, by the name it calls them."""
        return dict(self._pipe.emitter.functions) if self._pipe is not None else {}

    def query(self, name: str) -> str:
        """One query with what it needs as named parts: 'passed', 'rejects', 'counts', 'facts', or any part.

        Raises:
            UnknownNameError: There is no such part.
        """
        if name == "counts":
            return with_parts(self.parts[:-2], self.counts, self.dialect)
        if name == "facts" and self.facts:
            return self.facts
        known = [n for n, _, _ in self.parts]
        if name not in known:
            raise UnknownNameError.of("part", name, [*known, "counts"])
        at = known.index(name)
        before = self.parts[:at] if name != "rejects" else self.parts[:-2]
        return with_parts(before, self.parts[at][1], self.dialect)

    def __str__(self) -> str:
        head = [f"-- {self.plan.name}, semantics {self.plan.semantics}, {self.dialect}"]
        head += [f"-- needs: {s}" for s in self.stubs]
        head += [f"-- relies on: {f}" for f in self.relies_on]
        blocks = ["\n".join(head), *self.prelude]
        if self.facts:
            blocks.append(f"-- facts: gives no row while they hold; else write this script anew\n{self.facts}")
        for table, query in self.asks:
            blocks.append(f"-- asks for {table}: give a0 … to the function, put k0 … and its answer there\n{query}")
        for name in ("passed", "rejects", "counts"):
            blocks.append(f"-- {name}\n{self.query(name)}")
        return ";\n\n".join(blocks).replace(";\n\n", "\n\n", 1) + ";\n"
