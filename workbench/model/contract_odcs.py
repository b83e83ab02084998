"""Contracts read from ODCS 3.2 documents: what the standard lacks sits in `workbench.*` customProperties."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from workbench.errors import ContractError, Fault, did_you_mean

from .contract import Contract, Field
from .contract_formats import from_jdk
from .contract_rules import read_rule, read_sla, take_field_rules
from .contract_schema import typed_by_standard
from .document import Document, Where, read_document
from .types import BOOLEAN, DATE, FLOAT, INTEGER, NULL, TEXT, TIME, DataType, decimal, list_of

__all__ = ["OWN_PROPERTIES", "load_contract", "parse_contract"]

OWN = "workbench."
OWN_PROPERTIES = frozenset(
    OWN + name
    for name in (
        "format", "local", "maxLength", "maximum", "minLength", "minimum", "missingValues", "pattern",
        "personal", "references", "scale", "semanticType", "type", "unit",
    )
)  # fmt: skip
"""The customProperties of a field that the workbench writes and reads."""

_SIMPLE = {
    "string": TEXT, "integer": INTEGER, "boolean": BOOLEAN, "date": DATE, "time": TIME,
    "map": TEXT, "vector": list_of(FLOAT),
}  # fmt: skip
_PHYSICAL_DECIMAL = re.compile(r"(?i)(?:decimal|numeric|number)\s*\(\s*\d+\s*,\s*(\d+)\s*\)")
_PERSONAL = ("personal", "personal data", "pii", "phi", "sensitive")  # classifications that mean data about persons
_REFERENCE_TYPES = ({"to"}, {"to", "type"})


def load_contract(path: str | os.PathLike[str], *, table: str | None = None) -> Contract:
    """Read a contract file (ODCS 3.2, YAML).

    Args:
        path: The file.
        table: Which schema object to read when the file describes several.

    Raises:
        ContractError: With every fault found and its line.
    """
    return parse_contract(read_document(path, ContractError), table=table)


def parse_contract(document: Document, *, table: str | None = None) -> Contract:
    """Make a contract of a document; see `load_contract`.

    >>> from workbench.model import parse_document
    >>> text = '''
    ... apiVersion: v3.2.0
    ... kind: DataContract
    ... id: crm.customers
    ... version: 1.0.0
    ... schema:
    ... - name: customers
    ...   properties:
    ...   - {name: cust_no, logicalType: string, requird: true}
    ... '''
    >>> parse_contract(parse_document(text, name="crm"))
    Traceback (most recent call last):
    workbench.errors.ContractError: crm:9 (schema.0.properties.0.requird): unknown key 'requird' → did you ...
    """
    data = typed_by_standard(document)
    reader = _Reader(document)
    contract = reader.contract(data, table)
    if reader.faults:
        raise ContractError(reader.faults)
    return contract


def _texts(items: Sequence[Any], key: str) -> tuple[str, ...]:
    return tuple(str(item[key]) for item in items if item.get(key) is not None)


def _rest(items: Sequence[Mapping[str, Any]], *known: str) -> list[Any]:
    """The items whole when any says more than what is modelled, for keeping."""
    return list(items) if any(set(item) - set(known) for item in items) else []


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class _Reader:
    """Builds a contract from typed data, noting every fault."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = []

    def fault(self, what: str, at: Where, cure: str = "") -> None:
        self.faults.append(Fault(what, self.document.place(at), cure))

    def contract(self, data: dict[str, Any], table: str | None) -> Contract:
        rest = dict(data)
        schemas = list(rest.pop("schema", ()))
        names = [s["name"] for s in schemas]
        if table is not None and table not in names:
            self.fault(f"there is no schema '{table}'", ("schema",), did_you_mean(table, names))
        elif table is None and len(names) > 1:
            self.fault(f"{len(names)} schemas stand here: {', '.join(names)}", ("schema",), "say which one")
        if self.faults:
            return Contract(str(data["id"]), "", "")
        index = names.index(table) if table is not None else 0
        schema = dict(schemas.pop(index)) if schemas else {}
        at: Where = ("schema", index)
        fields = self.fields(schema.pop("properties", ()), (*at, "properties"))
        rules = [read_rule(r) for r in schema.pop("quality", ())]
        fields, of_fields = take_field_rules(fields)
        name = rest.pop("name", None) or schema.get("name") or rest["id"]
        if schema.get("name") == name:
            schema.pop("name")
        about = dict(rest.pop("description", None) or {})
        team = rest.pop("team", None)
        owner = team.get("name") if isinstance(team, dict) else None
        kept_team = {k: v for k, v in team.items() if k != "name"} if isinstance(team, dict) else team
        contract = Contract(
            id=rest.pop("id"),
            name=name,
            version=rest.pop("version"),
            status=rest.pop("status", "draft"),
            fields=fields,
            description=about.pop("purpose", ""),
            tags=tuple(rest.pop("tags", ())),
            owner=owner,
            physical_name=schema.pop("physicalName", None),
            rules=(*rules, *of_fields),
            sla=tuple(read_sla(s) for s in rest.pop("slaProperties", ())),
            raw={k: v for k, v in rest.items() if (k, v) not in _STANDARD}
            | ({"description": about} if about else {})
            | ({"team": kept_team} if kept_team else {})
            | ({"schema": [schema, *schemas]} if schema or schemas else {}),
        )
        self.key(contract, at)
        return contract

    def key(self, contract: Contract, at: Where) -> None:
        positions = sorted(f.key for f in contract.fields if f.key is not None)
        if positions != list(range(1, len(positions) + 1)):
            self.fault(f"the primary key's positions are {positions}, not 1, 2, …", at, "number them from 1")

    def fields(self, items: Sequence[dict[str, Any]], at: Where) -> tuple[Field, ...]:
        seen: set[str] = set()
        keyed = 0
        out = []
        for i, item in enumerate(items):
            if item["name"] in seen:
                self.fault(f"the field '{item['name']}' stands twice", (*at, i), "rename or remove one")
            seen.add(item["name"])
            keyed += item.get("primaryKey", False)
            out.append(self.field(item, (*at, i), keyed))
        return tuple(out)

    def field(self, item: Mapping[str, Any], at: Where, keyed: int) -> Field:
        raw = dict(item)
        own = self.own(raw, at)
        options = dict(raw.pop("logicalTypeOptions", ()))
        type_, members = self.type(raw, own, options, at)
        raw.pop("properties", None)
        enum = raw.pop("enum", ())
        synonyms = raw.pop("synonyms", ())
        position = raw.pop("primaryKeyPosition", -1)
        values = _take_values(raw, own, options, type_)
        kept = {
            "enum": _rest(enum, "value", "label"),
            "synonyms": _rest(synonyms, "synonym"),
            "logicalTypeOptions": options,
        }
        labels = {str(e["value"]): e["label"] for e in enum if e.get("label")}
        return Field(
            name=raw.pop("name", ""),
            type=type_,
            required=raw.pop("required", False),
            unique=raw.pop("unique", False),
            key=(position if position > 0 else keyed) if raw.pop("primaryKey", False) else None,
            description=raw.pop("description", ""),
            synonyms=_texts(synonyms, "synonym"),
            semantic_type=own.pop("semanticType", None),
            enum=_texts(enum, "value"),
            labels=labels,
            unit=own.pop("unit", None),
            missing_values=tuple(str(v) for v in own.pop("missingValues", ())),
            personal=_is_personal(own.pop("personal", None), raw.get("classification")),
            classification=raw.pop("classification", None),
            fields=members,
            raw={**raw, **{k: v for k, v in kept.items() if v}},
            **values,
        )

    def own(self, raw: dict[str, Any], at: Where) -> dict[str, Any]:
        """Take our customProperties out; a misspelt one of ours is a fault."""
        own: dict[str, Any] = {}
        others = []
        for i, item in enumerate(raw.pop("customProperties", ())):
            name = item["property"]
            where: Where = (*at, "customProperties", i)
            if not name.startswith(OWN):
                others.append(item)
            elif name not in OWN_PROPERTIES:
                self.fault(f"unknown property '{name}'", where, did_you_mean(name, OWN_PROPERTIES))
            elif (name == OWN + "missingValues") != isinstance(item["value"], list):
                self.fault(f"'{name}' takes {'a list' if name.endswith('Values') else 'one value'}", where)
            else:
                own[name.removeprefix(OWN)] = item["value"]
        for name in ("scale", "minLength", "maxLength"):
            if name in own and not re.fullmatch(r"\d{1,9}", str(own[name])):
                self.fault(f"'{OWN}{name}' is a whole number, not '{own[name]}'", at)
                own.pop(name)
        if others:
            raw["customProperties"] = others
        return own

    def type(
        self, raw: dict[str, Any], own: dict[str, Any], options: dict[str, Any], at: Where
    ) -> tuple[DataType, tuple[Field, ...]]:
        """The logical type, and the members where they say more than it."""
        name = raw["logicalType"]
        if name not in ("map", "vector"):  # kept as they are: the workbench has no such types
            raw.pop("logicalType")
        members: tuple[Field, ...] = ()
        if own.pop("type", None) == "null":
            type_ = NULL
        elif name == "object":
            members = self.fields(raw.get("properties", ()), (*at, "properties"))
            type_ = DataType("struct", fields=tuple((f.name, f.type) for f in members))
        elif name == "array":
            item = raw.pop("items", None) or {"logicalType": "string"}
            inner = self.field({"name": "item", **item}, (*at, "items"), 0)
            members, type_ = inner.fields, list_of(inner.type)
            if inner.raw or inner != Field("item", inner.type, fields=inner.fields):
                raw["items"] = item
        elif name == "timestamp":
            local = str(own.pop("local", options.pop("timezone", True) is False)).lower() == "true"
            type_ = DataType("timestamp", local=local)
        elif name == "number":
            type_ = self.number(raw, own, at)
        else:
            type_ = _SIMPLE[name]
        return type_, members if any(f != Field(f.name, f.type) for f in members) else ()

    def number(self, raw: dict[str, Any], own: dict[str, Any], at: Where) -> DataType:
        found = _PHYSICAL_DECIMAL.match(str(raw.get("physicalType", "")))
        scale = own.pop("scale", found.group(1) if found else None)
        if scale is None:
            return FLOAT
        try:
            return decimal(int(scale))
        except ValueError as e:
            self.fault(str(e), at)
            return FLOAT


