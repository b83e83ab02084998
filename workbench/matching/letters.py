"""Texts looked at letter by letter, all at once: how they look without case and signs, their shapes, their letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["Letters", "starts_of"]

Codes = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Points = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]
_CAPITAL, _DIGIT, _BLANK, _SIGN, _SMALL, _END = range(6)
_A, _NINE, _SPACE, _PLUS, _NEWLINE, _ZERO, _ONE, _LAST_DIGIT = map(ord, "a9 +\n019")
_SHAPE = 30  # characters of a shape
_SYMBOLS = np.array([_A, _NINE, _SPACE, 0, _A, _NEWLINE], dtype=np.uint32)  # by kind; a sign stands for itself
_ALIKE = np.array([0, _ONE, _SPACE, 0, 0, _NEWLINE], dtype=np.uint32)  # the same; letters stand for themselves too


@cache
def _kind(letter: str) -> int:
    if letter.isspace():
        return _BLANK
    if letter in "0123456789":
        return _DIGIT
    category = unicodedata.category(letter)
    return _CAPITAL if category == "Lu" else _SMALL if category[0] == "L" else _SIGN


@cache
def _lower(letter: str) -> int:
    """The small letter; one for two where a capital has several, the same for sigma at the end of a word."""
    return ord(letter.lower()[0].replace("ς", "σ"))


_ASCII = np.array([_kind(chr(code)) for code in range(128)], dtype=np.uint8)
_ASCII_LOWER = np.array([_lower(chr(code)) for code in range(128)], dtype=np.uint32)
_IN_WORDS = np.isin(np.arange(_END + 1), (_CAPITAL, _DIGIT, _SMALL))
_POWERS = np.cumprod(np.full(256, -7046029254386353131))  # of an odd number: telling the places in a word apart


def _table(letters: str) -> Flags:
    """Which of the first 128 characters are some letters; the last stands for all that is no ASCII."""
    return np.isin(np.arange(128), [ord(c) for c in letters])


_JOINING = _table(" ,.;'-")  # what stands between the words of a text
_PARTING = _table(" _.-")  # what parts words, and is all the same


class Letters:
    """The letters of some texts, one behind the other, an end after each text.

    Args:
        texts: Any texts, at least one.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\n".join((*texts, ""))
        self._codes: Points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self._kinds: Kinds = _ASCII.take(self._codes, mode="clip")
        self._others = np.flatnonzero(self._codes > 127)
        self._kinds[self._others] = self._of_others(_kind)
        self._ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1
        self._kinds[self._ends] = _END

    def _of_others(self, what: Callable[[str], int]) -> Codes:
        """Something that is told of every letter beyond ASCII, worked out once per letter."""
        found, places = np.unique(self._codes[self._others], return_inverse=True)
        return np.fromiter((what(chr(code)) for code in found), np.int64, len(found))[places]

    def counts(self) -> npt.NDArray[np.int64]:
        """How many capitals, digits, blanks, signs and small letters each text has; texts × kinds.

        >>> Letters(["Ab 12-3", "x"]).counts().tolist()
        [[1, 3, 1, 1, 1], [0, 0, 0, 0, 1]]
        """
        owner = np.repeat(np.arange(len(self._ends)), np.diff(self._ends, prepend=-1))
        found = np.bincount(owner * (_END + 1) + self._kinds, minlength=len(self._ends) * (_END + 1))
        return found.reshape(-1, _END + 1)[:, :_END]

    def numerals(self) -> tuple[Codes, list[str]]:
        """The texts that begin with a digit or a sign that stands before digits: where they are, and as written.

        Every digit is written 1 but for a zero at the first two places, by which numbers and codes differ; any
        blank is a blank.

        >>> Letters(["2026-11-29", "no", "0815", "-0.50"]).numerals()
        (array([0, 2, 3]), ['1011-11-11', '0111', '-0.11'])
        """
        first = np.append(0, self._ends[:-1] + 1)
        begins = self._codes[first] <= _LAST_DIGIT
        codes = _ALIKE.take(self._kinds)
        np.copyto(codes, self._codes, where=codes == 0)
        for place in (first, np.minimum(first + 1, self._ends)):
            codes[place[self._codes[place] == _ZERO]] = _ZERO
        return np.flatnonzero(begins), _texts(codes[np.repeat(begins, np.diff(self._ends, prepend=-1))])

    def shapes(self) -> list[str]:
        """The texts with runs of letters written 'a', of digits '9', of blanks ' '; several words in a row 'a+'.

        >>> Letters(["AB-1234", "Main Street 7", "Ann-Marie O'Neil", "x@y.org"]).shapes()
        ['a-9', 'a+ 9', 'a+', 'a@a+']
        """
        kinds = np.where(self._kinds == _CAPITAL, _SMALL, self._kinds)
        sign = kinds == _SIGN
        kept = starts_of(kinds) | sign | (kinds == _END)
        symbols = np.where(sign, self._codes, _SYMBOLS[kinds])[kept]
        # a word that only blanks and stops part from the word before continues it
        joining = _JOINING.take(symbols, mode="clip")
        solid = np.flatnonzero(~joining)
        word = symbols[solid] == _A
        goes_on = np.append(word[1:] & word[:-1], False)  # by solid letter: the next one is a word too
        begun = np.append(False, goes_on[:-1])
        gone = joining & goes_on[np.cumsum(~joining) - 1]
        gone[solid] = begun
        plus = solid[goes_on & ~begun] + 1
        symbols[plus], gone[plus] = _PLUS, False
        return [shape[:_SHAPE] for shape in _texts(symbols[~gone])]

    def plain(self) -> list[str]:
        """The texts in small letters, with one blank for any run of blanks, '_', '.' and '-', and none at the ends.

        >>> Letters(["Ann  LEE", "new_york-City ", "x@y.org"]).plain()
        ['ann lee', 'new york city', 'x@y org']
        """
        small = _ASCII_LOWER.take(self._codes, mode="clip")
        small[self._others] = self._of_others(_lower)
        parting = _PARTING.take(self._codes, mode="clip") & (self._kinds != _END) | (self._kinds == _BLANK)
        kept = starts_of(parting) | ~parting
        codes, parting, ends = np.where(parting, _SPACE, small)[kept], parting[kept], self._kinds[kept] == _END
        at_end = np.append(True, ends[:-1]) | np.append(ends[1:], True)
        return _texts(codes[~(parting & at_end)])

    def terms(self, most: int) -> tuple[Codes, Hashes, Codes]:
        """The words of the texts, at most so many of each, and the three-letter pieces of these, their ends marked.

        Returns:
            For each term the text it is in; its hash; and whether it is the first word of a text (0), another word
            (1) or a piece (2).
        """
        inside = _IN_WORDS[self._kinds]
        letter = np.flatnonzero(inside)
        if not len(letter):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        codes = np.where(inside, self._codes, 0).astype(np.int64)  # 0 stands at both ends of a word
        begins = ~inside[letter - 1]  # what stands before the very first letter is the end of the last text
        of_text = np.repeat(np.arange(len(self._ends)), np.diff(self._ends, prepend=-1))[letter[begins]]
        place = np.arange(len(of_text)) - np.searchsorted(of_text, of_text)
        word = np.cumsum(begins) - 1
        kept = place[word] < most
        letter, begins, word = letter[kept], begins[kept], word[kept]
        starts = np.flatnonzero(begins)
        pieces = codes[letter - 1] << 42 | codes[letter] << 21 | codes[letter + 1]
        at = np.arange(len(letter)) - np.repeat(starts, np.diff(starts, append=len(letter)))
        words = np.add.reduceat(codes[letter] * _POWERS[at % len(_POWERS)], starts) + 1
        taken = place < most
        return (
            np.concatenate([of_text[taken], of_text[word]]),
            (np.concatenate([words, pieces]) * _POWERS[0]).view(np.uint64),
            np.concatenate([np.minimum(place[taken], 1), np.full(len(pieces), 2)]),
        )


def starts_of(marks: npt.NDArray[np.generic]) -> Flags:
    """Where a run of the same begins.

    >>> starts_of(np.array([3, 3, 5])).tolist()
    [True, False, True]
    """
    new = np.ones(len(marks), dtype=bool)
    np.not_equal(marks[1:], marks[:-1], out=new[1:])
    return new


def _texts(codes: npt.NDArray[np.generic]) -> list[str]:
    return codes.astype(np.uint32, copy=False).tobytes().decode("utf-32-le", "surrogatepass").split("\n")[:-1]
