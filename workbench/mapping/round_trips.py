"""Prove an inverse on real rows: there and back, value by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import polars as pl

from workbench.backends import compile_polars, normalise
from workbench.errors import UnknownNameError
from workbench.markup import block, table
from workbench.model import (
    TEXT,
    Contract,
    Expr,
    Filter,
    PlannedField,
    Spec,
    all_of,
    any_of,
    cast,
    columns_of,
    compare,
    is_null,
    lit,
    none_of,
    walk,
)
from workbench.profiling import mask

from .inverted import Inverted, Way
from .inverting import invert, unfold_back
from .resolving import Resolved
from .scope import Scope

__all__ = ["FieldTrip", "RoundTrip", "roundtrip"]

BATCH_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class FieldTrip:
    """One source field, there and back.

    Attributes:
        field: The source field.
        target: The target field it went through.
        id: The id of that field in the spec.
        rows: Rows that went: accepted by the field and in the scope of the spec.
        equal: Rows that came back as they were; nothing, a blank and a missing-value mark are the same.
        same_meaning: Rows that came back spelt as they were or otherwise, but map to the same value again.
        examples: Pairs (before, after) of some that did not come back equal; masked when personal.
        note: Why it could not be measured.
    """

    field: str
    target: str
    id: str
    rows: int = 0
    equal: int = 0
    same_meaning: int = 0
    examples: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def share(self) -> float:
        """Share of rows that came back as they were; 1 when none went."""
        return self.equal / self.rows if self.rows else 1.0

    def __str__(self) -> str:
        if self.note:
            return f"{self.field} → {self.target} → {self.field}: not measured, {self.note}"
        text = f"{self.field} → {self.target} → {self.field}: {self.equal:,} of {self.rows:,} equal"
        if self.equal < self.rows:
            text += f", {self.same_meaning:,} of the same meaning"
        return text + "".join(f"; '{a}' came back as '{b}'" for a, b in self.examples[:2])


@dataclass(frozen=True)
class RoundTrip:
    """A round trip over rows.

    Attributes:
        fields: One entry per source field that has a way back.
        rows: Source rows read.
        inverted: The way back and what it loses.
    """

    fields: tuple[FieldTrip, ...]
    rows: int
    inverted: Inverted

    def field(self, name: str) -> FieldTrip:
        """The trip of a source field, a target field or a field id.

        Raises:
            UnknownNameError: It has no way back.
        """
        for trip in self.fields:
            if name in (trip.field, trip.target, trip.id):
                return trip
        known = [t.id for t in self.fields] + [t.field for t in self.fields]
        raise UnknownNameError.of("field with a way back", name, known, where=self.inverted.spec.name)

    def __str__(self) -> str:
        return "\n".join([f"{self.rows:,} rows, there and back", *(f"  {t}" for t in self.fields)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (escape(t.field), escape(t.target), f"{t.rows:,}", f"{t.equal:,}", f"{t.same_meaning:,}",
             escape(t.note or "; ".join(f"{a} → {b}" for a, b in t.examples)))
            for t in self.fields
        ]  # fmt: skip
        headings = ("field", "through", "rows", "equal", "same meaning", "not equal, as")
        return block(table(headings, rows, caption=f"{self.rows:,} rows, there and back", numbers=(2, 3, 4)))


def roundtrip(
    spec: Spec,
    resolved: Resolved,
    frame: pl.LazyFrame | pl.DataFrame,
    *,
    source_contract: Contract | None = None,
    fields: Sequence[str] | None = None,
    examples: int = 3,
    personal: frozenset[str] = frozenset(),
) -> RoundTrip:
    """Send every row there and back and compare, value by value, in bounded memory.

    Args:
        spec: The spec.
        resolved: What it resolves to.
        frame: Source rows.
        source_contract: The contract of the source: its missing-value marks, its spellings, what is personal.
        fields: Only these: source fields, target fields or field ids.
        examples: Examples kept per field.
        personal: Source fields whose values are masked beside those the contract calls personal.

    Raises:
        UsageError: Nothing comes back.
    """
    inverted = invert(spec, resolved, source_contract)
    hidden = personal | {f.name for f in source_contract.fields if f.personal} if source_contract else personal
    trips = [
        _Trip(spec, resolved, inverted, way, source_contract, examples, way.source in hidden) for way in inverted.ways
    ]
    if fields is not None:
        trips = [t for t in trips if {t.way.source, t.way.target, t.id} & set(fields)]
    rows = 0
    lazy = normalise(frame.lazy()).select([name for name, _ in resolved.plan.source])
    for batch in lazy.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
        rows += batch.height
        for trip in trips:
            trip.run(batch)
    return RoundTrip(tuple(t.result() for t in trips), rows, inverted)


class _Trip:
    """There and back as one expression over the source row, so that no rows need to be found again."""

    def __init__(
        self, spec: Spec, resolved: Resolved, inverted: Inverted, way: Way, contract: Contract | None, examples: int,
        masked: bool,
    ) -> None:  # fmt: skip
        plan = resolved.plan
        self.way, self.id, self.masked, self.most = way, spec.fields[way.target].id, masked, examples
        self.rows = self.equal = self.same = 0
        self.examples: list[tuple[str, str]] = []
        planned = next(f for f in plan.fields if f.name == way.target)
        marks = {f.name: f.missing_values for f in contract.fields} if contract else {}
        before = Scope(spec, dict(plan.source), marks).column(way.source)
        back = unfold_back(spec, way, planned.value)
        again = _substitute(planned.value, way.source, back)
        known = {name for name, _ in plan.source}
        strange = [c for c in columns_of(planned.value, *(g.condition for g in planned.guards)) if c not in known]
        self.note = f"it reads {', '.join(strange)}, which a row step makes" if strange else ""
        if before.type.is_nested or planned.value.type.is_nested:
            self.note = "records and lists are not compared"
        if self.note:
            return
        went = _went(planned, [s.keep for s in plan.rows if isinstance(s, Filter) and set(columns_of(s.keep)) <= known])
        same = _same(before, back)
        self.program = compile_polars(
            [went, same, any_of(same, _same(planned.value, again)), _text(before), _text(back)]
        )

    def run(self, batch: pl.DataFrame) -> None:
        if self.note:
            return
        names = ("went", "equal", "same", "before", "after")
        exprs = [e.alias(f"__{n}") for e, n in zip(self.program.outputs, names, strict=True)]
        index = pl.int_range(pl.len()).alias("__row")  # keeps the height when all of them are constants
        out = self.program.run(batch.lazy()).select(index, *exprs).collect().filter(pl.col("__went"))
        self.rows += out.height
        self.equal += int(out["__equal"].sum())
        self.same += int(out["__same"].sum())
        if len(self.examples) < self.most:
            differ = out.filter(~pl.col("__equal")).select("__before", "__after").head(200)
            for pair in differ.unique(maintain_order=True).head(self.most - len(self.examples)).rows():
                before, after = ("" if v is None else mask(v) if self.masked else v[:80] for v in pair)
                self.examples.append((before, after))

    def result(self) -> FieldTrip:
        return FieldTrip(
            self.way.source, self.way.target, self.id, self.rows, self.equal, self.same, tuple(self.examples), self.note
        )


def _went(planned: PlannedField, filters: list[Expr]) -> Expr:
    refused = [none_of(*(g.condition for g in planned.guards))] if planned.guards else []
    return all_of(*refused, *filters, lit(True))


def _same(a: Expr, b: Expr) -> Expr:
    return any_of(all_of(is_null(a), is_null(b)), compare("=", a, b))


def _text(x: Expr) -> Expr:
    return x if x.type.kind == "text" else cast(x, TEXT)


def _substitute(root: Expr, column: str, by: Expr) -> Expr:
    """The expression with a column replaced by another expression."""
    made: dict[Expr, Expr] = {}
    for node in walk([root]):
        if node.op == "col" and node["name"] == column:
            made[node] = by
        else:
            made[node] = Expr(node.op, [made[a] for a in node.args], node.type, node.params) if node.args else node
    return made[root]
