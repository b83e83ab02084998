"""Rejected rows by reason: look at them, jump to the step, mend it, apply again and see what that changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from workbench.errors import UnknownNameError
from workbench.mapping import Applied, apply
from workbench.model import Spec
from workbench.profiling import mask

from .desk import Desk, Message
from .html import page_table, text
from .review import MappingDecisions

if TYPE_CHECKING:
    from workbench.project import Project

__all__ = ["Reason", "RejectBrowser"]

Run = Callable[[Spec], Applied]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows are rejected.

    Attributes:
        code: As in the dead letters: 'f4.2' is the second step of the field f4.
        field: The target field.
        step: The step's name.
        reason: What is wrong, in words.
        rows: Rows rejected for it first.
        before: Rows before the last mending; None when nothing was mended yet.
    """

    code: str
    field: str
    step: str
    reason: str
    rows: int
    before: int | None = None


class RejectBrowser(Desk):
    """The rejected rows of a spec, and the way to have fewer of them.

    Args:
        review: The review of the spec: mending is a decision like any other, saved and undone there.
        run: Applies a spec to the whole source.
        applied: What it gave, when that is there already.
        masked: Hide personal values.
    """

    panel = "reject_browser"

    def __init__(
        self, review: MappingDecisions, run: Run, *, applied: Applied | None = None, masked: bool = True
    ) -> None:
        self.review, self.masked = review, masked
        self._run = run
        self.applied = applied or run(review.spec)
        self._before: Applied | None = None

    @classmethod
    def open(cls, project: Project, review: MappingDecisions, *, applied: Applied | None = None) -> Self:
        """Browse the rejects of a project's spec.

        Args:
            project: The project.
            review: The review of the spec.
            applied: What it gave on the whole source, when that is there already.
        """
        frame = project.frame(review.spec.source.dataset)
        target = review.target
        return cls(
            review, lambda spec: apply(project.resolve(spec, target=target).plan, frame, project.table), applied=applied
        )

    def __repr__(self) -> str:
        c = self.applied.counts
        return f"{self.review.spec.title}: {c.total_rejected:,} of {c.rows_in:,} rows rejected"

    @property
    def reasons(self) -> list[Reason]:
        """Why rows are rejected, most rows first; a reason that is gone after mending stays, with no rows."""
        now, before = self._counted(self.applied), self._counted(self._before) if self._before else None
        keys = [*now, *(k for k in before or {} if k not in now)]
        found = [Reason(*k, now.get(k, 0), None if before is None else before.get(k, 0)) for k in keys]
        return sorted(found, key=lambda r: (-r.rows, r.code))

    @staticmethod
    def _counted(applied: Applied) -> dict[tuple[str, str, str, str], int]:
        keys = ["_code", "_field", "_step", "_reason"]
        counted = applied.rejected.group_by(keys).agg(n=pl.len())
        return {(a, b, c, d): n for a, b, c, d, n in counted.iter_rows()}

    def values(self, code: str, limit: int = 20) -> list[tuple[str, int]]:
        """The values rejected for a reason with how often, most first; masked where personal.

        Raises:
            UnknownNameError: No row is rejected for it.
        """
        rows = self.applied.rejected.filter(pl.col("_code") == code)
        if not rows.height and code not in {r.code for r in self.reasons}:
            raise UnknownNameError.of("reject code", code, {r.code for r in self.reasons})
        hide = self.masked and rows.height > 0 and self._personal(str(rows["_field"][0]))
        counted = Counter("" if v is None else str(v) for v in rows["_value"].to_list())
        return [(mask(v) if hide else v, n) for v, n in counted.most_common(limit)]

    def _personal(self, field: str) -> bool:
        written = self.review.spec.fields.get(field)
        previewer = self.review.previewer
        if previewer is not None:
            return previewer.is_personal(field, tuple(written.from_ or ()) if written else ())
        return any(f.personal for f in self.review.target.fields if f.name == field)

    def step_of(self, code: str) -> int | None:
        """Where in the field's steps a reason comes from, from 0; None when from the target's own demands."""
        found = re.search(r"\.(\d+)$", code)
        return int(found[1]) - 1 if found else None

    def mend(self, field: str, steps: Sequence[str], on_error: str | None = None) -> None:
        """Give a field other steps, or say what becomes of what they reject.

        Raises:
            SpecError: A step is not one.
        """
        if tuple(steps) != self.review.item(field).steps:
            self.review.steps(field, steps)
        if on_error is not None and on_error != self.review.item(field).on_error:
            self.review.on_error(field, on_error)

    def reapply(self) -> list[Reason]:
        """Apply the spec as it is now to the whole source.

        Raises:
            SpecError: It does not fit its source and target.
        """
        done = self._run(self.review.spec)
        self._before, self.applied = self.applied, done
        return self.reasons

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        c = self.applied.counts
        return {
            "title": f"Rejected rows: {self.review.spec.title}",
            "rows_in": c.rows_in,
            "rejected": c.total_rejected,
            "before": self._before.counts.total_rejected if self._before else None,
            "reasons": [asdict(r) for r in self.reasons],
            "masked": self.masked,
            "undo": self.review.undoes,
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {
            "hello": lambda _: self._whole(),
            "look": self._look,
            "mend": self._mend,
            "masked": lambda m: self._whole(setattr, self, "masked", bool(m["masked"])),
            "undo": lambda _: self._whole(self.review.undo),
        }

    def _whole(self, act: Callable[..., object] | None = None, *args: Any) -> Message:
        if act is not None:
            act(*args)
        return {"kind": "whole", **self.snapshot()}

    def _look(self, message: Message) -> Message:
        code = str(message["code"])
        reason = next((r for r in self.reasons if r.code == code), None)
        values = [{"text": v, "times": n} for v, n in self.values(code)]
        item = self.review.item(reason.field) if reason else None
        return {
            "kind": "look", "code": code, "values": values, "step": self.step_of(code),
            "steps": list(item.steps) if item else [], "sources": list(item.sources) if item else [],
            "on_error": item.on_error if item else "",
        }  # fmt: skip

    def _mend(self, message: Message) -> Message:
        notice = self.review.sync()
        self.mend(str(message["field"]), [str(s) for s in message["steps"]], message.get("on_error"))
        self.reapply()
        return {**self._whole(), **({"notice": notice} if notice else {})}

    def to_html(self) -> str:
        """The reasons as a static table."""
        rows = [
            (text(r.field), text(r.step), text(r.reason), f"{r.rows:,}",
             "<br>".join(f"<code>{text(v or '∅')}</code> {n:,}×" for v, n in self.values(r.code, 3)))
            for r in self.reasons
        ]  # fmt: skip
        return page_table(("field", "step", "reason", "rows", "values"), rows, repr(self), (3,))
