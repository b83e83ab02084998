"""The ODCS JSON Schema applied to YAML text: types given, every fault found with its line.

The standard's own schema decides. It is walked once to give the untyped scalars their types and to
find all faults (unknown keys above all, which `unevaluatedProperties` forbids and most validators for
this draft ignore), then run as compiled by fastjsonschema as the last word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from workbench.errors import ContractError, Fault, did_you_mean

from .document import Document, Where

__all__ = ["check_standard", "typed_by_standard"]

Schema = Mapping[str, Any]
_INTEGER = re.compile(r"[+-]?\d{1,40}\Z")
_NUMBER = re.compile(r"[+-]?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,2})?\Z")
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d{0,39})(\.\d{1,40})?\Z")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DEMANDS = ("required", "enum", "pattern")
_SCALARS = {"string", "number", "integer", "boolean", "null"}


def typed_by_standard(document: Document) -> dict[str, Any]:
    """Give a contract document the types of the standard.

    Args:
        document: What was read; all its scalars are text.

    Returns:
        The document with booleans, integers and decimals where the standard asks for them.

    Raises:
        ContractError: With every fault and its line.
    """
    if not isinstance(document.data, dict):
        raise ContractError([Fault("a contract is a mapping of keys", document.place(), "see ODCS 3.2")])
    walk = _Walk(document)
    data = walk.node(document.data, [_standard()], ())
    if not walk.faults:
        walk.faults += [Fault(f.what, document.place(f.at), f.cure) for f in _violations(data)]
    if walk.faults:
        raise ContractError(walk.faults)
    assert isinstance(data, dict)
    return data


def check_standard(data: Mapping[str, Any], name: str) -> None:
    """Hold typed contract data against the standard's schema.

    Raises:
        ContractError: It does not fit.
    """
    faults = [Fault(v.what, f"{name} ({'.'.join(map(str, v.at))})", v.cure) for v in _violations(data)]
    if faults:
        raise ContractError(faults)


class _Violation:
    def __init__(self, what: str, at: Where, cure: str) -> None:
        self.what, self.at, self.cure = what, at, cure


def _violations(data: Mapping[str, Any]) -> list[_Violation]:
    """The first thing the compiled schema objects to, if any."""
    import fastjsonschema

    try:
        _compiled()(data)
    except fastjsonschema.JsonSchemaValueException as e:
        at = tuple(int(p) if str(p).isdigit() else p for p in e.path[1:])
        return [_Violation(e.message.removeprefix(e.name or "").strip(), at, "see the standard, ODCS 3.2")]
    return []


@cache
def _standard() -> Schema:
    text = files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    schema: Schema = json.loads(text)
    return schema


@cache
def _compiled() -> Callable[[Any], Any]:
    import fastjsonschema

    compiled: Callable[[Any], Any] = fastjsonschema.compile(_explicit(_standard()), use_default=False)
    return compiled


def _explicit(schema: Any) -> Any:
    """Write `$ref` with siblings as allOf: drafts before 2019 ignore what stands beside a reference."""
    if isinstance(schema, list):
        return [_explicit(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str) and len(schema) > 1:
        rest = {k: v for k, v in schema.items() if k != "$ref"}
        beside = [*rest.pop("allOf", ()), {"$ref": schema["$ref"]}]
        return {**{k: _explicit(v) for k, v in rest.items()}, "allOf": [_explicit(b) for b in beside]}
    return {k: _explicit(v) for k, v in schema.items()}


@cache
def _resolve(reference: str) -> Schema:
    node: Any = _standard()
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    found: Schema = node
    return found


def _holds(condition: Schema, value: Mapping[str, Any]) -> bool:
    """Whether the `if` of the standard's schema holds; it uses only these keywords."""
    if "anyOf" in condition and not any(_holds(c, value) for c in condition["anyOf"]):
        return False
    if not all(key in value for key in condition.get("required", ())):
        return False
    return all(
        key not in value or "const" not in sub or value[key] == sub["const"]
        for key, sub in condition.get("properties", {}).items()
    )


def _types(schema: Schema) -> set[str]:
    named = schema.get("type", ())
    types = {named} if isinstance(named, str) else set(named)
    if "$ref" in schema:
        types |= _types(_resolve(schema["$ref"]))
    for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        types |= _types(branch)
    return types


def _shape(value: Any) -> set[str]:
    return {"object"} if isinstance(value, dict) else {"array"} if isinstance(value, list) else _SCALARS


