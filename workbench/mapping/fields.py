"""One target field, resolved: its origin, its steps, its fit to the target, and what rejects its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workbench.model import (
    TEXT,
    Branch,
    Expr,
    Field,
    FieldSpec,
    Guard,
    PlannedField,
    StepFault,
    TypeClash,
    all_of,
    any_of,
    blank_to_null,
    cast,
    coalesce,
    compare,
    constant,
    is_in,
    is_null,
    lit,
    none_of,
    round_to,
    when,
)

from .scope import Refusal, Scope, Where, as_text, unread

__all__ = ["resolve_field"]


def resolve_field(scope: Scope, name: str, field: FieldSpec, target: Field | None) -> PlannedField | None:
    """Resolve one field of the spec; None when a fault was noted."""
    where: Where = ("fields", name)
    misread: list[Guard] = []
    value, rejects, original = _origin(scope, field, where, target, misread)
    if value is None:
        return None
    value, more = _fit(scope, value, target, where)
    if value is None:
        return None
    guards = [_guard(field, name, original, *r) for r in rejects]
    guards += [_guard(field, name, original, *r) for r in more]
    value, guards, replaced = _on_error(scope, field, value, guards, where)
    on_error = field.on_error or scope.spec.on_error
    if target is not None and target.required:
        shown = blank_to_null(value) if value.type.kind == "text" else value
        empty = all_of(is_null(shown), none_of(*(g.condition for g in guards))) if guards else is_null(shown)
        code = f"{field.id}.required"
        guards.append(Guard(code, name, "required", "is required but empty", empty, original, on_error == "fail"))
    if target is not None and target.enum and value.type.kind == "text":
        stray = none_of(is_in(value, target.enum), is_null(value))
        shown_values = ", ".join(target.enum[:5]) + (" …" if len(target.enum) > 5 else "")
        reason = f"is not one of {shown_values}"
        guards.append(Guard(f"{field.id}.enum", name, "enum", reason, stray, value, on_error == "fail"))
    return PlannedField(name, field.id, value, tuple(guards), (*replaced, *misread))


Reject = tuple[str, str, Expr, str]  # code suffix, step name, condition, reason


def _origin(
    scope: Scope, field: FieldSpec, where: Where, target: Field | None, misread: list[Guard]
) -> tuple[Expr | None, list[Reject], Expr]:
    """The value before it is fitted to the target, its rejects, and the original as text.

    What the conditions of cases take as empty is added to ``misread``.
    """
    if field.case is not None:
        return _cases(scope, field, where, target, misread)
    if field.value is not None:
        try:
            start = [constant(field.value, target.type if target and not field.steps else TEXT)]
        except TypeClash as e:
            scope.fault((*where, "value"), str(e), "write a constant of the target's type")
            return None, [], lit(None, TEXT)
    else:
        start = _columns(scope, field.from_ or (), (*where, "from"))
        if len(start) != len(field.from_ or ()):
            # Its steps are checked all the same, so that their faults are told now and not next time.
            scope.steps([lit(None, TEXT)] * len(field.from_ or ()), field.steps, (*where, "steps"))
            return None, [], lit(None, TEXT)
    value, rejects = scope.steps(start, field.steps, (*where, "steps"))
    return value, [(str(n), s.name, c, r) for n, s, c, r in rejects], _as_text(start)


def _columns(scope: Scope, names: Sequence[str], where: Where) -> list[Expr]:
    out = []
    for name in names:
        try:
            out.append(scope.column(name))
        except StepFault as e:
            scope.fault(where, e.what, e.cure)
    return out


def _as_text(values: Sequence[Expr]) -> Expr:
    """The original value for the dead letter; several are shown as the first that is there."""
    texts = [as_text(v) for v in values if not v.type.is_nested]
    return coalesce(*texts) if texts else lit(None, TEXT)


def _cases(
    scope: Scope, field: FieldSpec, where: Where, target: Field | None, misread: list[Guard]
) -> tuple[Expr | None, list[Reject], Expr]:
    on_error = field.on_error or scope.spec.on_error
    cases: list[tuple[Expr, Expr]] = []
    rejects: list[Reject] = []
    before: list[Expr] = []
    originals: list[Expr] = []
    for i, branch in enumerate(field.case or ()):
        here: Where = (*where, "case", i)
        refused: list[Refusal] = []
        condition = scope.condition(branch.when, (*here, "when"), refused)
        asked = none_of(*before) if before else lit(True)  # no earlier case has decided
        told = unread(refused, f"{field.id}.case{i + 1}", fatal=on_error == "fail")
        misread += [replace(g, condition=all_of(asked, g.condition)) for g in told]
        value, found, starts = _branch(scope, branch, here, target if not field.steps else None)
        if value is not None:
            cases.append((condition, value))
            active = all_of(condition, none_of(*before)) if before else condition
            rejects += [(f"case{i + 1}.{n}", s, all_of(active, c), r) for n, s, c, r in found]
        before.append(condition)
        originals += starts
    otherwise = _else(scope, field, where, target if not field.steps else None)
    if len(cases) != len(field.case or ()) or otherwise is None:
        return None, rejects, lit(None, TEXT)
    try:
        value = when(cases, otherwise)
    except TypeClash as e:
        scope.fault((*where, "case"), str(e), "give every case a value of one type")
        return None, rejects, lit(None, TEXT)
    final, found_later = scope.steps([value], field.steps, (*where, "steps"))
    rejects += [(str(n), s.name, c, r) for n, s, c, r in found_later]
    return final, rejects, _as_text(originals or [value])


def _branch(
    scope: Scope, branch: Branch, where: Where, target: Field | None
) -> tuple[Expr | None, list[Reject], list[Expr]]:
    if branch.from_:
        starts = _columns(scope, branch.from_, (*where, "from"))
        if len(starts) != len(branch.from_):
            return None, [], starts
    else:
        try:
            type_ = target.type if target and not branch.steps else TEXT
            starts = [lit(None, type_) if branch.then is None else constant(branch.then, type_)]
        except TypeClash as e:
            scope.fault((*where, "then"), str(e), "write a constant of the target's type")
            return None, [], []
    value, rejects = scope.steps(starts, branch.steps, (*where, "steps"))
    return value, [(str(n), s.name, c, r) for n, s, c, r in rejects], starts if branch.from_ else []


def _else(scope: Scope, field: FieldSpec, where: Where, target: Field | None) -> Expr | None:
    try:
        if field.else_from is not None:
            return scope.column(field.else_from)
        if field.else_ is not None:
            return constant(field.else_, target.type if target else TEXT)
    except TypeClash as e:
        scope.fault((*where, "else"), str(e), "write a constant of the target's type")
        return None
    except StepFault as e:
        scope.fault((*where, "else_from"), e.what, e.cure)
        return None
    return lit(None)


def _fit(scope: Scope, value: Expr, target: Field | None, where: Where) -> tuple[Expr | None, list[Reject]]:
    """Bring a value into the target's type where that loses nothing; otherwise say which step does it."""
    if target is None or value.type == target.type:
        return value, []
    have, want = value.type, target.type
    if scope.spec.target.dataset is not None and have.kind in ("text", "float"):
        return value, []  # a dataset is written as its system writes it; its contract says what the text means
    if have.kind == "null" or (have.kind == "integer" and want.kind == "decimal"):
        return cast(value, want), []
    if have.kind == "decimal" and want.kind in ("decimal", "integer"):
        digits = want.scale or 0
        rounded = round_to(value, digits)
        fitted = cast(rounded, want) if want.kind == "integer" else rounded
        if (have.scale or 0) <= digits and want.kind == "decimal":
            return fitted, []
        more = none_of(compare("=", rounded, value), is_null(value))
        return fitted, [("fit", "fit", more, f"has more than {digits} digits after the point")]
    cures = {
        "text": "cast: text, format_date or format_number", "integer": "cast: integer or parse_number",
        "decimal": "parse_number", "date": "parse_date", "timestamp": "parse_timestamp or timezone",
        "boolean": "boolean", "float": "cast: float",
    }  # fmt: skip
    cure = f"add a step: {cures[want.kind]}" if want.kind in cures else ""
    scope.fault(where, f"gives {have}, but the field is {want}", cure)
    return None, []


def _guard(field: FieldSpec, name: str, original: Expr, suffix: str, step: str, condition: Expr, reason: str) -> Guard:
    return Guard(f"{field.id}.{suffix}", name, step, reason, condition, original)


def _on_error(
    scope: Scope, field: FieldSpec, value: Expr, guards: list[Guard], where: Where
) -> tuple[Expr, list[Guard], tuple[Guard, ...]]:
    """The value, what rejects its row, and what is told of it where the row goes on without the value."""
    on_error: Any = field.on_error or scope.spec.on_error
    if not guards or on_error == "reject":
        return value, guards, ()
    if on_error == "fail":
        return value, [replace(g, fatal=True) for g in guards], ()
    failed = any_of(*(g.condition for g in guards))
    said = "emptied" if on_error == "null" else f"set to {field.default}"
    replaced = tuple(replace(g, reason=f"{g.reason}: {said}") for g in guards)
    try:
        instead = lit(None, value.type) if on_error == "null" else constant(field.default or "", value.type)
        return when([(failed, instead)], value), [], replaced
    except TypeClash as e:
        scope.fault((*where, "default"), str(e), "write a default of the target's type")
        return value, [], ()
