"""Reading CSV text record by record, tolerantly: the careful reader for text that is not well-formed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Dialect", "Record", "Tokenizer"]

LOOK_AHEAD = 20  # lines that must look right by themselves before an open quote is taken for a stray one


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written.

    Attributes:
        delimiter: What stands between cells; usually one character.
        quote: What stands around cells that hold delimiters; empty for none.
        escape: What stands before a quote within a quoted cell, where it is not doubled.
        skip_space: A delimiter is followed by a space that is not part of the cell.
        newline: What ends a record: a line feed (a carriage return before it does not count), or a
            carriage return alone.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    skip_space: bool = False
    newline: str = "\n"

    @property
    def is_plain(self) -> bool:
        """Whether a plain CSV reader understands it: single bytes, quotes doubled, no spaces to skip."""
        single = len(self.delimiter.encode()) == 1 and len(self.quote.encode()) <= 1
        return single and not self.escape and not (self.skip_space and self.quote)


@dataclass(slots=True)
class Record:
    """One record as read.

    Attributes:
        start: Where it begins in the text.
        end: Where the next one begins.
        cells: The values; quotes taken off where they were quotes.
        quoted: For each cell whether it stood in quotes; None when no cell did.
        flaw: What was wrong with its quotes, empty when nothing was.
    """

    start: int
    end: int
    cells: list[str]
    quoted: list[bool] | None = None
    flaw: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands on the line."""
        return self.quoted is None and len(self.cells) == 1 and not self.cells[0]


