"""How contracts and plans show themselves in a notebook: plain text and HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.markup import block, note, table, toned

if TYPE_CHECKING:
    from .contract import Contract, Field
    from .landscape import Landscape
    from .plan import Plan

__all__ = ["contract_bundle", "landscape_bundle", "plan_bundle"]

_SHOWN = 8


def contract_bundle(contract: Contract) -> dict[str, str]:
    """A contract: what each field promises. Examples are left out, they may be personal."""
    kind = "entity" if contract.is_entity else "contract"
    head = f"{contract.name} {contract.version} ({kind}, {contract.status}), {len(contract.fields)} fields"
    width = max((len(f.name) for f in contract.fields), default=0)
    lines = [f"  {f.name:{width}}  {f.type!s:14} {', '.join(_promises(f))}".rstrip() for f in contract.fields]
    rows = [
        (escape(f.name), escape(str(f.type)), escape(", ".join(_promises(f))), _allowed(f), escape(f.description))
        for f in contract.fields
    ]
    html = block(
        table(("field", "type", "promises", "values", "meaning"), rows, caption=head), note(contract.description)
    )
    return {"text/plain": "\n".join([head, *lines]), "text/html": html}


def _promises(field: Field) -> list[str]:
    said = [("key", field.key is not None), ("required", field.required), ("unique", field.unique)]
    said += [(f"points to {field.references}", bool(field.references)), ("personal", field.personal)]
    return [word for word, holds in said if holds]


def _allowed(field: Field) -> str:
    if field.enum:
        more = f" … {len(field.enum)} in all" if len(field.enum) > _SHOWN else ""
        return escape(", ".join(field.enum[:_SHOWN]) + more)
    bounds = f"{field.minimum or ''} … {field.maximum or ''}" if field.minimum or field.maximum else ""
    forms = [field.format, field.pattern, field.unit]
    return " ".join([escape(bounds), *(f"<code>{escape(f)}</code>" for f in forms if f)]).strip()


def plan_bundle(plan: Plan) -> dict[str, str]:
    """A plan: its record steps, its fields with their types, and what rejects a row."""
    head = f"Plan of {plan.name}: {len(plan.source)} columns read, {len(plan.fields)} fields, {len(plan.guards)} guards"
    width = max((len(f.name) for f in plan.fields), default=0)
    lines = [f"  {f.name:{width}}  {f.value.type}" for f in plan.fields]
    rows = [
        (
            escape(f.name),
            escape(str(f.value.type)),
            "<br>".join(escape(g.reason) for g in f.guards) or toned("–", "soft"),
        )
        for f in plan.fields
    ]
    before = ", ".join(type(s).__name__.lower() for s in plan.rows)
    parts = [
        table(("field", "type", "a row is rejected when it"), rows, caption=head),
        note(f"Record by record before: {before}" if before else ""),
        note(f"Python functions needed: {', '.join(plan.calls)}" if plan.calls else ""),
        *(note(n, "warn") for n in plan.notes),
    ]
    return {"text/plain": "\n".join([head, *lines]), "text/html": block(*parts)}


def landscape_bundle(world: Landscape) -> dict[str, str]:
    """A landscape: its datasets and where they go. Locations are left out, an address may hold a secret."""
    head = f"Landscape {world.name}: {len(world.datasets)} datasets, {len(world.flows)} flows"
    goes: dict[str, list[str]] = {}
    for flow in world.flows:
        goes.setdefault(flow.source, []).append(flow.target)
    rows = [(d.id, "agreed" if d.contract else "none yet", ", ".join(goes.get(d.id, ()))) for d in world.datasets]
    plain = [head, *(f"  {name}" + (f" → {to}" if to else "") for name, _, to in rows)]
    shown = [tuple(map(escape, row)) for row in rows]
    html = block(table(("dataset", "contract", "goes to"), shown, caption=head), note(world.description))
    return {"text/plain": "\n".join(plain), "text/html": html}
