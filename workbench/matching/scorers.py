"""Scorers: each looks at one kind of evidence for all pairs of columns at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.registry import Registry

from .pairing import Pairing

__all__ = ["Scorer", "score_all", "scorer", "scorers"]

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


def score_all(pairing: Pairing, only: tuple[str, ...] | None = None) -> dict[str, Matrix]:
    """Run the scorers, all or those named.

    Raises:
        UnknownNameError: There is no scorer of that name.
    """
    chosen = {n: scorers[n] for n in only} if only else dict(scorers.items())
    found = {}
    for name, one in chosen.items():
        matrix = np.asarray(one.score(pairing), dtype=np.float64)
        if matrix.shape != pairing.shape:
            raise ValueError(f"scorer '{name}' gave {matrix.shape} scores for {pairing.shape} pairs")
        found[name] = np.clip(matrix, 0.0, 1.0)
    return found
