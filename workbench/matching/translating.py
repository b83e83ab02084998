"""Values matched to values: a translate table between two vocabularies, with what could not be translated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from workbench.markup import bar, block, shown_score, table, toned
from workbench.model import plain_word
from workbench.profiling import wilson

from .codes import meanings

__all__ = ["ValueMatch", "ValueMatches", "match_values"]

Counts = Mapping[str, int | float] | Sequence[str]
_SPELT = 0.84  # least likeness of spelling that is offered at all
_MARGIN = 0.08  # by which the best must be ahead of the next
_HINT = 0.45  # score of what frequency or elimination alone suggests: never accepted by itself


@dataclass(frozen=True)
class ValueMatch:
    """One source value and what it most probably is in the target's vocabulary.

    Attributes:
        source: The source value.
        target: The target value; None where nothing fits.
        score: 0 to 1.
        reason: Why, in words.
        count: How many rows hold the source value; 0 when not known.
    """

    source: str
    target: str | None
    score: float
    reason: str
    count: float = 0


@dataclass(frozen=True)
class ValueMatches:
    """The proposals for all source values.

    Attributes:
        rows: One per source value, in the order given.
        threshold: Least score of a translation that is taken.
        unused: Target values that no source value is translated to.
        personal: Whether the values are data about people: masked in displays.
    """

    rows: tuple[ValueMatch, ...]
    threshold: float
    unused: tuple[str, ...] = ()
    personal: bool = field(default=False, repr=False)

    @property
    def table(self) -> dict[str, str]:
        """Source value → target value, for the step `translate`; only what is at or above the threshold."""
        return {r.source: r.target for r in self.rows if r.target is not None and r.score >= self.threshold}

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Source values without a translation: to be decided by a person, never guessed."""
        return tuple(r.source for r in self.rows if r.target is None or r.score < self.threshold)

    @property
    def suggestions(self) -> tuple[ValueMatch, ...]:
        """What is too unsure to take but worth showing to whoever decides."""
        return tuple(r for r in self.rows if r.target is not None and r.score < self.threshold)

    def __repr__(self) -> str:
        from workbench.profiling import mask

        show = mask if self.personal else str
        lines = [f"{r.score:.2f}  {show(r.source)} → {show(r.target or '?')}  {r.reason}" for r in self.rows]
        return "\n".join([f"{len(self.table)} of {len(self.rows)} values translated", *lines])

    def _repr_html_(self) -> str:
        from workbench.profiling import mask

        show = mask if self.personal else str
        taken = self.table
        rows = [
            (
                escape(show(r.source)),
                escape(show(r.target)) if r.target else toned("none", "soft"),
                bar(shown_score(r.score)),
                "taken" if r.source in taken else toned("open", "warn"),
                escape(r.reason),
            )
            for r in self.rows
        ]
        return block(table(("source value", "target value", "score", "decision", "why"), rows))


