"""Comparing candidate pairs: each comparison's level per pair, reduced to patterns.

A pair's outcome is one small number per comparison: the level that holds, or 'missing'. All outcomes of a
pair make one integer, its *pattern*; there are thousands of patterns where there are millions of pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .blocking import Blocks, candidate_pairs
from .model import Comparison, Level, LinkModel
from .records import Column, Records
from .similarity import affix_codes, date_test, initial_test, kilometres, nickname_test, number_test, numbers, similarity_of

__all__ = ["Candidates", "Patterns", "compare", "compare_candidates", "levels_of"]

Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]
SCORED = frozenset(("jaro_winkler", "damerau_levenshtein", "token_set", "token_overlap", "token_cosine", "custom"))
AT_MOST = frozenset(("damerau_levenshtein",))
DENSE = 1 << 20
WORKERS = 2


@dataclass(frozen=True)
class Patterns:
    """How outcomes are packed: a mixed-radix number, one digit per comparison; the highest digit is 'missing'."""

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, model: LinkModel) -> Patterns:
        """The packing of a model's comparisons."""
        return cls(tuple(len(c.levels) + 1 for c in model.comparisons))

    @property
    def space(self) -> int:
        """Number of possible patterns."""
        return int(np.prod([float(s) for s in self.sizes])) if self.sizes else 1

    def pack(self, outcomes: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint64]:
        """One pattern per pair."""
        out = np.zeros(len(outcomes[0]), np.uint64)
        for size, digit in zip(self.sizes, outcomes, strict=True):
            out *= np.uint64(size)
            out += digit
        return out

    def digits(self, patterns: NDArray[np.uint64]) -> NDArray[np.uint8]:
        """Outcomes (one row per comparison) of patterns."""
        out = np.empty((len(self.sizes), len(patterns)), np.uint8)
        rest = patterns.astype(np.uint64)
        for i in range(len(self.sizes) - 1, -1, -1):
            rest, out[i] = np.divmod(rest, np.uint64(self.sizes[i]))
        return out


@dataclass(frozen=True)
class Candidates:
    """Compared pairs.

    Attributes:
        left, right: Row numbers, left < right.
        pattern: Index of each pair's pattern among ``patterns``.
        patterns: The distinct patterns.
        made: Distinct (pattern index, bits of the rules that make the pair) and how many pairs have them.
    """

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    pattern: NDArray[np.uint32]
    patterns: NDArray[np.uint64]
    made: tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.left)

    def joined(self, left: NDArray[np.uint32], right: NDArray[np.uint32], packed: NDArray[np.uint64]) -> Candidates:
        """With pairs compared before; their rules are not known, so the result is for scoring only."""
        patterns = np.union1d(self.patterns, packed)
        index = np.append(np.searchsorted(patterns, self.patterns)[self.pattern], np.searchsorted(patterns, packed))
        return Candidates(
            np.append(self.left, left), np.append(self.right, right), index.astype(np.uint32), patterns, self.made
        )


