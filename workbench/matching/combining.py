"""Scores combined into one probability: each pair on its own, then against its rivals, then one to one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .scorers import scorers

__all__ = [
    "BY_VALUES", "CHOICE", "DERIVED", "FINAL", "Model", "assign", "by_values", "choice_features", "derived",
    "final_features", "left_pairs", "load_model", "posterior", "strength",
]  # fmt: skip

Matrix = npt.NDArray[np.float64]

BY_VALUES = ("values_shared", "values_within", "values_common", "values_telling")
"""What is looked at where names are silent: see `by_values`."""

DERIVED = ("name_best", "name_sure", "name_and_values", "listed_sure", "no_values")
"""What is worked out of several scores: the strongest evidence of the name, its cube (the step from 'alike' to
'the same'), name and values agreeing, the square of how far values stand in a list, and whether there are no values
to look at."""

CHOICE = ("pair", "among_targets", "among_sources", "assigned", "neighbours")
"""What the second stage sees of a pair: its own log-odds, its log-share among the rivals in its row and in its
column (each with 'none of them' as a rival), whether the best one-to-one assignment takes it, and whether fields
with words in common are matched to each other as well."""

FINAL = tuple(f"{kind}_{part}" for kind in ("even", "crowded") for part in ("for", "against", "always"))
"""The last stage, a beta calibration (Kull, Silva Filho, Flach 2017): weights of ln p, of -ln(1 - p) and a constant,
once for tables of about as many fields as the source and once for a data dictionary of many times as many, where a
likely looking rival is nearly always at hand."""

_CROWD = 4.0  # times as many targets as sources that make a dictionary; between 1 and this, in between
_LITTLE = 0.02  # values shared and contained, multiplied: below it they are no evidence
_CLEAR = 1.5  # how many times the next best the best must be worth
_SUGGESTED, _CARRIED = 0.45, 0.9  # the most that values alone can say, see `by_values`
_FLOOR = -15.0  # log-shares below say nothing more


@dataclass(frozen=True)
class Model:
    """What was learned on development sets; see weights.json.

    Attributes:
        intercept: Log-odds of a pair no scorer says anything about.
        weights: Log-odds per point of score, by scorer or derived score; never negative but for 'no_values'.
        choice_intercept: The same of the second stage.
        choice: Weights of `CHOICE`.
        values_intercept: The same of `by_values`.
        values: Weights of `BY_VALUES`; without them names are always needed.
        final: Weights of `FINAL`; without them the second stage has the last word.
    """

    intercept: float
    weights: Mapping[str, float]
    choice_intercept: float
    choice: Mapping[str, float]
    values_intercept: float = 0.0
    values: Mapping[str, float] = field(default_factory=dict)
    final: Mapping[str, float] = field(default_factory=dict)


@cache
def load_model() -> Model:
    """The model that ships with the workbench."""
    data = json.loads(Path(__file__).with_name("weights.json").read_text(encoding="utf-8"))
    pair, choice, values = data["pair"], data["choice"], data["values"]
    return Model(
        pair["intercept"],
        pair["weights"],
        choice["intercept"],
        choice["weights"],
        values["intercept"],
        values["weights"],
        data["final"],
    )


def derived(scores: Mapping[str, Matrix]) -> dict[str, Matrix]:
    """The scores worked out of several; see `DERIVED`."""

    def get(name: str) -> Matrix:
        return filled(scores[name]) if name in scores else np.zeros(next(iter(scores.values())).shape)

    name = name_best(scores)
    values = np.maximum(get("values_within"), get("values_alike"))
    silent = np.isnan(scores["shapes"]) if "shapes" in scores else np.zeros(name.shape)
    # a contract without values still tells the types: what fitting types are worth must not come on top
    typed = ~np.isnan(scores["types"]) if "types" in scores else np.zeros(name.shape, dtype=bool)
    return {
        "name_best": name,
        "name_sure": name**3,
        "name_and_values": name * values,
        "listed_sure": get("listed") ** 2,
        "no_values": np.where(silent, np.where(typed, 0.5, 1.0), 0.0),
    }


def filled(matrix: Matrix) -> Matrix:
    """Silence (NaN) counted as 0."""
    return np.where(np.isnan(matrix), 0.0, matrix)


def name_best(scores: Mapping[str, Matrix]) -> Matrix:
    """The strongest evidence of the name; see `DERIVED`."""
    parts = {"name_words": 1, "abbreviation": 1, "consonants": 2, "spelling": 2}
    nothing = np.zeros(next(iter(scores.values())).shape)
    found: Matrix = np.maximum.reduce(
        [nothing, *(filled(scores[n]) ** power for n, power in parts.items() if n in scores)]
    )
    return found


def strength(scores: Mapping[str, Matrix], model: Model) -> Matrix:
    """The log-odds of every pair on its own.

    A scorer the model has not learned (no public set carries what it looks at, or a plugin's) counts with its own
    weight, from its neutral point.
    """
    total = np.full(next(iter(scores.values())).shape, model.intercept)
    for name, matrix in {**scores, **derived(scores)}.items():
        if name in model.weights:
            total += model.weights[name] * filled(matrix)
        elif name in scorers:
            one = scorers[name]
            total += one.weight * filled(matrix - one.neutral)
    return total


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


def choice_features(odds: Matrix, left: Matrix, right: Matrix) -> dict[str, Matrix]:
    """The second stage's view of every pair; see `CHOICE`.

    Args:
        odds: What `strength` gave.
        left: How alike the sources' names are among themselves, 0 on the diagonal.
        right: The same of the targets.
    """
    row, column = _log_share(odds, 1), _log_share(odds, 0)
    taken = assign(np.clip(row + column, 2 * _FLOOR, None))
    rows, columns = np.nonzero(taken)
    near = (left[:, rows] * np.exp(row + column)[rows, columns]) @ right[columns]
    return {
        "pair": np.clip(odds, _FLOOR, None),
        "among_targets": np.clip(row, _FLOOR, None),
        "among_sources": np.clip(column, _FLOOR, None),
        "assigned": taken,
        "neighbours": np.tanh(near),
    }


def posterior(odds: Matrix, left: Matrix, right: Matrix, model: Model) -> Matrix:
    """The calibrated probability of every pair."""
    if not odds.size:
        return np.zeros(odds.shape)
    total = np.full(odds.shape, model.choice_intercept)
    for name, matrix in choice_features(odds, left, right).items():
        total += model.choice.get(name, 0.0) * matrix
    if model.final:
        features = final_features(total)
        total = np.sum([model.final[name] * features[name] for name in FINAL], axis=0)
    probability: Matrix = 1.0 / (1.0 + np.exp(-total))
    return probability


def final_features(odds: Matrix) -> dict[str, Matrix]:
    """What the last stage sees of every pair; see `FINAL`.

    Args:
        odds: The log-odds of the second stage.
    """
    sources, targets = odds.shape
    crowd = float(np.clip(np.log(targets / sources) / np.log(_CROWD), 0.0, 1.0))
    parts = (np.clip(-np.logaddexp(0.0, -odds), _FLOOR, None), np.clip(np.logaddexp(0.0, odds), None, -_FLOOR))
    seen = (*parts, np.ones(odds.shape))
    return dict(zip(FINAL, [share * part for share in (1.0 - crowd, crowd) for part in seen], strict=True))


def left_pairs(scores: Mapping[str, Matrix], probability: Matrix) -> Matrix:
    """1 for pairs of columns with rows that nothing else matched, each clearly the other's best by values; else 0."""
    known = {name: filled(scores[name]) for name in BY_VALUES}
    worth = known["values_shared"] * known["values_within"] * ~np.isnan(scores["frequencies"])
    worth = worth * (probability.max(axis=1, keepdims=True) < 0.5) * (probability.max(axis=0, keepdims=True) < 0.5)
    clear = (worth >= _CLEAR * _second(worth, 1)) & (worth >= _CLEAR * _second(worth, 0)) & (worth > _LITTLE)
    found: Matrix = clear.astype(float)
    return found


def _second(worth: Matrix, axis: int) -> Matrix:
    """The second best of each row or column; 0 where there is but one."""
    if worth.shape[axis] < 2:
        return np.zeros(worth.max(axis=axis, keepdims=True).shape)
    place = worth.shape[axis] - 2
    second: Matrix = np.take(np.partition(worth, place, axis=axis), [place], axis=axis)
    return second


def by_values(scores: Mapping[str, Matrix], probability: Matrix, model: Model) -> Matrix:
    """Let values speak where names are silent ('T042'): for columns that nothing else matched.

    Where no name of the table was any help, values alone may carry a match, up to 0.9; where some were, names speak
    in this table, and values against them only suggest (0.45): several columns may draw on one vocabulary.
    """
    if not model.values or not probability.size or any(name not in scores for name in (*BY_VALUES, "frequencies")):
        return probability
    odds = np.full(probability.shape, model.values_intercept)
    for name in BY_VALUES:
        odds += model.values[name] * filled(scores[name])
    named = (probability >= 0.5) & (name_best(scores) >= 0.5)
    most = _SUGGESTED if named.any() else _CARRIED
    said = np.minimum(most, 1.0 / (1.0 + np.exp(-odds)))
    found: Matrix = np.maximum(probability, left_pairs(scores, probability) * said)
    return found
