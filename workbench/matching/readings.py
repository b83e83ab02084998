"""What texts read as: whole numbers, numbers, dates, moments, booleans; and the kind of columns by it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from .letters import Letters

__all__ = ["decimal", "kinds", "number", "numeric", "readings"]

Codes = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]
_SURE = 0.85  # share of a column's rows that must read as a kind
_PADDED_AT_MOST = 0.05  # share of numbers with leading zeros from which they are codes

_DATE = r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4})"
_NUMBER = r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[ ,.'][0-9]{3})+)?(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?%?"
_READING = re.compile(
    rf"(?P<integer>[+-]?(?:0|[1-9][0-9]*))\Z|(?P<padded>(?=0[0-9]){_NUMBER})\Z|(?P<decimal>[+-]?[0-9]+\.[0-9]+)\Z"
    rf"|(?P<stamp>{_DATE}[T ][0-9]{{1,2}}:[0-9]{{2}})|(?P<date>{_DATE})\Z|(?P<number>(?=.*[0-9]){_NUMBER})\Z"
)
_CODES = {name: code for code, name in enumerate((None, *_READING.groupindex, "boolean"))}
_DECIMAL, _BOOLEAN = _CODES["decimal"], _CODES["boolean"]
_IS_NUMBER = np.isin(np.arange(len(_CODES)), [_CODES[name] for name in ("integer", "padded", "decimal", "number")])
_BOOLEANS = frozenset(("true", "false", "yes", "no", "y", "n", "t", "f"))
_SPELLING = str.maketrans(",", ".", " '%")


def readings(letters: Letters, plain: Sequence[str]) -> Codes:
    """What every text reads as, by number.

    Args:
        letters: Texts that begin with no blank.
        plain: The same in small letters, without blanks and points at the ends.
    """
    found = np.zeros(len(plain), dtype=np.int64)
    places, written = letters.numerals()
    matches = {one: _READING.match(one) for one in dict.fromkeys(written)}
    known = {one: _CODES[match.lastgroup] if match else 0 for one, match in matches.items()}
    found[places] = np.fromiter(map(known.__getitem__, written), np.int64, len(written))
    if not _BOOLEANS.isdisjoint(plain):
        found[[k for k, low in enumerate(plain) if low in _BOOLEANS]] = _BOOLEAN
    return found


def numeric(read: Codes) -> npt.NDArray[np.bool_]:
    """Which readings are numbers."""
    found: npt.NDArray[np.bool_] = _IS_NUMBER[read]
    return found


def decimal(read: Codes) -> npt.NDArray[np.bool_]:
    """Which readings are numbers with a decimal point and nothing else that is special."""
    found: npt.NDArray[np.bool_] = read == _DECIMAL
    return found


def number(text: str) -> float:
    """The number that a text is; NaN where it is written in groups that could be read in several ways.

    >>> number("1 234,5"), number("1.234.567")
    (1234.5, nan)
    """
    try:
        return float(text)
    except ValueError:  # written in groups, with a comma, in per cent
        try:
            return float(text.translate(_SPELLING))
        except ValueError:
            return float("nan")


def kinds(owner: Codes, read: Codes, count: Matrix, columns: int) -> list[str]:
    """The family that the values of each column read as.

    Args:
        owner: The column of each value.
        read: Its reading.
        count: How many rows hold it.
        columns: How many columns there are.
    """
    rows = np.bincount(owner * len(_CODES) + read, count, columns * len(_CODES)).reshape(columns, len(_CODES))
    shares = rows / np.maximum(rows.sum(axis=1, keepdims=True), 1e-12)
    return [_kind(dict(zip(_CODES, of, strict=True))) for of in shares.tolist()]


def _kind(share: Mapping[str | None, float]) -> str:
    for name, family in (("boolean", "boolean"), ("stamp", "timestamp"), ("date", "date")):
        if share[name] >= _SURE:
            return family
    numbers = share["integer"] + share["padded"] + share["decimal"] + share["number"]
    if numbers < _SURE or share["padded"] >= _PADDED_AT_MOST:
        return "text"
    return "integer" if share["integer"] >= _SURE else "number"