def compare(records: Records, model: LinkModel, left: NDArray[np.uint32], right: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The pattern of each pair.

    Args:
        records: The records.
        model: The link model; its weights are not looked at.
        left: Row numbers.
        right: Row numbers, as many.
    """
    outcomes = [levels_of(records, c, left, right) for c in model.comparisons]
    return Patterns.of(model).pack(outcomes)


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
    """Similarities that several levels share: computed for the pairs still open at first need, with the laxest bound."""

    def __init__(
        self, comparison: Comparison, columns: dict[str, Column], sides: dict[str, tuple[Codes, Codes]]
    ) -> None:
        self.comparison, self.columns, self.sides = comparison, columns, sides
        self._found: dict[tuple[str, str | None, str], tuple[NDArray[np.intp], NDArray[np.generic]]] = {}

    def of(self, level: Level, name: str, rows: NDArray[np.intp]) -> NDArray[np.generic]:
        key = (level.test, level.using, name)
        if key not in self._found:
            bounds = [
                lv.at for lv in self.comparison.levels
                if (lv.test, lv.using) == key[:2] and lv.at is not None and name in (lv.fields or self.comparison.fields)
            ]  # fmt: skip
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
        return a == b
    if test in SCORED:
        score = scores.of(level, name, rows)
        return np.asarray(score <= at if test in AT_MOST else score >= np.float32(at))
    if test in ("date_parts", "within_days", "swapped_day_month"):
        return date_test(test, column, a, b, at)
    if test in ("within", "within_ratio"):
        return number_test(test, column, a, b, at)
    if test == "nickname":
        return nickname_test(column, a, b)
    if test == "initial":
        return initial_test(column, a, b)
    codes = affix_codes(column, test, int(at))
    return (codes[a] == codes[b]) & (codes[a] >= 0)


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
        return (across[al] == br) & (across[ar] == bl)
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


def compare_candidates(records: Records, model: LinkModel, blocks: list[Blocks]) -> Candidates:
    """Compare all candidate pairs of some blocks, slice by slice on two threads."""
    lefts, rights, patterns, tallies = [], [], [], []
    with ThreadPoolExecutor(WORKERS) as pool:
        for left, right, pattern, tally in _in_order(pool, records, model, blocks):
            lefts.append(left)
            rights.append(right)
            patterns.append(pattern)
            tallies.append(tally)
    if not lefts:
        none = np.zeros(0, np.uint32)
        return Candidates(none, none, none, np.zeros(0, np.uint64), (np.zeros(0, np.int64), none, np.zeros(0, np.int64)))
    distinct = np.unique(np.concatenate([t[0] for t in tallies]))
    index = [np.searchsorted(distinct, t[0])[p].astype(np.uint32) for t, p in zip(tallies, patterns, strict=True)]
    return Candidates(np.concatenate(lefts), np.concatenate(rights), np.concatenate(index), distinct, _tally(distinct, tallies))


Tally = tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]
Slice = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32], Tally]


def _in_order(pool: ThreadPoolExecutor, records: Records, model: LinkModel, blocks: list[Blocks]) -> Iterator[Slice]:
    """Slices in order, never more than a few in flight: that bounds the memory."""
    waiting: list[Future[Slice]] = []
    for _, left, right, made in candidate_pairs(blocks, records, model.scope):
        waiting.append(pool.submit(_slice, records, model, left, right, made))
        if len(waiting) > WORKERS:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()


def _slice(
    records: Records, model: LinkModel, left: NDArray[np.uint32], right: NDArray[np.uint32], made: NDArray[np.uint32]
) -> Slice:
    """Compare one slice: patterns numbered within it, and a tally by pattern and rules."""
    packed = compare(records, model, left, right)
    space = Patterns.of(model).space
    if space <= DENSE:
        seen = np.bincount(packed.astype(np.int64), minlength=0) > 0
        distinct = np.flatnonzero(seen).astype(np.uint64)
        number = np.cumsum(seen) - 1
        index = number[packed.astype(np.int64)].astype(np.uint32)
    else:
        distinct, inverse = np.unique(packed, return_inverse=True)
        index = inverse.astype(np.uint32)
    both = index.astype(np.uint64) << np.uint64(32) | made
    keys, counts = np.unique(both, return_counts=True)
    where = (keys >> np.uint64(32)).astype(np.int64)
    bits = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return left, right, index, (distinct, where, bits, counts)


def _tally(distinct: NDArray[np.uint64], tallies: list[Tally]) -> tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64]]:
    """Add the slices' tallies up."""
    keys = np.concatenate(
        [np.searchsorted(distinct, d)[w].astype(np.uint64) << np.uint64(32) | b for d, w, b, _ in tallies]
    )
    unique, inverse = np.unique(keys, return_inverse=True)
    counts = np.bincount(inverse, weights=np.concatenate([t[3] for t in tallies])).astype(np.int64)
    return (unique >> np.uint64(32)).astype(np.int64), (unique & np.uint64(0xFFFFFFFF)).astype(np.uint32), counts
