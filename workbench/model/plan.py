"""The one intermediate form: typed expressions over pinned primitives, and relational steps.

A mapping spec resolves to a `Plan`; a plan is all that a backend sees. Expressions are nodes of a graph,
not of a tree: equal nodes are the same object (hash-consing), so that a backend can name each shared node
once. What every primitive means is pinned in ``docs/semantics.md``; changing a meaning changes
`SEMANTICS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .expr import Expr, walk
from .primitives import lit, when
from .types import NULL, TEXT, DataType

__all__ = [
    "SEMANTICS",
    "Aggregate",
    "Explode",
    "Filter",
    "Group",
    "Guard",
    "KeepLatest",
    "Lookup",
    "OnError",
    "Plan",
    "PlannedField",
    "RowStep",
    "Split",
    "Union",
    "Unpivot",
    "row_expressions",
    "why",
]  # fmt: skip

SEMANTICS = "core-1"
OnError = Literal["reject", "null", "default", "fail"]


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason to reject a row, or, where ``on_error`` says so, to go on without the value.

    Attributes:
        code: Where the fault is, as in 'f4.2': field id and number of its step (from 1), or a row step's id.
        field: The target field, or '' for a row step.
        step: Name of the step that finds the fault.
        reason: What is wrong, in the user's terms.
        condition: Boolean; true is a fault, false and null are not.
        value: The offending value as text, for the dead letter.
        fatal: The run stops instead of rejecting the row.
    """

    code: str
    field: str
    step: str
    reason: str
    condition: Expr
    value: Expr
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A target field: its value and what rejects its row.

    Attributes:
        name: Name in the target.
        id: The spec's id of the field, stable under renaming.
        value: What it is computed from; its type is the target's.
        guards: Reasons to reject, in the order of the steps.
        replaced: Reasons for which the value was emptied or set to its default instead, or a condition of its cases
            took a value as empty; counted, never silent.
    """

    name: str
    id: str
    value: Expr
    guards: tuple[Guard, ...] = ()
    replaced: tuple[Guard, ...] = ()


def why(replaced: Sequence[Guard]) -> Expr:
    """The code of the first reason that holds, or null."""
    return when([(g.condition, lit(g.code)) for g in replaced], lit(None, TEXT))


@dataclass(frozen=True, slots=True)
class Filter:
    """Keep the rows for which the condition is true; book the others, and count values it takes as empty."""

    id: str
    keep: Expr
    book_as: str
    replaced: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """Take columns from a reference table.

    Attributes:
        id: The step's id.
        table: Location of the table, as written in the spec.
        on: Pairs (expression over the row, column of the table), compared as text.
        take: Triples (new column, column of the table, its type).
        cardinality: 'n:1' (a key that stands twice in the table is an error) or 'n:n' (rows multiply).
        on_miss: 'reject' the row, leave 'null', or 'drop' it, booked.
        book_as: The booking of dropped rows.
        guard: The reject reason, when misses are rejected.
        replaced: Reasons for which a key was taken as empty, where a miss is left null.
    """

    id: str
    table: str
    on: tuple[tuple[Expr, str], ...]
    take: tuple[tuple[str, str, DataType], ...]
    cardinality: Literal["n:1", "n:n"] = "n:1"
    on_miss: Literal["reject", "null", "drop"] = "reject"
    book_as: str = "not_found"
    guard: Guard | None = None
    replaced: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class KeepLatest:
    """Keep one row per key: the one with the greatest ``order_by``.

    Ties go to the row whose other columns, in order, sort last; so the answer never depends on row order.
    """

    id: str
    by: tuple[Expr, ...]
    order_by: Expr
    book_as: str = "merged"
    replaced: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Explode:
    """One row per item of a list; a row without items is booked."""

    id: str
    column: str
    into: str
    type: DataType = NULL
    position: str | None = None
    book_as: str = "no_items"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregated column: 'sum', 'count', 'min', 'max', 'count_distinct' or 'any' (the least value)."""

    name: str
    how: Literal["sum", "count", "min", "max", "count_distinct", "any"]
    value: Expr | None
    type: DataType


