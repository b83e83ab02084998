"""Weights of a link model: u from random pairs, m by expectation–maximisation, the prior from both.

The method is Fellegi and Sunter (1969) with EM as Winkler (1988) applies it; one session per blocking rule,
leaving out comparisons on the rule's own fields, follows Splink's practice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .blocking import block, guarded
from .comparing import compare, compare_candidates
from .model import Comparison, LinkModel
from .patterns import Candidates, Patterns
from .records import Frames, Records, read_records

__all__ = ["Training", "estimate", "fit_from_labels", "train", "with_weights"]

Weights = list[NDArray[np.float64]]
SAMPLE_PAIRS = 1_000_000
SEED = 20
ROUNDS = 100
CLOSE = 1e-5
CHANCE_PAIRS = 5.0
"""Pairs that random u counts for where a session fits its own."""
FLOOR = 1e-9
ALL = "all pairs"
"""Name of the session that trains what every rule blocks on."""


@dataclass(frozen=True)
class Training:
    """How the weights came about.

    Attributes:
        sampled: Random pairs looked at for u.
        sessions: Rule → share of its pairs held to be matches.
        untrained: Comparisons no session could train; they keep the starting guess.
        prior: Probability that two random records match.
    """

    sampled: int
    sessions: dict[str, float]
    untrained: tuple[str, ...]
    prior: float


def possible_pairs(records: Records, scope: str) -> float:
    """Number of pairs that the scope allows."""
    sizes = np.bincount(records.system, minlength=len(records.systems)).astype(float)
    within = float((sizes * (sizes - 1) / 2).sum())
    total = len(records) * (len(records) - 1) / 2
    return within if scope == "within" else total - within if scope == "across" else total


def random_pairs(records: Records, scope: str, size: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Random pairs the scope allows; all of them where there are not more than asked for."""
    n = len(records)
    if n * (n - 1) / 2 <= size:
        left, right = np.triu_indices(n, 1)
    else:
        rng = np.random.default_rng(seed)
        left, right = rng.integers(0, n, (2, int(size * 1.05)))
        left, right = np.minimum(left, right), np.maximum(left, right)
        left, right = left[left != right], right[left != right]
    if scope != "all":
        same = records.system[left] == records.system[right]
        keep = same if scope == "within" else ~same
        left, right = left[keep], right[keep]
    return left[:size].astype(np.uint32), right[:size].astype(np.uint32)


def start_m(comparison: Comparison) -> NDArray[np.float64]:
    """A first guess of m: nine in ten in the strongest level, the rest falling off."""
    rest = 0.5 ** np.arange(1, len(comparison.levels))
    return np.append(0.9, 0.1 * rest / rest.sum())