def match_values(
    source: Counts,
    target: Counts,
    *,
    labels: Mapping[str, str] | None = None,
    pairs: Mapping[tuple[str, str], int] | Iterable[tuple[str, str]] | None = None,
    threshold: float = 0.7,
    personal: bool = False,
) -> ValueMatches:
    """Propose a translation for every source value.

    In this order of trust: what linked records say, the same spelling, the same meaning in a public code list
    (countries, currencies, gender, yes/no, months, units …; one list for the whole column), a like spelling.
    Frequency and elimination only ever suggest, below any sensible threshold.

    Args:
        source: Source values, with counts where they are known.
        target: Target values, with counts where they are known; usually a field's `enum`.
        labels: What target values mean, as in a field's `labels`: read like other spellings of them.
        pairs: Values of the same thing in both systems, from linked records, with counts or one by one.
        threshold: Least score that is taken.
        personal: Mask the values in displays.

    >>> match_values({"M": 60, "F": 40}, ["male", "female"]).table
    {'M': 'male', 'F': 'female'}
    >>> found = match_values(["Germany", "UK", "Atlantis"], ["DE", "GB", "FR"])
    >>> found.table, found.unmatched
    ({'Germany': 'DE', 'UK': 'GB'}, ('Atlantis',))
    """
    counts, goals = _counts(source), _counts(target)
    finders: list[Callable[[str], tuple[str, float, str] | None]] = [
        _linked(pairs, goals),
        _same(goals, labels or {}),
        _listed(list(counts), list(goals), labels or {}),
        _alike(list(goals), labels or {}),
    ]
    rows = []
    for value, count in counts.items():
        said = finders[0](value)
        found = said if said and said[1] >= threshold else None
        found = found or next((f for find in finders[1:] if (f := find(value)) is not None), None)
        if said and (found is None or found[0] != said[0]):  # too few records to be sure, but they speak against it
            found = (said[0], min(_HINT, said[1]), said[2] + (f", but not: {found[2]}" if found else ""))
        goal, score, reason = found or (None, 0.0, "nothing like it in the target")
        rows.append(ValueMatch(value, goal, score, reason, count))
    rows = _hints(rows, counts, goals, threshold)
    used = {r.target for r in rows if r.score >= threshold}
    return ValueMatches(tuple(rows), threshold, tuple(g for g in goals if g not in used), personal)


def _counts(values: Counts) -> dict[str, float]:
    if isinstance(values, Mapping):
        return {str(v): float(n) for v, n in values.items()}
    return dict.fromkeys((str(v) for v in values), 0.0)


def _linked(
    pairs: Mapping[tuple[str, str], int] | Iterable[tuple[str, str]] | None, goals: Mapping[str, float]
) -> Callable[[str], tuple[str, float, str] | None]:
    """What the same thing is called in both systems; the lower bound of Wilson's interval is the score."""
    seen: dict[str, dict[str, float]] = {}
    listed = pairs.items() if isinstance(pairs, Mapping) else ((pair, 1) for pair in pairs or ())
    for (a, b), n in listed:
        if b in goals:
            seen.setdefault(a, {})[b] = seen.get(a, {}).get(b, 0.0) + n

    def find(value: str) -> tuple[str, float, str] | None:
        found = seen.get(value)
        if not found:
            return None
        total = sum(found.values())
        best = max(sorted(found), key=lambda b: found[b])
        score = wilson(found[best] / total, total)[0]
        if 2 * found[best] <= total:
            return None
        return best, score, f"{found[best]:.0f} of {total:.0f} linked records say so"

    return find


def _same(goals: Iterable[str], labels: Mapping[str, str]) -> Callable[[str], tuple[str, float, str] | None]:
    goals = list(goals)
    words = Counter(map(plain_word, goals))
    plain = {plain_word(goal): goal for goal in goals if words[plain_word(goal)] == 1}  # 'A+' and 'A-' are two things
    for goal, label in labels.items():
        if goal in goals and label:
            plain.setdefault(plain_word(label), goal)
    begun = Counter(plain_word(_first(label)) for goal, label in labels.items() if goal in goals)
    for goal, label in labels.items():  # 'placed, not yet on its way' calls it placed
        if goal in goals and begun[plain_word(_first(label))] == 1:
            plain.setdefault(plain_word(_first(label)), goal)

    def find(value: str) -> tuple[str, float, str] | None:
        if value in goals:
            return value, 1.0, "the same value"
        if value.strip() in goals:
            return value.strip(), 0.98, "the same but for blanks"
        key = plain_word(value)
        if key and key in plain:
            goal = plain[key]
            return (
                goal,
                0.98,
                "the same but for case and punctuation" if plain_word(goal) == key else "the label says so",
            )
        return None

    return find


def _first(label: str) -> str:
    """What a label says before it explains itself."""
    return re.split(r"[,;:(]", label)[0]


