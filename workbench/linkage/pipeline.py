"""The computing core of a run: from records and a model to scored pairs and clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .blocking import Blocks, block, guarded
from .clustering import cluster
from .comparing import compare, compare_candidates
from .indexing import Indexer, more_pairs
from .model import LinkModel
from .records import Records
from .scoring import Scored, score, to_bits
from .training import Training, estimate

__all__ = ["Computed", "KnownPairs", "blocks_of", "clusters_of", "compute"]

KnownPairs = tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint64]]


@dataclass(frozen=True)
class Computed:
    """What a run computed.

    Attributes:
        model: The model with its weights.
        scored: Pairs worth keeping.
        compared: Pairs compared.
        flags: Blocks that were skipped.
        training: How the weights came about; None when the model came trained.
    """

    model: LinkModel
    scored: Scored
    compared: int
    flags: tuple[str, ...]
    training: Training | None


def blocks_of(
    records: Records, model: LinkModel, new: NDArray[np.bool_] | None = None
) -> tuple[list[Blocks], list[str]]:
    """All rules' blocks, held against the limits."""
    return guarded(records, model, [block(records, rule, model.scope, new) for rule in model.blocking])


def compute(
    records: Records,
    model: LinkModel,
    *,
    new: NDArray[np.bool_] | None = None,
    known: KnownPairs | None = None,
    indexers: Sequence[Indexer] = (),
) -> Computed:
    """Block, compare, train where needed, score.

    Args:
        records: The records.
        model: The link model.
        new: Only pairs with one of these records (an incremental run, of a trained model).
        known: Pairs that an earlier run compared, with their packed outcomes; scored again with the rest.
        indexers: More pairs to compare, beside the rules'.
    """
    blocks, flags = blocks_of(records, model, new)
    candidates = compare_candidates(records, model, blocks)
    if indexers:
        left, right = more_pairs(records, model.scope, blocks, indexers, new)
        candidates = candidates.joined(left, right, compare(records, model, left, right))
    compared, training = len(candidates), None
    if known is not None:
        candidates = candidates.joined(*known)
    if not model.trained:
        model, training = estimate(records, model, candidates)
    return Computed(model, score(records, model, candidates), compared, tuple(flags), training)


def clusters_of(
    records: Records,
    model: LinkModel,
    scored: Scored,
    must: Sequence[tuple[int, int]] = (),
    cannot: Sequence[tuple[int, int]] = (),
    *,
    match: float | None = None,
) -> NDArray[np.int64]:
    """Cluster the records by the links at or above the match threshold; see `clustering.cluster`."""
    above = scored.weight - to_bits(model.thresholds.match if match is None else match)
    clean = [i if model.systems.get(s) and model.systems[s].clean else -1 for i, s in enumerate(records.systems)]
    return cluster(
        len(records),
        scored.left.astype(np.int64),
        scored.right.astype(np.int64),
        above,
        unique_in=np.array(clean, np.int64)[records.system] if any(c >= 0 for c in clean) else None,
        must=must,
        cannot=cannot,
        cohesive=model.clustering == "cohesive",
    )
