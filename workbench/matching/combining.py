"""Scores combined into one probability: each pair on its own, then against its rivals; by values if names are mute."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .deriving import BY_NAME, derived, filled, name_best, nameless
from .grouping import quantile
from .scorers import scorers
from .vectors import product

__all__ = [
    "CHOICE", "FINAL", "Model", "assign", "choice_features", "final_features", "judge", "load_model", "log_odds",
    "logistic", "posterior", "strangers", "strength",
]  # fmt: skip

Matrix = npt.NDArray[np.float64]

CHOICE = (
    "pair", "among_targets", "among_sources", "assigned", "neighbours", "ahead_of_targets", "ahead_of_sources",
    "values_among_targets", "values_among_sources",
)  # fmt: skip
"""What the second stage sees of a pair: its own log-odds, its log-share among the rivals in its row and in its
column (each with 'none of them' as a rival), whether the best one-to-one assignment takes it, whether fields with
words in common are matched to each other as well, how far it is ahead of (or behind) the best rival, and its
log-shares when only values and shapes are looked at."""

FINAL = tuple(f"{kind}_{part}" for kind in ("even", "crowded") for part in ("for", "against", "ahead", "always"))
"""The last stage, a beta calibration (Kull, Silva Filho, Flach 2017): weights of ln p, of -ln(1 - p), of how far a pair
is ahead of its best rival in the row and a constant, once for tables of about as many fields as the source and once for
a data dictionary of many times as many, where a likely looking rival is nearly always at hand."""

_CROWD = 4.0  # times as many targets as sources that make a dictionary; between 1 and this, in between
_MUTE, _SPEAKING = 0.15, 0.3  # mean evidence of the best assignment by name: from codes to words
_SUGGESTED, _ASIDE = 0.45, 0.2  # the most that values can say that only suggest; where names have spoken elsewhere
_SHARING, _PROVEN = ("values_shared", "values_within"), (0.9, 0.3)  # from here 164 of 164 held-out pairs were right
_FIT = 0.98  # share of pairs that values alone must not fit, for the log-shares by values
_FLOOR = -15.0  # log-shares below say nothing more
_FAINT = 1e-3  # probability of an assigned pair below which it tells nothing of its neighbours
_HEARD = 0.02  # least log-odds per point of score for which a score is worked out


@dataclass(frozen=True)
class Model:
    """What was learned on development sets; see weights.json.

    Attributes:
        intercept: Log-odds of a pair no scorer says anything about.
        weights: Log-odds per point of score, by scorer or derived score; only 'no_values' and 'barred' may be negative.
        choice_intercept: The same of the second stage.
        choice: Weights of `CHOICE`.
        final: Weights of `FINAL`; without them the second stage has the last word.
        silent: The same for columns whose names say nothing, without what looks at names.
    """

    intercept: float
    weights: Mapping[str, float]
    choice_intercept: float
    choice: Mapping[str, float]
    final: Mapping[str, float] = field(default_factory=dict)
    silent: Model | None = None


@cache
def load_model() -> Model:
    """The model that ships with the workbench."""
    data = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))

    def read(part: Mapping[str, Any]) -> Model:
        pair, choice = part["pair"], part["choice"]
        return Model(pair["intercept"], pair["weights"], choice["intercept"], choice["weights"], part["final"])

    return replace(read(data["named"]), silent=read(data["silent"]))


def strength(scores: Mapping[str, Matrix], model: Model) -> tuple[Matrix, Matrix]:
    """The log-odds of every pair on its own, and the part of them that does not come from names.

    A scorer the model has not learned (no public set carries what it looks at, or a plugin's) counts with its own
    weight, from its neutral point.
    """
    shape = next(iter(scores.values())).shape
    names, values = np.zeros(shape), np.full(shape, model.intercept)
    told = {name: weight for name, weight in model.weights.items() if abs(weight) >= _HEARD}
    for name in scores:
        part = names if name in BY_NAME else values
        if name in told:
            part += told[name] * filled(scores[name])
        elif name not in model.weights and name in scorers:
            one = scorers[name]
            part += one.weight * filled(scores[name] - one.neutral)
    for name, matrix in derived(scores, told).items():
        part = names if name.startswith("name_") else values
        part += told[name] * matrix
    return names + values, values


def _log_share(odds: Matrix, axis: int) -> Matrix:
    """Log-probability of each pair among its row or column, 'none of them' having log-odds 0."""
    top = np.maximum(odds.max(axis=axis, keepdims=True, initial=0.0), 0.0)
    rivals = np.log(np.exp(odds - top).sum(axis=axis, keepdims=True) + np.exp(-top))
    share: Matrix = odds - top - rivals
    return share


def assign(worth: Matrix) -> Matrix:
    """1 for the pairs of the one-to-one assignment of the greatest total worth, else 0.

    Ties fall by a worth-free order of the sorted rows and columns only if the caller sorted them; see `posterior`.
    """
    from scipy.optimize import linear_sum_assignment

    out = np.zeros(worth.shape)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    out[rows, columns] = 1.0
    return out


def choice_features(odds: Matrix, left: Matrix, right: Matrix, values: Matrix) -> dict[str, Matrix]:
    """The second stage's view of every pair; see `CHOICE`.

    Args:
        odds: What `strength` gave.
        left: How alike the sources' names are among themselves, 0 on the diagonal.
        right: The same of the targets.
        values: The part of the log-odds that does not come from names.
    """
    row, column = _log_share(odds, 1), _log_share(odds, 0)
    taken = assign(np.clip(row + column, 2 * _FLOOR, None))
    rows, columns = np.nonzero(taken)
    sure = np.exp(row + column)[rows, columns]
    rows, columns, sure = (of[sure > _FAINT] for of in (rows, columns, sure))  # the fewer, the smaller the product
    near = product(left[:, rows] * sure, right[columns])
    fitting = values - quantile(values.ravel(), _FIT)
    return {
        "pair": np.clip(odds, _FLOOR, None),
        "among_targets": np.clip(row, _FLOOR, None),
        "among_sources": np.clip(column, _FLOOR, None),
        "assigned": taken,
        "neighbours": np.tanh(near),
        "ahead_of_targets": _ahead(odds, 1),
        "ahead_of_sources": _ahead(odds, 0),
        "values_among_targets": np.clip(_log_share(fitting, 1), _FLOOR, None),
        "values_among_sources": np.clip(_log_share(fitting, 0), _FLOOR, None),
    }


def _ahead(odds: Matrix, axis: int) -> Matrix:
    """How far a pair is ahead of its best rival in the row or column, 0 (far behind) to 2; of 'none' if it is alone."""
    if odds.shape[axis] < 2:
        return 1.0 + np.tanh(odds / 3.0)
    place = odds.shape[axis] - 2
    second, first = np.split(np.take(np.partition(odds, place, axis=axis), [place, place + 1], axis=axis), 2, axis=axis)
    return 1.0 + np.tanh((odds - np.where(odds == first, second, first)) / 3.0)


def judge(
    scores: Mapping[str, Matrix], kinship: tuple[Matrix, Matrix], model: Model, leaning: Matrix | float = 0.0
) -> Matrix:
    """The calibrated probability of every pair.

    Names that find no partner say nothing where they cannot be read ('T042', 'KUNNR'), or where they leave at least
    half of the columns over and have hardly a letter in common: there the values speak. They only suggest where no
    value is shared; and where names have spoken elsewhere in the table, unless so many telling values are shared that
    only the same thing can have them.

    Args:
        scores: What the scorers gave.
        kinship: See `Pairing.kinship`.
        model: What was learned.
        leaning: Log-odds that decisions give a pair besides.
    """
    named = posterior(scores, kinship, model, leaning)
    if model.silent is None or not named.size:
        return named
    left = np.ix_(np.flatnonzero(named.max(axis=1) < 0.5), np.flatnonzero(named.max(axis=0) < 0.5))
    by_name = name_best(scores)
    silence = _silence(scores, by_name, left)
    rest = nameless(scores, left)
    if silence.any() and rest and _seen(rest):
        lean = leaning if isinstance(leaning, float) else leaning[left]
        spoken = posterior(rest, strangers(silence.shape), model.silent, lean)
        shared, within = (filled(rest[n]) if n in rest else np.ones(spoken.shape) for n in _SHARING)
        if ((named >= 0.5) & (by_name >= 0.5)).any():
            proven = (shared >= _PROVEN[0]) & (within >= _PROVEN[1])
            spoken = np.where(proven, spoken, np.minimum(spoken, _ASIDE))
        else:
            spoken = np.where(shared > 0, spoken, np.minimum(spoken, _SUGGESTED))
        named[left] = logistic(silence * log_odds(spoken) + (1.0 - silence) * log_odds(named[left]))
    return named


def _silence(scores: Mapping[str, Matrix], by_name: Matrix, left: tuple[Any, ...]) -> Matrix:
    """How far names say nothing of the pairs that are left over; 0 to 1."""
    best: Matrix = by_name[left]
    if not best.size:
        return best
    silence: Matrix = 1.0 - scores["readable"][left] if "readable" in scores else np.zeros(best.shape)
    if 2 * min(best.shape) < min(by_name.shape):
        return silence
    said = float((best * assign(best)).sum()) / min(best.shape)
    found: Matrix = np.maximum(silence, np.clip((_SPEAKING - said) / (_SPEAKING - _MUTE), 0.0, 1.0))
    return found


def _seen(rest: Mapping[str, Matrix]) -> bool:
    """Whether of any pair more than names is known: values, types or what they mean. Else only names can speak."""
    telling = [rest[name] for name in ("values_shared", "types", "meaning") if name in rest]
    return not telling or not all(np.isnan(matrix).all() for matrix in telling)


def strangers(shape: tuple[int, ...]) -> tuple[Matrix, Matrix]:
    """The kinship of so many sources and targets whose names have nothing in common."""
    rows, columns = shape
    return np.zeros((rows, rows)), np.zeros((columns, columns))


def posterior(
    scores: Mapping[str, Matrix], kinship: tuple[Matrix, Matrix], model: Model, leaning: Matrix | float = 0.0
) -> Matrix:
    """The probability of every pair, as `judge` gives it, when names are taken at their word."""
    odds, values = strength(scores, model)
    odds = odds + leaning
    if not odds.size:
        return np.zeros(odds.shape)
    total = np.full(odds.shape, model.choice_intercept)
    for name, matrix in choice_features(odds, *kinship, values).items():
        total += model.choice.get(name, 0.0) * matrix
    if model.final:
        features = final_features(total)
        total = np.sum([model.final[name] * features[name] for name in FINAL], axis=0)
    return logistic(total)


def logistic(odds: Matrix) -> Matrix:
    """The probabilities of log-odds."""
    found: Matrix = 1.0 / (1.0 + np.exp(-odds))
    return found


def log_odds(probability: Matrix) -> Matrix:
    """The log-odds of probabilities; those of 0 and 1 are finite."""
    clipped = np.clip(probability, 1e-15, 1 - 1e-15)
    found: Matrix = np.log(clipped) - np.log1p(-clipped)
    return found


def final_features(odds: Matrix) -> dict[str, Matrix]:
    """What the last stage sees of every pair; see `FINAL`.

    Args:
        odds: The log-odds of the second stage.
    """
    sources, targets = odds.shape
    crowd = float(np.clip(np.log(targets / sources) / np.log(_CROWD), 0.0, 1.0))
    parts = (np.clip(-np.logaddexp(0.0, -odds), _FLOOR, None), np.clip(np.logaddexp(0.0, odds), None, -_FLOOR))
    seen = (*parts, _ahead(odds, 1), np.ones(odds.shape))
    return dict(zip(FINAL, [share * part for share in (1.0 - crowd, crowd) for part in seen], strict=True))
