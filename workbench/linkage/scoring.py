"""Match weights and probabilities of compared pairs, with term-frequency adjustment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .model import Comparison, LinkModel
from .patterns import Candidates, Patterns
from .records import Records
from .training import log_ratio, weights_of

__all__ = ["Scored", "probability", "score", "term_weight"]

Rows = NDArray[np.uint32]


@dataclass(frozen=True)
class Scored:
    """Pairs worth keeping.

    Attributes:
        left, right: Row numbers.
        pattern: Packed outcomes.
        weight: Match weight in bits, prior included.
    """

    left: Rows
    right: Rows
    pattern: NDArray[np.uint64]
    weight: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.left)

    @property
    def probability(self) -> NDArray[np.float64]:
        """Match probability of each pair."""
        return probability(self.weight)


def probability(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of a match weight in bits.

    >>> float(probability(np.array([0.0]))[0])
    0.5
    """
    out: NDArray[np.float64] = 1 / (1 + np.exp2(-np.clip(weight, -500, 500)))
    return out


def to_bits(p: float) -> float:
    """The match weight of a probability, in bits."""
    return float(np.log2(p / (1 - p))) if 0 < p < 1 else float("-inf") if p <= 0 else float("inf")


def term_weight(records: Records, comparison: Comparison, left: Rows, right: Rows) -> NDArray[np.float64]:
    """Bits to add for agreement on this very value: log2(u of 'exact' / the value's frequency).

    Follows Winkler's frequency-based weights, in the form Splink uses.
    """
    exact = next(lv for lv in comparison.levels if lv.test == "exact")
    out = np.zeros(len(left))
    for name in exact.fields or comparison.fields:
        column = records.column(name)
        codes = column.codes[left]
        frequency = column.counts / max(column.known, 1)
        share = exact_share(records, name)
        out += np.where(codes >= 0, np.log2(share / frequency[codes]), 0.0) if len(frequency) else 0.0
    return out


def exact_share(records: Records, name: str) -> float:
    """Probability that two random records agree on a field."""
    column = records.column(name)
    n = max(column.known, 2)
    agree = float((column.counts * (column.counts - 1.0)).sum()) / (n * (n - 1.0))
    return max(agree, 1.0 / n)


def adjusted(comparison: Comparison) -> int | None:
    """The level whose weight depends on the value: the first 'exact' one, where asked for."""
    if not comparison.term_frequency:
        return None
    return next((i for i, lv in enumerate(comparison.levels) if lv.test == "exact"), None)


def score(records: Records, model: LinkModel, candidates: Candidates, *, keep: float | None = None) -> Scored:
    """Score compared pairs and keep those that may matter.

    Args:
        records: The records.
        model: A trained model.
        candidates: Compared pairs.
        keep: Least probability; the model's threshold when left out.
    """
    m, u = weights_of(model)
    digits = Patterns.of(model).digits(candidates.patterns)
    base = (log_ratio(digits, m, u) + np.log((model.prior or 1e-4) / (1 - (model.prior or 1e-4)))) / np.log(2)
    most = np.zeros(len(base))
    for i, comparison in enumerate(model.comparisons):
        level = adjusted(comparison)
        if level is not None and len(records):
            fields = comparison.levels[level].fields or comparison.fields
            gain = sum(max(0.0, np.log2(exact_share(records, f) * max(records.column(f).known, 1))) for f in fields)
            most += np.where(digits[i] == level, gain, 0.0)
    floor = to_bits(model.thresholds.keep if keep is None else keep)
    chosen = np.flatnonzero((base + most >= floor)[candidates.pattern])
    left, right, index = candidates.left[chosen], candidates.right[chosen], candidates.pattern[chosen]
    weight = base[index]
    for i, comparison in enumerate(model.comparisons):
        level = adjusted(comparison)
        if level is not None:
            rows = np.flatnonzero((digits[i] == level)[index])
            weight[rows] += term_weight(records, comparison, left[rows], right[rows])
    final = weight >= floor
    return Scored(left[final], right[final], candidates.patterns[index[final]], weight[final])
