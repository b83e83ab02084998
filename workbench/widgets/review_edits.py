"""Changes to a spec, each a function from a spec to a spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from workbench.errors import Fault, SpecError, WorkbenchError
from workbench.mapping import columns_read
from workbench.model import Contract, FieldSpec, Spec, StepSpec, dump_spec, dump_yaml, parse_document, validate

from .review_items import rejected_fields

__all__ = [
    "as_approved", "changed", "faults_of", "field_from_text", "listed", "put", "read_steps", "rejected", "restored",
    "with_evidence",
]  # fmt: skip


def changed(spec: Spec, name: str, change: Mapping[str, Any]) -> FieldSpec:
    """A field with some of its parts replaced; a new one where there is none."""
    known = spec.fields.get(name)
    parts = {n: getattr(known, n) for n in FieldSpec.model_fields} if known else {"id": new_id(spec)}
    return _checked(name, {**parts, **change})


def _checked(name: str, parts: Mapping[str, Any]) -> FieldSpec:
    try:
        return FieldSpec.model_validate({key: _plain(value) for key, value in parts.items()})
    except ValidationError as e:
        raise SpecError([Fault(_said(item), name) for item in e.errors(include_url=False)]) from None


def _plain(value: Any) -> Any:
    """Steps in the form that people write, which is the form that is checked."""
    if isinstance(value, tuple) and any(isinstance(v, StepSpec) for v in value):
        return [v.written() if isinstance(v, StepSpec) else v for v in value]
    return value


def _said(item: Any) -> str:
    return str(item["msg"]).removeprefix("Value error, ")


def new_id(spec: Spec) -> str:
    """An id that no field has or had."""
    known = [*(f.id for f in spec.fields.values()), *spec.evidence]
    numbers = [int(i[1:]) for i in known if re.fullmatch(r"f\d+", str(i))]
    return f"f{max(numbers, default=0) + 1}"


def put(spec: Spec, name: str, field: FieldSpec, target: Contract) -> Spec:
    """The spec with a field, at the target's place for it where it is new."""
    fields = dict(spec.fields)
    fields[name] = field
    if name not in spec.fields:
        order = {f.name: i for i, f in enumerate(target.fields)}
        fields = dict(sorted(fields.items(), key=lambda kv: order.get(kv[0], len(order))))
        if [n for n in fields if n != name] != list(spec.fields):  # the spec has an order of its own: keep it
            fields = {**spec.fields, name: field}
    return spec.model_copy(update={"fields": fields})


def with_evidence(spec: Spec, key: str, more: Mapping[str, Any]) -> Spec:
    """The spec with more evidence on an id."""
    said = spec.evidence.get(key)
    old = {k: v for k, v in said.items() if k not in ("field", "was")} if isinstance(said, Mapping) else {}
    return spec.model_copy(update={"evidence": {**spec.evidence, key: {**old, **more}}})


def rejected(spec: Spec, name: str, stamp: Mapping[str, str]) -> Spec:
    """The spec without a field; its evidence keeps what was proposed."""
    field = spec.fields[name]
    was = parse_document(dump_spec(spec)).data["fields"][name]
    fields = {n: f for n, f in spec.fields.items() if n != name}
    out = with_evidence(spec.model_copy(update={"fields": fields}), field.id, stamp)
    return with_evidence(out, field.id, {"field": name, "was": was})


def restored(spec: Spec, name: str, target: Contract) -> Spec:
    """The spec with a rejected field as it was."""
    key = rejected_fields(spec).get(name, "")
    was = spec.evidence.get(key, {}).get("was")
    if not isinstance(was, Mapping):
        raise SpecError([Fault(f"the spec no longer says what was proposed for '{name}'", "evidence", "map it anew")])
    return put(spec, name, _checked(name, was), target)


def listed(spec: Spec, columns: Sequence[str]) -> Spec:
    """The spec with every source column that nothing reads listed as unmapped, and no other."""
    if not columns:
        return spec
    read = columns_read(spec, columns)
    kept = [c for c in spec.unmapped if c not in read]
    silent = [c for c in columns if c not in read and c not in kept and c not in spec.row_key]
    now = (*kept, *silent)
    return spec if now == spec.unmapped else spec.model_copy(update={"unmapped": now})


def as_approved(spec: Spec, base: Spec, fingerprint: Callable[[Spec], str]) -> Spec:
    """An approval covers one fingerprint: a spec that does something else is a draft again."""
    if base.status != "approved" or base.approved is None:
        return spec
    same = fingerprint(spec) == base.approved
    wanted = {"status": "approved", "approved": base.approved} if same else {"status": "draft", "approved": None}
    return spec.model_copy(update=wanted)


def read_steps(steps: Sequence[Any]) -> tuple[StepSpec, ...]:
    """Steps as read from text, given their form.

    Raises:
        SpecError: With every fault.
    """
    return _checked("steps", {"id": "f0", "from": ["x"], "steps": steps}).steps


def field_from_text(yaml: str, name: str, spec: Spec) -> FieldSpec:
    """A field from YAML; one without an id keeps its own or gets a new one.

    Raises:
        SpecError: It is not a field, with every fault and its line.
    """
    document = parse_document(yaml, name=name, error=SpecError)
    if not isinstance(document.data, dict):
        raise SpecError([Fault("a field is a mapping of keys to values", name, "as in from: cust_no")])
    known = spec.fields.get(name)
    document.data["id"] = known.id if known else new_id(spec)
    return validate(document, FieldSpec, SpecError)


def faults_of(work: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults that some work stops at; none when it does not."""
    try:
        work()
    except WorkbenchError as e:
        return e.faults
    return ()


def as_text(field: FieldSpec, name: str, spec: Spec) -> str:
    """A field as YAML without its id, for a person to edit."""
    alone = spec.model_copy(update={"fields": {name: field}, "evidence": {}, "rows": (), "checks": ()})
    data = parse_document(dump_spec(alone)).data["fields"][name]
    return dump_yaml({k: v for k, v in data.items() if k != "id"})
