"""Evidence from the values themselves."""

from __future__ import annotations

import numpy as np

from .grouping import quantile
from .pairing import Matrix, Pairing
from .scorers import scorer

__all__: list[str] = []

_USUAL = 10  # columns a table needs before "usual" means anything
_SHARED = 3.0  # summed rarity of shared values that counts as about two thirds


@scorer("values_within", "its values occur in the other", "its values do not occur in the other")
def values_within(pairing: Pairing) -> Matrix:
    """The larger share of one side's values (weighted by rows and rarity) that the other side has."""
    left, right = pairing.values.contained
    closed = np.array([v.closed for v in pairing.targets])
    return np.where(closed[None, :], left, np.maximum(left, right)) * pairing.has_values


@scorer("values_common", "the values are the same ones")
def values_common(pairing: Pairing) -> Matrix:
    """Shared over all distinct values, rare ones counting more (weighted Jaccard); a list may hold more."""
    bags = pairing.values
    found = bags.shared / np.maximum(bags.union, 1e-12) * pairing.has_values
    found[:, [v.closed for v in pairing.targets]] = np.nan
    return found


@scorer("values_shared", "they share values that no other column has")
def values_shared(pairing: Pairing) -> Matrix:
    """How many telling values are shared: 1 − exp(−summed rarity / 3)."""
    return (1 - np.exp(-pairing.values.shared / _SHARED)) * pairing.has_values


@scorer("values_alike", "its values are spelt like the other's", "its values look nothing like the other's")
def values_alike(pairing: Pairing) -> Matrix:
    """For each frequent text value the most alike value of the other side (words and letters), on average."""
    return pairing.alike


@scorer("values_telling", "its values are like the other's and like hardly any other column's")
def values_telling(pairing: Pairing) -> Matrix:
    """How far `values_alike` stands above what nine tenths of the other columns reach."""
    alike = pairing.alike
    known = ~np.isnan(alike)
    if not known.any():
        return alike
    filled = np.where(known, alike, 0.0)
    usual = quantile(filled, 0.9)[:, None] if filled.shape[1] > _USUAL else 0.0
    return np.where(known, np.maximum(filled - usual, 0.0), np.nan)


@scorer("listed", "its values stand in the target's list", "its values do not stand in the target's list")
def listed(pairing: Pairing) -> Matrix:
    """How far the rows' values stand in the target's list of allowed values, as they are or nearly so."""
    exact, _ = pairing.values.contained
    found = np.fmax(exact, pairing.alike) * pairing.has_values
    found[:, [not v.closed for v in pairing.targets]] = np.nan
    return found


@scorer("room", "its values have room in the target's list", "it has more values than the target's list", weight=0.0)
def room(pairing: Pairing) -> Matrix:
    """For what share of a column's distinct values a list has room; counts where they do not stand in it either."""
    own = [len(v.seen.values) if v.seen.kind in ("text", "boolean") else 0 for v in pairing.sources]
    allowed = [len(v.seen.values) if v.closed else np.nan for v in pairing.targets]
    return np.minimum(np.array(allowed)[None, :] / np.where(own, own, np.nan)[:, None], 1.0)
