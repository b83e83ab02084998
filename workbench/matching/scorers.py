"""Scorers: each looks at one kind of evidence for all pairs of columns at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.registry import Registry

from .pairing import Pairing

__all__ = ["Part", "Scorer", "Scores", "scorer", "scorers"]

Matrix = npt.NDArray[np.float64]
Score = Callable[[Pairing], Matrix]


@dataclass(frozen=True)
class Scorer:
    """One kind of evidence.

    Attributes:
        name: As it is called in the calibration and in a match's scores.
        score: Sources × targets, 0 (speaks against) to 1 (speaks for), NaN where it has nothing to say.
        says: What a high score means, in words; the scorer's part of a match's evidence.
        against: What a low score means.
        weight: What a point of score is worth (log-odds) where the model has not learned the scorer.
        neutral: The score that then speaks neither for nor against.
    """

    name: str
    score: Score
    says: str
    against: str = ""
    weight: float = 1.0
    neutral: float = 0.0


scorers: Registry[Scorer] = Registry("scorer")
"""All scorers; a plugin adds a `Scorer` through the entry-point group `workbench.scorers`."""


def scorer(
    name: str, says: str, against: str = "", *, weight: float = 1.0, neutral: float = 0.0
) -> Callable[[Score], Score]:
    """Register the decorated function as a scorer."""

    def register(function: Score) -> Score:
        scorers.add(name, Scorer(name, function, says, against, weight, neutral))
        return function

    return register


class _Lazy(Mapping[str, Matrix]):
    """Scores whose names are known before they are worked out: to ask for a name works nothing out."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Scores(_Lazy):
    """What the scorers give, by name; each is worked out when first asked for.

    Args:
        pairing: The two tables.
        only: The names of the scorers that are used; all of them unless given.

    Raises:
        UnknownNameError: There is no scorer of that name.
    """

    def __init__(self, pairing: Pairing, only: Sequence[str] | None = None) -> None:
        self._pairing = pairing
        self._scorers = {n: scorers[n] for n in only} if only else dict(scorers.items())
        super().__init__(self._scorers)
        self._found: dict[str, Matrix] = {}

    def __getitem__(self, name: str) -> Matrix:
        if name not in self._found:
            matrix = np.asarray(self._scorers[name].score(self._pairing), dtype=np.float64)
            if matrix.shape != self._pairing.shape:
                raise ValueError(f"scorer '{name}' gave {matrix.shape} scores for {self._pairing.shape} pairs")
            self._found[name] = np.clip(matrix, 0.0, 1.0)
        return self._found[name]


class Part(_Lazy):
    """Some of the scores, of some of the pairs, still worked out when first asked for.

    Args:
        scores: Scores by name.
        names: The names that are left.
        pairs: The pairs that are left, as `numpy.ix_` gives them; all of them unless given.
    """

    def __init__(
        self, scores: Mapping[str, Matrix], names: Iterable[str], pairs: tuple[Any, ...] | None = None
    ) -> None:
        super().__init__(names)
        self._scores, self._pairs = scores, pairs

    def __getitem__(self, name: str) -> Matrix:
        if name not in self._names:
            raise KeyError(name)
        found = self._scores[name]
        return found if self._pairs is None else found[self._pairs]
