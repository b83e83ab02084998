"""Values compared by spelling: for each value of one column the most alike of the other's, all at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
import numpy.typing as npt

from .vectors import best_per_group
from .views import ColumnView

__all__ = ["alike"]

Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_SOURCE = 30  # most frequent values of a source column that are compared
_TARGET = 1_000
_WORD = re.compile(r"[^\W_]+")
_WORDS = 12  # words of a value that are looked at
_FIRST, _PIECE = 1.5, 0.3  # what the first word of a value and a three-letter piece count, a word counting 1
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
    bare_of = [_bare(rows, s.tolist(), left_values) for rows, s in zip(rows_of, shares, strict=True)]
    left, right, codes = _coded(left_values, right_values)
    held = np.bincount(np.concatenate([left, right]), minlength=len(codes))
    vectors = _vectors(codes, held)
    best = best_per_group(vectors[left], vectors[right], columns_of)
    for i, rows in enumerate(rows_of):
        if rows:
            found = best[rows]
            if bare_of[i]:
                found = np.maximum(found, _BARE * best[bare_of[i]])
            out[i] = shares[i] / shares[i].sum() @ found
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
    side: Sequence[ColumnView], worth: npt.NDArray[np.bool_], most: int
) -> tuple[list[str], list[Matrix], list[list[int]]]:
    codes: dict[str, int] = {}
    members, shares = [], []
    for view, use in zip(side, worth, strict=True):
        values = view.seen.values[:most] if use else ()
        members.append([codes.setdefault(v, len(codes)) for v in values])
        shares.append(np.array(view.seen.shares[: len(values)]))
    return list(codes), shares, members


def _coded(*texts: Iterable[str]) -> tuple[Any, ...]:
    """Texts as numbers, the same text having the same number; and the texts in the order of their numbers."""
    codes: defaultdict[str, int] = defaultdict(count().__next__)
    coded = [np.fromiter(map(codes.__getitem__, some), np.int64) for some in texts]
    return (*coded, list(codes))


def _vectors(values: Sequence[str], held: Codes) -> Any:
    """Values as sparse vectors of length one over words and three-letter pieces.

    A word counts in full, a value's first word one and a half times, a piece at a third; each by its rarity.

    Args:
        values: The texts.
        held: How many tables hold each, for the rarity of what is in it.
    """
    from scipy.sparse import csr_array

    split = [_WORD.findall(value)[:_WORDS] for value in values]
    sizes = np.array([len(words) for words in split])
    flat, codes = _coded(chain.from_iterable(split))
    owner = np.repeat(np.arange(len(values)), sizes)
    pairs, first = np.unique(owner * (len(codes) + 1) + flat, return_index=True)
    owner, flat = np.divmod(pairs, len(codes) + 1)
    weight = np.where(np.isin(first, np.cumsum(sizes) - sizes), _FIRST, 1.0)
    pieces, starts, width = _pieces(codes)
    taken = starts[flat + 1] - starts[flat]
    place = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken - starts[flat], taken)
    held_by = np.sort(np.repeat(owner, taken) * (width + 1) + pieces[place])
    of_piece, piece = np.divmod(held_by[np.diff(held_by, prepend=-1) > 0], width + 1)
    rows, columns = np.concatenate([owner, of_piece]), np.concatenate([flat, len(codes) + piece])
    weight = np.concatenate([weight, np.full(len(piece), _PIECE)])
    bags, total = np.bincount(columns, held[rows], len(codes) + width), held.sum()
    weight *= (np.log1p(total / np.maximum(bags, 1)) / np.log1p(total))[columns]
    weight /= np.sqrt(np.bincount(rows, weight**2, len(values)))[rows]
    return csr_array((weight, (rows, columns)), shape=(len(values), max(len(codes) + width, 1)))


def _pieces(words: Sequence[str]) -> tuple[Codes, Codes, int]:
    """The three-letter pieces of all words, the ends marked, as numbers; where each word's begin; how many there are.

    >>> pieces, starts, width = _pieces(["ab", "abc"])  # ^ab ab$, ^ab abc bc$
    >>> bool(pieces[0] == pieces[2]), starts.tolist(), width
    (True, [0, 2, 5], 4)
    """
    sizes = np.array([len(word) for word in words], dtype=np.int64)
    letters = np.frombuffer("".join(f"^{word}$" for word in words).encode("utf-32-le"), dtype=np.uint32).astype(
        np.int64
    )
    # a word of n letters has n pieces; two marks per word stand between the starts of one and of the next
    at = np.arange(sizes.sum()) + 2 * np.repeat(np.arange(len(words)), sizes)
    grams = (letters[at] << 42) | (letters[at + 1] << 21) | letters[at + 2]
    kinds, code = np.unique(grams, return_inverse=True)
    return code, np.concatenate([[0], np.cumsum(sizes)]), len(kinds)
