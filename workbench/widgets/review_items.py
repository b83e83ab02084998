"""What a review shows of a target field, told from the spec and the matches alone: so it survives a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.markup import shown_score
from workbench.model import Contract, Field, FieldSpec, Spec, linked_evidence, parse_document, step_text

if TYPE_CHECKING:
    from workbench.matching import Matches

__all__ = ["ReviewItem", "Status", "items", "read_step"]

Status = Literal["proposed", "accepted", "changed", "added", "written", "rejected", "missing"]
DECIDED = frozenset({"accepted", "changed", "added", "written", "rejected"})


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One target field under review.

    Attributes:
        name: The target field.
        type: Its logical type, in words.
        required: Whether it must be filled.
        personal: Whether its values are personal data.
        description: What it means.
        status: 'proposed' (waits for a person), 'accepted', 'changed', 'added', 'written' (by hand, without a
            proposal), 'rejected', or 'missing' (nothing is mapped to it).
        sources: The source columns it comes from.
        constant: The constant it is given instead.
        cases: Whether it is decided by cases.
        steps: Its steps as one writes them, one line each.
        on_error: What becomes of a value that a step rejects; '' for the spec's usual way.
        score: The match's probability; None without a match.
        why: The evidence, in words.
        check: What the draft wants looked at.
        rivals: Other columns that might be meant, with their scores, best first.
    """

    name: str
    type: str
    required: bool = False
    personal: bool = False
    description: str = ""
    status: Status = "missing"
    sources: tuple[str, ...] = ()
    constant: str | None = None
    cases: bool = False
    steps: tuple[str, ...] = ()
    on_error: str = ""
    score: float | None = None
    why: tuple[str, ...] = ()
    check: tuple[str, ...] = ()
    rivals: tuple[tuple[str, float], ...] = ()

    @property
    def decided(self) -> bool:
        """Whether a person decided it."""
        return self.status in DECIDED


def items(spec: Spec, target: Contract, matches: Matches | None, only: Iterable[str] | None = None) -> list[ReviewItem]:
    """The target's fields in its order.

    Args:
        spec: The spec under review.
        target: The contract of its target.
        matches: What matching found, for scores and rivals where the spec says none.
        only: Names of the fields wanted; all when left out.
    """
    wanted = None if only is None else set(only)
    rejected = rejected_fields(spec)
    return [_item(spec, f, matches, rejected) for f in target.fields if wanted is None or f.name in wanted]


def rejected_fields(spec: Spec) -> dict[str, str]:
    """Target fields whose proposal was turned down, with the id of the evidence that says so."""
    said = {i: e for i, e in spec.evidence.items() if isinstance(e, Mapping) and e.get("decision") == "rejected"}
    return {str(e["field"]): i for i, e in said.items() if e.get("field") and e["field"] not in spec.fields}


def _item(spec: Spec, field: Field, matches: Matches | None, rejected: Mapping[str, str]) -> ReviewItem:
    mapped = spec.fields.get(field.name)
    key = mapped.id if mapped else rejected.get(field.name, "")
    said = spec.evidence.get(key)
    said = said if isinstance(said, Mapping) else {}
    rivals, score, why = _from_matches(matches, field.name, mapped)
    return ReviewItem(
        name=field.name,
        type=str(field.type),
        required=field.required,
        personal=field.personal,
        description=field.description,
        status=_status(mapped, said, field.name in rejected),
        sources=tuple(mapped.from_ or ()) if mapped else (),
        constant=mapped.value if mapped else None,
        cases=bool(mapped and mapped.case),
        steps=tuple(step_text(s) for s in mapped.steps) if mapped else (),
        on_error=(mapped.on_error or "") if mapped else "",
        score=_score(said.get("match")) if "match" in said else score,
        why=(_texts(said.get("why")) or why) + linked_evidence(said),
        check=_texts(said.get("check")),
        rivals=rivals,
    )


def _status(mapped: FieldSpec | None, said: Mapping[str, Any], turned_down: bool) -> Status:
    if mapped is None:
        return "rejected" if turned_down else "missing"
    decided: dict[object, Status] = {"accepted": "accepted", "changed": "changed", "added": "added"}
    if said.get("decision") in decided:
        return decided[said.get("decision")]
    if "decided_by" in said:
        return "accepted"
    return "proposed" if "match" in said else "written"


def _from_matches(
    matches: Matches | None, name: str, mapped: FieldSpec | None
) -> tuple[tuple[tuple[str, float], ...], float | None, tuple[str, ...]]:
    if matches is None or name not in {v.name for v in matches.fields}:
        return (), None, ()
    found = matches.candidates(name, 6)
    rivals = tuple((m.source, shown_score(m.score)) for m in found)
    taken = " + ".join(mapped.from_ or ()) if mapped else ""
    here = next((m for m in (*found, *matches.best) if m.source == taken and m.target == name), None)
    return rivals, (shown_score(here.score) if here else None), (tuple(here.evidence) if here else ())


def _score(value: object) -> float | None:
    try:
        return shown_score(float(str(value)))
    except ValueError:
        return None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list | tuple) else ((str(value),) if value else ())


def read_step(text: str) -> Any:
    """A step as typed, in the form a spec takes; see `step_text`.

    Raises:
        SpecError: It is not YAML.

    >>> read_step("prefix: CRM-")
    {'prefix': 'CRM-'}
    """
    from workbench.errors import SpecError

    return parse_document(text.strip() or "''", name="the step", error=SpecError).data
