"""Values compared by spelling: for each value of one column the most alike of the other's, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from .letters import Letters, starts_of
from .vectors import best_per_group, product
from .views import ColumnView

__all__ = ["alike"]

Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_SOURCE = 30  # most frequent values of a source column that are compared
_TARGET, _LISTED = 100, 1_000  # values of a target they are compared with (more found no more); of one that lists them
_WORDS = 12  # words of a value that are looked at
_WORTH = np.array(
    [1.5, 1.0, 0.3], dtype=np.float32
)  # what the first word of a value, another word and a three-letter piece count
_BARE = 0.95  # what a likeness counts for when a constant first letter was cut off ('pT1b' as 'T1b')
_NEARLY = 0.7  # share of rows that must have that letter


def alike(sources: Sequence[ColumnView], targets: Sequence[ColumnView]) -> Matrix:
    """For each frequent text value of a source column the most alike of the target's; the mean by rows.

    Cosine of words and three-letter pieces, rare ones counting more. NaN where a side has no texts.
    """
    worth = [np.array([_wordy(v) for v in side], dtype=bool) for side in (sources, targets)]
    left, rows_of = _distinct(sources, worth[0], [_SOURCE] * len(sources))
    right, columns_of = _distinct(targets, worth[1], [_LISTED if v.closed else _TARGET for v in targets])
    out = np.full((len(sources), len(targets)), np.nan)
    if not left or not right:
        return out
    shares = [view.seen.shares[: len(rows)] for view, rows in zip(sources, rows_of, strict=True)]
    bare_of = [_bare(rows, held.tolist(), left) for rows, held in zip(rows_of, shares, strict=True)]
    best = best_per_group(*_vectors(left, right), columns_of)
    for i, rows in enumerate(rows_of):
        if rows:
            found = best[rows]
            if bare_of[i]:
                found = np.maximum(found, _BARE * best[bare_of[i]])
            out[i] = product(shares[i][None, :] / shares[i].sum(), found)[0]
    return np.where(worth[0][:, None] & worth[1][None, :], out, np.nan)


def _bare(rows: Sequence[int], shares: Sequence[float], values: list[str]) -> list[int]:
    """The same values without a first letter that nearly all of them have, appended to the vocabulary."""
    held: dict[str, float] = {}
    for row, share in zip(rows, shares, strict=True):
        if len(values[row]) > 1:
            held[values[row][0]] = held.get(values[row][0], 0.0) + share
    common = max(held, key=lambda letter: (held[letter], letter), default="")
    if not common.isalpha() or held[common] < _NEARLY * sum(shares):
        return []
    start = len(values)
    values.extend(values[r][1:] if values[r][:1] == common else values[r] for r in rows)
    return list(range(start, start + len(rows)))


def _wordy(view: ColumnView) -> bool:
    return bool(view.seen.values) and view.seen.kind in ("text", "boolean")


def _distinct(
    side: Sequence[ColumnView], worth: npt.NDArray[np.bool_], most: Sequence[int]
) -> tuple[list[str], list[list[int]]]:
    """The most frequent values of some columns, each once; and for each column the places of its own."""
    values = [view.seen.values[:n] if use else () for view, use, n in zip(side, worth, most, strict=True)]
    codes = {value: code for code, value in enumerate(dict.fromkeys(chain.from_iterable(values)))}
    return list(codes), [[codes[value] for value in some] for some in values]


def _vectors(left: Sequence[str], right: Sequence[str]) -> tuple[Any, Any]:
    """Both sides' values as sparse vectors of length one over words and three-letter pieces, each by its rarity.

    Returns:
        Left values × terms, terms × right values.
    """
    from scipy.sparse import csc_array, csr_array

    size = len(left) + len(right)
    owner, term, kind = Letters([*left, *right]).terms(_WORDS)
    # in one number: sorting brings the same terms together, in them the values, the first word of a value foremost
    bits = np.uint64(size.bit_length() + 2)
    held = np.sort(term >> bits << bits | (owner << 2 | kind).view(np.uint64))
    held = held[starts_of(held >> 2)]  # what a value has twice counts once
    owner = ((held & ((1 << bits) - 1)) >> 2).view(np.int64)
    starts = np.flatnonzero(starts_of(held >> bits))
    many = np.diff(starts, append=len(held))
    weight = _WORTH[held & 3] * np.repeat(np.log1p(size / many).astype(np.float32), many)
    weight /= np.sqrt(np.bincount(owner, weight**2, size)).astype(np.float32)[owner]
    mine = owner < len(left)
    ends = np.append(starts, len(held))
    before = np.append(0, np.cumsum(mine))[ends]
    return (
        csc_array((weight[mine], owner[mine], before), shape=(len(left), len(starts))).tocsr(),
        csr_array((weight[~mine], owner[~mine] - len(left), ends - before), shape=(len(starts), len(right))),
    )
