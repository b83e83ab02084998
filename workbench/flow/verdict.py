"""What verifying a spec found: the books, the contract, the spec's own checks, and the worst offenders in words."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from workbench.mapping import Counts, RoundTrip
from workbench.markup import block, note, table, toned
from workbench.quality import RuleVerdict, verdict_table

__all__ = ["CheckVerdict", "RejectReason", "Verdict"]


@dataclass(frozen=True)
class CheckVerdict:
    """One check of the spec.

    Attributes:
        id: Its id in the spec.
        what: What it measures, in words.
        passed: Whether it holds; None where it could not be measured.
        measured: What was found, in words.
    """

    id: str
    what: str
    passed: bool | None
    measured: str

    def __str__(self) -> str:
        return f"{self.id}: {self.what}: {self.measured}"


@dataclass(frozen=True)
class RejectReason:
    """Why rows were rejected, and some of the values; masked where they are personal data."""

    code: str
    reason: str
    rows: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", as in " + ", ".join(f"'{e}'" for e in self.examples) if self.examples else ""
        return f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}: {self.reason} ({self.code}){shown}"


@dataclass(frozen=True)
class Verdict:
    """Whether a spec does what it promises, on the full volume.

    Attributes:
        spec: Name and version of the spec.
        fingerprint: Of the spec.
        target: Name and version of the target's contract, '' without one.
        counts: The books of the run, checked.
        rules: One verdict per rule of the contract.
        checks: One verdict per check of the spec.
        reasons: Why rows were rejected, most rows first.
        trip: The round trip, where the spec asks for one.
        seconds: How long it took.
    """

    spec: str
    fingerprint: str
    target: str
    counts: Counts
    rules: tuple[RuleVerdict, ...] = ()
    checks: tuple[CheckVerdict, ...] = ()
    reasons: tuple[RejectReason, ...] = ()
    trip: RoundTrip | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether no rule of the contract is broken and every check that could be measured holds."""
        return not any(r.result == "failed" for r in self.rules) and not any(c.passed is False for c in self.checks)

    @property
    def offenders(self) -> tuple[str, ...]:
        """What is wrong or worth a look, the worst first, in words."""
        broken = [f"{r}" for r in sorted(self.rules, key=lambda r: -r.broken) if r.result == "failed"]
        failed = [str(c) for c in self.checks if c.passed is False]
        rejected = [f"rejected: {r}" for r in self.reasons]
        warned = [str(r) for r in self.rules if r.result == "warned"]
        unknown = [f"not measured: {c}" for c in self.checks if c.passed is None]
        unknown += [f"not checked: {r}" for r in self.rules if r.result == "not checked"]
        return (*broken, *failed, *rejected, *warned, *unknown)

    @property
    def headline(self) -> str:
        """One line: the result and the books."""
        result = "holds" if self.passed else "falls short"
        to = f" against {self.target}" if self.target else ""
        return f"{self.spec} {result}{to}: {self.counts}"

    def __str__(self) -> str:
        kept = sum(r.result == "passed" for r in self.rules)
        lines = [self.headline]
        if self.rules:
            lines.append(f"  contract: {kept} of {len(self.rules)} rules kept")
        lines += [f"  {'✓' if c.passed else '?' if c.passed is None else '✗'} {c}" for c in self.checks]
        lines += [f"  - {o}" for o in self.offenders[:12]]
        if len(self.offenders) > 12:
            lines.append(f"  - and {len(self.offenders) - 12} more")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = [note(self.headline, "good" if self.passed else "bad"), self.counts.books_html()]
        if self.reasons:
            why = [
                (escape(r.code), escape(r.reason), f"{r.rows:,}", escape(", ".join(r.examples))) for r in self.reasons
            ]
            parts.append(table(("code", "reason", "rows", "as in"), why, caption="Rejected rows", numbers=(2,)))
        parts.append(self.counts.replaced_html())
        if self.checks:
            rows = [(escape(c.id), _result(c.passed), escape(c.what), escape(c.measured)) for c in self.checks]
            parts.append(table(("check", "result", "what", "measured"), rows, caption="Checks of the spec"))
        if self.rules:
            parts.append(verdict_table(tuple(r for r in self.rules if r.result != "passed")))
        if self.trip is not None:
            parts.append(self.trip._repr_html_())
        return block(*parts)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "spec": self.spec,
            "fingerprint": self.fingerprint,
            "target": self.target,
            "passed": self.passed,
            "counts": self.counts.to_dict(),
            "rules": [asdict(r) for r in self.rules],
            "checks": [asdict(c) for c in self.checks],
            "reject_reasons": [asdict(r) for r in self.reasons],
            "offenders": list(self.offenders),
            "seconds": round(self.seconds, 3),
        }

    def to_json(self) -> str:
        """The verdict as JSON, personal data masked."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)


def _result(passed: bool | None) -> str:
    if passed is None:
        return toned("? not measured", "warn")
    return toned("✓ holds", "good") if passed else toned("✗ falls short", "bad")
