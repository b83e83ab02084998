"""The fields of a plan in SQL: shared values, then all values with the first fault, then passed and rejected rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from workbench.model import INTEGER, TEXT, Expr, Plan

from .outcome import REJECT_COLUMNS
from .sql_emit import Emitter
from .sql_rows import Pipeline
from .sql_tree import Sql, case, column, not_null, number

__all__ = ["FieldParts", "add_fields"]

FAULT = "__fault"


@dataclass(frozen=True)
class FieldParts:
    """What stands for what in the part 'mapped'.

    Attributes:
        originals: The source's columns there.
        values: Pairs (what `Plan.computed` names, its column there).
        told: Of these columns those that hold the code of why a value was replaced.
        fault: The column that numbers the first fault (from 1), null for a row that passed.
        reject_columns: What a rejected row says about itself, over 'mapped'.
    """

    originals: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    fault: str
    reject_columns: tuple[Sql, ...]


def add_fields(pipe: Pipeline, plan: Plan) -> FieldParts:
    """Append what fields share, and the parts `mapped`, `passed` and `rejects`."""
    emitter, guards, fields = pipe.emitter, plan.guards, plan.computed
    roots = [*(f.value for f in fields), *(g.condition for g in guards)]
    pipe.row_parts = len(pipe.parts)
    names_of = {f.id: f.name for f in plan.fields}
    told = [*(names_of[f.id] for f in fields), *(g.field for g in guards)]
    out = pipe.layers(roots, told=told)
    values, conditions = out.outputs[: len(fields)], out.outputs[len(fields) :]
    taken = set(pipe.columns)
    names = [_free(f.name, taken) for f in fields]
    stored = [_stored(emitter, v, f.value) for v, f in zip(values, fields, strict=True)]
    items: list[Sql] = [emitter.as_column(v, n) for v, n in zip(stored, names, strict=True)]
    first = case([(c.copy(), number(i)) for i, c in enumerate(conditions, 1)]) if guards else exp.null()
    fault = emitter.as_column(emitter.cast(first, emitter.type_name(INTEGER)), FAULT)
    query = pipe.select(exp.Star(), *items, fault)
    pipe.add(
        "mapped", emitter.fence(query) if guards else query, "every field's value, and the number of the first fault"
    )
    originals = tuple(c for c in pipe.columns if not (c.startswith("__") and c.endswith("_found")))
    says = _reject_columns(emitter, plan, conditions, [out.inline(g.value) for g in guards])
    named = tuple(zip((f.name for f in fields), names, strict=True))
    parts = FieldParts(originals, named, tuple(names[len(plan.fields) :]), FAULT, tuple(says))
    good = exp.Is(this=column(FAULT), expression=exp.null())
    passed = [emitter.as_column(column(n), f) for f, n in named if n not in parts.told]
    pipe.add("passed", pipe.select(*passed, source="mapped").where(good), "rows in the target's form")
    rejected = pipe.select(*emitter.columns(list(originals)), *parts.reject_columns, source="mapped")
    pipe.add("rejects", rejected.where(not_null(column(FAULT))), "rows as they were, with what is wrong with them")
    return parts


def _stored(emitter: Emitter, value: Sql, node: Expr) -> Sql:
    type_ = node.type
    if type_.kind == "boolean":
        value = emitter.flag(value)
    if node.op == "lit":
        value = emitter.cast(value, type_)
    return emitter.store(value, type_)


def _free(name: str, taken: set[str]) -> str:
    out = f"to_{name}"
    while out in taken:
        out += "_"
    taken.add(out)
    return out


def _reject_columns(emitter: Emitter, plan: Plan, conditions: Sequence[Sql], values: Sequence[Sql]) -> list[Sql]:
    guards = plan.guards

    def of_first(said: Sequence[Sql]) -> Sql:
        if not guards:
            return emitter.cast(exp.null(), emitter.type_name(TEXT))
        return case([(number(i), s) for i, s in enumerate(said, 1)], subject=column(FAULT))

    books = [[emitter.text(str(getattr(g, what))) for g in guards] for what in ("code", "field", "step", "reason")]
    texts = [emitter.text(f"{g.code} {g.field} {g.reason}".replace("  ", " ")) for g in guards]
    faults = [case([(c.copy(), t)]) for c, t in zip(conditions, texts, strict=True)]
    all_faults = emitter.joined("; ", faults) if faults else emitter.cast(exp.null(), emitter.type_name(TEXT))
    said = [*(of_first(b) for b in books), of_first(values), all_faults, emitter.text(plan.name)]
    return [emitter.as_column(x, n) for x, n in zip(said, REJECT_COLUMNS, strict=True)]
