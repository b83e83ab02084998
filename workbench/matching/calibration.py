"""Learns the weights of the scorers from tables whose true matches are known; measures how far they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .combining import (
    BY_VALUES,
    CHOICE,
    FINAL,
    Model,
    choice_features,
    derived,
    final_features,
    left_pairs,
    posterior,
    strength,
)
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


def fit_model(cases: Sequence[Case], blind: Sequence[Case] = (), groups: Sequence[str] = ()) -> Model:
    """Learn the weights.

    First stage: conditional logit (McFadden), a field's true partner against all others and against 'none', by
    rows and by columns. Second stage: logistic regression on the rivals' view (`CHOICE`). Last stage: what these
    two say of cases they have not seen, set right (`FINAL`). Beside them: logistic regression by values alone, on the
    columns that are left over. Weights are bounded below by 0 and ridge-penalised; in the first two stages a table
    counts by the root of its pairs so that large ones do not drown all, in the last every pair counts the same.

    Args:
        cases: Tables with known truth.
        blind: Tables with names that mean nothing: for the stage by values, which learns from the others as well.
        groups: The group each case belongs to; the last stage holds each out once. Without them it is left out.
    """
    model = _fit_stages(cases)
    if groups:
        model = replace(model, final=_fit_final(cases, groups))
    if blind:
        both = [*cases, *blind]
        found = [posterior(strength(c.scores, model), *c.kinship, model) for c in both]
        used = [left_pairs(c.scores, p) for c, p in zip(both, found, strict=True)]
        values = _fit_logistic(both, [c.scores for c in both], BY_VALUES, used)
        model = replace(model, values_intercept=values.pop(""), values=values)
    return model


def _fit_stages(cases: Sequence[Case]) -> Model:
    names = [n for n in {**cases[0].scores, **derived(cases[0].scores)} if any(_tells(c, n) for c in cases)]
    pair = _fit_pairs(cases, names)
    model = Model(pair.pop(""), pair, 0.0, {})
    features = [choice_features(strength(c.scores, model), *c.kinship) for c in cases]
    choice = _fit_logistic(cases, features, CHOICE, [np.ones(c.truth.shape) for c in cases])
    return replace(model, choice_intercept=choice.pop(""), choice=choice)


def _fit_final(cases: Sequence[Case], groups: Sequence[str]) -> dict[str, float]:
    """Weights of `FINAL`, from what models say of the groups they have not learned from."""
    held_out, features = [], []
    for group in sorted(set(groups)):
        model = _fit_stages([c for c, g in zip(cases, groups, strict=True) if g != group])
        for case, of in zip(cases, groups, strict=True):
            if of == group:
                said = np.clip(posterior(strength(case.scores, model), *case.kinship, model), 1e-15, 1 - 1e-15)
                held_out.append(replace(case, weight=float(np.sqrt(case.truth.size))))
                features.append(final_features(np.log(said) - np.log1p(-said)))
    found = _fit_logistic(
        held_out, features, FINAL, [np.ones(c.truth.shape) for c in held_out], free=("even_always", "crowded_always")
    )
    constant = found.pop("")
    return {name: weight + (constant if name.endswith("always") else 0.0) for name, weight in found.items()}


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


def _fit_pairs(cases: Sequence[Case], names: Sequence[str]) -> dict[str, float]:
    """Weights by name; the intercept under the empty name."""
    from scipy.optimize import minimize

    designs = [_design(case, names) for case in cases]
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
    return dict(zip(["", *names], map(float, found.x), strict=True))


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


def _fit_logistic(
    cases: Sequence[Case],
    features: Sequence[Mapping[str, Matrix]],
    names: Sequence[str],
    used: Sequence[Matrix],
    free: Sequence[str] = (),
) -> dict[str, float]:
    """Weights by name, learned on the pairs used; the intercept under the empty name.

    Args:
        cases: Tables with known truth.
        features: What is seen of every pair, by name.
        names: The features to learn weights of.
        used: Above 0 for the pairs to learn from.
        free: Features whose weights may be negative.
    """
    from scipy.optimize import minimize

    masks = [u.ravel() > 0 for u in used]
    parts = [np.stack([np.nan_to_num(f[n]).ravel() for n in names], 1)[m] for f, m in zip(features, masks, strict=True)]
    grid = np.concatenate(parts)
    truth = np.concatenate([c.truth.ravel()[m] for c, m in zip(cases, masks, strict=True)]).astype(float)
    weights = np.concatenate(
        [np.full(int(m.sum()), c.weight / np.sqrt(c.truth.size)) for c, m in zip(cases, masks, strict=True)]
    )
    weights /= weights.sum()

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        odds = grid @ beta[1:] + beta[0]
        miss = weights * (1.0 / (1.0 + np.exp(-odds)) - truth)
        value = float((weights * (np.logaddexp(0.0, odds) - truth * odds)).sum() + _L2_CHOICE * (beta[1:] ** 2).sum())
        return value, np.concatenate([[miss.sum()], grid.T @ miss + 2 * _L2_CHOICE * beta[1:]])

    bounds = [(None, None)] + [(None, None) if n in free else (0.0, None) for n in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return dict(zip(["", *names], map(float, found.x), strict=True))
