"""Scoring a run's pairs again with other weights or thresholds, without comparing anything anew."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from workbench.errors import UsageError

from .linking import Linkage
from .model import LinkModel
from .overrides import Overrides, placed
from .patterns import Candidates
from .pipeline import clusters_of
from .scoring import score

__all__ = ["rescored"]


def rescored(linkage: Linkage, model: LinkModel, *, overrides: Overrides | None = None) -> Linkage:
    """The run as another trained model with the same comparisons would have it.

    Pairs that the run did not keep (below ``thresholds.keep``) stay forgotten.

    Args:
        linkage: A run.
        model: A trained model that compares the same way.
        overrides: Pairs a person has decided; those of the run when left out.

    Raises:
        UsageError: The model compares differently, or has no weights.
    """
    same = model.fingerprint(weights=False) == linkage.model.fingerprint(weights=False)
    if not same or not model.trained:
        raise UsageError("the model compares differently or has no weights", cure="run link() again with it")
    patterns, index = np.unique(linkage.scored.pattern, return_inverse=True)
    none = (np.zeros(0, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.int64))
    candidates = Candidates(linkage.scored.left, linkage.scored.right, index.astype(np.uint32), patterns, none)
    scored = score(linkage.records, model, candidates)
    where = linkage.overrides if overrides is None else placed(linkage.records, overrides)
    label = clusters_of(linkage.records, model, scored, where.must, where.cannot)
    given = {f.name: getattr(linkage, f.name) for f in fields(linkage)}
    return Linkage(**{**given, "model": model, "scored": scored, "label": label, "overrides": where})
