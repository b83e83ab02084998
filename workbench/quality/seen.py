"""Keys seen so far, over batches of any number: 8 bytes a row."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

__all__ = ["Seen"]

_Hashes: TypeAlias = NDArray[np.uint64]


class Seen:
    """Finds rows that repeat the key of an earlier one; a key with a null in it repeats nothing.

    Within a batch keys are compared themselves; across batches by a 64-bit hash, which for 50 million rows
    mistakes one with a chance below 1 in 10,000. Runs of hashes are kept sorted and merged when they have
    grown to one size, so that each row is moved log(batches) times.

    >>> seen = Seen()
    >>> seen.repeats(pl.DataFrame({"k": ["a", "b", "a", None, None]})).to_list()
    [False, False, True, False, False]
    >>> seen.repeats(pl.DataFrame({"k": ["b", "c"]})).to_list()
    [True, False]
    """

    def __init__(self) -> None:
        self._runs: list[_Hashes] = []

    def repeats(self, keys: pl.DataFrame) -> pl.Series:
        """True for each row whose key came before, in this batch or an earlier one."""
        known = keys.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
        again = known & ~keys.select(pl.struct(pl.all()).is_first_distinct()).to_series()
        hashes = keys.hash_rows(seed=7).to_numpy()
        for run in self._runs:
            at = np.searchsorted(run, hashes)
            found = run[np.minimum(at, len(run) - 1)] == hashes
            again = again | (known & pl.Series(found))
        self._keep(hashes[(known & ~again).to_numpy()])
        return again

    def _keep(self, new: _Hashes) -> None:
        if not len(new):
            return
        new = np.sort(new)
        while self._runs and len(self._runs[-1]) <= 2 * len(new):
            new = np.concatenate([self._runs.pop(), new])
            new.sort(kind="stable")
        self._runs.append(new)