def _flatten(schema: Schema, value: Any, out: list[Schema], sure: bool = True) -> None:
    """Collect every part of the schema that speaks about this value; one of several, without its demands."""
    out.append(schema if sure else {k: v for k, v in schema.items() if k not in _DEMANDS})
    if "$ref" in schema:
        _flatten(_resolve(schema["$ref"]), value, out, sure)
    for part in schema.get("allOf", ()):
        _flatten(part, value, out, sure)
    for branches in (schema.get("anyOf", ()), schema.get("oneOf", ())):
        fitting = [b for b in branches if not _types(b) or _types(b) & _shape(value)]
        for branch in fitting:
            _flatten(branch, value, out, sure and len(fitting) == 1)
    if "if" in schema and isinstance(value, dict) and _holds(schema["if"], value):
        _flatten(schema.get("then", {}), value, out, sure)


class _Walk:
    """One pass over a document beside the schema."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []

    def fault(self, what: str, at: Where, cure: str = "") -> None:
        self.faults.append(Fault(what, self.document.place(at), cure))

    def node(self, value: Any, schemas: Sequence[Schema], at: Where) -> Any:
        parts: list[Schema] = []
        for schema in schemas:
            _flatten(schema, value, parts)
        types = set().union(*(_types(s) for s in schemas)) if schemas else set()
        if isinstance(value, dict):
            if types and "object" not in types:
                return self.wrong(value, types, at)
            return self.mapping(value, parts, at)
        if isinstance(value, list):
            if types and "array" not in types:
                return self.wrong(value, types, at)
            items = [p["items"] for p in parts if "items" in p]
            return [self.node(item, items, (*at, i)) for i, item in enumerate(value)]
        return self.scalar(value, types, parts, at)

    def wrong(self, value: Any, types: set[str], at: Where) -> Any:
        found = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else "text"
        words = {
            "object": "a mapping",
            "array": "a list",
            "string": "text",
            "integer": "a whole number",
            "boolean": "true or false",
        }
        asked = " or ".join(sorted(words.get(t, f"a {t}") for t in types if t != "null"))
        what = f"{asked} is expected here, not {found}"
        self.fault(what + (f" '{str(value)[:60]}'" if isinstance(value, str) else ""), at)
        return value

    def mapping(self, value: Mapping[str, Any], parts: Sequence[Schema], at: Where) -> dict[str, Any]:
        known: dict[str, list[Schema]] = {}
        for part in parts:
            for key, sub in part.get("properties", {}).items():
                known.setdefault(key, []).append(sub)
        closed = any(p.get("additionalProperties") is False for p in parts)
        closed = closed or any(p.get("unevaluatedProperties") is False for p in parts)
        # The standard's conditions on logicalType all hold when it is absent: it is in fact required.
        bare = "logicalType" in known and "logicalTypeOptions" in known and "logicalType" not in value
        needed = [k for p in parts for k in p.get("required", ()) if not (bare and k == "map")]
        needed += ["logicalType"] if bare else []
        for key in dict.fromkeys(needed):
            if value.get(key) is None:
                self.fault(f"the key '{key}' is missing", at, "add it")
        out: dict[str, Any] = {}
        for key, item in value.items():
            if closed and key not in known:
                self.fault(f"unknown key '{key}'", (*at, key), did_you_mean(key, known))
            elif item is not None or "null" in set().union(*map(_types, known.get(key, ()))):
                out[key] = self.node(item, known.get(key, ()), (*at, key))
        return out

    def scalar(self, value: Any, types: set[str], parts: Sequence[Schema], at: Where) -> Any:
        if value is None:
            if types and "null" not in types:
                self.fault("a value is missing here", at, "write it or take the entry out")
            return None
        text = str(value)
        if at and (str(at[-1]).startswith("must") or (at[-1] == "value" and "slaProperties" in at)):
            return _natural(text)
        if types == {"integer", "string"}:  # a port
            return _natural(text)
        if not types or "string" in types:
            return self.text(text, parts, at)
        if "boolean" in types and text in _BOOLEANS:
            return _BOOLEANS[text]
        if "integer" in types and _INTEGER.match(text):
            return int(text)
        if "number" in types and _NUMBER.match(text):
            return _number(text)
        return self.wrong(value, types, at)

    def text(self, text: str, parts: Sequence[Schema], at: Where) -> str:
        for part in parts:
            if "enum" in part and text not in part["enum"]:
                self.fault(f"'{text[:60]}' is not one of the values allowed", at, did_you_mean(text, part["enum"]))
                break
            if "pattern" in part and not re.search(part["pattern"], text):
                self.fault(f"'{text[:60]}' does not have the form {part['pattern']}", at)
                break
        return text


def _natural(text: str) -> Any:
    """A number or a truth value where the text is written as one, text otherwise."""
    return _BOOLEANS.get(text, _number(text) if _PLAIN_NUMBER.match(text) else text)


def _number(text: str) -> int | Decimal:
    return int(text) if _INTEGER.match(text) else Decimal(text)
