"""One field made of several columns, or several fields out of one: full names, addresses, date with time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from .matches import Match
from .names import lexicon, stem, tokens
from .pairing import Pairing, called
from .vectors import Bags
from .views import ColumnView

__all__ = ["compositions"]

Matrix = npt.NDArray[np.float64]
_BY_NAME, _BY_VALUES = 0.6, 0.35  # what the names alone are worth, and what the values can add
_HELD = 0.5  # share of a part's words that must occur in the whole for values to speak for it
_SUREST = 0.9  # the most that words alone can say
_WHOLE = 0.6  # share of the whole's words that the parts must cover together


@dataclass(frozen=True)
class _Form:
    """A thing that is written whole in one system and in parts in another.

    Where a kind is given, a whole is told by its kind, and only where one of the parts alone fits it already.
    A column with the meaning given is a whole whatever it is called.
    The parts stand in the usual order; each is told by one of several sets of words, all of a set being needed.
    """

    whole: tuple[frozenset[str], ...]
    parts: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    separator: str
    kind: str = ""
    meaning: str = "none"


def _words(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(stem(w) for w in a.split()) for a in alternatives)


@cache
def _forms() -> tuple[_Form, ...]:
    """Parts and wholes as schema.org names them: Person.name, PostalAddress, DateTime."""
    return (
        _Form(
            _words(
                "full name", "name", "person name", "customer name", "contact name", "complete name", "display name"
            ),
            (
                ("first name", _words("first name", "given name", "forename", "firstname", "fore name")),
                ("middle name", _words("middle name", "middle initial", "additional name", "middlename")),
                ("last name", _words("last name", "family name", "surname", "lastname", "sur name")),
            ),
            " ",
            meaning="person_name",
        ),
        _Form(
            _words("address", "full address", "postal address", "complete address"),
            (
                ("street", _words("street", "street address", "address line", "street name", "road")),
                ("house number", _words("house number", "street number", "building number")),
                ("postcode", _words("postcode", "postal code", "zip code", "zip", "post code")),
                ("city", _words("city", "town", "locality", "municipality")),
                ("state", _words("state", "province", "region")),
                ("country", _words("country")),
            ),
            ", ",
        ),
        _Form((), (("date", _words("date", "day")), ("time", _words("time", "hour"))), " ", kind="timestamp"),
    )


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


@cache
def _telling() -> frozenset[str]:
    """All words that tell a part or a whole."""
    forms = _forms()
    sets = chain(*(form.whole for form in forms), *(words for form in forms for _, words in form.parts))
    return frozenset(chain.from_iterable(sets))


def _role(view: ColumnView, alternatives: Sequence[frozenset[str]], context: frozenset[str]) -> bool:
    """Whether one of a column's names is one of the word sets, but for words of the other table's context."""
    for said, short in _stems((view.name, *view.synonyms, view.semantic or ""), view.description):
        for words in alternatives:
            if words <= said and not (said - words - short - context):
                return True
    return False


@lru_cache(maxsize=10_000)
def _stems(names: tuple[str, ...], description: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """The stems that each of a column's telling names says, written out, and those that stand for others."""
    out = []
    for name in (*map(tokens, names), *called(description)):
        said = {stem(w) for w in lexicon().expand(name)} | {s for w in name for s in lexicon().stems(w)}
        if said.isdisjoint(_telling()):
            continue
        out.append((frozenset(said), frozenset(stem(w) for w in name if lexicon().stems(w))))
    return tuple(out)


_OF_WHOM = (
    "customer", "client", "person", "contact", "employee", "user", "member", "patient", "billing", "shipping", "home",
    "the", "of", "his", "her", "delivery", "invoice", "order", "company", "supplier", "postal", "line", "1",
)  # fmt: skip
_CONTEXT = frozenset(stem(w) for w in _OF_WHOM)


def _joined(sources: Sequence[ColumnView], targets: Sequence[ColumnView], held: _Held) -> list[Match]:
    out = []
    for form in _forms():
        parts = _parts(form, sources)
        if len(parts) < 2:
            continue
        for j, target in enumerate(targets):
            if _role(target, form.whole, _CONTEXT) and not _is_part(form, target):
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
    form = next(f for f in _forms() if f.kind)
    parts = dict(_parts(form, sources))
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
            same = _event(target) & (_event(targets[k]) | _event(sources[i]))
            if scores[i, k] >= _BY_NAME and "timestamp" in (sources[i].kind, sources[i].seen.kind) and same:
                evidence = (f"'{sources[i].name}' is the moment of which '{target.name}' is the day",)
                out.append(Match((sources[i].name,), target.name, _BY_NAME, evidence, part="day"))
    return out


def _event(view: ColumnView) -> set[str]:
    """What a date or moment is about: 'order' of order_date and ordered_at."""
    about = {stem(w) for name in (view.name, *view.synonyms) for w in tokens(name)}
    return about - {stem(w) for w in ("date", "day", "time", "timestamp", "moment", "at", "on", "of", "the")}


def _split(sources: Sequence[ColumnView], targets: Sequence[ColumnView], held: _Held) -> list[Match]:
    out = []
    for form in _forms():
        parts = _parts(form, targets)
        if len(parts) < 2:
            continue
        for i, source in enumerate(sources):
            if _is_whole(form, source):
                for part, j in parts:
                    score, why = _judge([held.of_target[i, j]])
                    evidence = (f"'{source.name}' holds the {part}", *why)
                    out.append(Match((source.name,), targets[j].name, score, evidence, part=part))
    return out


def _parts(form: _Form, side: Sequence[ColumnView]) -> list[tuple[str, int]]:
    """The columns that are parts of a form, one per part, in the form's order."""
    found = []
    for part, alternatives in form.parts:
        position = next((i for i, v in enumerate(side) if _role(v, alternatives, _CONTEXT)), None)
        if position is not None:
            found.append((part, position))
    return found


def _is_whole(form: _Form, view: ColumnView) -> bool:
    """A description 'Last, First' speaks of parts, and yet the values are whole names."""
    return view.semantic == form.meaning or (_role(view, form.whole, _CONTEXT) and not _is_part(form, view))


def _is_part(form: _Form, view: ColumnView) -> bool:
    return any(_role(view, alternatives, frozenset()) for _, alternatives in form.parts)


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
