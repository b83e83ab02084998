"""What a scan gives: one lazy frame, the facts found out, and what could not be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import polars as pl

from workbench.markup import block, items, note, table

__all__ = ["REJECTED_SCHEMA", "Problems", "ReadProblem", "Scan", "masked", "no_rejects"]

REJECTED_SCHEMA = pl.Schema({"line": pl.Int64, "reason": pl.String, "text": pl.String})
SHOWN_CHARACTERS = 80
KEPT_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """One thing that was wrong in a source, and where.

    Attributes:
        line: The line (from 1) in the file, when there are lines.
        what: What was wrong, and what was done about it.
        text: The beginning of the text concerned. It may hold personal data: the representation masks it.
    """

    line: int | None
    what: str
    text: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{self.what}" + (f" [{masked(self.text)}]" if self.text else "")

    def __repr__(self) -> str:
        return f"ReadProblem({self})"


@dataclass(slots=True)
class Problems:
    """Problems as they are found: all counted by kind, the first of them kept."""

    kept: list[ReadProblem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, line: int | None, what: str, text: str = "") -> None:
        """Book a problem under its kind."""
        if self.room_for(kind):
            self.kept.append(ReadProblem(line, what, shortened(text)))
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def room_for(self, kind: str) -> bool:
        """Whether a further problem would be kept; past this point counting is enough."""
        return len(self.kept) < KEPT_PROBLEMS or kind not in self.counts

    def count(self, kind: str, more: int) -> None:
        """Book problems that are counted only."""
        if more:
            self.counts[kind] = self.counts.get(kind, 0) + more


@dataclass(frozen=True, eq=False)
class Scan:
    """A source opened for reading.

    Attributes:
        name: What the dataset is called: the file's stem or the table's name.
        frame: The rows, lazily. Text stays text where types are doubtful.
        facts: What was found out: encoding, delimiter, rows … as far as the format has them.
        problems: What was wrong, by line; the first 1,000 (``facts['problems']`` has the counts).
        rejected: Lines that could not be read as rows: line, reason, text. Nothing else is left out.
    """

    name: str
    frame: pl.LazyFrame
    facts: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[ReadProblem, ...] = ()
    rejected: pl.DataFrame = field(default_factory=lambda: no_rejects())

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(self.frame.collect_schema().names())

    def collect(self) -> pl.DataFrame:
        """Read all rows into memory."""
        return self.frame.collect()

    def __repr__(self) -> str:
        lines = [f"Scan '{self.name}': {_extent(self)}"]
        lines += [f"  {key}: {_value(value)}" for key, value in self.facts.items() if key != "rows"]
        if self.rejected.height:
            lines.append(f"  {self.rejected.height:,} lines rejected, see .rejected")
        lines += [f"  ! {problem}" for problem in self.problems[:5]]
        if len(self.problems) > 5:
            lines.append(f"  ! … {len(self.problems) - 5:,} further problems, see .problems")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        facts = [(escape(str(key)), escape(_value(value))) for key, value in self.facts.items()]
        lost = f"{self.rejected.height:,} lines rejected, see .rejected" if self.rejected.height else ""
        wrong = note("What was wrong:") + items(str(p) for p in self.problems) if self.problems else ""
        return block(table(("fact", "value"), facts, caption=f"{self.name}: {_extent(self)}"), note(lost, "bad"), wrong)


def no_rejects() -> pl.DataFrame:
    """No rejected lines, with the schema that rejected lines have."""
    return pl.DataFrame(schema=REJECTED_SCHEMA)


def masked(text: str) -> str:
    """The shape of a text without its content: letters and digits replaced, the rest kept.

    >>> masked('Müller, Ann;"0171')
    'Xxxxxx, Xxx;"9999'
    """
    text = re.sub(r"[^\W\d_]", lambda m: "X" if m[0].isupper() else "x", text)
    return re.sub(r"\d", "9", text)


def shortened(text: str) -> str:
    """The beginning of a text on one line."""
    line = text[: SHOWN_CHARACTERS + 1].replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0")
    return line if len(text) <= SHOWN_CHARACTERS else line[:SHOWN_CHARACTERS] + "…"


def _extent(scan: Scan) -> str:
    rows = scan.facts.get("rows")
    count = f"{rows:,} rows" if isinstance(rows, int) else "rows not counted"
    return f"{count} × {len(scan.columns):,} columns"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {v}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        shown = ", ".join(str(v) for v in value[:8])
        return shown + (f" … ({len(value):,} in all)" if len(value) > 8 else "")
    return repr(value) if isinstance(value, str) and (not value.isprintable() or value == " ") else str(value)
