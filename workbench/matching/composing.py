"""One field made of several columns, or several fields out of one: full names, addresses, date with time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from .forms import Form, event, forms, is_called_whole, is_whole, parts_of
from .matches import Match
from .names import stem
from .pairing import Pairing
from .vectors import Bags
from .views import ColumnView

__all__ = ["compositions"]

Matrix = npt.NDArray[np.float64]
_BY_NAME = 0.9
_AGAINST = 0.25  # what is left where words that should be found are not
_HELD, _ABSENT = 0.5, 0.1  # share of a part's words in the whole from which they speak for it, below which against it
_ONCE = 0.8  # share of different values from which words of other rows are not to be expected
_LIKELY = 0.6  # a single match from which a moment is known, and a day needs no moment
_SUREST = 0.98  # what a person decided stands above
_FREE = 0.9  # a single match as sure as this is not put in question
_WHOLE = 0.6  # share of the whole's words that the parts must cover together


def compositions(pairing: Pairing, scores: Matrix, threshold: float) -> tuple[Match, ...]:
    """Propose fields composed of columns, and columns split over fields; most certain first.

    The score of a composition is the probability of its parts (that each column is what the name says, where the
    other table has such a field), times what the names are worth, raised by the share of words that the values are
    seen to hold. Words that are missing speak against it, unless each value occurs about once: other rows, other words.

    Args:
        pairing: The two tables.
        scores: The one-to-one probabilities, so that a sure single match is not put in question.
        threshold: Least score proposed.
    """
    if not scores.size:
        return ()
    held = _Held(pairing.sources, pairing.targets)
    of_source, of_target = (parts_of(side, *forms()) for side in (pairing.sources, pairing.targets))
    found = [
        *chain.from_iterable(
            (
                *_joined(pairing, form, ours, dict(theirs), held, scores),
                *_split(pairing, form, dict(ours), theirs, held),
            )
            for form, ours, theirs in zip(forms(), of_source, of_target, strict=True)
        ),
        *_days(pairing.sources, pairing.targets, scores),
        *_by_values(pairing, scores),
    ]
    kept: dict[tuple[tuple[str, ...], str], Match] = {}
    for m in sorted(found, key=lambda m: (-m.score, m.target, m.sources)):
        if m.score >= threshold:
            kept.setdefault((m.sources, m.target), m)
    return tuple(kept.values())


class _Held:
    """The share of the words in one column's values that the other's values hold; worked out when asked for.

    Args:
        sources: Columns of the source.
        targets: Columns of the target.
    """

    def __init__(self, sources: Sequence[ColumnView], targets: Sequence[ColumnView]) -> None:
        self._sides = (sources, targets)

    @cached_property
    def _both(self) -> tuple[Matrix, Matrix]:
        words = [[v.seen.words for v in side] for side in self._sides]
        weights = [np.array([weight for of in side for weight in of.values()]) for side in words]
        bags = Bags(words[0], words[1], weights)
        rows = [np.array([bool(v.seen.words) and not v.seen.example_only for v in side]) for side in self._sides]
        known = rows[0][:, None] & rows[1][None, :]
        left, right = (np.where(known, share, np.nan) for share in bags.contained)
        return left, right

    @property
    def of_source(self) -> Matrix:
        """Of the source's words, the share the target holds; NaN without values."""
        return self._both[0]

    @property
    def of_target(self) -> Matrix:
        """Of the target's words, the share the source holds."""
        return self._both[1]


def _joined(
    pairing: Pairing, form: Form, parts: Sequence[tuple[str, int]], own: Mapping[str, int], held: _Held, scores: Matrix
) -> list[Match]:
    """Targets that are wholes of a form, of the source's columns that are parts of it; `own` are the target's parts."""
    if form.kind:
        return _moments(pairing, form, dict(parts), scores)
    needed = [(part, i) for part, i in parts if part not in form.optional]
    if len(needed) < 2:
        return []
    out = []
    for j, target in enumerate(pairing.targets):
        if is_called_whole(form, target):
            seen = held.of_source[:, j]
            there = [(p, i) for p, i in parts if not _is_absent(seen[i], pairing.sources[i])]
            there = [(p, i) for p, i in there if p not in form.optional or seen[i] >= _ABSENT]
            used = there if len(there) >= 2 else needed
            score, why = _judge([(seen[i], pairing.sources[i]) for _, i in used])
            sure = np.prod([scores[i, own[part]] for part, i in used if part in own])
            names = " + ".join(f"{part}" for part, _ in used)
            evidence = (f"'{target.name}' is written as {names}", *why)
            whole = tuple(pairing.sources[i].name for _, i in used)
            out.append(Match(whole, target.name, float(score * sure), evidence, separator=form.separator))
    return out


