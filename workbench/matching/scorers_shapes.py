"""Evidence from types, meanings and the shape of the data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .grouping import QUANTILES
from .pairing import Matrix, Pairing
from .scorers import scorer
from .views import ColumnView

__all__: list[str] = []

# how well values of one family can become those of another; what is missing is 0.2
_TYPES = {
    ("integer", "number"): 0.8, ("integer", "text"): 0.5, ("number", "text"): 0.4, ("boolean", "text"): 0.6,
    ("boolean", "integer"): 0.5, ("date", "timestamp"): 0.8, ("date", "text"): 0.5, ("timestamp", "text"): 0.5,
    ("time", "timestamp"): 0.5, ("time", "text"): 0.5, ("integer", "timestamp"): 0.3, ("integer", "date"): 0.3,
    ("list", "text"): 0.3, ("struct", "text"): 0.3,
}  # fmt: skip

_MOMENT = "a moment"
_MOMENTS = [_MOMENT, "birth_date", "date", "year", "age"]


def _each(pairing: Pairing, get: Callable[[ColumnView], float | None]) -> tuple[Matrix, Matrix]:
    def column(side: tuple[ColumnView, ...]) -> Matrix:
        return np.array([np.nan if (x := get(v)) is None else x for v in side], dtype=np.float64)

    return column(pairing.sources)[:, None], column(pairing.targets)[None, :]


@scorer("types", "the types fit", "the types do not fit")
def types(pairing: Pairing) -> Matrix:
    """How well values of one type can become those of the other; silent where a type is not known."""
    kinds = sorted({v.kind for s in (pairing.sources, pairing.targets) for v in s})
    grades = np.array(
        [
            [
                np.nan if "unknown" in (a, b) else 1.0 if a == b else _TYPES.get((a, b), _TYPES.get((b, a), 0.2))
                for b in kinds
            ]
            for a in kinds
        ]
    )
    left, right = (np.array([kinds.index(v.kind) for v in s], dtype=int) for s in (pairing.sources, pairing.targets))
    found: Matrix = grades[np.ix_(left, right)]
    return found


@scorer(
    "meaning", "the values mean the same kind of thing", "the values mean different kinds of thing",
    weight=4.0, neutral=0.5,
)  # fmt: skip
def meaning(pairing: Pairing) -> Matrix:
    """1 where the semantic types are the same, 0 where they differ, silent where one is not known.

    Moments of which nothing else is known are no name, address or amount, but may be any date.
    """
    left, right = (np.array([_meant(v) for v in s], dtype=object)[:, None] for s in (pairing.sources, pairing.targets))
    right = right.T
    silent = (left == "") | (right == "")
    silent |= (left == _MOMENT) & np.isin(right, _MOMENTS) | np.isin(left, _MOMENTS) & (right == _MOMENT)
    return np.where(silent, np.nan, (left == right).astype(float))


def _meant(view: ColumnView) -> str:
    return view.semantic or (_MOMENT if view.kind in ("date", "timestamp", "time") else "")


@scorer("shapes", "the values are written in the same shape", "the values are written in other shapes")
def shapes(pairing: Pairing) -> Matrix:
    """Share of rows in common shapes (letters and digits generalised); of a list, whether it has the shape."""
    left, right = ([v.seen.shapes for v in s] for s in (pairing.sources, pairing.targets))
    # a shape that only one side has overlaps with nothing
    common = {shape for bag in left for shape in bag} & {shape for bag in right for shape in bag}
    codes = {shape: code for code, shape in enumerate(sorted(common))}
    dense = []
    for side in (left, right):
        grid = np.zeros((len(side), max(len(codes), 1)))
        for i, bag in enumerate(side):
            for shape in bag.keys() & common:
                grid[i, codes[shape]] = bag[shape]
        dense.append(grid)
    a, b = dense
    closed = np.array([v.closed for v in pairing.targets])
    b[closed] = b[closed] > 0
    out = np.stack([np.minimum(row, b).sum(axis=1) for row in a]) if len(a) else np.zeros(pairing.shape)
    return out * pairing.has_values


def _spread(pairing: Pairing) -> Matrix:
    """1 where both sides have rows; NaN where one has none or only a list, which tells no frequencies."""
    known = pairing.has_values.copy()
    known[:, [v.closed or v.seen.example_only for v in pairing.targets]] = np.nan
    known[[v.closed or v.seen.example_only for v in pairing.sources], :] = np.nan
    return known


@scorer("characters", "the values are made of the same kinds of characters", "the values are made of other characters")
def characters(pairing: Pairing) -> Matrix:
    """Overlap of the shares of capitals, small letters, digits, blanks and signs."""
    empty = (0.2,) * 5
    a, b = (np.array([v.seen.letters or empty for v in s]) for s in (pairing.sources, pairing.targets))
    found: Matrix = np.minimum(a[:, None, :], b[None, :, :]).sum(axis=2) * _spread(pairing)
    return found


@scorer("lengths", "the values are equally long", "the values are of other lengths")
def lengths(pairing: Pairing) -> Matrix:
    """1 − mean difference of the quantiles of length, relative to the longer."""
    flat = (0.0,) * len(QUANTILES)
    a, b = (np.array([v.seen.lengths or flat for v in s]) for s in (pairing.sources, pairing.targets))
    a, b = a[:, None, 1:-1], b[None, :, 1:-1]
    found: Matrix = (1 - (np.abs(a - b) / np.maximum(np.maximum(a, b), 1.0)).mean(axis=2)) * _spread(pairing)
    return found


@scorer("numbers", "the numbers are spread alike", "the numbers lie elsewhere")
def numbers(pairing: Pairing) -> Matrix:
    """1 − largest distance of the two distribution functions (Kolmogorov-Smirnov, from quantiles)."""
    out = np.full(pairing.shape, np.nan)
    left = {i: np.array(v.seen.quantiles) for i, v in enumerate(pairing.sources) if v.seen.quantiles}
    right = {j: np.array(v.seen.quantiles) for j, v in enumerate(pairing.targets) if v.seen.quantiles}
    if not left or not right:
        return out
    rows, columns = list(left), list(right)
    a, b = np.stack(list(left.values())), np.stack(list(right.values()))
    apart = [np.abs(_reached(one, other) - QUANTILES).max(axis=2) for one, other in ((a, b), (b, a))]
    out[np.ix_(rows, columns)] = 1 - np.minimum(1.0, np.maximum(apart[0], apart[1].T))
    return out


def _reached(quantiles: Matrix, at: Matrix) -> Matrix:
    """The share of each distribution at or below points; within a step of equal quantiles, its middle.

    Args:
        quantiles: One distribution a row.
        at: The points, in rows.

    Returns:
        Distributions × rows of points × points.
    """
    last = quantiles.shape[1] - 1
    numbers, rank = np.unique(np.concatenate([quantiles.ravel(), at.ravel()]), return_inverse=True)
    asked = rank[quantiles.size :]
    cell = np.repeat(np.arange(len(quantiles)), last + 1) * len(numbers) + rank[: quantiles.size]
    here = np.bincount(cell, minlength=len(quantiles) * len(numbers)).reshape(len(quantiles), -1)
    high = np.cumsum(here, axis=1)[:, asked]
    low = high - here[:, asked]
    before = np.clip(low, 1, last) - 1
    start, end = (np.take_along_axis(quantiles, before + k, axis=1) for k in (0, 1))
    between = before + (numbers[asked] - start) / np.where(end > start, end - start, 1.0)
    between = np.where(low == 0, 0.0, np.where(low > last, last, between))
    found: Matrix = np.where(high > low, (low + high - 1) / 2, between) / last
    return found.reshape(len(quantiles), *at.shape)


@scorer("uniqueness", "values repeat equally often", "values repeat far more often in one")
def uniqueness(pairing: Pairing) -> Matrix:
    """1 − difference of distinct values per row."""
    left, right = _each(pairing, lambda v: v.seen.uniqueness)
    return 1 - np.abs(left - right)


@scorer("fill", "equally many rows are filled", "far more rows are empty in one")
def fill(pairing: Pairing) -> Matrix:
    """1 − difference of the shares of rows without a value."""
    left, right = _each(pairing, lambda v: v.seen.nulls)
    return 1 - np.abs(left - right)


@scorer("frequencies", "the most frequent values take the same share of the rows")
def frequencies(pairing: Pairing) -> Matrix:
    """Overlap of the rank-frequency curves, whatever the values are: codes renamed keep their curve."""
    width = 12
    a, b = (np.zeros((len(s), width)) for s in (pairing.sources, pairing.targets))
    for side, curves in ((pairing.sources, a), (pairing.targets, b)):
        for view, curve in zip(side, curves, strict=True):
            top = view.seen.shares[:width]  # the most frequent first
            curve[: len(top)] = top
    difference = np.abs(a[:, None, :] - b[None, :, :]).sum(axis=2) / 2
    found: Matrix = (1 - np.clip(difference, 0, 1)) * _spread(pairing)
    return found


@scorer("openness", "both take free values, or both take values of a list", "only one takes values of a list")
def openness(pairing: Pairing) -> Matrix:
    """Whether numbers meet a field without a list and categories one with a list; only where lists are usual."""
    closed = np.array([v.closed for v in pairing.targets])
    if not closed.any():
        return np.full(pairing.shape, np.nan)
    listed = np.array(
        [np.nan if not v.seen.values else float(v.kind in ("text", "boolean") and _few(v)) for v in pairing.sources]
    )
    found: Matrix = 1 - np.abs(listed[:, None] - closed[None, :])
    return found


def _few(view: ColumnView) -> bool:
    return len(view.seen.values) <= 30 and (view.seen.uniqueness is None or view.seen.uniqueness < 0.5)