def _listed(
    values: list[str], goals: list[str], labels: Mapping[str, str]
) -> Callable[[str], tuple[str, float, str] | None]:
    """The one code list that knows most of both vocabularies; a letter alone means nothing without it."""
    best_name, best_cover = "", 0.0
    best_known: dict[str, str] = {}
    best_goal: dict[str, str] = {}
    for name, mean in meanings().items():
        known = {v: m for v in values if (m := mean(v)) is not None}
        goal_of: dict[str, str] = {}
        for goal in goals:
            meant = mean(goal) or (mean(labels[goal]) if labels.get(goal) else None)
            if meant is not None:
                goal_of.setdefault(meant, goal)
        cover = min(len(known) / max(len(values), 1), len(goal_of) / max(len(goals), 1))
        hits = sum(m in goal_of for m in known.values()) / max(len(values), 1)
        telling = len({m for m in known.values() if m in goal_of}) >= 2
        whole_list = len(goal_of) >= 2 and len(goal_of) == len(goals) and hits > 0
        if telling or whole_list or (len(goals) == 1 and hits == 1.0):
            worth = cover + hits
            if worth > best_cover:
                best_name, best_cover, best_known, best_goal = name, worth, known, goal_of

    def find(value: str) -> tuple[str, float, str] | None:
        meant = best_known.get(value)
        if best_cover < 0.6 or meant is None or meant not in best_goal:
            return None
        return best_goal[meant], 0.95, f"both mean '{meant}' in the list {best_name}"

    return find


def _alike(goals: list[str], labels: Mapping[str, str]) -> Callable[[str], tuple[str, float, str] | None]:
    """The most alike spelling, if it is clearly ahead of the next; short codes never."""
    from rapidfuzz import fuzz, process

    spelt = [(g, plain_word(g)) for g in goals] + [(g, plain_word(t)) for g, t in labels.items() if g in goals and t]
    texts = [t for _, t in spelt]

    def find(value: str) -> tuple[str, float, str] | None:
        key = plain_word(value)
        if len(key) < 4 or not texts:
            return None
        straight = process.cdist([key], texts, scorer=fuzz.ratio)[0]
        words = process.cdist([key], texts, scorer=fuzz.token_sort_ratio)[0]
        scores = np.maximum(straight, words) / 100
        best: dict[str, float] = {}
        for (goal, text), score in zip(spelt, scores, strict=True):
            if len(text) >= 4:
                best[goal] = max(best.get(goal, 0.0), float(score))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
        if not ranked or ranked[0][1] < _SPELT or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _MARGIN):
            return None
        goal, score = ranked[0]
        return goal, 0.9 * score, f"spelt {100 * score:.0f} % alike"

    return find


def _hints(
    rows: list[ValueMatch], counts: Mapping[str, float], goals: Mapping[str, float], threshold: float
) -> list[ValueMatch]:
    """Suggest what is left over on both sides: by elimination, else where shares of the rows are close."""
    taken = {r.target for r in rows if r.score >= threshold}
    open_rows = [k for k, r in enumerate(rows) if r.target is None]
    open_goals = [g for g in goals if g not in taken]
    hint = min(_HINT, threshold - 0.01)
    if len(open_rows) == len(open_goals) == 1 and len(rows) > 1:
        k = open_rows[0]
        rows[k] = ValueMatch(rows[k].source, open_goals[0], hint, "what is left over on both sides", rows[k].count)
    elif open_rows and open_goals and sum(counts.values()) and sum(goals.values()):
        whole, other = sum(counts.values()), sum(goals.values())
        for k in open_rows:
            share = counts[rows[k].source] / whole
            near = sorted(open_goals, key=lambda g: (abs(goals[g] / other - share), g))
            gap = abs(goals[near[0]] / other - share)
            following = abs(goals[near[1]] / other - share) if len(near) > 1 else 1.0
            if gap <= 0.1 * max(share, 0.01) and following >= 3 * max(gap, 0.005):
                why = f"about as frequent ({100 * share:.1f} % against {100 * goals[near[0]] / other:.1f} %)"
                rows[k] = ValueMatch(rows[k].source, near[0], hint, why, rows[k].count)
    return rows
