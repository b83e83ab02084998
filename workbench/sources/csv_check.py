"""Whether a CSV file is well-formed throughout: one pass over its bytes, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .csv_index import BlockIndex, index_block
from .csv_text import byte_blocks
from .csv_tokens import Dialect
from .results import Problems

__all__ = ["Verdict", "check_file"]

_BLOCK = 2**20
_LONGEST_RECORD = 256 * 2**20


@dataclass(slots=True)
class Verdict:
    """What the pass found.

    Attributes:
        rows: The data records.
        trailing_blank: Blank lines at the end.
        faulty: Why a strict reader would fail or go wrong; empty when it would not.
        foreign: The bytes are not UTF-8.
    """

    rows: int = 0
    trailing_blank: int = 0
    faulty: str = ""
    foreign: bool = False


class _Pass:
    """The state of the pass: it stops at the first thing a strict reader cannot take."""

    def __init__(self, dialect: Dialect, width: int, ragged: str, problems: Problems, line: int) -> None:
        self.dialect, self.width, self.ragged = dialect, width, ragged
        self.problems, self.line = problems, line
        self.verdict = Verdict()

    def take(self, block: bytes) -> int:
        """Check the complete records of a block and say how many bytes they take."""
        index = index_block(block, self.dialect)
        part = block[: index.consumed]
        if index.odd:
            self.verdict.faulty = "quotes stand where they should not"
        elif self.dialect.skip_space and b'"' in part:
            self.verdict.faulty = "quotes turned up"
        elif self.dialect.newline == "\n" and _lone_returns(part):
            self.verdict.faulty = "carriage returns stand within cells"  # Polars drops them at a cell's end
        elif not part.isascii() and not _is_utf8(part):
            self.verdict.foreign = True
            self.verdict.faulty = "not UTF-8"
        elif len(index.ends):
            self._records(index, part)
        return index.consumed

    def _records(self, index: BlockIndex, part: bytes) -> None:
        verdict, records = self.verdict, len(index.ends)
        if bool((index.widths > self.width).any()):
            verdict.faulty = "records have too many cells"
            return
        blanks = index.blanks(part) if self.width > 1 else np.zeros(0, np.int64)
        if verdict.trailing_blank and len(blanks) < records:
            verdict.faulty = "blank lines between records"
            return
        if len(blanks) and int(blanks[0]) != records - len(blanks):
            verdict.faulty = "blank lines between records"
            return
        verdict.trailing_blank += len(blanks)
        short = np.flatnonzero(index.widths[: records - len(blanks)] < self.width)
        if len(short) and self.ragged == "reject":
            verdict.faulty = "records have too few cells"
            return
        if len(short) and self._span_lines(index, part, short):
            verdict.faulty = "a record of several lines has too few cells"  # perhaps a quote too many
            return
        self._book(index, part, short, "short", "{} cells where {} were expected: the missing ones are null")
        if b"\0" in part:
            zeros = np.flatnonzero(np.frombuffer(part, np.uint8) == 0)
            with_zeros = np.unique(np.searchsorted(index.ends, zeros, side="right"))
            self._book(index, part, with_zeros, "nul", "a NUL character: kept as it is")
        verdict.rows += records - len(blanks)
        self.line += index.lines

    def _span_lines(self, index: BlockIndex, part: bytes, records: npt.NDArray[np.int64]) -> bool:
        if not self.dialect.quote or self.dialect.quote.encode() not in part:
            return False
        lines = np.flatnonzero(np.frombuffer(part, np.uint8) == ord(self.dialect.newline)) + 1
        first, last = np.searchsorted(lines, index.starts[records]), np.searchsorted(lines, index.ends[records])
        return bool((last - first > 1).any())

    def _book(self, index: BlockIndex, part: bytes, records: npt.NDArray[np.int64], kind: str, what: str) -> None:
        if not len(records):
            return
        booked = 0
        newline = self.dialect.newline.encode()
        line, counted = self.line, 0
        for record in records:
            if not self.problems.room_for(kind):
                break
            start, end = int(index.starts[record]), int(index.ends[record])
            line += part.count(newline, counted, start)
            counted = start
            text = part[start : min(end, start + 400)].decode("utf-8", "replace").rstrip("\r\n")
            self.problems.add(kind, line, what.format(int(index.widths[record]), self.width), text)
            booked += 1
        self.problems.count(kind, len(records) - booked)


def check_file(
    path: Path, dialect: Dialect, width: int, *, skipped: int, ragged: str, problems: Problems, bom: int = 0
) -> Verdict:
    """Check a file that is thought to be UTF-8.

    One core reads about 300 MB a second; memory is bounded by the longest record.

    Args:
        path: The file.
        dialect: A plain dialect; one that skips spaces has no quote, and a quote that turns up is a fault.
        width: The cells a record should have.
        skipped: Lines to leave out at the beginning.
        ragged: 'reject' lets no short records pass, the others do.
        problems: Where short records and NUL characters are booked.
        bom: Bytes of the byte-order mark.
    """
    state = _Pass(dialect, width, ragged, problems, skipped + 1)
    newline = dialect.newline.encode()
    rest = b""
    waiting: list[bytes] = []
    for block in byte_blocks(path, _BLOCK, bom):
        while skipped and block:
            cut = block.find(newline) + 1
            block = block[cut:] if cut else b""
            skipped -= bool(cut)
        waiting.append(block)
        if sum(map(len, waiting)) < len(rest):
            continue  # a record longer than the block: look again when there is twice as much
        block = rest + b"".join(waiting)
        waiting = []
        rest = block[state.take(block) :]
        if len(rest) > _LONGEST_RECORD:
            state.verdict.faulty = f"a record is longer than {_LONGEST_RECORD // 2**20} MiB"
        if state.verdict.faulty:
            return state.verdict
    last = rest + b"".join(waiting)
    if last:
        if not last.endswith(newline):
            last += newline
        if state.take(last) < len(last) and not state.verdict.faulty:
            state.verdict.faulty = "a quote is never closed"
    return state.verdict


def _lone_returns(part: bytes) -> bool:
    """Whether a carriage return stands elsewhere than before a line feed."""
    if b"\r" not in part:
        return False
    data = np.frombuffer(part, np.uint8)
    returns = data[:-1] == 0x0D
    return bool(np.count_nonzero(returns) != np.count_nonzero(returns & (data[1:] == 0x0A)))


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
