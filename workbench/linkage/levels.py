"""Levels: which outcome of a comparison holds for each pair of records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model import Comparison, Level
from .records import Column, Records
from .similarity import (
    ROUNDING,
    affix_codes,
    date_test,
    initial_test,
    kilometres,
    nickname_test,
    number_test,
    numbers,
    similarity_of,
)

__all__ = ["levels_of"]

Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]
SCORED = frozenset(("jaro_winkler", "damerau_levenshtein", "token_set", "token_overlap", "token_cosine", "custom"))
AT_MOST = frozenset(("damerau_levenshtein",))


def levels_of(
    records: Records, comparison: Comparison, left: NDArray[np.uint32], right: NDArray[np.uint32]
) -> NDArray[np.uint8]:
    """The level that holds for each pair, counted from 0; the number of levels where values are missing."""
    columns = {name: records.column(name) for name in comparison.fields}
    sides = {name: (c.codes[left], c.codes[right]) for name, c in columns.items()}
    last = len(comparison.levels) - 1
    out = np.full(len(left), last, np.uint8)
    missing = np.zeros(len(left), bool)
    for a, b in sides.values():
        missing |= (a < 0) | (b < 0)
    single = len(comparison.fields) == 1
    out[missing] = last + 1
    # with several fields a level may hold although another field is missing
    open_ = np.flatnonzero(~missing) if single else np.arange(len(left))
    scores = _Scores(comparison, columns, sides)
    for number, level in enumerate(comparison.levels[:-1]):
        holds = _holds(level, comparison, columns, sides, open_, scores)
        out[open_[holds]] = number
        open_ = open_[~holds]
    return out


class _Scores:
    """Similarities that several levels share: computed once, for the pairs still open, with the laxest bound."""

    def __init__(
        self, comparison: Comparison, columns: dict[str, Column], sides: dict[str, tuple[Codes, Codes]]
    ) -> None:
        self.comparison, self.columns, self.sides = comparison, columns, sides
        self._found: dict[tuple[str, str | None, str], tuple[NDArray[np.intp], NDArray[Any]]] = {}

    def of(self, level: Level, name: str, rows: NDArray[np.intp]) -> NDArray[Any]:
        key = (level.test, level.using, name)
        if key not in self._found:
            bounds = [
                lv.at
                for lv in self.comparison.levels
                if (lv.test, lv.using) == key[:2]
                and lv.at is not None
                and name in (lv.fields or self.comparison.fields)
            ]
            laxest = max(bounds) if level.test in AT_MOST else min(bounds)
            a, b = (side[rows] for side in self.sides[name])
            score = similarity_of(level.test, level.using, self.columns[name], a, b, laxest)
            self._found[key] = (rows, score)
        known, score = self._found[key]
        return score if len(known) == len(rows) else score[np.searchsorted(known, rows)]


def _holds(
    level: Level,
    comparison: Comparison,
    columns: dict[str, Column],
    sides: dict[str, tuple[Codes, Codes]],
    rows: NDArray[np.intp],
    scores: _Scores,
) -> Mask:
    names = level.fields or comparison.fields
    present = np.ones(len(rows), bool)
    if len(comparison.fields) > 1:
        for name in names:
            present &= (sides[name][0][rows] >= 0) & (sides[name][1][rows] >= 0)
    inside = rows if present.all() else rows[present]
    if level.test in ("swapped", "within_km"):
        found = _paired(level, columns, sides, names, inside)
    else:
        found = np.ones(len(inside), bool)
        for name in names:
            a, b = (side[inside] for side in sides[name])
            found &= _single(level, columns[name], name, a, b, inside, scores)
    if inside is rows:
        return found
    present[present] = found
    return present


def _single(
    level: Level, column: Column, name: str, a: Codes, b: Codes, rows: NDArray[np.intp], scores: _Scores
) -> Mask:
    test, at = level.test, level.at if level.at is not None else 0.0
    if test == "exact":
        return np.asarray(a == b)
    if test in SCORED:
        score = scores.of(level, name, rows)
        return np.asarray(score <= at if test in AT_MOST else score >= at - ROUNDING)
    if test in ("date_parts", "within_days", "swapped_day_month"):
        return date_test(test, column, a, b, at)
    if test in ("within", "within_ratio"):
        return number_test(test, column, a, b, at)
    if test == "nickname":
        return nickname_test(column, a, b)
    if test == "initial":
        return initial_test(column, a, b)
    codes = affix_codes(column, test, int(at))
    return np.asarray((codes[a] == codes[b]) & (codes[a] >= 0))


def _paired(
    level: Level,
    columns: dict[str, Column],
    sides: dict[str, tuple[Codes, Codes]],
    names: tuple[str, ...],
    rows: NDArray[np.intp],
) -> Mask:
    first, second = names
    (al, ar), (bl, br) = ((side[rows] for side in sides[name]) for name in names)
    if level.test == "swapped":
        across = _codes_in(columns[first], columns[second])
        return np.asarray((across[al] == br) & (across[ar] == bl))
    lat, lon = numbers(columns[first]), numbers(columns[second])
    found: Mask = kilometres(lat[al], lon[bl], lat[ar], lon[br]) <= (level.at or 0)
    return found


def _codes_in(column: Column, other: Column) -> Codes:
    """Each value's code in another column; −2 where that column lacks it."""

    def compute(c: Column) -> Codes:
        place = {v: i for i, v in enumerate(other.values.to_list())}
        return np.fromiter((place.get(v, -2) for v in c.values.to_list()), np.int32, len(c.values))

    found: Codes = column.fact(f"in:{other.name}", compute)
    return found
