"""Learns the weights of the scorers from tables whose true matches are known; measures how far they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workbench.profiling import wilson

from .combining import (
    CHOICE,
    FINAL,
    Model,
    choice_features,
    final_features,
    log_odds,
    posterior,
    strangers,
    strength,
)
from .deriving import derived, filled, nameless
from .pairing import Pairing
from .scorers import Scores, scorers

__all__ = ["Case", "Reliability", "case_of", "fit_model", "reliability"]

Matrix = npt.NDArray[np.float64]
_FREE = ("no_values", "barred")  # may count against a pair; all other weights are ≥ 0: evidence for is never against
_L2_PAIR, _L2_CHOICE = 1e-5, 1e-6
_STEPS, _STEPS_ON = 400, 100  # of the optimiser, from nothing and from a good start
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

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence (Wilson 1927), if the pairs were independent."""
        return wilson(self.right, self.pairs)


def case_of(pairing: Pairing, truth: npt.NDArray[np.bool_], weight: float = 1.0) -> Case:
    """Run all scorers on a pairing with known truth."""
    return Case(dict(Scores(pairing)), truth, pairing.kinship, weight)


def fit_model(cases: Sequence[Case], groups: Sequence[str] = ()) -> Model:
    """Learn the weights.

    First stage: conditional logit (McFadden), a field's true partner against all others and against 'none', by
    rows and by columns. Second stage: logistic regression on the rivals' view (`CHOICE`). Last stage: what these
    two say of cases they have not seen, set right (`FINAL`). All of it twice: with names, and without them, for
    columns whose names say nothing. Weights are bounded below by 0 and ridge-penalised; a table counts by
    the root of its pairs so that large ones do not drown all.

    Args:
        cases: Tables with known truth.
        groups: The group each case belongs to; the last stage holds each out once. Without them it is left out.
    """
    silent = [replace(c, scores=nameless(c.scores), kinship=strangers(c.truth.shape)) for c in cases]
    return replace(_fit(cases, groups), silent=_fit(silent, groups))


def _fit(cases: Sequence[Case], groups: Sequence[str]) -> Model:
    names = [n for n in _learnable(cases[0]) if any(_tells(c, n) for c in cases)]
    designs = [_design(case, names) for case in cases]
    free = [name in _FREE for name in names]
    start = _fit_pairs(cases, designs, free, np.zeros(len(names) + 1), _STEPS)
    model = _fit_choice(cases, _model(names, start))
    if not groups:
        return model
    held_out, features = [], []
    for group in sorted(set(groups)):
        inside = [k for k, g in enumerate(groups) if g != group]
        known = [cases[k] for k in inside]
        # what all cases taught is near what most of them teach: a start that saves most of the way
        beta = _fit_pairs(known, [designs[k] for k in inside], free, start, _STEPS_ON)
        without = _fit_choice(known, _model(names, beta))
        for case, of in zip(cases, groups, strict=True):
            if of == group:
                said = posterior(case.scores, case.kinship, without)
                # like tables of one group tell the same again: a group counts by the root of how many it has
                held_out.append(replace(case, weight=groups.count(group) ** -0.5))
                features.append(final_features(log_odds(said)))
    return replace(model, final=_fit_final(held_out, features))


def _model(names: Sequence[str], beta: Matrix) -> Model:
    return Model(float(beta[0]), dict(zip(names, map(float, beta[1:]), strict=True)), 0.0, {})


def _fit_choice(cases: Sequence[Case], model: Model) -> Model:
    strengths = [strength(c.scores, model) for c in cases]
    features = [choice_features(a, *c.kinship, b) for c, (a, b) in zip(cases, strengths, strict=True)]
    choice = _fit_logistic(cases, features, CHOICE)
    return replace(model, choice_intercept=choice.pop(""), choice=choice)


def _fit_final(held_out: Sequence[Case], features: Sequence[Mapping[str, Matrix]]) -> dict[str, float]:
    """Weights of `FINAL`, from what models say of the groups they have not learned from."""
    found = _fit_logistic(held_out, features, FINAL, free=("even_always", "crowded_always"))
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


def _learnable(case: Case) -> list[str]:
    """The scores and what is worked out of them, but for scorers that count only through the latter."""
    return [n for n in case.scores if n not in scorers or scorers[n].weight] + list(derived(case.scores))


def _tells(case: Case, name: str) -> bool:
    return name not in case.scores or bool(np.nan_to_num(case.scores[name]).any())


def _design(case: Case, names: Sequence[str]) -> npt.NDArray[np.float32]:
    scores = {**case.scores, **derived(case.scores)}
    return np.stack([filled(scores[n]).ravel() for n in names], axis=1, dtype=np.float32)


def _fit_pairs(
    cases: Sequence[Case], designs: Sequence[npt.NDArray[np.float32]], free: Sequence[bool], start: Matrix, steps: int
) -> Matrix:
    """The intercept and the weights of the columns of the designs; only free ones may be negative."""
    from scipy.optimize import minimize

    total = sum(c.weight for c in cases)

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        value, gradient = 0.0, np.zeros(len(beta))
        for case, design in zip(cases, designs, strict=True):
            odds = (design @ beta[1:].astype(np.float32) + beta[0]).reshape(case.truth.shape)
            part, slope = _surprise(odds.astype(np.float64), case.truth)
            weight = case.weight / np.sqrt(case.truth.size) / total
            value += weight * part
            gradient[0] += weight * slope.sum()
            gradient[1:] += weight * (design.T @ slope.ravel().astype(np.float32))
        gradient[1:] += 2 * _L2_PAIR * beta[1:]
        return value + _L2_PAIR * float((beta[1:] ** 2).sum()), gradient

    bounds = [(None, None), *((None if may else 0.0, None) for may in free)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    return np.asarray(found.x)


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
    cases: Sequence[Case], features: Sequence[Mapping[str, Matrix]], names: Sequence[str], free: Sequence[str] = ()
) -> dict[str, float]:
    """Weights by name; the intercept under the empty name.

    Args:
        cases: Tables with known truth.
        features: What is seen of every pair, by name.
        names: The features to learn weights of.
        free: Features whose weights may be negative.
    """
    from scipy.optimize import minimize

    grid = np.concatenate([np.stack([f[n].ravel() for n in names], axis=1) for f in features])
    truth = np.concatenate([c.truth.ravel() for c in cases]).astype(float)
    weights = np.concatenate([np.full(c.truth.size, c.weight / np.sqrt(c.truth.size)) for c in cases])
    weights /= weights.sum()

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        odds = grid @ beta[1:] + beta[0]
        miss = weights * (1.0 / (1.0 + np.exp(-odds)) - truth)
        value = float((weights * (np.logaddexp(0.0, odds) - truth * odds)).sum() + _L2_CHOICE * (beta[1:] ** 2).sum())
        return value, np.concatenate([[miss.sum()], grid.T @ miss + 2 * _L2_CHOICE * beta[1:]])

    bounds = [(None, None)] + [(None, None) if n in free else (0.0, None) for n in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    return dict(zip(["", *names], map(float, found.x), strict=True))
