"""Making faulty CSV well-formed: what can be read is kept, the rest is rejected with its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .csv_index import index_block
from .csv_tokens import Dialect, Record, Tokenizer
from .results import Problems

__all__ = ["Reject", "Repaired", "Repairer"]

LONGEST_RECORD = 256 * 2**20
Reject = tuple[int, str, str]


@dataclass(slots=True)
class Repaired:
    """A block made well-formed.

    Attributes:
        text: Records of the right width, ending in a line feed.
        rows: How many.
        blank: Blank lines left out.
        rejected: Line, reason and text of each record that could not be kept.
    """

    text: str
    rows: int = 0
    blank: int = 0
    rejected: list[Reject] = field(default_factory=list)


class Repairer:
    """Turns blocks of faulty CSV into blocks that a strict reader takes.

    Runs of good records pass as they are; only the others are read one by one.

    Args:
        dialect: How the text is written.
        width: The cells of a record.
        ragged: 'pad' fills short records up with nulls, 'trim' drops empty surplus cells besides,
            'reject' rejects both.
        problems: Where what was wrong is booked.
        line: The line the first block begins on.
    """

    def __init__(self, dialect: Dialect, width: int, ragged: str, problems: Problems, line: int) -> None:
        self.width, self.ragged, self.problems, self.line = width, ragged, problems, line
        self.dialect = Dialect(dialect.delimiter, dialect.quote, dialect.escape, dialect.skip_space)
        self.tokenizer = Tokenizer(self.dialect, width)
        single = len(dialect.delimiter.encode()) == 1
        self.out = Dialect(dialect.delimiter if single else ",", dialect.quote or ("" if single else '"'))
        if dialect.quote and len(dialect.quote.encode()) > 1:
            self.out = Dialect(self.out.delimiter, '"')

    def blocks(self, texts: Iterator[str]) -> Iterator[Repaired]:
        """Repair all blocks.

        Args:
            texts: The text after preamble and header, in blocks that end with a line feed.
        """
        rest = ""
        for text in texts:
            repaired, used = self._block(rest + text, final=len(rest) + len(text) > LONGEST_RECORD)
            rest = (rest + text)[used:]
            yield repaired
        if rest:
            yield self._block(rest if rest.endswith("\n") else rest + "\n", final=True)[0]

    def _block(self, text: str, final: bool) -> tuple[Repaired, int]:
        pieces: list[str] = []
        done = Repaired("")
        at = counted = 0
        while at < len(text):
            end = self.tokenizer.good_until(text, at)
            if end > at:
                pieces.append(text[at:end])
                done.rows += self._count(text[at:end])
            else:
                record = next(self.tokenizer.records(text, at, final=final), None)
                if record is None:
                    break
                self.line += text.count("\n", counted, at)
                counted, end = at, record.end
                kept = self._keep(record, text, done)
                if kept is not None:
                    pieces.append(kept)
                    done.rows += 1
            at = end
        self.line += text.count("\n", counted, at)
        done.text = "".join(pieces)
        return done, at

    def _count(self, run: str) -> int:
        if not self.dialect.quote or self.dialect.quote not in run:
            return run.count("\n")
        return len(index_block(run.encode(), self.out).ends)

    def _keep(self, record: Record, text: str, done: Repaired) -> str | None:
        """The record made well-formed, or None where it is blank or rejected."""
        if record.is_blank and self.width > 1:
            done.blank += 1
            return None
        raw = text[record.start : record.end].rstrip("\r\n")
        cells, count = record.cells, len(record.cells)
        if count > self.width:
            is_empty = not any(cells[self.width :])
            if not is_empty or self.ragged != "trim":  # a delimiter too many in the middle looks the same
                hint = "; the surplus is empty: ragged='trim' drops it" if is_empty else ""
                self._reject(self._miscount(record) + hint, raw, done)
                return None
            self.problems.add("long", self.line, f"{count - self.width} empty cells too many: dropped", raw)
        elif count < self.width:
            if self.ragged == "reject":
                self._reject(self._miscount(record), raw, done)
                return None
            self.problems.add("short", self.line, f"{self._miscount(record)}: the missing ones are null", raw)
        if record.flaw:
            self.problems.add("quotes", self.line, record.flaw, raw)
        return self._written(record)

    def _miscount(self, record: Record) -> str:
        flaw = " (and stray quotes)" if record.flaw else ""
        return f"{len(record.cells)} cells where {self.width} were expected{flaw}"

    def _reject(self, reason: str, raw: str, done: Repaired) -> None:
        self.problems.add("rejected", self.line, f"{reason}: rejected", raw)
        done.rejected.append((self.line, reason, raw))

    def _written(self, record: Record) -> str:
        cells = record.cells[: self.width]
        quoted = record.quoted or [False] * len(cells)
        delimiter, quote = self.out.delimiter, self.out.quote
        if quote:
            special = (delimiter, quote, "\n", "\r")
            cells = [
                quote + c.replace(quote, quote * 2) + quote if q or any(s in c for s in special) else c
                for c, q in zip(cells, quoted, strict=False)
            ]
        return delimiter.join(cells) + delimiter * (self.width - len(cells)) + "\n"
