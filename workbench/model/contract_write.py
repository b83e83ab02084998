"""Contracts written as ODCS 3.2, always valid under the standard's schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from workbench.errors import ContractError, Fault, UnknownNameError

from .contract import Contract, Field
from .contract_formats import to_jdk
from .contract_rules import write_rule, write_sla
from .contract_schema import check_standard
from .document import dump_yaml
from .types import DataType

__all__ = ["contract_to_odcs", "dump_contract"]

_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(\.[A-Za-z_][A-Za-z0-9_\-]*)+\Z")
_LOGICAL = {"text": "string", "decimal": "number", "float": "number", "list": "array", "struct": "object"}
_RANGED = ("integer", "decimal", "float", "date", "timestamp", "time")


def dump_contract(contract: Contract) -> str:
    """Write a contract as ODCS YAML, valid under the standard's schema.

    Raises:
        ContractError: The contract holds something the standard does not allow.
    """
    return dump_yaml(contract_to_odcs(contract))


def contract_to_odcs(contract: Contract) -> dict[str, Any]:
    """Write a contract as ODCS data.

    Raises:
        ContractError: The contract holds something the standard does not allow.
    """
    raw = dict(contract.raw)
    schema, *others = raw.pop("schema", None) or [{}]
    about = {"purpose": contract.description} if contract.description else {}
    team = raw.pop("team", None)
    if contract.owner is not None:
        team = {"name": contract.owner, **(team if isinstance(team, dict) else {})}
    fields = [_field(f, _rules_of(contract, f.name)) for f in contract.fields]
    _every_rule_has_its_field(contract)
    head = {
        "apiVersion": raw.pop("apiVersion", "v3.2.0"),
        "kind": "DataContract",
        "id": contract.id,
        "name": contract.name,
        "version": contract.version,
        "status": contract.status,
        "tags": list(contract.tags),
        "description": {**about, **raw.pop("description", {})},
        "team": team,
        "slaProperties": [write_sla(s) for s in contract.sla],
    }
    own = {
        "name": contract.name,
        "physicalName": contract.physical_name,
        **schema,
        "properties": fields,
        "quality": _rules_of(contract, None),
    }
    data = {**_said(head), **raw, "schema": [_said(own), *others]}
    check_standard(data, contract.id)
    return data


def _said(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {k: v for k, v in entry.items() if v not in (None, [], {}, "")}


def _rules_of(contract: Contract, field: str | None) -> list[dict[str, Any]]:
    return [write_rule(r) for r in contract.rules if r.field == field]


def _every_rule_has_its_field(contract: Contract) -> None:
    for rule in contract.rules:
        if rule.field is not None and rule.field not in contract:
            wrong = UnknownNameError.of("field", rule.field, [f.name for f in contract.fields], where=contract.id)
            raise ContractError([wrong.fault])


def _field(field: Field, rules: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    raw = dict(field.raw)
    options, own = _options(field)
    options |= raw.pop("logicalTypeOptions", {})
    references = field.references
    relations = raw.pop("relationships", [])
    if references and _REFERENCE.match(references):
        relations = [{"to": references}, *relations]
    elif references:
        own["references"] = references
    own |= {
        "semanticType": field.semantic_type,
        "unit": field.unit,
        "missingValues": list(field.missing_values),
        "personal": field.personal or None,
    }
    customs = [{"property": f"workbench.{k}", "value": v} for k, v in own.items() if v not in (None, [])]
    enum = [_said({"value": v, "label": field.labels.get(v)}) | {"value": v} for v in field.enum]
    entry = {
        "name": field.name,
        **_typed(field.type, field.fields, raw.pop("items", {})),
        "logicalTypeOptions": options,
        "description": field.description,
        "required": field.required or None,
        "unique": field.unique or None,
        "primaryKey": True if field.key is not None else None,
        "primaryKeyPosition": field.key,
        "classification": field.classification,
        "enum": _merged(enum, raw.pop("enum", []), "value"),
        "synonyms": _merged([{"synonym": s} for s in field.synonyms], raw.pop("synonyms", []), "synonym"),
        "relationships": relations,
        "examples": list(field.examples),
        "quality": list(rules),
        "customProperties": [*customs, *raw.pop("customProperties", [])],
    }
    if raw.get("logicalType") == "vector":
        entry.pop("items")
    return {"name": field.name, **_said(entry), **raw}


def _merged(items: Iterable[dict[str, Any]], kept: Iterable[Mapping[str, Any]], key: str) -> list[dict[str, Any]]:
    """The items, each with what else the document said of it."""
    more = {item.get(key): item for item in kept}
    return [{**more.get(item[key], {}), **item} for item in items]


def _typed(type_: DataType, members: tuple[Field, ...], item: Mapping[str, Any]) -> dict[str, Any]:
    """The logical type with the types of its members."""
    if type_.kind == "null":
        return {"logicalType": "string"}
    entry: dict[str, Any] = {"logicalType": _LOGICAL.get(type_.kind, type_.kind)}
    if type_.kind == "struct":
        entry["properties"] = [_field(f) for f in members or [Field(n, t) for n, t in type_.fields]]
    elif type_.kind == "list" and type_.item is not None:
        inner = _field(Field("item", type_.item, fields=members))
        entry["items"] = {**item, **{k: v for k, v in inner.items() if k != "name"}}
    return entry


def _options(field: Field) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the values look like: the standard's own keys where it has them, ours where it has not."""
    kind = field.type.kind
    options: dict[str, Any] = {}
    own: dict[str, Any] = {}
    if kind == "null":
        own["type"] = "null"
    elif kind == "decimal":
        own["scale"] = field.type.scale
    elif kind == "timestamp":
        options["timezone"] = not field.type.local
    for key, value in (("minimum", field.minimum), ("maximum", field.maximum)):
        if value is not None:
            number = field.type.is_numeric
            (options if kind in _RANGED else own)[key] = _number(value, key, field) if number else value
    for key, text in (
        ("pattern", field.pattern),
        ("minLength", field.min_length),
        ("maxLength", field.max_length),
    ):
        if text is not None:
            (options if kind == "text" else own)[key] = text
    if field.format is not None:
        jdk = to_jdk(field.format) if kind in ("date", "timestamp", "time") else None
        if jdk:
            options["format"] = jdk
        elif kind == "text":
            options["format"] = field.format
        else:
            own["format"] = field.format
    return options, own


def _number(text: str, key: str, field: Field) -> int | Decimal:
    if not _NUMBER.match(text):
        what = f"the {key} of the field '{field.name}' is not a number: '{text[:60]}'"
        raise ContractError([Fault(what, cure="write it with a point, without grouping")])
    return Decimal(text) if "." in text else int(text)
