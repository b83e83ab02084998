"""Documents: the spec itself, the target's contract with its origins, the target's JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.model import Contract, DataType, Field, FieldSpec, dump_contract, dump_spec

from .material import EXPORTERS, Material
from .origins import Origin, field_origins

__all__ = ["field_in_words", "json_schema_of"]


@EXPORTERS.register("yaml")
def to_yaml(material: Material) -> Mapping[str, str]:
    """The spec as YAML, with what it resolves to as comments above it."""
    plan, spec = material.resolved.plan, material.spec
    lines = [f"# {spec.title}, {plan.fingerprint}", "#", "# Where each field comes from:"]
    width = max((len(line.target) for line in material.resolved.lineage), default=0)
    types = {f.name: f.value.type for f in plan.fields}
    for line in material.resolved.lineage:
        lines.append(f"#   {line.target:{width}}  {types[line.target]}, from {', '.join(line.sources) or 'a constant'}")
    lines += [f"# To look at: {fault}" for fault in material.resolved.warnings]
    text = "\n".join(" ".join(line.splitlines()) for line in lines)
    return {f"{spec.name}.yaml": f"{text}\n\n{dump_spec(spec)}"}


def field_in_words(field: FieldSpec | None) -> str:
    """How a field comes about, as a chain people read: 'cust_no | trim | prefix: CRM-'."""
    if field is None:
        return ""
    if field.value is not None:
        start = f"constant '{field.value}'"
    elif field.case is not None:
        start = "case " + ", ".join(_branch(b) for b in field.case)
        if field.else_ is not None or field.else_from is not None:
            start += f", else {field.else_ if field.else_ is not None else field.else_from}"
    else:
        start = ", ".join(field.from_ or ())
    return " | ".join([start, *(_step(s.name, s.args) for s in field.steps)])


def _branch(branch: Any) -> str:
    when = branch.when.model_dump(exclude_none=True, exclude_defaults=True, by_alias=True)
    said = " ".join(str(v) if k == "field" else f"{k} {v}" for k, v in when.items())
    return f"when {said} then {branch.then if branch.then is not None else ', '.join(branch.from_ or ('nothing',))}"


def _step(name: str, args: Any) -> str:
    if args is None:
        return name
    return f"{name}: {args if isinstance(args, str) else json.dumps(args, ensure_ascii=False, default=str)}"


@EXPORTERS.register("odcs")
def to_odcs(material: Material) -> Mapping[str, str]:
    """The target's contract (ODCS 3.2) in which every field says its logic and the datasets' columns it comes from."""
    origins = field_origins(material.spec, material.resolved.plan)
    fields = tuple(_with_origin(f, origins.get(f.name, ()), material) for f in material.target.fields)
    contract = replace(material.target, fields=fields)
    return {f"{material.target.id}.odcs.yaml": dump_contract(contract)}


def _with_origin(field: Field, found: Sequence[Origin], material: Material) -> Field:
    if field.name not in material.spec.fields:
        return field
    origin: dict[str, Any] = {"transformLogic": field_in_words(material.spec.fields[field.name])}
    if found:
        origin["transformSourceObjects"] = [f"{o.dataset}.{o.column}" for o in found]
    origin["transformDescription"] = f"by {material.spec.title} ({material.resolved.plan.fingerprint})"
    return replace(field, raw={**field.raw, **origin})


@EXPORTERS.register("jsonschema")
def to_json_schema(material: Material) -> Mapping[str, str]:
    """The JSON Schema (2020-12) of one record of the target."""
    schema = json_schema_of(material.target)
    return {f"{material.target.id}.schema.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"}


def json_schema_of(contract: Contract) -> dict[str, Any]:
    """The JSON Schema of one record of a contract.

    Decimals are numbers, dates and times are text in RFC 3339, a field that is not required may be null.
    """
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:workbench:{contract.id}:{contract.version}",
        "title": contract.name,
    }
    if contract.description:
        schema["description"] = contract.description
    return {**schema, **_record(contract.fields)}


def _record(fields: tuple[Field, ...]) -> dict[str, Any]:
    required = [f.name for f in fields if f.required or f.key is not None]
    out: dict[str, Any] = {"type": "object", "properties": {f.name: _field(f) for f in fields}}
    return out | ({"required": required} if required else {}) | {"additionalProperties": False}


_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "float": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "timestamp": {"type": "string", "format": "date-time"},
    "null": {"type": "null"},
}


def _field(field: Field) -> dict[str, Any]:
    kind = field.type.kind
    out = _typed(field.type, field.fields)
    if kind == "timestamp" and field.type.local:
        out = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$"}
    if kind == "text":
        shape = {"pattern": field.pattern, "minLength": field.min_length, "maxLength": field.max_length}
        out |= {k: v for k, v in shape.items() if v is not None}
    if kind in ("integer", "decimal", "float"):
        bounds = {"minimum": field.minimum, "maximum": field.maximum}
        out |= {k: _number(v) for k, v in bounds.items() if v is not None}
    if field.enum:
        out["enum"] = [_number(v) if kind in ("integer", "decimal", "float") else v for v in field.enum]
    if not (field.required or field.key is not None):
        out["type"] = [out["type"], "null"] if "type" in out and out["type"] != "null" else "null"
        if "enum" in out:
            out["enum"].append(None)
    if field.description:
        out["description"] = field.description
    if field.examples and not field.personal:
        out["examples"] = list(field.examples)
    return out


def _typed(type_: DataType, members: tuple[Field, ...]) -> dict[str, Any]:
    if type_.kind == "struct":
        return _record(members or tuple(Field(n, t) for n, t in type_.fields))
    if type_.kind == "list" and type_.item is not None:
        item = _field(Field("item", type_.item, required=True, fields=members))
        return {"type": "array", "items": item}
    return dict(_TYPES[type_.kind])


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
