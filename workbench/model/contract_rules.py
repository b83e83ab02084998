"""Quality rules and service promises of a contract, from ODCS and to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .contract import Field, Rule, Sla

__all__ = ["read_rule", "read_sla", "take_field_rules", "write_rule", "write_sla"]


def read_rule(item: Mapping[str, Any], field: str | None = None) -> Rule:
    """Make a rule of one entry under `quality`."""
    raw = dict(item)
    operator = next((k for k in raw if k.startswith("must")), None)
    value = raw.pop(operator) if operator else None
    return Rule(
        field=field,
        type=raw.pop("type", "library"),
        metric=raw.pop("metric", None),
        operator=operator,
        value=tuple(value) if isinstance(value, list) else value,
        unit=raw.pop("unit", None),
        arguments=raw.pop("arguments", {}),
        query=raw.pop("query", None),
        name=raw.pop("name", ""),
        description=raw.pop("description", ""),
        dimension=raw.pop("dimension", None),
        severity=raw.pop("severity", None),
        raw=raw,
    )


def write_rule(rule: Rule) -> dict[str, Any]:
    """Make an entry under `quality` of a rule."""
    entry: dict[str, Any] = {"name": rule.name} if rule.name else {}
    entry["type"] = rule.type
    for key in ("description", "metric", "arguments", "query"):
        if getattr(rule, key):
            entry[key] = getattr(rule, key)
    if rule.operator:
        entry[rule.operator] = list(rule.value) if isinstance(rule.value, tuple) else rule.value
    for key in ("unit", "dimension", "severity"):
        if getattr(rule, key):
            entry[key] = getattr(rule, key)
    return {**entry, **rule.raw}


def take_field_rules(fields: Sequence[Field]) -> tuple[tuple[Field, ...], tuple[Rule, ...]]:
    """Lift the quality rules out of the fields' raw parts."""
    out: list[Field] = []
    rules: list[Rule] = []
    for f in fields:
        raw = dict(f.raw)
        rules += [read_rule(item, f.name) for item in raw.pop("quality", ())]
        out.append(replace(f, raw=raw))
    return tuple(out), tuple(rules)


def read_sla(item: Mapping[str, Any]) -> Sla:
    """Make a promise of one entry under `slaProperties`."""
    raw = dict(item)
    return Sla(
        property=raw.pop("property"),
        value=raw.pop("value", None),
        unit=raw.pop("unit", None),
        element=raw.pop("element", None),
        description=raw.pop("description", ""),
        raw=raw,
    )


def write_sla(sla: Sla) -> dict[str, Any]:
    """Make an entry under `slaProperties` of a promise."""
    entry: dict[str, Any] = {"property": sla.property, "value": sla.value}
    for key in ("unit", "element", "description"):
        if getattr(sla, key):
            entry[key] = getattr(sla, key)
    return {**entry, **sla.raw}