class Tokenizer:
    """Splits text into records.

    A quote counts only where it opens a cell and its partner closes one; any other is a character like
    any other. Where a record does not come out at the expected width, gentler readings of its quotes
    are tried, and the first that fits is taken.

    Args:
        dialect: How the text is written; records must end in a line feed here.
        width: The cells a record should have; None where that is still to be found out.
    """

    def __init__(self, dialect: Dialect, width: int | None = None) -> None:
        self.dialect = dialect
        self.width = width
        d, q, e = re.escape(dialect.delimiter), re.escape(dialect.quote), re.escape(dialect.escape)
        self._run: re.Pattern[str] | None = None
        self._lead = re.compile(r" *" if dialect.skip_space else r"")
        if dialect.quote:
            end = rf"[ \t]*(?={d}|\r?\n|\r?\Z)"
            inside = rf"(?>[^{q}{e}]+|{e}.|{q}{q})*+" if e else rf"(?>[^{q}]+|{q}{q})*+"
            self._strict = re.compile(rf"{q}({inside}){q}{end}", re.S)
            self._open = re.compile(rf"{q}{inside}\Z", re.S)
            self._lenient = re.compile(rf"{q}([^\n]*?){q}{end}")
            self._escaped = re.compile(rf"{e}(.)", re.S) if e else None
            cell = rf"(?:{q}{inside.replace(f'{e}.|', '') if e else inside}{q}|[^{q}{d}\r\n]*+)"
        else:
            cell = rf"[^{d}\r\n]*+"
        if width is not None and dialect.is_plain | bool(dialect.escape):
            self._run = re.compile(rf"(?:(?:{cell}{d}){{{width - 1}}}{cell}\r?\n)*+")

    def records(self, text: str, at: int = 0, *, final: bool = True) -> Iterator[Record]:
        """The records of a text.

        Args:
            text: The text.
            at: Where the first record begins.
            final: Nothing follows. Otherwise a last record whose quote is open is left out.
        """
        size = len(text)
        quote, delimiter = self.dialect.quote, self.dialect.delimiter
        while at < size:
            line_end = text.find("\n", at)
            if line_end < 0:
                line_end = size
            if not quote or text.find(quote, at, line_end) < 0:
                stop = line_end - 1 if line_end > at and text[line_end - 1] == "\r" else line_end
                cells = text[at:stop].split(delimiter)
                if self.dialect.skip_space:
                    cells = [c.lstrip(" ") for c in cells]
                record = Record(at, min(line_end + 1, size), cells)
            else:
                found = self._with_quotes(text, at, line_end, final)
                if found is None:
                    return
                record = found
            at = record.end
            yield record

    def good_until(self, text: str, at: int) -> int:
        """Where the run of well-formed records of the expected width that begins at `at` ends.

        This is the fast lane, about 150 MB a second: one match for many records.
        """
        match = self._run.match(text, at) if self._run else None
        return match.end() if match else at

    def _with_quotes(self, text: str, at: int, line_end: int, final: bool) -> Record | None:
        record = self._read(text, at, len(text), self._strict)
        if record is None:  # a quote stays open to the end of the text
            if not final and not self._lines_fit(text, at, line_end):
                return None
            record = self._one_line(text, at, line_end)
            record.flaw = "a quote is never closed: read as text"
            return record
        if self.width is None or len(record.cells) == self.width:
            return record
        spans_lines = record.end > line_end + 1
        if not record.flaw and not spans_lines and len(record.cells) < self.width:
            return record  # its quotes are in order: cells are missing, as the lazy way of reading has it
        single = self._one_line(text, at, line_end)
        if len(single.cells) == self.width or (spans_lines and self._lines_fit(text, at, line_end, 1)):
            single.flaw = single.flaw or "quotes do not pair up: read as text"
            return single
        return record

    def _one_line(self, text: str, at: int, line_end: int) -> Record:
        """The gentler readings of a line by itself: the first of the expected width, else the first."""
        line = text[at:line_end]
        tries = [self._read(line, 0, len(line), pattern) for pattern in (self._strict, self._lenient, None)]
        fits = [r for r in tries if r is not None and (self.width is None or len(r.cells) == self.width)]
        record = fits[0] if fits else next(r for r in reversed(tries) if r is not None)
        record.start, record.end = at, min(line_end + 1, len(text))
        return record

    def _lines_fit(self, text: str, at: int, line_end: int, count: int = LOOK_AHEAD) -> bool:
        """Whether the lines after this one have the expected width by themselves."""
        if self.width is None or self.width < 2:
            return False
        for _ in range(count):
            at = line_end + 1
            line_end = text.find("\n", at)
            if line_end < 0 or text.count(self.dialect.delimiter, at, line_end) != self.width - 1:
                return False
        return True

    def _read(self, text: str, at: int, size: int, quoted_cell: re.Pattern[str] | None) -> Record | None:
        """One record from `at`; None when a quote stays open to the end. No pattern: quotes are text."""
        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        record = Record(at, at, [], [])
        while True:
            lead = self._lead.match(text, at)
            at = lead.end() if lead else at
            match = quoted_cell.match(text, at) if quoted_cell and text.startswith(quote, at) else None
            if match:
                record.cells.append(self._unquoted(match[1], quoted_cell is self._strict))
                at = match.end()
            else:
                if quoted_cell is self._strict and self._open.match(text, at):
                    return None
                stop = self._cell_end(text, at, size)
                cell = text[at:stop]
                if quote in cell:
                    record.flaw = "a stray quote: kept as text"
                if quoted_cell and len(cell) > 1 and cell[0] == cell[-1] == quote:
                    cell = self._unquoted(cell[1:-1], True)  # quotes within that should have been doubled
                record.cells.append(cell)
                at = stop
            if record.quoted is not None:
                record.quoted.append(match is not None)
            if not text.startswith(delimiter, at):
                break
            at += len(delimiter)
        if text.startswith("\r", at):
            at += 1
        record.end = min(at + 1, size)
        return record

    def _cell_end(self, text: str, at: int, size: int) -> int:
        line_end = text.find("\n", at)
        line_end = size if line_end < 0 else line_end
        stop = text.find(self.dialect.delimiter, at, line_end)
        if stop >= 0:
            return stop
        return line_end - 1 if line_end > at and text[line_end - 1] == "\r" else line_end

    def _unquoted(self, inside: str, doubled: bool) -> str:
        quote = self.dialect.quote
        text = inside.replace(quote * 2, quote) if doubled or quote * 2 in inside else inside
        return self._escaped.sub(r"\1", text) if self._escaped else text
