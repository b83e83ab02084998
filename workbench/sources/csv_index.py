"""Where the records of a block of CSV bytes begin and end, found with vector operations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .csv_tokens import Dialect

__all__ = ["BlockIndex", "index_block"]

_CR = 0x0D
Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class BlockIndex:
    """The records of a block.

    Attributes:
        ends: Where each complete record ends, its newline included.
        widths: The cells of each.
        lines: How many lines they take, counting those within quotes.
        odd: A quote stands where none should: ends and widths cannot be relied on.
    """

    ends: Positions
    widths: Positions
    lines: int
    odd: bool

    @property
    def starts(self) -> Positions:
        """Where each record begins."""
        return np.concatenate((np.zeros(1, np.int64), self.ends[:-1])) if len(self.ends) else self.ends

    @property
    def consumed(self) -> int:
        """The bytes that complete records take."""
        return int(self.ends[-1]) if len(self.ends) else 0

    def blanks(self, block: bytes) -> Positions:
        """The records that are blank lines."""
        thin = np.flatnonzero(self.widths == 1)
        starts, sizes = self.starts[thin], self.ends[thin] - self.starts[thin]
        first = np.frombuffer(block, np.uint8)[starts]
        found: Positions = thin[(sizes == 1) | ((sizes == 2) & (first == _CR))]
        return found


def index_block(block: bytes, dialect: Dialect) -> BlockIndex:
    """Index a block that begins with a record.

    Quotes toggle between inside and outside; a doubled quote toggles twice and so changes nothing.
    Whether each quote stands at a cell's edge is checked apart: only then is toggling right.
    One core does about 300 MB a second, in blocks of a megabyte, which stay in the cache.

    Args:
        block: Bytes in an encoding that keeps ASCII; a last record without newline is left out.
        dialect: A plain dialect.
    """
    data = np.frombuffer(block, np.uint8)
    newline, delimiter = ord(dialect.newline), ord(dialect.delimiter)
    is_special = (data == delimiter) | (data == newline)
    quote = ord(dialect.quote) if dialect.quote and dialect.quote.encode() in block else None
    if quote is not None:
        is_special |= data == quote
    at = np.flatnonzero(is_special)
    kinds = data[at]
    odd = False
    open_lines = 0
    if quote is not None:
        is_quote = kinds == quote
        odd = _any_stray(data, at[is_quote], (delimiter, newline, quote))
        structural = ~(np.logical_xor.accumulate(is_quote) | is_quote)
        last = np.flatnonzero(structural & (kinds == newline))
        open_lines = int(np.count_nonzero(kinds[: last[-1]] == newline)) + 1 - len(last) if len(last) else 0
        at, kinds = at[structural], kinds[structural]
    is_end = np.flatnonzero(kinds == newline)
    return BlockIndex(at[is_end] + 1, np.diff(is_end, prepend=-1), len(is_end) + open_lines, odd)


def _any_stray(data: Bytes, quotes: Positions, edges: tuple[int, int, int]) -> bool:
    """Whether any quote stands elsewhere than at the edge of a cell or doubled within one."""
    before = data[np.maximum(quotes[0::2] - 1, 0)]
    after = data[np.minimum(quotes[1::2] + 1, len(data) - 1)]
    delimiter, newline, quote = edges
    opens = (before == delimiter) | (before == newline) | (before == quote)
    closes = (after == delimiter) | (after == newline) | (after == quote) | (after == _CR)
    return not (bool(opens.all()) and bool(closes.all()))
