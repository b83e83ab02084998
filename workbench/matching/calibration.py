"""Learns the weights of the scorers from tables whose true matches are known; measures how far they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .combining import CHOICE, Model, choice_features, derived, strength
from .pairing import Pairing
from .scorers import score_all

__all__ = ["Case", "Reliability", "case_of", "fit_model", "reliability"]

Matrix = npt.NDArray[np.float64]
_FREE = ("no_values",)  # may count against a pair; all other weights are ≥ 0: evidence for is never against
_L2_PAIR, _L2_CHOICE = 1e-4, 1e-6
_BINS = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, eq=False)
class Case:
    """Two tables whose true matches are known.

    Attributes:
        scores: What the scorers gave.
        truth: True where a source and a target field belong together.
        kinship: See `Pairing.kinship`.
        weight: How much the case counts in the fit.
    """

    scores: Mapping[str, Matrix]
    truth: npt.NDArray[np.bool_]
    kinship: tuple[Matrix, Matrix]
    weight: float = 1.0


@dataclass(frozen=True)
class Reliability:
    """How often pairs of about one score are right.

    Attributes:
        low: Least score of the bin.
        high: Greatest score.
        pairs: How many pairs fell in it.
        said: Their mean score.
        right: The share that is true.
    """

    low: float
    high: float
    pairs: int
    said: float
    right: float


def case_of(pairing: Pairing, truth: npt.NDArray[np.bool_], weight: float = 1.0) -> Case:
    """Run all scorers on a pairing with known truth."""
    return Case(score_all(pairing), truth, pairing.kinship, weight)


def fit_model(cases: Sequence[Case]) -> Model:
    """Learn the weights.

    First stage: conditional logit (McFadden), a field's true partner against all others and against 'none', by
    rows and by columns. Second stage: logistic regression on the rivals' view (`CHOICE`). Weights are bounded
    below by 0, ridge-penalised, and a table counts by the root of its pairs so that large ones do not drown all.
    """
    names = [n for n in {**cases[0].scores, **derived(cases[0].scores)} if any(_tells(c, n) for c in cases)]
    designs = [_design(case, names) for case in cases]
    pair = _fit_pairs(cases, designs, names)
    first = Model(float(pair[0]), dict(zip(names, map(float, pair[1:]), strict=True)), 0.0, {})
    features = [choice_features(strength(c.scores, first), *c.kinship) for c in cases]
    grid = np.concatenate([np.stack([f[n].ravel() for n in CHOICE], axis=1) for f in features])
    truth = np.concatenate([c.truth.ravel() for c in cases]).astype(float)
    weights = np.concatenate([np.full(c.truth.size, c.weight / np.sqrt(c.truth.size)) for c in cases])
    choice = _fit_logistic(grid, truth, weights / weights.sum())
    return Model(
        first.intercept, first.weights, float(choice[0]), dict(zip(CHOICE, map(float, choice[1:]), strict=True))
    )


def reliability(said: Matrix, right: npt.NDArray[np.bool_]) -> list[Reliability]:
    """Compare scores with the truth, bin by bin; empty bins are left out."""
    table = []
    for low, high in pairwise(_BINS):
        inside = (said >= low) & ((said < high) | (high == _BINS[-1]))
        if inside.any():
            table.append(
                Reliability(low, high, int(inside.sum()), float(said[inside].mean()), float(right[inside].mean()))
            )
    return table


def _tells(case: Case, name: str) -> bool:
    return name not in case.scores or bool(np.nan_to_num(case.scores[name]).any())


def _design(case: Case, names: Sequence[str]) -> Matrix:
    scores = {**case.scores, **derived(case.scores)}
    return np.stack([np.nan_to_num(scores[n]).ravel() for n in names], axis=1).astype(np.float64)


def _fit_pairs(cases: Sequence[Case], designs: Sequence[Matrix], names: Sequence[str]) -> Matrix:
    from scipy.optimize import minimize

    total = sum(c.weight for c in cases)

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        value, gradient = 0.0, np.zeros(len(beta))
        for case, design in zip(cases, designs, strict=True):
            odds = (design @ beta[1:] + beta[0]).reshape(case.truth.shape)
            part, slope = _surprise(odds, case.truth)
            weight = case.weight / np.sqrt(case.truth.size) / total
            value += weight * part
            gradient[0] += weight * slope.sum()
            gradient[1:] += weight * (design.T @ slope.ravel())
        gradient[1:] += 2 * _L2_PAIR * beta[1:]
        return value + _L2_PAIR * float((beta[1:] ** 2).sum()), gradient

    bounds = [(None, None)] + [(None, None) if n in _FREE else (0.0, None) for n in names]
    found = minimize(
        loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}
    )
    fitted: Matrix = found.x
    return fitted


def _surprise(odds: Matrix, truth: npt.NDArray[np.bool_]) -> tuple[float, Matrix]:
    """Negative log-likelihood of the true partners (or of 'none') by rows and by columns, and its slope."""
    value, slope = 0.0, np.zeros(odds.shape)
    for axis in (1, 0):
        top = np.maximum(odds.max(axis=axis, keepdims=True), 0.0)
        shifted = np.exp(odds - top)
        norm = shifted.sum(axis=axis, keepdims=True) + np.exp(-top)
        partners = truth.sum(axis=axis, keepdims=True)
        aim = truth / np.maximum(partners, 1)
        logs = odds - top - np.log(norm)
        none = -top - np.log(norm)
        value -= float((aim * logs).sum() + none[partners == 0].sum())
        slope += shifted / norm - aim
    return value, slope


def _fit_logistic(grid: Matrix, truth: Matrix, weights: Matrix) -> Matrix:
    from scipy.optimize import minimize

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        odds = grid @ beta[1:] + beta[0]
        miss = weights * (1.0 / (1.0 + np.exp(-odds)) - truth)
        value = float((weights * (np.logaddexp(0.0, odds) - truth * odds)).sum() + _L2_CHOICE * (beta[1:] ** 2).sum())
        return value, np.concatenate([[miss.sum()], grid.T @ miss + 2 * _L2_CHOICE * beta[1:]])

    bounds = [(None, None)] + [(0.0, None)] * grid.shape[1]
    found = minimize(loss, np.zeros(grid.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    fitted: Matrix = found.x
    return fitted
