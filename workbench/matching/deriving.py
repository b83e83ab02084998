"""What is worked out of several scores at once: the best that names say, values that a list bars, silence counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .scorers import Part

__all__ = ["BY_NAME", "DERIVED", "derived", "filled", "name_best", "nameless"]

Matrix = npt.NDArray[np.float64]

BY_NAME = frozenset(
    (
        "readable", "same_name", "name_words", "name_within", "name_telling", "spelling", "consonants", "abbreviation",
        "description",
    )
)  # fmt: skip
"""Scores that look at names: left out where names say nothing ('T042')."""

DERIVED = (
    "name_best", "name_sure", "name_and_values", "barred", "no_values", "values_many", "values_rarely",
)  # fmt: skip
"""What is worked out of several scores: the strongest evidence of the name, its cube (the step from 'alike' to
'the same'), name and values agreeing, whether a column has more values than a list and they do not stand in it, whether
there are no values to look at; and where names say nothing, the square of how many telling values are shared and the
root of how far values are like hardly any other column's."""

_LISTED = 0.2  # share of the rows whose values stand in a list from which a column may be what is listed


def derived(scores: Mapping[str, Matrix], wanted: Collection[str] = DERIVED) -> dict[str, Matrix]:
    """The scores worked out of several, those that are wanted; see `DERIVED`."""

    def get(name: str) -> Matrix:
        return filled(scores[name]) if name in scores else np.zeros(by_name.shape)

    def no_values() -> Matrix:
        # a contract without values still tells the types: what fitting types are worth must not come on top
        worth = np.where(np.isnan(scores["types"]), 1.0, 0.5) if "types" in scores else 1.0
        return np.where(np.isnan(scores["shapes"]), worth, 0.0) if "shapes" in scores else np.zeros(by_name.shape)

    def barred() -> Matrix:
        if not {"room", "listed"} <= scores.keys():
            return np.zeros(by_name.shape)
        return filled((1 - scores["room"]) * (1 - np.minimum(scores["listed"] / _LISTED, 1.0)))

    by_name = name_best(scores)
    made: dict[str, Callable[[], Matrix]] = {
        "name_best": lambda: by_name,
        "name_sure": lambda: by_name**3,
        "name_and_values": lambda: by_name * np.maximum(get("values_within"), get("values_alike")),
        "barred": barred,
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