def _counts(digits: NDArray[np.uint8], weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Weight per level, missing left out."""
    return np.bincount(digits, weights=weights, minlength=size + 1)[:size].astype(float)


def _shares(counts: NDArray[np.float64], pseudo: NDArray[np.float64]) -> NDArray[np.float64]:
    smoothed = counts + pseudo
    out: NDArray[np.float64] = np.maximum(smoothed / smoothed.sum(), FLOOR)
    return out


def log_ratio(
    digits: NDArray[np.uint8], m: Weights, u: Weights, only: Sequence[int] | None = None
) -> NDArray[np.float64]:
    """Sum of ln(m/u) per pattern; missing values add nothing."""
    out = np.zeros(digits.shape[1])
    for i in range(len(m)) if only is None else only:
        out += np.append(np.log(m[i] / u[i]), 0.0)[digits[i]]
    return out


def em(
    digits: NDArray[np.uint8],
    counts: NDArray[np.float64],
    m: Weights,
    u: Weights,
    use: Sequence[int],
    share: float = 0.1,
) -> tuple[Weights, float]:
    """Estimate m of some comparisons and the share of matches among some pairs.

    The pairs' own u is fitted too and forgotten: pairs of one block agree by chance more than random pairs
    do, and with u held fixed such agreement would pass for matching.

    Args:
        digits: Levels, one row per comparison, one column per pattern.
        counts: Pairs per pattern.
        m: Where to start.
        u: Where to start.
        use: Comparisons that take part.
        share: Share of matches to start from.
    """
    m, u, guess, chance = list(m), list(u), list(m), list(u)
    total = counts.sum()
    for _ in range(ROUNDS):
        odds = np.exp(np.clip(log_ratio(digits, m, u, use), -60, 60)) * (share / (1 - share))
        match = counts * odds / (1 + odds)
        new_share = float(np.clip(match.sum() / total, 1e-7, 1 - 1e-7))
        moved = abs(new_share - share)
        for i in use:
            fitted = _shares(_counts(digits[i], match, len(m[i])), guess[i])
            moved = max(moved, float(np.abs(fitted - m[i]).max()))
            m[i] = fitted
            u[i] = _shares(_counts(digits[i], counts - match, len(m[i])), CHANCE_PAIRS * chance[i])
        share = new_share
        if moved < CLOSE:
            break
    return m, share


def sessions(
    model: LinkModel, candidates: Candidates, digits: NDArray[np.uint8], u: Weights
) -> tuple[Weights, dict[str, float], tuple[str, ...]]:
    """One EM session per rule; each comparison's m is averaged over the sessions it took part in, by matches seen."""
    start = [start_m(c) for c in model.comparisons]
    sums = [np.zeros_like(s) for s in start]
    weight = np.zeros(len(start))
    shares: dict[str, float] = {}
    where, bits, counts = candidates.made
    for number, rule in enumerate(model.blocking):
        inside = (bits >> np.uint32(number)) & 1 == 1
        pairs = np.bincount(where[inside], weights=counts[inside], minlength=digits.shape[1]).astype(float)
        fixed = {k.field for k in rule.keys}
        use = [i for i, c in enumerate(model.comparisons) if not fixed & set(c.fields)]
        if not use or pairs.sum() < 20:
            continue
        fitted, share = em(digits, pairs, start, u, use)
        shares[rule.name] = share
        for i in use:
            # sqrt: a rule with many matches counts for more, but never drowns the others' view
            matches = np.sqrt(share * pairs.sum())
            sums[i] += fitted[i] * matches
            weight[i] += matches
    m = [s / w if w > 0 else g for s, w, g in zip(sums, weight, start, strict=True)]
    if lacking := [i for i in range(len(m)) if not weight[i]]:
        # every rule blocks on these (a single text, say): all pairs together tell more than a guess
        everything = np.bincount(where, weights=counts, minlength=digits.shape[1]).astype(float)
        if everything.sum() >= 20:
            fitted, shares[ALL] = em(digits, everything, m, u, list(range(len(m))))
            for i in lacking:
                m[i], weight[i] = fitted[i], 1.0
    untrained = tuple(c.id for c, w in zip(model.comparisons, weight, strict=True) if not w)
    return m, shares, untrained


def prior_of(counts: NDArray[np.float64], ratio: NDArray[np.float64], possible: float) -> float:
    """The prior at which the matches expected among the candidates are that share of all possible pairs."""
    prior = 1e-3
    for _ in range(200):
        odds = np.exp(np.clip(ratio, -60, 60)) * prior / (1 - prior)
        new = float(np.clip((counts * odds / (1 + odds)).sum() / possible, 1e-12, 0.5))
        if abs(new - prior) < 1e-6 * prior:
            break
        prior = new
    return prior


def estimate(
    records: Records, model: LinkModel, candidates: Candidates, *, seed: int = SEED
) -> tuple[LinkModel, Training]:
    """Estimate all weights.

    Args:
        records: The records.
        model: The link model.
        candidates: Its compared candidate pairs.
        seed: Of the random pairs.

    Returns:
        The model with weights, and how they came about.
    """
    packing = Patterns.of(model)
    left, right = random_pairs(records, model.scope, SAMPLE_PAIRS, seed)
    random_digits = packing.digits(compare(records, model, left, right))
    ones = np.ones(len(left))
    seen = [_counts(random_digits[i], ones, len(c.levels)) for i, c in enumerate(model.comparisons)]
    pseudo = [np.full(len(c.levels), 0.5) for c in model.comparisons]
    u = [_shares(s, p) for s, p in zip(seen, pseudo, strict=True)]
    digits = packing.digits(candidates.patterns)
    where, _, seen_pairs = candidates.made
    counts = np.bincount(where, weights=seen_pairs, minlength=digits.shape[1]).astype(float)
    possible = max(possible_pairs(records, model.scope), 1.0)
    prior = 1e-4
    for _ in range(3):
        m, shares, untrained = sessions(model, candidates, digits, u)
        if ALL in shares:  # so little evidence does not bear the way by u: matches among the random pairs spoil it
            prior = float(np.clip(shares[ALL] * counts.sum() / possible, 1e-12, 0.5))
        else:
            prior = prior_of(counts, log_ratio(digits, m, u), possible)
        # the random pairs hold a few matches, which would hide how rare agreement by chance is
        clean = [np.maximum(s - prior * s.sum() * f, 0) for s, f in zip(seen, m, strict=True)]
        u = [_shares(s, p) for s, p in zip(clean, pseudo, strict=True)]
    return with_weights(model, m, u, prior), Training(len(left), shares, untrained, prior)


def with_weights(model: LinkModel, m: Weights, u: Weights, prior: float) -> LinkModel:
    """The model with these weights in its levels."""
    comparisons = []
    for comparison, ms, us in zip(model.comparisons, m, u, strict=True):
        levels = tuple(
            lv.model_copy(update={"m": float(a), "u": float(b)})
            for lv, a, b in zip(comparison.levels, ms, us, strict=True)
        )
        comparisons.append(comparison.model_copy(update={"levels": levels}))
    return model.model_copy(update={"comparisons": tuple(comparisons), "prior": prior})


def weights_of(model: LinkModel) -> tuple[Weights, Weights]:
    """A trained model's m and u."""
    m = [np.array([max(lv.m or 0.0, FLOOR) for lv in c.levels]) for c in model.comparisons]
    u = [np.array([max(lv.u or 0.0, FLOOR) for lv in c.levels]) for c in model.comparisons]
    return m, u


def train(frames: Frames, model: LinkModel, *, seed: int = SEED) -> tuple[LinkModel, Training]:
    """Estimate a model's weights from records alone; see `estimate`."""
    records = read_records(frames, model)
    blocks, _ = guarded(records, model, [block(records, rule, model.scope) for rule in model.blocking])
    return estimate(records, model, compare_candidates(records, model, blocks), seed=seed)


def fit_from_labels(
    model: LinkModel, digits: NDArray[np.uint8], match: NDArray[np.bool_], *, trust: float = 20.0
) -> LinkModel:
    """Refit m and u with a person's labels; the present weights count as ``trust`` labels each.

    Args:
        model: A trained model.
        digits: Levels of the labelled pairs, one row per comparison.
        match: The labels.
        trust: Weight of the present estimate, in labels. u is refitted only from labelled non-matches in
            proportion: labelled pairs are hard ones, so u keeps the present estimate where it is far rarer.
    """
    m, u = weights_of(model)
    for i in range(len(m)):
        m[i] = _shares(_counts(digits[i], match.astype(float), len(m[i])), trust * m[i])
    return with_weights(model, m, u, model.prior or 1e-4)
