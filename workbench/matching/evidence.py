"""Why a pair was matched, in words: the scorers that weighed most, and what spoke against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import isnan
from typing import overload

import numpy as np
import numpy.typing as npt

from .combining import Model
from .names import readable, tokens
from .scorers import scorers
from .views import ColumnView

__all__ = ["Evidence", "explain"]

Matrix = npt.NDArray[np.float64]
_MOST = 4
_SILENT = frozenset(
    {"openness", "room", "fill", "characters", "lengths"}
)  # count, but tell a person nothing by themselves
_WORTH = 0.4  # log-odds below which a scorer is not worth a word
_AGAINST = 0.35  # a score this low speaks against
_READ = 0.5  # share of the letters in known words below which a name is told to be unreadable
# scorers that say the same are told once, by the first of them that has something to say
_NAMES = ("same_name", "abbreviation", "name_words", "consonants", "spelling", "name_within", "name_telling")
_VALUES = ("listed", "values_within", "values_common", "values_shared", "values_alike", "values_telling")
_FAMILIES = (
    _NAMES,
    _VALUES,
    ("numbers", "lengths"),
    ("shapes", "characters"),
    ("uniqueness", "frequencies"),
)
_IN_FAMILY = frozenset(name for family in _FAMILIES for name in family)
_SOLID = {"abbreviation": 0.6, "name_words": 0.55, "consonants": 0.75, "spelling": 0.75, "name_within": 0.75,
          "name_telling": 0.7, "values_within": 0.2, "values_common": 0.2, "values_shared": 0.3, "values_alike": 0.4,
          "values_telling": 0.3, "listed": 0.4, "numbers": 0.75, "lengths": 0.85, "shapes": 0.7,
          "characters": 0.85, "uniqueness": 0.9, "frequencies": 0.85, "fill": 0.95, "types": 0.7}  # fmt: skip


class Evidence(Sequence[str]):
    """Sentences that are worked out when they are first read: most matches are looked through by score only.

    Args:
        tell: Gives the sentences.
    """

    def __init__(self, tell: Callable[[], tuple[str, ...]]) -> None:
        self._tell = tell

    @cached_property
    def _said(self) -> tuple[str, ...]:
        return self._tell()

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        return self._said[at]

    def __len__(self) -> int:
        return len(self._said)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._said == tuple(other)

    def __hash__(self) -> int:
        return hash(self._said)

    def __repr__(self) -> str:
        return repr(self._said)

    def __reduce__(self) -> tuple[type, tuple[tuple[str, ...]]]:
        return tuple, (self._said,)


def explain(
    scores: Mapping[str, Matrix], at: tuple[int, int], source: ColumnView, target: ColumnView, model: Model
) -> tuple[str, ...]:
    """The evidence on one pair, strongest first; what speaks against it last."""
    here = {name: score for name, matrix in scores.items() if not isnan(score := float(matrix[at]))}
    said: dict[tuple[str, ...], tuple[float, str]] = {}
    for family in (*_FAMILIES, *((name,) for name in here if name not in _IN_FAMILY)):
        gain = sum(_gain(name, here[name], model) for name in family if name in here)
        if gain < _WORTH:
            continue
        for name in family:
            if name not in _SILENT and here.get(name, 0.0) >= _SOLID.get(name, 0.5):
                said[family] = gain, _words(name, here[name], source, target)
                break
    mute = _unreadable(source, target) if here.get("readable", 1.0) < _READ and _NAMES not in said else ()
    if mute and _VALUES in said:
        said[_VALUES] = float("inf"), said[_VALUES][1]
    words = [text for _, text in sorted(said.values(), key=lambda pair: -pair[0])[:_MOST]]
    return (*mute, *words, *_against(here, source, target))


def _unreadable(source: ColumnView, target: ColumnView) -> tuple[str, ...]:
    names = [f"'{v.name}'" for v in (source, target) if not v.description and readable(v.name) < _READ]
    return (f"{' and '.join(names)} cannot be read as words: the values speak",) if names else ()


def _gain(name: str, score: float, model: Model) -> float:
    if name in model.weights:
        return model.weights[name] * score
    one = scorers[name]
    return one.weight * (score - one.neutral)


def _words(name: str, score: float, source: ColumnView, target: ColumnView) -> str:
    a, b = source.name, target.name
    share = f"{100 * score:.0f} %"
    same = tokens(a) == tokens(b)
    short, long = sorted((a, b), key=len)
    within = set(tokens(short)) <= set(tokens(long))
    special = {
        "same_name": f"both are called '{b}'" if same else f"'{a}' goes by a name of '{b}' (synonym or description)",
        "abbreviation": f"'{long}' has all words of '{short}'"
        if within
        else f"'{short}' reads as an abbreviation of '{long}'",
        "name_words": f"the words of '{a}' and '{b}' agree ({share})",
        "consonants": f"'{a}' and '{b}' have the same consonants ({share})",
        "values_within": f"{share} of the values of one occur in the other (rare values count more)",
        "values_common": f"{share} of all values are common",
        "listed": f"{share} of its values stand in the list of allowed values, as they are or nearly so",
        "values_alike": f"its values are spelt like the other's ({share})",
        "numbers": f"the numbers are spread alike ({share})",
        "shapes": f"{share} of the rows are written in the same shape",
        "types": f"both are {target.kind}" if source.kind == target.kind else f"{source.kind} can become {target.kind}",
        "meaning": f"both are of the kind '{target.semantic}'",
    }
    return special.get(name, f"{scorers[name].says} ({share})")


def _against(here: Mapping[str, float], source: ColumnView, target: ColumnView) -> tuple[str, ...]:
    out = []
    if here.get("types", 1.0) <= _AGAINST:
        out.append(f"against it: {source.kind} does not fit {target.kind}")
    if here.get("meaning", 1.0) == 0.0:
        out.append(f"against it: one is '{source.semantic}', the other '{target.semantic}'")
    for name in ("listed", "numbers", "shapes"):
        if here.get(name, 1.0) < 0.1 and scorers[name].against:
            out.append(f"against it: {scorers[name].against}")
    return tuple(out[:2])
