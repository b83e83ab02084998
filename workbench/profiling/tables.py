"""What tells the rows of a dataset apart: candidate keys, and rows that nothing tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
import polars as pl

from .columns import Made
from .dataset import KeyCandidate, Problem
from .distinct import Hashes, in_order_owned, runs
from .number import EXACT_ZERO, Number
from .scan import Frame, batches_of
from .wording import listed
from .words import name_says

__all__ = ["candidate_keys", "duplicate_rows", "key_problems"]

NEARLY = 0.98  # share of different values from which a column looks like a key that fails
MOST = 12  # columns tried in composite keys
CHECKED = 6  # composite keys verified over all rows
FEW_ROWS = 5
KEYS = frozenset({"id", "uuid", "isbn", "doi", "ean", "country", "currency", "language"})  # meanings of keys


def candidate_keys(frame: Frame, made: Sequence[Made], sample: pl.DataFrame, rows: int) -> tuple[KeyCandidate, ...]:
    """Columns, or two or three together, whose values differ from row to row.

    Args:
        frame: The data, read again only to verify composite keys.
        made: The columns.
        sample: Whole rows.
        rows: Rows in all.
    """
    plain = [column for column in made if _may_be_key(column)]
    found = [key for place, column in enumerate(plain) if (key := _single(column, place, len(plain), rows))]
    sure = [key for key in found if key.unique and key.score >= 0.2]
    if any(
        key.score >= 0.5 for key in sure
    ):  # what is unique by accident is no news beside a key that is meant to be one
        found = [key for key in found if key.score >= 0.3]
    if not sure and rows >= FEW_ROWS:
        known = {key.columns[0] for key in found if key.unique}
        found += _composite(frame, [c for c in plain if c.facts.name not in known], sample, rows)
    return tuple(sorted(found, key=lambda k: (not k.unique, -k.score, len(k.columns), k.columns)))


def _may_be_key(column: Made) -> bool:
    facts = column.facts
    if column.leaf.steps or column.kind not in ("text", "number", "time") or facts.type.kind == "float":
        return False
    return not (facts.lengths and facts.lengths.mean > 64) and facts.distinct.value > 1


def _single(column: Made, place: int, of: int, rows: int) -> KeyCandidate | None:
    facts = column.facts
    if not column.exact or facts.distinct.value < NEARLY * column.filled or column.filled < 0.5 * rows:
        return None
    repeated = Number(column.filled - int(facts.distinct.value))
    empty = Number(rows - column.filled)
    unique = not repeated and not empty
    score = _score(column, place, of)
    if not unique and score < 0.4:
        return None
    return KeyCandidate((facts.name,), unique, repeated, empty, round(score if unique else score / 2, 3))


def _score(column: Made, place: int, of: int) -> float:
    """How much a column looks like one that is meant to be a key."""
    facts = column.facts
    named = max((name_says(facts.name).get(kind, 0.0) for kind in ("id", "uuid", "isbn", "doi")), default=0.0)
    short = 1.0 if facts.type.kind == "integer" or (facts.lengths and facts.lengths.maximum <= 36) else 0.3
    first = 1 - place / max(1, of)
    other = facts.semantic is not None and facts.semantic.type not in KEYS
    score = 0.5 * named + 0.25 * first + 0.25 * short
    return score * (0.5 if other or column.kind == "time" or facts.type.kind in ("date", "timestamp") else 1.0)


def _composite(frame: Frame, columns: Sequence[Made], sample: pl.DataFrame, rows: int) -> list[KeyCandidate]:
    whole = [column for column in columns if column.filled == rows]
    order = {column.facts.name: place for place, column in enumerate(whole)}
    ranked = sorted(whole, key=lambda c: -_score(c, order[c.facts.name], len(whole)))[:MOST]
    found: list[KeyCandidate] = []
    checked = 0
    for group in _groups(ranked):
        names = tuple(sorted((c.facts.name for c in group), key=order.__getitem__))
        if any(set(key.columns) <= set(names) for key in found) or checked >= CHECKED:
            continue
        room = np.prod([c.facts.distinct.value for c in group], dtype=float)
        if room < rows or sample.select(names).hash_rows().n_unique() < sample.height:
            continue
        checked += 1
        repeated = rows - len(runs(_row_hashes(frame, list(names), rows)))
        if not repeated:
            score = sum(_score(c, order[c.facts.name], len(whole)) for c in group) / len(group)
            found.append(KeyCandidate(names, True, EXACT_ZERO, EXACT_ZERO, round(score / len(group) ** 0.5, 3)))
    return found


def _groups(columns: Sequence[Made]) -> Iterator[tuple[Made, ...]]:
    for size in (2, 3):
        yield from combinations(columns, size)


def _row_hashes(frame: Frame, columns: list[str] | None, rows: int) -> Hashes:
    """The hashes of all rows, sorted."""
    found = np.empty(rows, np.uint64)
    at = 0
    for batch in batches_of(frame, columns):
        found[at : at + batch.height] = batch.hash_rows().to_numpy()
        at += batch.height
    return in_order_owned(found)


def duplicate_rows(frame: Frame, keys: Sequence[KeyCandidate], columns: int, rows: int) -> Number | None:
    """Rows that repeat an earlier row in every column; None where there is nothing to compare."""
    if not columns or not rows:
        return None
    if any(key.unique for key in keys):
        return EXACT_ZERO
    schema = frame.schema if isinstance(frame, pl.DataFrame) else frame.collect_schema()
    if any(dtype == pl.Object for dtype in schema.dtypes()):
        return None  # Python objects cannot be compared by hash
    return Number(rows - len(runs(_row_hashes(frame, None, rows))))


def key_problems(
    made: Sequence[Made], keys: Sequence[KeyCandidate], duplicates: Number | None, rows: int
) -> Iterator[Problem]:
    """Keys that fail, and rows that are there more than once."""
    if duplicates:
        what = f"{duplicates} rows repeat an earlier row in every column"
        yield Problem("duplicate_rows", None, what, duplicates, 0.7, "keep_latest, or deduplicate at the source")
    by_name = {column.facts.name: column for column in made}
    sure = any(key.unique and key.score >= 0.5 for key in keys)
    for key in keys:
        if key.unique or len(key.columns) > 1:
            continue
        column = by_name[key.columns[0]]
        parts = []
        if key.repeated:
            parts.append(f"{column.repeats:,} value{'s repeat' if column.repeats != 1 else ' repeats'}")
        if key.nulls:
            parts.append(f"{key.nulls} rows have none")
        what = f"looks like a key but {listed(parts)}"
        count = Number(key.repeated.value + key.nulls.value)
        severity = 0.4 if sure else 0.8 * min(1.0, 0.5 + key.score)
        yield Problem("broken_key", key.columns[0], what, count, round(severity, 3), "keep_latest, or another key")
    if rows >= FEW_ROWS and made and not any(key.unique for key in keys):
        what = "no column, and no two or three together, tell all rows apart"
        yield Problem("no_key", None, what, Number(rows), 0.3, "build a key, or link the records")
