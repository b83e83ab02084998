"""Fields of two values that a column decides by being filled or not: closed_on, a deletion mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workbench.model import Contract, DataType
from workbench.profiling import ColumnProfile, Profile

from .forms import event
from .matches import Match
from .names import stem, tokens
from .views import ColumnView

__all__ = ["presences"]

_BY_LABEL, _BY_NAME, _BY_WORDS = 0.95, 0.85, 0.7
_TURNED = frozenset({"empty", "blank", "null", "unless", "not", "no", "until", "without", "never", "missing"})
_TRUTH = ("true", "false")


def presences(source: object, sample: object, fields: Sequence[ColumnView], target: object) -> tuple[Match, ...]:
    """Propose fields whose value follows from whether a column is filled.

    A column does for which only dates or a single mark are seen, and nothing in other rows; its name, its
    description or the label of the mark speak of one of the field's two values and not of the other.

    Args:
        source: The source as it was given to be matched.
        sample: Its sample: one of the two must be a profile.
        fields: The target's fields.
        target: The target as it was given: the allowed values of a field are read from a contract.
    """
    facts = next((s for s in (sample, source) if isinstance(s, Profile)), None)
    if facts is None or not isinstance(target, Contract):
        return ()
    stated = source if isinstance(source, Contract) else None
    out = []
    marks = [c for c in facts.columns if _is_mark(c)]
    for view in fields:
        words = _two_values(view, target)
        for column in marks if words else ():
            said = stated.field(column.name) if stated and column.name in stated else None
            labels = [t for v, t in said.labels.items() if v] if said else []
            for score, texts, why in (
                (_BY_LABEL, labels, "the label of its mark"),
                (_BY_NAME, [" ".join(event(column.name))], "its name"),
                (_BY_WORDS, list(_clauses(said.description)) if said else [], "its description"),
            ):
                chosen = _meant(texts, words)
                if chosen is not None:
                    out.append(_match(column, view.name, chosen, list(words), score, why))
                    break
    return tuple(out)


def _is_mark(column: ColumnProfile) -> bool:
    """Whether some rows hold a date or always the same mark, and others nothing."""
    some = 0 < column.filled < column.rows.value and "[]" not in column.name
    return some and (column.type.kind in ("date", "timestamp") or column.distinct.value == 1)


def _two_values(view: ColumnView, target: Contract) -> dict[str, list[frozenset[str]]]:
    """The two values of a field, each with the sets of stems that stand for it; {} for other fields."""
    if view.name not in target:
        return {}
    field = target.field(view.name)
    if field.type == DataType("boolean"):
        about = [_stems(" ".join(event(n))) - {"is", "has", "wa"} for n in (field.name, *field.synonyms)]
        return {"true": [a for a in about if a], "false": []}
    if len(field.enum) != 2:
        return {}
    return {v: [_stems(v), *([_stems(t)] if (t := field.labels.get(v)) else [])] for v in field.enum}


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in tokens(text))


def _clauses(text: str) -> Iterator[str]:
    """The parts of a description that say something straight, not what an empty value means."""
    for clause in re.split(r"[.;:,]", text):
        if _TURNED.isdisjoint(tokens(clause)):
            yield clause


def _meant(texts: Sequence[str], words: dict[str, list[frozenset[str]]]) -> str | None:
    """The one value that the texts speak of; None where they speak of none or of both."""
    said: frozenset[str] = frozenset().union(*(_stems(t) for t in texts)) if texts else frozenset()
    meant = [value for value, sets in words.items() if any(s and s <= said for s in sets)]
    return meant[0] if len(meant) == 1 else None


def _match(column: ColumnProfile, target: str, filled: str, values: list[str], score: float, why: str) -> Match:
    other = next(v for v in values if v != filled)
    share = column.filled / column.rows.value
    words = (
        f"'{target}' is {filled} where '{column.name}' is filled, {other} elsewhere: {why} speaks of it",
        f"'{column.name}' is filled in {100 * share:.0f} % of the rows",
    )
    return Match((column.name,), target, score, words, present=(filled, other))
