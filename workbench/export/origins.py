"""Where each target field really comes from: through lookups, groups and other row steps to datasets' columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.model import (
    Explode,
    Expr,
    FieldSpec,
    Filter,
    Group,
    KeepLatest,
    Lookup,
    Plan,
    Spec,
    Split,
    Union,
    Unpivot,
    columns_of,
)

__all__ = ["Origin", "dataset_origins", "field_origins"]

Kind = Literal["IDENTITY", "TRANSFORMATION", "AGGREGATION", "CONDITIONAL", "FILTER", "JOIN", "GROUP_BY", "SORT"]


@dataclass(frozen=True)
class Origin:
    """A column that a value comes from, or that decides about it.

    Attributes:
        dataset: The dataset, or the table of a lookup.
        column: Its column.
        kind: How it takes part, in the words of OpenLineage.
    """

    dataset: str
    column: str
    kind: Kind

    @property
    def direct(self) -> bool:
        """Whether the value is made of it, rather than decided by it."""
        return self.kind in ("IDENTITY", "TRANSFORMATION", "AGGREGATION")


def _columns(spec: Spec, plan: Plan) -> dict[str, tuple[Origin, ...]]:
    """Every column there is after the row steps, with the columns of datasets it comes from."""
    have: dict[str, tuple[Origin, ...]] = {n: (Origin(spec.source.dataset, n, "IDENTITY"),) for n, _ in plan.source}
    for step in plan.rows:
        if isinstance(step, Lookup):
            have |= {new: (Origin(step.table, theirs, "IDENTITY"),) for new, theirs, _ in step.take}
            have[f"__{step.id}_found"] = tuple(Origin(step.table, theirs, "JOIN") for _, theirs in step.on)
        elif isinstance(step, Explode):
            have[step.into] = have[step.column]
            if step.position:
                have[step.position] = _as(have[step.column], "TRANSFORMATION")
        elif isinstance(step, Unpivot):
            have[step.value] = tuple(o for c in step.columns for o in have[c])
            have[step.name] = ()
        elif isinstance(step, Split):
            for _, part in step.parts:
                for new, expr in part:
                    have[new] = tuple(dict.fromkeys((*have.get(new, ()), *_of(expr, have))))
            have[step.tag] = ()
        elif isinstance(step, Group):
            grouped = {name: _of(expr, have) for name, expr in step.by}
            for a in step.take:
                grouped[a.name] = _as(_of(a.value, have), "AGGREGATION") if a.value is not None else ()
            have = grouped
    return have


def _as(origins: tuple[Origin, ...], kind: Kind) -> tuple[Origin, ...]:
    return tuple(Origin(o.dataset, o.column, kind) for o in origins)


def _of(expr: Expr, have: dict[str, tuple[Origin, ...]]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(o for c in columns_of(expr) for o in have.get(c, ())))


def field_origins(spec: Spec, plan: Plan) -> dict[str, tuple[Origin, ...]]:
    """Per target field the columns that it is made of or decided by, each once, direct ones first."""
    have = _columns(spec, plan)
    out = {}
    for field in plan.fields:
        written = spec.fields.get(field.name)
        made_of = _made_of(written)
        found: dict[tuple[str, str], Origin] = {}
        for column in columns_of(field.value):
            for origin in have.get(column, ()):
                kind = _kind(origin, column, written, made_of)
                new = Origin(origin.dataset, origin.column, kind)
                if not found.get((new.dataset, new.column), new).direct or new.direct:
                    found[(new.dataset, new.column)] = new
        out[field.name] = tuple(sorted(found.values(), key=lambda o: not o.direct))
    return out


def _made_of(field: FieldSpec | None) -> set[str] | None:
    """Columns whose values go into the field, where cases only look at others; None when all do."""
    if field is None or field.case is None:
        return None
    names = {n for b in field.case for n in b.from_ or ()}
    return names | ({field.else_from} if field.else_from else set())


def _kind(origin: Origin, column: str, field: FieldSpec | None, made_of: set[str] | None) -> Kind:
    if origin.kind not in ("IDENTITY", "TRANSFORMATION"):
        return origin.kind
    if made_of is not None and not any(n == column or n.startswith(f"{column}.") for n in made_of):
        return "CONDITIONAL"
    plain = field is not None and not field.steps and field.case is None and field.from_ == (column,)
    return "IDENTITY" if plain and origin.kind == "IDENTITY" else "TRANSFORMATION"


def dataset_origins(spec: Spec, plan: Plan) -> tuple[Origin, ...]:
    """Columns that decide about whole rows: filters, keys of lookups and groups, orders."""
    return tuple(dict.fromkeys(_row_origins(spec, plan)))


def _row_origins(spec: Spec, plan: Plan) -> Iterator[Origin]:
    have: dict[str, tuple[Origin, ...]] = {n: (Origin(spec.source.dataset, n, "IDENTITY"),) for n, _ in plan.source}
    have |= _columns(spec, plan)  # what a group drops is found in the source itself
    for step in plan.rows:
        if isinstance(step, Filter):
            yield from _as(_of(step.keep, have), "FILTER")
        elif isinstance(step, Lookup):
            for expr, theirs in step.on:
                yield from _as(_of(expr, have), "JOIN")
                yield Origin(step.table, theirs, "JOIN")
        elif isinstance(step, KeepLatest):
            for expr in step.by:
                yield from _as(_of(expr, have), "GROUP_BY")
            yield from _as(_of(step.order_by, have), "SORT")
        elif isinstance(step, Group):
            for _, expr in step.by:
                yield from _as(_of(expr, have), "GROUP_BY")


def tables_of(plan: Plan) -> tuple[str, ...]:
    """Reference tables and further sources that the row steps read."""
    return tuple(dict.fromkeys(s.table for s in plan.rows if isinstance(s, Lookup | Union)))
