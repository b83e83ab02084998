"""What a match threshold would cost among all scored pairs, told from the few that a person has labelled.

Labels are asked for where they teach most, so that they are no even sample: precision and recall counted among
them are not those of the pairs. Pairs are therefore put into bands by their score, and the labels of a band stand
for all pairs of it (post-stratification: Holt and Smith 1979; by score bands for entity resolution: Marchant and
Rubinstein 2017, "OASIS").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import UsageError
from workbench.profiling import wilson

__all__ = ["threshold_table"]

Floats = NDArray[np.float64]
EDGES = np.array([-60, -9, -6, -3, -1, 1, 3, 6, 9, 12, 15, 20], dtype=np.float64)
"""Where bands meet, in bits of log2 odds; scores of 0 (pairs that were not kept) are a band of their own."""
GRID = (0.01, 0.05, *(round(x / 10, 1) for x in range(1, 10)), 0.95, 0.99, 0.999)
COLUMNS = (
    "threshold", "pairs", "precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high", "f1",
)  # fmt: skip


def threshold_table(
    labels: NDArray[np.bool_],
    scores: Floats,
    among: Floats,
    *,
    at: Literal["default"] | Sequence[float] = "default",
) -> pl.DataFrame:
    """Precision and recall that each threshold would have among all scored pairs.

    Labelled pairs count as what they are. Of the others the share of matches is that of their band's labels, with
    Wilson's interval for foretelling so many. In a band without labels it may be anything between the bounds of the
    labelled bands around it, as matches do not get rarer when the score rises; the estimate there is the mean score.
    Bands are put together by the method of variance estimates recovery (Zou, Huang and Zhang 2009, for ratios
    Donner and Zou 2012); what no label tells adds up in full, as it is no error of chance.

    Args:
        labels: Whether each labelled pair is a match.
        scores: Its match probability.
        among: The match probability of every scored pair, the labelled ones too.
        at: Thresholds; a grid when left out.

    Returns:
        threshold, pairs (at or above it), precision, recall, f1 and 95 % intervals precision_low … recall_high.
        Recall is among ``among``: pairs no blocking rule makes are not in it.

    Raises:
        UsageError: There are no labels, or not one score for each.
    """
    if len(labels) != len(scores) or not len(labels):
        raise UsageError(
            f"{len(labels)} labels and {len(scores)} scores", cure="give one score per label, and at least one"
        )
    bands = _bands(labels, scores, among)
    place = _band(among)
    rows = []
    for threshold in GRID if at == "default" else at:
        high = scores >= threshold
        pairs = float((among >= threshold).sum())
        open_ = bands.count(place[among >= threshold]) - bands.count(bands.place[high])
        above = _Part(float(labels[high].sum()), np.maximum(open_, 0))
        below = _Part(float(labels[~high].sum()), bands.open - above.open)
        precision, low_p, high_p = _ratio(bands, above, _Part(pairs, np.zeros_like(open_)), share=False)
        recall, low_r, high_r = _ratio(bands, above, below, share=True)
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        rows.append((float(threshold), int(pairs), precision, low_p, high_p, recall, low_r, high_r, f1))
    return pl.DataFrame(rows, schema=list(COLUMNS), orient="row")


@dataclass(frozen=True)
class _Bands:
    """Per band of scores: whether it has labels, its unlabelled pairs, the share of matches among them, 95 % bounds."""

    place: NDArray[np.intp]
    told: NDArray[np.bool_]
    open: Floats
    share: Floats
    low: Floats
    high: Floats

    @staticmethod
    def count(place: NDArray[np.intp]) -> Floats:
        """How many of some pairs are in each band."""
        return np.bincount(place, minlength=len(EDGES) + 1).astype(np.float64)


@dataclass(frozen=True)
class _Part:
    """Some pairs: how many are known to match, and how many of each band are unlabelled."""

    known: float
    open: Floats


def _band(scores: Floats) -> NDArray[np.intp]:
    p = np.clip(scores, 1e-30, 1 - 1e-15)
    return np.searchsorted(EDGES, np.log2(p / (1 - p)), side="right")


def _bands(labels: NDArray[np.bool_], scores: Floats, among: Floats) -> _Bands:
    place, everywhere = _band(scores), _band(among)
    n, seen = _Bands.count(place), _Bands.count(place[labels])
    size = _Bands.count(everywhere)
    rest, told = np.maximum(size - n, 0), n > 0
    # labels and the pairs they foretell both vary: an endless band would be told as well by fewer labels
    bounds = [wilson(k / m, m * r / (m + r)) if m and r else (0.0, 1.0) for k, m, r in zip(seen, n, rest, strict=True)]
    low, high = (np.array(b) for b in zip(*bounds, strict=True))
    below = np.maximum.accumulate(np.where(told, low, 0.0))
    beyond = np.minimum.accumulate(np.where(told, high, 1.0)[::-1])[::-1]
    low = np.where(told, low, np.minimum(below, beyond))
    high = np.where(told, high, np.maximum(below, beyond))
    mean = np.bincount(everywhere, weights=among, minlength=len(n)) / np.maximum(size, 1)
    share = np.where(told, seen / np.maximum(n, 1), np.clip(mean, low, high))
    return _Bands(place, told, rest, share, low, high)


def _ratio(bands: _Bands, part: _Part, other: _Part, *, share: bool) -> tuple[float, float, float]:
    """Matches of a part in all its pairs, or (``share``) in the matches of both parts, with 95 % bounds.

    A ratio r is within the bounds when those of (matches − r · whole), a sum over bands, hold 0.
    """
    up, down = bands.high - bands.share, bands.share - bands.low
    found = part.known + float(part.open @ bands.share)
    whole = other.known + float(other.open @ bands.share) + (found if share else 0.0)
    if whole <= 0:
        return 1.0, 0.0, 1.0

    def bound(r: float, side: int) -> float:
        own = 1 - r if share else 1.0
        each = own * part.open - r * other.open
        spread = np.abs(np.where(each * side > 0, each * up, each * down))
        chance, guess = spread[bands.told], spread[~bands.told].sum()
        middle = own * part.known - r * other.known + float(each @ bands.share)
        return middle + side * float(np.sqrt(chance @ chance) + guess)

    ratio = found / whole
    return ratio, _edge(lambda r: bound(r, -1) <= 0, ratio, 0.0), _edge(lambda r: bound(r, 1) >= 0, ratio, 1.0)


def _edge(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """How far from a number that holds towards another the numbers hold, by halving."""
    if holds(outside):
        return outside
    for _ in range(40):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return inside
