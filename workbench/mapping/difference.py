"""What two versions of a spec do differently, written like a review."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

from workbench.markup import Tone, block, note, table, toned
from workbench.model import next_version

__all__ = ["Example", "SpecChange", "SpecDiff"]

Grade = Literal["major", "minor", "patch"]
_ORDER: dict[Grade, int] = {"major": 0, "minor": 1, "patch": 2}


@dataclass(frozen=True, slots=True)
class Example:
    """Values that go in, and what comes out before and after; 'rejected: …' where the row is rejected."""

    given: str
    before: str
    after: str
    rows: int

    def __str__(self) -> str:
        return f"{self.given}: was {self.before}, is {self.after} ({self.rows:,} {'row' if self.rows == 1 else 'rows'})"


@dataclass(frozen=True, slots=True)
class SpecChange:
    """One difference between two versions of a spec.

    Attributes:
        grade: How much it matters.
        part: The field, row step or key of the spec it is about, as in 'gender (f4)'.
        what: The change in words.
        rows: Rows that it concerns in the replay.
        values: Distinct values (or combinations of them) that it concerns.
        examples: Some of them, most rows first.
    """

    grade: Grade
    part: str
    what: str
    rows: int = 0
    values: int = 0
    examples: tuple[Example, ...] = ()

    def __str__(self) -> str:
        return f"{self.grade}: {self.part}: {self.what}"


@dataclass(frozen=True)
class SpecDiff:
    """Every difference between two versions of a spec, the gravest first.

    Attributes:
        name: Name of the spec.
        old: Version of old.
        new: Version that the new one calls itself.
        changes: The differences.
        rows: Rows that old and new were replayed on; none without data.
        same_fingerprint: Both do the same by definition.
    """

    name: str
    old: str
    new: str
    changes: tuple[SpecChange, ...]
    rows: int | None = None
    same_fingerprint: bool = False

    @property
    def grade(self) -> Grade | None:
        """The gravest grade; none when nothing changed."""
        return min((c.grade for c in self.changes), key=_ORDER.__getitem__, default=None)

    @property
    def version(self) -> str:
        """The version that the new spec should have."""
        return next_version(self.old, self.grade)

    @property
    def approval_lost(self) -> bool:
        """Whether an approval of the old spec ends: with every change but a patch."""
        return self.grade in ("major", "minor")

    @property
    def headline(self) -> str:
        """One line: the grade and the version it asks for."""
        if self.grade is None:
            return f"{self.name} {self.old} → {self.new}: no difference"
        seen = "nothing was replayed" if self.rows is None else f"replayed on {self.rows:,} rows"
        text = f"{self.name} {self.old} → {self.new}: {self.grade} change; {seen}"
        if _numbers(self.new) < _numbers(self.version):
            text += f"; call it {self.version}"
        return text + ("; an approval of the old one does not cover it" if self.approval_lost else "")

    def __str__(self) -> str:
        lines = [self.headline]
        for change in self.changes:
            lines.append(f"  {change.grade:5}  {change.part}: {change.what}")
            lines += [f"           {example}" for example in change.examples]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tones: dict[str, Tone] = {"major": "bad", "minor": "warn", "patch": "soft"}
        rows = [(toned(c.grade, tones[c.grade]), escape(c.part), escape(c.what)) for c in self.changes]
        cases = [
            (escape(c.part), escape(e.given), f"<del>{escape(e.before)}</del>", f"<ins>{escape(e.after)}</ins>",
             f"{e.rows:,}")
            for c in self.changes
            for e in c.examples
        ]  # fmt: skip
        replayed = table(("part", "given", "was", "is", "rows"), cases, caption="On replay", numbers=(4,))
        return block(
            note(self.headline), table(("grade", "part", "change"), rows) if rows else "", replayed if cases else ""
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "old": self.old,
            "new": self.new,
            "grade": self.grade,
            "suggested_version": self.version,
            "approval_lost": self.approval_lost,
            "rows_replayed": self.rows,
            "changes": [asdict(c) for c in self.changes],
        }


def by_grade(changes: list[SpecChange]) -> tuple[SpecChange, ...]:
    """The gravest first; within a grade those that concern most rows."""
    return tuple(sorted(changes, key=lambda c: (_ORDER[c.grade], -c.rows)))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
