"""Values compared by spelling: for each value of one column the most alike of the other's, all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .vectors import Bags, best_per_group, ngrams
from .views import ColumnView

__all__ = ["alike", "terms"]

Matrix = npt.NDArray[np.float64]
_SOURCE = 30  # most frequent values of a source column that are compared
_TARGET = 1_000
_WORD = re.compile(r"[^\W_]+")
_WORDS = 12  # words of a value that are looked at
_BARE = 0.95  # what a likeness counts for when a constant first letter was cut off ('pT1b' as 'T1b')
_NEARLY = 0.7  # share of rows that must have that letter


def alike(sources: Sequence[ColumnView], targets: Sequence[ColumnView]) -> Matrix:
    """For each frequent text value of a source column the most alike of the target's; the mean by rows.

    Cosine of words and three-letter pieces, rare ones counting more. NaN where a side has no texts.
    """
    worth = [np.array([_wordy(v) for v in side], dtype=bool) for side in (sources, targets)]
    left_values, shares, rows_of = _distinct(sources, worth[0], _SOURCE)
    right_values, _, columns_of = _distinct(targets, worth[1], _TARGET)
    out = np.full((len(sources), len(targets)), np.nan)
    if not left_values or not right_values:
        return out
    bare_of = [_bare(rows, s, left_values) for rows, s in zip(rows_of, shares, strict=True)]
    left, right = Bags([terms(v) for v in left_values], [terms(v) for v in right_values]).unit()
    best = best_per_group(left, right, columns_of)
    for i, rows in enumerate(rows_of):
        if rows:
            found = best[rows]
            if bare_of[i]:
                found = np.maximum(found, _BARE * best[bare_of[i]])
            out[i] = shares[i] / shares[i].sum() @ found
    return np.where(worth[0][:, None] & worth[1][None, :], out, np.nan)


def _bare(rows: Sequence[int], shares: Matrix, values: list[str]) -> list[int]:
    """The same values without a first letter that nearly all of them have, appended to the vocabulary."""
    if not rows:
        return []
    first = {values[r][:1] for r in rows}
    common = max(sorted(first), key=lambda c: sum(s for r, s in zip(rows, shares, strict=True) if values[r][:1] == c))
    held = sum(s for r, s in zip(rows, shares, strict=True) if values[r][:1] == common and len(values[r]) > 1)
    if not common.isalpha() or held < _NEARLY * shares.sum():
        return []
    start = len(values)
    values.extend(values[r][1:] if values[r][:1] == common else values[r] for r in rows)
    return list(range(start, start + len(rows)))


def _wordy(view: ColumnView) -> bool:
    return bool(view.seen.values) and view.seen.kind in ("text", "boolean")


def _distinct(
    side: Sequence[ColumnView], worth: npt.NDArray[np.bool_], most: int
) -> tuple[list[str], list[Matrix], list[list[int]]]:
    codes: dict[str, int] = {}
    members, shares = [], []
    for view, use in zip(side, worth, strict=True):
        values = view.seen.values[:most] if use else ()
        members.append([codes.setdefault(v, len(codes)) for v in values])
        shares.append(np.array(view.seen.shares[: len(values)]))
    return list(codes), shares, members


def terms(value: str) -> dict[str, float]:
    """A value's words at full weight, the first at one and a half, three-letter pieces at a third."""
    words = _WORD.findall(value)[:_WORDS]
    found = {piece: 0.3 for word in words for piece in ngrams(word)}
    found |= dict.fromkeys(words, 1.0)
    if words:
        found[words[0]] = 1.5
    return found
