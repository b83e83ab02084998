"""Which column of one dataset refers to the key of another: suggestions with their evidence.

That all values of one column are found in another says little: every small number is found among the keys
of every table. So names count as much as values, and what is given is always a suggestion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from .dataset import ForeignKey, Profile
from .facts import ColumnProfile
from .number import Number
from .profiler import profile
from .scan import Frame
from .wording import percent
from .words import tokens

__all__ = ["relate"]

FOUND = 0.9  # share of the referring values that must be found
LEAST = 0.5  # score below which a suggestion is noise
VALUES = 500_000  # different values of a column that are compared
GENERIC = frozenset({"id", "key", "no", "nr", "num", "number", "code", "ref", "pk", "fk", "uuid", "name"})


@dataclass(frozen=True)
class _Side:
    table: str
    facts: ColumnProfile
    values: pl.Series


def relate(frames: Mapping[str, Frame], profiles: Mapping[str, Profile] | None = None) -> tuple[ForeignKey, ...]:
    """Suggest foreign keys between datasets, likeliest first.

    Args:
        frames: The data by name of the dataset.
        profiles: Their profiles where they have been made; made here otherwise.

    >>> people = pl.DataFrame({"id": [1, 2, 3], "name": ["Ann", "Bob", "Cy"]})
    >>> orders = pl.DataFrame({"order_id": [10, 11, 12, 13], "person_id": [1, 1, 3, 2]})
    >>> [(k.table, k.column, k.to_table, k.to_column) for k in relate({"person": people, "order": orders})]
    [('order', 'person_id', 'person', 'id')]
    """
    facts = {name: (profiles or {}).get(name) or profile(frame, name=name) for name, frame in frames.items()}
    parents = [side for name, frame in frames.items() for side in _sides(frame, facts[name], parents=True)]
    children = [side for name, frame in frames.items() for side in _sides(frame, facts[name], parents=False)]
    found: list[ForeignKey] = []
    for child in children:
        best = [key for parent in parents if (key := _suggested(child, parent)) is not None]
        if best:
            top = max(key.score for key in best)
            found += [key for key in best if key.score >= top - 0.05]
    return tuple(sorted(found, key=lambda k: (-k.score, k.table, k.column, k.to_table, k.to_column)))


def _sides(frame: Frame, facts: Profile, *, parents: bool) -> Iterator[_Side]:
    keys = {key.columns[0] for key in facts.keys if len(key.columns) == 1 and key.repeated.value == 0}
    for column in facts.columns:
        plain = len(column.path) == 1 and column.type.kind in ("integer", "text", "decimal")
        meaning = column.semantic.type if column.semantic else ""
        if not plain or not 2 <= column.distinct.value <= VALUES or meaning in ("text", "boolean", "money"):
            continue
        if parents and (column.name not in keys or column.filled < 3):
            continue
        values = frame.lazy().select(pl.col(column.path[0]).cast(pl.String).str.strip_chars()).unique().collect()
        yield _Side(facts.name, column, values.to_series().drop_nulls())


def _suggested(child: _Side, parent: _Side) -> ForeignKey | None:
    same = child.table == parent.table and child.facts.name == parent.facts.name
    if same or child.facts.type.kind != parent.facts.type.kind:
        return None
    named = _named(child, parent)
    if not named and child.facts.type.kind == "integer":
        return None  # numbers are found everywhere
    hits = int(child.values.is_in(parent.values.implode()).sum())
    found, covers = hits / max(1, len(child.values)), hits / max(1, len(parent.values))
    if found < FOUND:
        return None
    own_key = child.facts.distinct.value == child.facts.filled and child.table != parent.table
    score = 0.55 * named + 0.2 * found + 0.25 * min(1.0, 2 * covers)
    score *= 0.7 if own_key and named < 0.9 else 1.0
    if score < LEAST:
        return None
    evidence = [f"{percent(found)} of the values are found there", f"{percent(covers)} of those there are used"]
    if named:
        evidence.append("the names agree" if named >= 0.9 else "the names are alike")
    return ForeignKey(
        child.table, child.facts.name, parent.table, parent.facts.name,
        Number(round(found, 6)), Number(round(covers, 6)), round(score, 3), tuple(evidence),
    )  # fmt: skip


def _named(child: _Side, parent: _Side) -> float:
    """How much the referring column's name speaks of the key referred to, 0 to 1."""
    column, key = tokens(child.facts.name), tokens(parent.facts.name)
    table = {_stem(word) for word in tokens(parent.table)}
    if child.table != parent.table and column == key and not set(key) <= GENERIC:
        return 1.0
    telling = {_stem(word) for word in column} - GENERIC
    if not telling:
        return 0.0
    whole = table | {_stem(word) for word in key} - GENERIC
    share = len(telling & whole) / len(telling)
    return share if table <= telling else 0.7 * share  # 'invoice_id' is not the key of invoice_line


def _stem(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.rstrip("s")
