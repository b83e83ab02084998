"""Pairs of records from indexers other than blocking rules, compared beside the rules' own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from .blocking import Blocks, agree
from .records import Records

__all__ = ["Indexer", "Pairs", "more_pairs"]

Pairs = tuple[NDArray[np.uint32], NDArray[np.uint32]]
Indexer = Callable[[Records], Pairs]
"""From the records to pairs of row numbers worth a comparison; see `workbench.linkage.as_indexer`."""


def more_pairs(
    records: Records, scope: str, blocks: Sequence[Blocks], indexers: Sequence[Indexer], new: NDArray[np.bool_] | None
) -> Pairs:
    """The pairs of indexers that the scope allows and no blocking rule makes, each once, left < right.

    Args:
        records: The records.
        scope: Pairs within a system, across systems, or all.
        blocks: The rules' blocks.
        indexers: Where the pairs come from.
        new: Only pairs with one of these records.
    """
    found = [indexer(records) for indexer in indexers]
    low = np.concatenate([np.minimum(a, b) for a, b in found]).astype(np.uint64)
    high = np.concatenate([np.maximum(a, b) for a, b in found]).astype(np.uint64)
    packed = np.unique(low << np.uint64(32) | high)
    left, right = (packed >> np.uint64(32)).astype(np.uint32), (packed & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    keep = left != right
    if scope != "all":
        same = records.system[left] == records.system[right]
        keep &= same if scope == "within" else ~same
    if new is not None:
        keep &= new[left] | new[right]
    for block in blocks:
        keep &= ~agree(block, left, right)
    return left[keep], right[keep]
