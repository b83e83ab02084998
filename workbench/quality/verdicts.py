"""What a check found: one verdict per rule, the rows that keep all rules and those that break some."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

import polars as pl

from workbench.markup import Tone, block, note, table, toned

__all__ = ["Checked", "Result", "RuleVerdict", "verdict_table"]

Result = Literal["passed", "failed", "warned", "not checked"]
_MARKS: dict[Result, str] = {"failed": "✗", "warned": "!", "not checked": "?", "passed": "✓"}
_TONES: dict[Result, Tone] = {"failed": "bad", "warned": "warn", "not checked": "warn", "passed": "good"}


@dataclass(frozen=True)
class RuleVerdict:
    """One rule of a contract held against the data.

    Attributes:
        code: Names the rule, as in 'email.pattern'; the reject code of the rows that break it.
        field: The field it is about, '' for the dataset.
        kind: required, type, enum, pattern, minimum, maximum, length, unique, key, reference, schema or quality.
        rule: The promise in words.
        result: Whether it is kept; 'warned' where the contract calls a breach a warning.
        broken: Rows that break it.
        rows: Rows it was held against.
        examples: Some offending values, masked where they are personal data.
        note: Why it was not checked, or what the data gave instead.
    """

    code: str
    field: str
    kind: str
    rule: str
    result: Result
    broken: int = 0
    rows: int = 0
    examples: tuple[str, ...] = ()
    note: str = ""

    @property
    def share(self) -> float:
        """Broken rows as a share of all, 0 to 1."""
        return self.broken / self.rows if self.rows else 0.0

    def __str__(self) -> str:
        """One sentence, as a report says it."""
        subject = f"{self.field} " if self.field else ""
        if self.result == "passed":
            return f"{subject}{self.rule}"
        parts = [f"{subject}{self.rule}: "]
        if self.broken:
            row = "rows breaks" if self.broken == 1 else "rows break"
            parts.append(f"{self.broken:,} of {self.rows:,} {row} it ({percent(self.share)})")
        if self.note:
            parts.append(("; " if self.broken else "") + self.note)
        if self.examples:
            parts.append(", as in " + ", ".join(f"'{e}'" for e in self.examples))
        return "".join(parts)


def percent(share: float) -> str:
    """A share in percent that never rounds something to nothing, nor nearly all to all.

    >>> percent(0.5), percent(0.000004), percent(0.99999)
    ('50 %', '< 0.01 %', '> 99.99 %')
    """
    if 0 < share < 0.0001:
        return "< 0.01 %"
    if 0.9999 < share < 1:
        return "> 99.99 %"
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


@dataclass(frozen=True)
class Checked:
    """What a check gives.

    Attributes:
        passed: Rows that keep every rule.
        rejected: The other rows as they are, with the reject columns of a dead letter.
        verdicts: One per rule, in the contract's order.
        contract: Name and version of the contract.
    """

    passed: pl.DataFrame
    rejected: pl.DataFrame
    verdicts: tuple[RuleVerdict, ...]
    contract: str = ""

    @property
    def ok(self) -> bool:
        """Whether no rule is broken; warnings and rules not checked do not count."""
        return not any(v.result == "failed" for v in self.verdicts)

    @property
    def worst(self) -> tuple[RuleVerdict, ...]:
        """What is not in order: failures first, most rows first."""
        order = list(_MARKS)
        wrong = [v for v in self.verdicts if v.result != "passed"]
        return tuple(sorted(wrong, key=lambda v: (order.index(v.result), -v.broken)))

    @property
    def summary(self) -> str:
        """One line: rules kept and broken, rows passed and rejected."""
        return summary(self.contract, self.verdicts, self.passed.height, self.rejected.height)

    def __str__(self) -> str:
        lines = [f"  {_MARKS[v.result]} {v}" for v in self.worst]
        return "\n".join([self.summary, *lines])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return block(note(self.summary, "good" if self.ok else "bad"), verdict_table(self.worst))

    def to_json(self) -> str:
        """The verdicts and counts, without rows."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "contract": self.contract,
            "ok": self.ok,
            "passed": self.passed.height,
            "rejected": self.rejected.height,
            "verdicts": [asdict(v) for v in self.verdicts],
        }


def summary(contract: str, verdicts: tuple[RuleVerdict, ...], passed: int, rejected: int) -> str:
    """One line over a whole check."""
    failed = sum(v.result == "failed" for v in verdicts)
    open_ = sum(v.result == "not checked" for v in verdicts)
    kept = f"{len(verdicts) - failed - open_} of {len(verdicts)} rules kept"
    more = f", {open_} not checked" if open_ else ""
    return f"{contract}: {kept}{more}; {passed:,} rows passed, {rejected:,} rejected"


def verdict_table(verdicts: tuple[RuleVerdict, ...]) -> str:
    """Verdicts as an HTML table, to stand in a block of markup; a sentence when there is none."""
    if not verdicts:
        return note("Every rule is kept.", "good")
    rows = [
        (toned(f"{_MARKS[v.result]} {v.result}", _TONES[v.result]), escape(v.field), escape(v.rule), f"{v.broken:,}",
         percent(v.share), escape(", ".join(v.examples)), escape(v.note))
        for v in verdicts
    ]  # fmt: skip
    headings = ("result", "field", "rule", "rows", "share", "as in", "note")
    return table(headings, rows, caption="Rules of the contract", numbers=(3, 4))
