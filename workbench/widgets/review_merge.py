"""Two people edited one spec: put the one's decisions on the other's file, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.model import Contract, FieldSpec, Spec

from .review_edits import listed, new_id, put

__all__ = ["Merged", "merge"]


@dataclass(frozen=True)
class Merged:
    """A merged spec.

    Attributes:
        spec: Theirs with our decisions on it.
        ours: Fields taken from us.
        clashes: Fields that both changed: theirs stays.
    """

    spec: Spec
    ours: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()


def merge(base: Spec, mine: Spec, theirs: Spec, target: Contract, columns: Sequence[str] = ()) -> Merged:
    """Merge field by field; everything but fields and their evidence is theirs.

    Args:
        base: What both started from.
        mine: Our spec.
        theirs: The file as it is now.
        target: The contract of the target, for the order of fields.
        columns: The source's columns, to keep the list of the unmapped right.
    """
    out, ours, clashes = theirs, [], []
    for name in dict.fromkeys([*mine.fields, *base.fields, *_rejected(mine)]):
        was, we, they = _state(base, name), _state(mine, name), _state(theirs, name)
        if we in (was, they):
            continue
        if they != was:
            clashes.append(name)
            continue
        out = _take(out, mine, name, target)
        ours.append(name)
    return Merged(listed(out, columns) if ours else theirs, tuple(ours), tuple(clashes))


def _rejected(spec: Spec) -> list[str]:
    return [str(e["field"]) for e in spec.evidence.values() if isinstance(e, Mapping) and "field" in e]


def _state(spec: Spec, name: str) -> tuple[FieldSpec | None, Any]:
    """What a spec says about a field: how it is mapped, and the evidence."""
    field = spec.fields.get(name)
    if field is not None:
        return field, spec.evidence.get(field.id)
    return None, next((e for e in spec.evidence.values() if isinstance(e, Mapping) and e.get("field") == name), None)


def _take(out: Spec, mine: Spec, name: str, target: Contract) -> Spec:
    field, said = _state(mine, name)
    old = out.fields.get(name)
    if field is None:
        key = old.id if old else next((i for i, e in mine.evidence.items() if e is said), new_id(out))
        out = out.model_copy(update={"fields": {n: f for n, f in out.fields.items() if n != name}})
    else:
        key = field.id
        others = {f.id for n, f in out.fields.items() if n != name}
        if key in others:  # both added a field and took the same new id
            key = new_id(out)
            field = field.model_copy(update={"id": key})
        out = put(out, name, field, target)
    evidence = {k: v for k, v in out.evidence.items() if k != key}
    return out.model_copy(update={"evidence": evidence if said is None else {**evidence, key: said}})
