"""Scores combined into one probability: each pair on its own, then against its rivals; by values if names are mute."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .grouping import quantile
from .scorers import Part, scorers

__all__ = [
    "BY_NAME", "CHOICE", "DERIVED", "FINAL", "Model", "assign", "choice_features", "derived", "filled",
    "final_features", "judge", "load_model", "log_odds", "nameless", "posterior", "strangers", "strength",
]  # fmt: skip

Matrix = npt.NDArray[np.float64]

BY_NAME = frozenset(
    ("same_name", "name_words", "name_within", "name_telling", "spelling", "consonants", "abbreviation", "description")
)
"""Scores that look at names: left out where names say nothing ('T042')."""

DERIVED = (
    "name_best", "name_sure", "name_and_values", "listed_sure", "no_values", "values_many", "values_rarely",
)  # fmt: skip
"""What is worked out of several scores: the strongest evidence of the name, its cube (the step from 'alike' to
'the same'), name and values agreeing, the square of how far values stand in a list, whether there are no values to
look at; and where names say nothing, the square of how many telling values are shared and the root of how far values
are like hardly any other column's."""

CHOICE = (
    "pair", "among_targets", "among_sources", "assigned", "neighbours", "ahead_of_targets", "ahead_of_sources",
    "values_among_targets", "values_among_sources",
)  # fmt: skip
"""What the second stage sees of a pair: its own log-odds, its log-share among the rivals in its row and in its
column (each with 'none of them' as a rival), whether the best one-to-one assignment takes it, whether fields with
words in common are matched to each other as well, how far it is ahead of (or behind) the best rival, and its
log-shares when only values and shapes are looked at."""

FINAL = tuple(f"{kind}_{part}" for kind in ("even", "crowded") for part in ("for", "against", "always"))
"""The last stage, a beta calibration (Kull, Silva Filho, Flach 2017): weights of ln p, of -ln(1 - p) and a constant,
once for tables of about as many fields as the source and once for a data dictionary of many times as many, where a
likely looking rival is nearly always at hand."""

_CROWD = 4.0  # times as many targets as sources that make a dictionary; between 1 and this, in between
_MUTE, _SPEAKING = 0.15, 0.3  # mean evidence of the best assignment by name: from codes to words
_SUGGESTED = 0.45  # the most that values can say that only suggest
_FIT = 0.98  # share of pairs that values alone must not fit, for the log-shares by values
_FLOOR = -15.0  # log-shares below say nothing more
_HEARD = 0.02  # least log-odds per point of score for which a score is worked out


@dataclass(frozen=True)
class Model:
    """What was learned on development sets; see weights.json.

    Attributes:
        intercept: Log-odds of a pair no scorer says anything about.
        weights: Log-odds per point of score, by scorer or derived score; never negative but for 'no_values'.
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


def derived(scores: Mapping[str, Matrix], wanted: Collection[str] = DERIVED) -> dict[str, Matrix]:
    """The scores worked out of several, those that are wanted; see `DERIVED`."""

    def get(name: str) -> Matrix:
        return filled(scores[name]) if name in scores else np.zeros(by_name.shape)

    def no_values() -> Matrix:
        # a contract without values still tells the types: what fitting types are worth must not come on top
        worth = np.where(np.isnan(scores["types"]), 1.0, 0.5) if "types" in scores else 1.0
        return np.where(np.isnan(scores["shapes"]), worth, 0.0) if "shapes" in scores else np.zeros(by_name.shape)

    by_name = name_best(scores)
    made: dict[str, Callable[[], Matrix]] = {
        "name_best": lambda: by_name,
        "name_sure": lambda: by_name**3,
        "name_and_values": lambda: by_name * np.maximum(get("values_within"), get("values_alike")),
        "listed_sure": lambda: get("listed") ** 2,
        "no_values": no_values,
    }
    if BY_NAME.isdisjoint(scores):
        made["values_many"] = lambda: get("values_shared") ** 2
        made["values_rarely"] = lambda: np.sqrt(get("values_telling"))
    return {name: make() for name, make in made.items() if name in wanted}


def nameless(scores: Mapping[str, Matrix], pairs: tuple[Any, ...] | None = None) -> Mapping[str, Matrix]:
    """The scores that do not look at names, of all pairs or some (as `numpy.ix_` gives them)."""
    return Part(scores, (name for name in scores if name not in BY_NAME), pairs)


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
    near = (left[:, rows] * np.exp(row + column)[rows, columns]) @ right[columns]
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
    """How far a pair is ahead of its best rival in the row or column, 0 (far behind) to 2; 1 where it has none."""
    if odds.shape[axis] < 2:
        return np.ones(odds.shape)
    place = odds.shape[axis] - 2
    second, first = np.split(np.take(np.partition(odds, place, axis=axis), [place, place + 1], axis=axis), 2, axis=axis)
    return 1.0 + np.tanh((odds - np.where(odds == first, second, first)) / 3.0)


def judge(
    scores: Mapping[str, Matrix], kinship: tuple[Matrix, Matrix], model: Model, leaning: Matrix | float = 0.0
) -> Matrix:
    """The calibrated probability of every pair.

    Where names leave at least half of the columns over, and the names of these have hardly a letter in common, they
    say nothing: there the values speak. They only suggest where names have spoken elsewhere in the table (several
    columns may draw on one vocabulary), and where values are merely alike, none being shared.

    Args:
        scores: What the scorers gave.
        kinship: See `Pairing.kinship`.
        model: What was learned.
        leaning: Log-odds that decisions give a pair besides.
    """
    named = posterior(scores, kinship, model, leaning)
    if model.silent is None or not named.size:
        return named
    rows, columns = np.flatnonzero(named.max(axis=1) < 0.5), np.flatnonzero(named.max(axis=0) < 0.5)
    if 2 * min(len(rows), len(columns)) < min(named.shape):
        return named
    left = np.ix_(rows, columns)
    best = name_best(scores)[left]
    said = float((best * assign(best)).sum()) / min(best.shape)
    silence = float(np.clip((_SPEAKING - said) / (_SPEAKING - _MUTE), 0.0, 1.0))
    rest = nameless(scores, left)
    if silence and rest:
        lean = leaning if isinstance(leaning, float) else leaning[left]
        spoken = posterior(rest, strangers(best.shape), model.silent, lean)
        shared = filled(rest.get("values_shared", np.ones(spoken.shape))) > 0
        heard = ((named >= 0.5) & (name_best(scores) >= 0.5)).any()
        spoken = np.where(shared & ~heard, spoken, np.minimum(spoken, _SUGGESTED))
        named[left] = _logistic(silence * log_odds(spoken) + (1 - silence) * log_odds(named[left]))
    return named


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
    return _logistic(total)


def _logistic(odds: Matrix) -> Matrix:
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
    seen = (*parts, np.ones(odds.shape))
    return dict(zip(FINAL, [share * part for share in (1.0 - crowd, crowd) for part in seen], strict=True))
