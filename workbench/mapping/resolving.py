"""From a spec to a plan: every name looked up, every type checked, every fault reported at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from workbench.errors import Fault, SpecError, did_you_mean
from workbench.markup import block, items, table
from workbench.model import (
    SEMANTICS,
    Contract,
    DataType,
    Field,
    Plan,
    PlannedField,
    Spec,
    StepFault,
    columns_of,
    fingerprint,
    in_range,
    lit,
)

from .fields import resolve_field
from .rows import TableSchema, resolve_row
from .scope import Scope

__all__ = ["Lineage", "Resolved", "of_the_version", "resolve"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a target field comes from: source columns, the steps on the way, row steps that touch it."""

    target: str
    sources: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Resolved:
    """A spec that fits its source and target.

    Attributes:
        plan: What a backend runs.
        lineage: One entry per target field.
        warnings: What is not wrong but worth a look.
    """

    plan: Plan
    lineage: tuple[Lineage, ...]
    warnings: tuple[Fault, ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: the lineage and the warnings, as plain text and HTML."""
        head = f"{self.plan.name} fits its source: {len(self.lineage)} fields, {len(self.warnings)} warnings"
        ways = [(x.target, " + ".join(x.sources), " → ".join(x.steps)) for x in self.lineage]
        plain = [head, *(f"  {t} ← {s}" + (f"  ({w})" if w else "") for t, s, w in ways)]
        plain += [f"  ! {w}" for w in self.warnings]
        shown = table(("field", "from", "steps"), [tuple(map(escape, way)) for way in ways], caption=head)
        html = block(shown, items((str(w) for w in self.warnings), most=50))
        return {"text/plain": "\n".join(plain), "text/html": html}


def resolve(
    spec: Spec,
    source: Mapping[str, DataType],
    target: Contract | None = None,
    *,
    source_contract: Contract | None = None,
    tables: TableSchema | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
) -> Resolved:
    """Resolve a spec against its source and its target.

    Args:
        spec: The spec.
        source: Columns of the source with their logical types.
        target: The contract of the target; without one the steps alone decide the types.
        source_contract: The contract of the source, for its missing-value marks.
        tables: Gives the schema of a table that a lookup or union names.
        values: All distinct values of columns where they are known, to find translations never used.

    Raises:
        SpecError: With every fault, its line and its cure.
    """
    missing = {f.name: f.missing_values for f in source_contract.fields} if source_contract else {}
    scope = Scope(spec, dict(source), missing)
    if spec.semantics != SEMANTICS:
        scope.fault(
            ("semantics",),
            f"this workbench knows the semantics '{SEMANTICS}', not '{spec.semantics}'",
            f"write semantics: {SEMANTICS}, and compare old and new with workbench diff",
        )
    rows = [resolve_row(scope, i, row, tables or _no_tables) for i, row in enumerate(spec.rows)]
    fields, lineage = [], []
    for name, field in spec.fields.items():
        wanted = _target_field(scope, name, target)
        planned = resolve_field(scope, name, field, wanted)
        if planned is not None:
            fields.append(planned)
            steps = [s.name for s in field.steps] + [s.name for b in field.case or () for s in b.steps]
            lineage.append(Lineage(name, columns_of(planned.value), tuple(steps)))
    fields = _in_the_targets_form(fields, target)
    _missing_required(scope, target)
    _silence(scope, source)
    for name in spec.row_key:
        if name not in source:
            scope.fault(("row_key",), f"there is no source field '{name}'", did_you_mean(name, source))
    if scope.faults:
        raise SpecError(scope.faults)
    plan = Plan(
        name=spec.title,
        source=tuple(source.items()),
        rows=tuple(r for r in rows if r is not None),
        fields=tuple(fields),
        key=tuple(n for n in (target.key if target else ()) if n in spec.fields),
        row_key=tuple(spec.row_key),
        fingerprint=fingerprint(spec),
    )
    warnings = [*_unused_translations(spec, values or {}), *_left_empty(spec, target)]
    return Resolved(plan, tuple(lineage), tuple(warnings))


def _no_tables(name: str) -> dict[str, DataType]:
    raise StepFault(f"the table '{name}' cannot be read here", "run where the spec's folder is known")


def _target_field(scope: Scope, name: str, target: Contract | None) -> Field | None:
    if target is None:
        return None
    known = [f.name for f in target.fields]
    if name not in known:
        scope.fault(("fields", name), f"{target.name} has no field '{name}'", did_you_mean(name, known))
        return None
    return target.field(name)


def _missing_required(scope: Scope, target: Contract | None) -> None:
    for field in target.fields if target else ():
        if field.required and field.name not in scope.spec.fields:
            scope.fault(
                ("fields",),
                f"the required field '{field.name}' of {target.name if target else ''} is not mapped",
                f"add {field.name}: {{id: …, from: …}}",
            )


def _in_the_targets_form(fields: list[PlannedField], target: Contract | None) -> list[PlannedField]:
    """Every field of the target in its order: an optional one that nothing maps is there, and empty."""
    if target is None:
        return fields
    by_name = {f.name: f for f in fields}
    return [by_name.get(f.name, PlannedField(f.name, "", lit(None, f.type))) for f in target.fields]


def _silence(scope: Scope, source: Mapping[str, DataType]) -> None:
    """Source fields that are neither used nor left out on purpose, and the reverse."""
    spec = scope.spec
    for name in spec.unmapped:
        if name not in source:
            scope.fault(("unmapped",), f"there is no source field '{name}'", did_you_mean(name, source))
        elif name in scope.used:
            scope.fault(("unmapped",), f"'{name}' is listed as unmapped but is used", "take it off the list")
    silent = [n for n in source if n not in scope.used and n not in spec.unmapped and n not in spec.row_key]
    for name in silent:
        scope.fault(
            ("unmapped",),
            f"source field '{name}' is neither mapped nor listed",
            f"map it or add it: [{name}]",
        )


def _left_empty(spec: Spec, target: Contract | None) -> list[Fault]:
    names = [f.name for f in target.fields if f.name not in spec.fields] if target else []
    if not names:
        return []
    return [Fault(f"optional fields stay empty: {', '.join(names)}", spec.place("fields"), "map them if you can")]


def _unused_translations(spec: Spec, values: Mapping[str, Sequence[str]]) -> list[Fault]:
    out = []
    for name, field in spec.fields.items():
        if not field.from_ or len(field.from_) != 1 or field.from_[0] not in values:
            continue
        for i, step in enumerate(field.steps):
            if step.name == "translate" and i == 0 and isinstance(step.args, Mapping):
                table = step.args.get("values")
                unused = [k for k in table if k not in values[field.from_[0]]] if isinstance(table, Mapping) else []
                if unused:
                    place = spec.place("fields", name, "steps", i)
                    out.append(Fault(f"translations never used: {', '.join(unused)}", place, "take them out"))
    return out


def of_the_version(found: Contract, spec: Spec, side: Literal["source", "target"]) -> Contract:
    """The contract of a spec's source or target, in the range of versions that the spec asks for.

    Raises:
        SpecError: It is out of the range.
    """
    wanted = (spec.source if side == "source" else spec.target).contract
    if wanted and not in_range(found.version, wanted):
        what = f"the spec asks for version {wanted} of {found.name}, here is {found.version}"
        raise SpecError([Fault(what, spec.place(side), "compare them with workbench contract diff")])
    return found
