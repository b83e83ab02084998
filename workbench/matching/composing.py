"""One field made of several columns, or several fields out of one: full names, addresses, date with time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .forms import event, forms, is_called_whole, is_whole, parts_of
from .matches import Match
from .names import stem
from .pairing import Pairing
from .vectors import Bags
from .views import ColumnView

__all__ = ["compositions"]

Matrix = npt.NDArray[np.float64]
_BY_NAME, _BY_VALUES = 0.6, 0.35  # what the names alone are worth, and what the values can add
_HELD = 0.5  # share of a part's words that must occur in the whole for values to speak for it
_SUREST = 0.9  # the most that words alone can say
_WHOLE = 0.6  # share of the whole's words that the parts must cover together


def compositions(pairing: Pairing, scores: Matrix, threshold: float) -> tuple[Match, ...]:
    """Propose fields composed of columns, and columns split over fields; most certain first.

    The score is no calibrated probability (no public set carries truth for it): names alone give 0.6, words of
    the parts found in the values of the whole up to 0.35 more, words not found take as much away.

    Args:
        pairing: The two tables.
        scores: The one-to-one probabilities, so that a sure single match is not put in question.
        threshold: Least score proposed.
    """
    if not scores.size:
        return ()
    held = _Held(pairing.sources, pairing.targets)
    found = [
        *_joined(pairing.sources, pairing.targets, held),
        *_moments(pairing.sources, pairing.targets, scores),
        *_days(pairing.sources, pairing.targets, scores),
        *_by_values(pairing, scores),
        *_split(pairing.sources, pairing.targets, held),
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
        bags = Bags(*([v.seen.words for v in side] for side in self._sides))
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


def _joined(sources: Sequence[ColumnView], targets: Sequence[ColumnView], held: _Held) -> list[Match]:
    out = []
    for form in forms():
        parts = parts_of(form, sources)
        if len(parts) < 2:
            continue
        for j, target in enumerate(targets):
            if is_called_whole(form, target):
                rows = [i for _, i in parts]
                score, why = _judge([held.of_source[i, j] for i in rows])
                names = " + ".join(f"{part}" for part, _ in parts)
                evidence = (f"'{target.name}' is written as {names}", *why)
                out.append(
                    Match(tuple(sources[i].name for i in rows), target.name, score, evidence, separator=form.separator)
                )
    return out


def _moments(sources: Sequence[ColumnView], targets: Sequence[ColumnView], scores: Matrix) -> list[Match]:
    """A timestamp of a date and a time of day, where the time alone is its best match already."""
    form = next(f for f in forms() if f.kind)
    parts = dict(parts_of(form, sources))
    if len(parts) < 2 or parts["date"] == parts["time"]:
        return []
    date, time = parts["date"], parts["time"]
    out = []
    for j, target in enumerate(targets):
        if (
            target.kind == form.kind
            and sources[time].kind != form.kind
            and scores[time, j] >= max(scores[:, j].max(), 0.3)
        ):
            evidence = (f"'{target.name}' is a point in time, '{sources[time].name}' only its time of day",)
            names = (sources[date].name, sources[time].name)
            out.append(Match(names, target.name, float(scores[time, j]), evidence, form.separator))
    return out


def _days(sources: Sequence[ColumnView], targets: Sequence[ColumnView], scores: Matrix) -> list[Match]:
    """The day of a moment, where no column holds the day alone and both fields speak of the same event."""
    out = []
    moments = [j for j, t in enumerate(targets) if t.kind == "timestamp"]
    for j, target in enumerate(targets):
        if target.kind != "date" or scores[:, j].max() >= _BY_NAME:
            continue
        for k in moments:
            i = int(scores[:, k].argmax())
            same = _about(target) & (_about(targets[k]) | _about(sources[i]))
            if scores[i, k] >= _BY_NAME and "timestamp" in (sources[i].kind, sources[i].seen.kind) and same:
                evidence = (f"'{sources[i].name}' is the moment of which '{target.name}' is the day",)
                out.append(Match((sources[i].name,), target.name, _BY_NAME, evidence, part="day"))
    return out


def _about(view: ColumnView) -> set[str]:
    return {stem(w) for name in (view.name, *view.synonyms) for w in event(name)}


def _split(sources: Sequence[ColumnView], targets: Sequence[ColumnView], held: _Held) -> list[Match]:
    out = []
    for form in forms():
        parts = parts_of(form, targets)
        if len(parts) < 2:
            continue
        for i, source in enumerate(sources):
            if is_whole(form, source):
                for part, j in parts:
                    score, why = _judge([held.of_target[i, j]])
                    evidence = (f"'{source.name}' holds the {part}", *why)
                    out.append(Match((source.name,), targets[j].name, score, evidence, part=part))
    return out


def _judge(shares: Sequence[float]) -> tuple[float, tuple[str, ...]]:
    known = [s for s in shares if not np.isnan(s)]
    if not known:
        return _BY_NAME, ()
    least = float(min(known))
    words = f"at least {100 * least:.0f} % of the words of each part occur in the whole (rare ones count more)"
    return _BY_NAME + _BY_VALUES * (2 * min(1.0, least / _HELD) - 1), (words,)


def _by_values(pairing: Pairing, scores: Matrix) -> list[Match]:
    """Columns whose words all occur in a target of several words, and which together cover it.

    Not for a target that has a surer match, nor of columns that have: a composition would not be proposed.
    """
    free = [v for i, v in enumerate(pairing.sources) if v.seen.kind == "text" and scores[i].max() < _SUREST]
    whole = [v for j, v in enumerate(pairing.targets) if scores[:, j].max() < _SUREST and _many_words(v)]
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
            score = min(_SUREST, 0.5 + 0.4 * min(cover, 1.0))
            out.append(Match(sources, target.name, score, (words,), separator=" "))
    return out


def _many_words(view: ColumnView) -> bool:
    many = sum(share for shape, share in view.seen.shapes.items() if "+" in shape or " " in shape)
    return not view.closed and many >= _WHOLE and len(view.seen.values) >= 20