@dataclass(frozen=True, slots=True)
class Group:
    """One row per key; the rows it merges are booked, the values its steps refuse are left out and counted."""

    id: str
    by: tuple[tuple[str, Expr], ...]
    take: tuple[Aggregate, ...]
    book_as: str = "merged"
    replaced: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Unpivot:
    """One row per named column: its name and its value; other columns stay."""

    id: str
    columns: tuple[str, ...]
    name: str
    value: str
    type: DataType


@dataclass(frozen=True, slots=True)
class Union:
    """Add the rows of another dataset that has (at least) the columns read."""

    id: str
    table: str


@dataclass(frozen=True, slots=True)
class Split:
    """One row becomes several: per part, a tag and columns taken under new names."""

    id: str
    tag: str
    parts: tuple[tuple[str, tuple[tuple[str, Expr], ...]], ...]


RowStep: TypeAlias = Filter | Lookup | KeepLatest | Explode | Group | Unpivot | Union | Split


@dataclass(frozen=True)
class Plan:
    """What a spec resolves to.

    Attributes:
        name: Name and version of the spec, as in 'crm-customers 2.1.0'.
        source: Columns read, with their types, in the source's order.
        rows: Relational steps, in order.
        fields: Target fields, in order.
        key: Names of the target fields that identify a row; a repeated key is rejected by the quality check.
        row_key: Source columns that identify a source row, written into dead letters.
        semantics: The pinned meaning of the primitives.
        fingerprint: Of the spec it came from.
    """

    name: str
    source: tuple[tuple[str, DataType], ...]
    rows: tuple[RowStep, ...]
    fields: tuple[PlannedField, ...]
    key: tuple[str, ...] = ()
    row_key: tuple[str, ...] = ()
    semantics: str = SEMANTICS
    fingerprint: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def guards(self) -> tuple[Guard, ...]:
        """All reasons to reject, of lookups first, then of the fields in order."""
        row = tuple(s.guard for s in self.rows if isinstance(s, Lookup) and s.guard is not None)
        return row + tuple(g for f in self.fields for g in f.guards)

    @property
    def replaced(self) -> tuple[Guard, ...]:
        """All reasons for which a run goes on without a value, of row steps first."""
        row = tuple(g for s in self.rows for g in getattr(s, "replaced", ()))
        return row + tuple(g for f in self.fields for g in f.replaced)

    @property
    def computed(self) -> tuple[PlannedField, ...]:
        """The fields, and after them, under a name with '__', why a value was replaced: what an engine computes."""
        told = (PlannedField(f"__replaced_{f.id}", f.id, why(f.replaced)) for f in self.fields if f.replaced)
        return (*self.fields, *told)

    @property
    def reasons(self) -> dict[str, str]:
        """What each code of a fault means, in the user's terms."""
        return {g.code: f"{g.field} {g.reason}".strip() for g in (*self.guards, *self.replaced)}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: plain text and HTML."""
        from .displays import plan_bundle

        return plan_bundle(self)

    def roots(self) -> Sequence[Expr]:
        """Every expression of the fields: values and conditions."""
        guarded = [e for f in self.fields for e in (f.value, *(x for g in f.guards for x in (g.condition, g.value)))]
        return [*guarded, *(f.value for f in self.computed[len(self.fields) :])]

    @property
    def calls(self) -> tuple[str, ...]:
        """Names of the Python-only functions that the plan needs."""
        row_exprs = [e for s in self.rows for e in row_expressions(s)]
        nodes = walk([*self.roots(), *row_exprs])
        return tuple(sorted({str(n["function"]) for n in nodes if n.op == "call"}))


def row_expressions(step: RowStep) -> list[Expr]:
    """Every expression that a row step holds."""
    told = [g.condition for g in getattr(step, "replaced", ())]
    if isinstance(step, Filter):
        return [step.keep, *told]
    if isinstance(step, Lookup):
        return [*(e for e, _ in step.on), *told]
    if isinstance(step, KeepLatest):
        return [*step.by, step.order_by, *told]
    if isinstance(step, Group):
        return [*(e for _, e in step.by), *(a.value for a in step.take if a.value is not None), *told]
    if isinstance(step, Split):
        return [e for _, part in step.parts for _, e in part]
    return []