_STANDARD = (("apiVersion", "v3.2.0"), ("kind", "DataContract"))


def _take_values(raw: dict[str, Any], own: dict[str, Any], options: dict[str, Any], type_: DataType) -> dict[str, Any]:
    """What the values look like: from the standard's own keys, or from ours where it has none."""
    out: dict[str, Any] = {}
    for name, key in (("minimum", "minimum"), ("maximum", "maximum"), ("pattern", "pattern")):
        if key in options or key in own:
            out[name] = _plain(options.pop(key, own.pop(key, None)))
    for name, key in (("min_length", "minLength"), ("max_length", "maxLength")):
        if key in options or key in own:
            out[name] = int(options.pop(key, own.pop(key, 0)))
    if "format" in own:
        out["format"] = str(own.pop("format"))
    elif type_.kind in ("date", "timestamp", "time") and from_jdk(options.get("format", "'")):
        out["format"] = from_jdk(options.pop("format"))
    elif type_.kind == "text" and "format" in options:
        out["format"] = options.pop("format")
    relations = raw.pop("relationships", ())
    if relations and isinstance(relations[0]["to"], str) and set(relations[0]) in _REFERENCE_TYPES:
        out["references"], relations = relations[0]["to"], relations[1:]
    out["references"] = own.pop("references", out.get("references"))
    if relations:
        raw["relationships"] = relations
    examples = raw.pop("examples", ())
    if any(isinstance(e, dict | list) for e in examples):
        raw["examples"] = examples
    else:
        out["examples"] = tuple(str(e) for e in examples)
    return out


def _is_personal(said: object, classification: object) -> bool:
    """Whether a field is personal data: as our own property says, else as the standard's classification does."""
    if said is not None:
        return said in (True, "true", "True", "TRUE")
    return str(classification or "").strip().casefold() in _PERSONAL
