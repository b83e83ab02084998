"""What a run gives, on any engine: passed rows, rejected rows, and books that must balance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import polars as pl

from workbench.errors import ConservationError, FlowError
from workbench.markup import block, note, table
from workbench.model import Plan

__all__ = ["REJECT_COLUMNS", "SUM_DIGITS", "Applied", "Counts", "stop_if_fatal", "tally_replaced"]

# A sum of decimals is null when one of them needs more digits than these, of the 38 there are.
SUM_DIGITS = 28

REJECT_COLUMNS = ("_code", "_field", "_step", "_reason", "_value", "_faults", "_spec")


@dataclass
class Counts:
    """Rows in and where each of them went; counted where it happens, never derived from one another.

    Attributes:
        rows_in: Rows read from the source.
        added: Rows that a union, an explode, a split or an n:n lookup made beside those read.
        rows_out: Rows written.
        rejected: Rows rejected, by the code of the first fault, as in 'f4.1'.
        booked: Rows taken away on purpose, by what the spec books them as.
        replaced: Values at fault that were emptied, set to a default or left out of a group while their row went
            on, by the code of the fault; of fields they are counted in the rows written.
        reasons: What each code means.
    """

    rows_in: int = 0
    added: int = 0
    rows_out: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    booked: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def total_rejected(self) -> int:
        """All rejected rows."""
        return self.rejected.total()

    def add(self, other: Counts) -> None:
        """Take the counts of another batch in."""
        self.rows_in += other.rows_in
        self.added += other.added
        self.rows_out += other.rows_out
        self.rejected.update(other.rejected)
        self.booked.update(other.booked)
        self.replaced.update(other.replaced)
        self.reasons.update(other.reasons)

    def check(self) -> Counts:
        """Prove that nothing was lost.

        Raises:
            ConservationError: Rows in and added are not rows out, rejected and booked.
        """
        came = self.rows_in + self.added
        went = self.rows_out + self.total_rejected + self.booked.total()
        if came != went:
            raise ConservationError(
                f"{came} rows came in, {went} are accounted for ({self})",
                where="apply",
                cure="report this: the workbench lost or invented rows",
            )
        return self

    def __str__(self) -> str:
        parts = [f"{self.rows_in:,} in"]
        if self.added:
            parts.append(f"{self.added:,} added")
        parts += [f"{self.rows_out:,} out", f"{self.total_rejected:,} rejected"]
        parts += [f"{n:,} {name}" for name, n in sorted(self.booked.items())]
        replaced = self.replaced.total()
        return ", ".join(parts) + (f"; {replaced:,} value{'s' * (replaced != 1)} replaced" if replaced else "")

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rows_in": self.rows_in,
            "added": self.added,
            "rows_out": self.rows_out,
            "rejected": self.total_rejected,
            "booked": dict(sorted(self.booked.items())),
            "reject_reasons": self._told(self.rejected, "rows"),
            "replaced": self._told(self.replaced, "values"),
        }

    def _told(self, counter: Counter[str], unit: str) -> list[dict[str, Any]]:
        most_first = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
        return [{"code": c, "reason": self.reasons.get(c, ""), unit: n} for c, n in most_first]

    def _repr_html_(self) -> str:
        return block(self.books_html(), self.reasons_html())

    def books_html(self) -> str:
        """What came in and where every row went, to stand in a block of markup."""
        went = [("rows in", self.rows_in), ("added", self.added), ("rows out", self.rows_out)]
        went += [("rejected", self.total_rejected), *sorted(self.booked.items())]
        went += [("values replaced in rows that went on", self.replaced.total())]
        kept = ("rows in", "rows out", "rejected")
        rows = [(escape(n), f"{c:,}") for n, c in went if c or n in kept]
        return table(("where", "rows"), rows, caption="Where every row went", numbers=(1,))

    def reasons_html(self, most: int = 12) -> str:
        """Why rows were rejected and values replaced, most first, to stand in a block of markup."""
        none = "" if self.rejected else note("No row was rejected.", "good")
        return none + self._why("Why rows were rejected", "rows", self.rejected, most) + self.replaced_html(most)

    def replaced_html(self, most: int = 12) -> str:
        """Why values were replaced in rows that went on; nothing where none was."""
        return self._why("Why values were replaced", "values", self.replaced, most)

    def _why(self, caption: str, unit: str, counter: Counter[str], most: int) -> str:
        rows = [(escape(c), escape(self.reasons.get(c, "")), f"{n:,}") for c, n in counter.most_common(most)]
        told = table(("code", "reason", unit), rows, caption=caption, numbers=(2,)) if rows else ""
        more = len(counter) - most
        return told + note(f"… and {more:,} more reasons" if more > 0 else "")


def tally_replaced(rows: pl.DataFrame, counts: Counts, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Count the codes in the columns '__replaced…' of rows; the rows without these columns.

    Args:
        rows: Rows that an engine computed from `Plan.computed`, or a row step's own codes.
        counts: The books.
        reasons: What each code means.
    """
    told = [name for name in rows.columns if name.startswith("__replaced")]
    for name in told:
        found = dict(rows[name].drop_nulls().value_counts().iter_rows())
        counts.replaced.update(found)
        counts.reasons.update({code: reasons.get(code, "") for code in found})
    return rows.drop(told)


@dataclass(frozen=True)
class Applied:
    """What a run gives.

    Attributes:
        passed: Rows in the target's form.
        rejected: Rows as they were, with `REJECT_COLUMNS`: code, field, step, reason and value of the first
            fault, all faults, and the spec that rejected them.
        counts: The books, checked.
    """

    passed: pl.DataFrame
    rejected: pl.DataFrame
    counts: Counts

    def __repr__(self) -> str:
        return f"Applied({self.counts})"

    def _repr_html_(self) -> str:
        return block(self.counts.books_html(), self.counts.reasons_html())  # the rows themselves may be personal


def stop_if_fatal(plan: Plan, found: Counter[str]) -> None:
    """Stop when a field with ``on_error: fail`` found a fault.

    Raises:
        FlowError: It did.
    """
    for guard in (*plan.guards, *plan.replaced):
        if guard.fatal and found.get(guard.code):
            raise FlowError(
                f"{guard.field} {guard.reason} in {found[guard.code]} rows, and its spec says on_error: fail",
                where=f"{plan.name}, {guard.code}",
                cure="mend the source or the step, or let the rows be rejected",
            )
