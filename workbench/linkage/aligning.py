"""Columns of different names that hold the same: paired by their values, for systems that agree on no names."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from .facts import ColumnFacts, column_facts, snake

__all__ = ["aligned"]

SAMPLE = 5000
LEAST = 0.4
"""Least likeness of two columns held to be the same."""
ALONE = 0.5
"""Likeness of the only two columns of a kind whose values look different in each system (dates, numbers)."""
TEXTUAL = frozenset(("name", "text", "category"))


class _Column:
    """A column's facts, distinct values and words."""

    def __init__(self, name: str, values: pl.Series) -> None:
        self.name = name
        text = values.cast(pl.String).str.strip_chars().str.to_lowercase().drop_nulls()
        text = text.filter(text != "").head(SAMPLE)
        self.facts: ColumnFacts = column_facts(text, name=name)
        self.values = set(text)
        self.words = text.str.extract_all(r"[\p{L}\p{N}]+").explode().drop_nulls()

    def like(self, other: _Column) -> float:
        """How much of both lies in the other, by values or by words; 0 for columns of different kinds."""
        a, b = self.facts, other.facts
        if "none" in (a.kind, b.kind) or not (a.kind == b.kind or {a.kind, b.kind} <= TEXTUAL):
            return 0.0
        shared = len(self.values & other.values) / max(min(len(self.values), len(other.values)), 1)
        named = 0.2 if set(snake(self.name).split("_")) & set(snake(other.name).split("_")) else 0.0
        return max(shared, min(_inside(self.words, other.words), _inside(other.words, self.words))) + named


def _inside(words: pl.Series, others: pl.Series) -> float:
    """Share of words that occur among others."""
    return float(words.is_in(others.unique().implode()).mean() or 0.0)  # type: ignore[arg-type]


def aligned(frames: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, str]]:
    """Which columns hold the same, told by their values.

    Args:
        frames: System → the columns that it does not share with all others by name.

    Returns:
        The first system's name of a column → system → its column; only what every system has.
    """
    (first, base), *others = frames.items()
    columns = {c: _Column(c, base[c]) for c in base.columns}
    found: dict[str, dict[str, str]] = {c: {first: c} for c in columns}
    for system, frame in others:
        theirs = {c: _Column(c, frame[c]) for c in frame.columns}
        for mine, other in _pairs(columns, theirs).items():
            found[mine][system] = other
    return {name: by for name, by in found.items() if len(by) == len(frames)}


def _pairs(ours: Mapping[str, _Column], theirs: Mapping[str, _Column]) -> dict[str, str]:
    """The likeliest pairs first, each column once."""
    scored = [(a.like(b), x, y) for x, a in ours.items() for y, b in theirs.items()]
    for kind in ("date", "number", "phone", "email", "coordinate"):
        both = [[n for n, c in side.items() if c.facts.kind == kind] for side in (ours, theirs)]
        if len(both[0]) == len(both[1]) == 1:
            scored.append((ALONE, both[0][0], both[1][0]))
    out: dict[str, str] = {}
    for score, x, y in sorted(scored, key=lambda s: (-s[0], s[1], s[2])):
        if score >= LEAST and x not in out and y not in out.values():
            out[x] = y
    return out