def _moments(pairing: Pairing, form: Form, parts: Mapping[str, int], scores: Matrix) -> list[Match]:
    """A timestamp of a date and a time of day, where the time alone is its best match already."""
    if len(parts) < 2 or parts["date"] == parts["time"]:
        return []
    date, time = (pairing.sources[parts[part]] for part in ("date", "time"))
    out = []
    for j, target in enumerate(pairing.targets):
        alone = scores[parts["time"], j]
        if target.kind == form.kind != time.kind and alone >= max(scores[:, j].max(), 0.3):
            evidence = (f"'{target.name}' is a point in time, '{time.name}' only its time of day",)
            out.append(Match((date.name, time.name), target.name, float(alone), evidence, form.separator))
    return out


def _days(sources: Sequence[ColumnView], targets: Sequence[ColumnView], scores: Matrix) -> list[Match]:
    """The day of a moment, where no column holds the day alone and both fields speak of the same event."""
    out = []
    moments = [j for j, t in enumerate(targets) if t.kind == "timestamp"]
    for j, target in enumerate(targets):
        if target.kind != "date" or scores[:, j].max() >= _LIKELY:
            continue
        for k in moments:
            i = int(scores[:, k].argmax())
            same = _about(target) & (_about(targets[k]) | _about(sources[i]))
            if scores[i, k] >= _LIKELY and "timestamp" in (sources[i].kind, sources[i].seen.kind) and same:
                evidence = (f"'{sources[i].name}' is the moment of which '{target.name}' is the day",)
                out.append(Match((sources[i].name,), target.name, float(_BY_NAME * scores[i, k]), evidence, part="day"))
    return out


def _about(view: ColumnView) -> set[str]:
    return {stem(w) for name in (view.name, *view.synonyms) for w in event(name)}


def _split(
    pairing: Pairing, form: Form, own: Mapping[str, int], parts: Sequence[tuple[str, int]], held: _Held
) -> list[Match]:
    """Targets that are parts of a form, of each source column that is such a whole; not what another column holds.

    `own` are the parts that the source has columns of, `parts` those of the target.
    """
    if len(parts) < 2:
        return []
    out = []
    for i, source in enumerate(pairing.sources):
        if is_whole(form, source):
            for part, j in parts:
                if own.get(part, i) != i:
                    continue
                target = pairing.targets[j]
                score, why = _judge([(held.of_target[i, j], target)])
                evidence = (f"'{source.name}' holds the {part}", *why)
                out.append(Match((source.name,), target.name, score, evidence, part=part))
    return out


def _is_absent(share: float, part: ColumnView) -> bool:
    """Whether a part's words are missing where they should be found: its values recur, and yet hardly one is there."""
    return bool(share < _ABSENT) and (part.seen.uniqueness or 0.0) < _ONCE


def _judge(parts: Sequence[tuple[float, ColumnView]]) -> tuple[float, tuple[str, ...]]:
    """What names and the words seen are worth together, and the words in words."""
    known = [float(share) for share, _ in parts if not np.isnan(share)]
    if any(_is_absent(share, part) for share, part in parts):
        return _AGAINST, ("against it: hardly a word of a part occurs in the whole",)
    if not known or min(known) < _ABSENT:
        return _BY_NAME, ()
    words = f"at least {100 * min(known):.0f} % of the words of each part occur in the whole (rare ones count more)"
    return min(_SUREST, 1 - (1 - _BY_NAME) * (1 - min(1.0, min(known) / _HELD))), (words,)


def _by_values(pairing: Pairing, scores: Matrix) -> list[Match]:
    """Columns whose words all occur in a target of several words, and which together cover it.

    Not for a target that has a surer match, nor of columns that have: a composition would not be proposed.
    """
    free = [v for i, v in enumerate(pairing.sources) if v.seen.kind == "text" and scores[i].max() < _FREE]
    whole = [v for j, v in enumerate(pairing.targets) if scores[:, j].max() < _FREE and _many_words(v)]
    if len(free) < 2 or not whole:
        return []
    held = _Held(free, whole)
    out = []
    for j, target in enumerate(whole):
        part_of, whole_of = held.of_source[:, j], held.of_target[:, j]
        rows = [i for i, v in enumerate(free) if part_of[i] >= 0.8 and whole_of[i] < 0.8 and len(v.seen.words) >= 10]
        rows = sorted(rows, key=lambda i: -whole_of[i])[:4]
        cover = float(sum(whole_of[i] for i in rows))
        if len(rows) >= 2 and cover >= _WHOLE:
            sources = tuple(free[i].name for i in sorted(rows))
            words = f"the words of these columns make up {100 * min(cover, 1.0):.0f} % of the words of '{target.name}'"
            score = min(_BY_NAME, 0.5 + 0.4 * min(cover, 1.0))
            out.append(Match(sources, target.name, score, (words,), separator=" "))
    return out


def _many_words(view: ColumnView) -> bool:
    many = sum(share for shape, share in view.seen.shapes.items() if "+" in shape or " " in shape)
    return not view.closed and many >= _WHOLE and len(view.seen.values) >= 20
