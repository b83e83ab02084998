"""Fields that two columns make: a product, sum or difference that words speak of and the source's numbers prove."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.profiling import Equation

from .forms import is_called_whole, line_amount, parts_of
from .matches import Match
from .names import lexicon, stem, tokens
from .views import ColumnView

__all__ = ["computed"]

Matrix = npt.NDArray[np.float64]
_NUMBERS = ("number", "integer")
_SAID = {"×": "times", "+": "plus", "−": "minus"}
_SIGNS = {r"[×*]": " times ", r"[+]": " plus ", r"[−–]": " minus "}
_OPERATORS = (
    (("multiplied", "by"), "×"), (("times",), "×"), (("plus",), "+"), (("minus",), "−"), (("less",), "−"),
)  # fmt: skip
_OPENINGS = ((("sum", "of"), "and", "+"), (("difference", "between"), "and", "−"), (("product", "of"), "and", "×"))
_PART = 0.5  # least probability of a part
_IN_WORDS, _BY_NAME = 0.95, 0.85  # how sure an operation is that a description spells out, or that only a name implies
_SUREST = 0.98  # what a person decided stands above


@dataclass(frozen=True)
class _Operation:
    """That a target field is two others taken together, and why."""

    target: int
    left: int
    operator: str
    right: int
    sure: float
    why: str


def computed(
    sources: Sequence[ColumnView],
    targets: Sequence[ColumnView],
    scores: Matrix,
    holds: Sequence[Equation],
    threshold: float,
) -> tuple[tuple[Match, ...], Matrix]:
    """Propose fields that two columns make, and a column for one where the numbers show that it holds it already.

    Args:
        sources: Columns of the source.
        targets: Fields of the target.
        scores: The one-to-one probabilities.
        holds: What was seen to hold between the source's numbers.
        threshold: Least score proposed.

    Returns:
        The proposals, and the probabilities without those that the numbers refute: a total over all items is not
        the amount of one.
    """
    found, left = [], scores.copy()
    place = {v.name: i for i, v in enumerate(sources)}
    known = [e for e in holds if {e.result, e.left, e.right} <= place.keys()]
    for operation in _operations(targets):
        rows = [int(scores[:, k].argmax()) for k in (operation.left, operation.right)] if scores.size else []
        if len(set(rows)) < 2:
            continue
        sure = float(scores[rows[0], operation.left] * scores[rows[1], operation.right])
        parts = [sources[i].name for i in rows]
        if min(scores[rows[0], operation.left], scores[rows[1], operation.right]) < _PART or not _together(*parts):
            continue
        target = targets[operation.target].name
        seen = next((e for e in known if _shows(e, operation.operator, parts)), None)
        if seen is not None and not seen.over:
            column = _result(seen, operation.operator, parts)
            single = float(scores[place[column], operation.target])
            score = min(_SUREST, 1 - (1 - single) * (1 - sure * operation.sure * seen.share))
            found.append(Match((column,), target, score, (str(seen), operation.why)))
            continue
        doubt = (1 - operation.sure) * (1 - seen.share if seen else 1.0)
        score = min(_SUREST, sure * (1 - doubt))
        if seen is not None:
            left[place[seen.result], operation.target] *= 1 - score
        why = (operation.why, *((str(seen),) if seen else ()))
        found.append(Match((parts[0], parts[1]), target, score, why, operator=operation.operator))
    return tuple(m for m in found if m.score >= threshold), left


def _together(one: str, other: str) -> bool:
    """Whether two columns stand in the same record: in the same list, or both in none."""
    return one.rpartition("[]")[0] == other.rpartition("[]")[0]


def _shows(seen: Equation, operator: str, parts: Sequence[str]) -> bool:
    if operator == "−":  # a − b is what added to b makes a
        return seen.operator == "+" and seen.result == parts[0] and parts[1] in (seen.left, seen.right)
    return seen.operator == operator and {seen.left, seen.right} == set(parts)


def _result(seen: Equation, operator: str, parts: Sequence[str]) -> str:
    if operator != "−":
        return seen.result
    return seen.left if parts[1] == seen.right else seen.right


def _operations(targets: Sequence[ColumnView]) -> Iterator[_Operation]:
    numbers = [k for k, v in enumerate(targets) if v.kind in _NUMBERS]
    for j in numbers:
        view = targets[j]
        spelt = _spelt_out(view.description, targets, numbers, j)
        parts = dict(parts_of(targets, line_amount())[0]) if is_called_whole(line_amount(), view) else {}
        if spelt is not None:
            left, operator, right = spelt
            words = f"{targets[left].name} {_SAID[operator]} {targets[right].name}"
            yield _Operation(j, left, operator, right, _IN_WORDS, f"the description of '{view.name}' says {words}")
        elif len(parts) == 2 and j not in parts.values():
            why = f"'{view.name}' is called like the amount of a line, which is quantity times price (EN 16931)"
            yield _Operation(j, parts["quantity"], "×", parts["price"], _BY_NAME, why)


def _spelt_out(
    text: str, targets: Sequence[ColumnView], numbers: Sequence[int], own: int
) -> tuple[int, str, int] | None:
    """The two other fields and the operation that a description speaks of, as in 'Quantity times unit price.'"""
    if not text:
        return None
    for sign, word in _SIGNS.items():
        text = re.sub(sign, word, text)
    for sentence in re.split(r"[.;:]\s", text + " "):
        words = tokens(sentence)
        for before, operator, after in _phrases(words):
            others = [k for k in numbers if k != own]
            left, right = _named(before, targets, others, last=True), _named(after, targets, others, last=False)
            if left is not None and right is not None and left != right:
                return left, operator, right
    return None


def _phrases(words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    for at in range(len(words)):
        for said, operator in _OPERATORS:
            if words[at : at + len(said)] == said:
                yield words[:at], operator, words[at + len(said) :]
        for said, between, operator in _OPENINGS:
            if words[at : at + len(said)] == said and between in words[at:]:
                middle = words.index(between, at)
                yield words[at + len(said) : middle], operator, words[middle + 1 :]


def _named(words: Sequence[str], targets: Sequence[ColumnView], others: Sequence[int], *, last: bool) -> int | None:
    """The field that the words before or after an operator end or begin with; the longest name wins."""
    said = [stem(w) for w in words if w not in lexicon().little]
    best: tuple[int, int] | None = None
    for k in others:
        for name in (targets[k].name, *targets[k].synonyms):
            wanted = [stem(w) for w in tokens(name) if w not in lexicon().little]
            here = said[-len(wanted) :] if last else said[: len(wanted)]
            if wanted and here == wanted and (best is None or len(wanted) > best[0]):
                best = (len(wanted), k)
    return None if best is None else best[1]
