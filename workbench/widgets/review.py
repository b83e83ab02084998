"""The decisions of a mapping review, without a screen: accept, change, reject, add, undo; saved to the spec's file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from workbench.errors import UnknownNameError, UsageError
from workbench.model import Contract, FieldSpec, Spec, StepSpec, load_spec

from . import review_edits as edits
from .drafting import Drafter, drafter
from .preview import Preview, Previewer
from .review_items import ReviewItem, items, read_step
from .spec_session import SpecSession

if TYPE_CHECKING:
    from workbench.matching import Matches
    from workbench.profiling import Profile
    from workbench.project import Project

__all__ = ["MappingDecisions"]


class MappingDecisions(SpecSession):
    """A spec under review: every decision changes the spec, and the spec's file soon after.

    What was decided stands in the spec's evidence, so a review goes on where it stopped, whoever opens it.

    Args:
        path: The spec's file; it has to be there.
        target: The contract of its target.
        matches: What matching found: scores and rivals.
        columns: Top-level columns of the source; those that nothing reads are kept listed as unmapped.
        choices: Every path that may be named as a source.
        previewer: Tries fields on real values.
        draft: Drafts a field anew when its source is changed.
        check: Resolves the whole spec and tells its faults, as pairs of what and cure.
        by: Who decides; the spec's maintainer when empty.
        today: Gives the date of a decision.
        delay: Seconds after a decision until it is saved; 0 saves at once.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        target: Contract,
        matches: Matches | None = None,
        columns: Sequence[str] = (),
        choices: Sequence[str] = (),
        previewer: Previewer | None = None,
        draft: Drafter | None = None,
        check: Callable[[Spec], Sequence[tuple[str, str]]] | None = None,
        by: str = "",
        today: Callable[[], date] = date.today,
        delay: float = 0.2,
    ) -> None:
        super().__init__(path, target=target, columns=columns, delay=delay)
        self.matches, self.choices = matches, tuple(choices or columns)
        self.previewer, self.check, self.today = previewer, check, today
        self._draft = draft
        self.by = by or self.spec.maintainer or os.environ.get("USER") or "unknown"

    @classmethod
    def open(
        cls,
        project: Project,
        path: str | os.PathLike[str],
        *,
        facts: Profile | None = None,
        matches: Matches | None = None,
        by: str = "",
        delay: float = 0.2,
    ) -> Self:
        """Review a spec of a project.

        Args:
            project: The project, for the source's rows and contracts.
            path: The spec's file.
            facts: The source's profile, when it is there already.
            matches: What matching found.
            by: Who decides.
            delay: See the class.
        """
        spec = load_spec(path)
        dataset, target = spec.source.dataset, project.target(spec)
        facts = facts or project.profile(dataset)
        stated = project.contract(dataset)
        personal = facts.personal
        previewer = Previewer(
            project.frame(dataset), target=target, source_contract=stated, tables=project.table, personal=personal
        )

        def faults(now: Spec) -> list[tuple[str, str]]:
            return [(f.what, f.cure) for f in edits.faults_of(lambda: project.resolve(now, target=target))]

        return cls(
            path, target=target, matches=matches, columns=tuple(previewer.schema),
            choices=[n for n in facts.names if "[]" not in n], previewer=previewer,
            draft=drafter(facts, target, dataset, stated), check=faults, by=by, delay=delay,
        )  # fmt: skip

    # -- what is there

    @property
    def items(self) -> list[ReviewItem]:
        """The target's fields in its order, with how it stands with each."""
        return items(self.spec, self.target, self.matches)

    def item(self, name: str) -> ReviewItem:
        """One target field.

        Raises:
            UnknownNameError: The target has no such field.
        """
        known = [f.name for f in self.target.fields]
        if name not in known:
            raise UnknownNameError.of("field", name, known, where=self.target.name)
        return items(self.spec, self.target, self.matches, [name])[0]

    # -- decisions

    def accept(self, name: str) -> None:
        """Take a proposal as it is; a rejected one comes back."""
        item = self.item(name)
        spec = edits.restored(self.spec, name, self.target) if item.status == "rejected" else self.spec
        if name not in spec.fields:
            raise UsageError(f"there is no proposal for '{name}'", cure="choose a source for it")
        self._keep(self._said(spec, name, "accepted"))

    def accept_above(self, score: float) -> list[str]:
        """Accept every proposal that waits and whose match is at least this sure; the names of those accepted."""
        names = [i.name for i in self.items if i.status == "proposed" and i.score is not None and i.score >= score]
        spec = self.spec
        for name in names:
            spec = self._said(spec, name, "accepted")
        if names:
            self._keep(spec)
        return names

    def reject(self, name: str) -> None:
        """Turn a field's proposal down: nothing is mapped to it; `accept` brings it back."""
        if name not in self.spec.fields:
            raise UsageError(f"nothing is mapped to '{name}'", cure="there is nothing to reject")
        self._keep(edits.rejected(self.spec, name, self._stamp("rejected")))

    def source(self, name: str, columns: Sequence[str]) -> None:
        """Take a field from other columns; its steps are drafted anew where the facts allow."""
        self.item(name)
        columns = tuple(c for c in columns if c)
        if not columns:
            raise UsageError(f"'{name}' needs at least one source column", cure="or reject it")
        known = self.spec.fields.get(name)
        drafted = self._draft(name, columns) if self._draft else None
        steps = drafted.steps if drafted else (known.steps if known else ())
        change: dict[str, Any] = {"from_": columns, "steps": steps, "value": None, "case": None, "else_": None}
        self._replace(name, change)

    def constant(self, name: str, value: str) -> None:
        """Give a field the same value in every record."""
        self._replace(name, {"value": value, "from_": None, "steps": (), "case": None, "else_": None})

    def steps(self, name: str, texts: Sequence[str]) -> None:
        """Give a field other steps.

        Args:
            name: The target field.
            texts: One step each, as typed: 'trim', 'prefix: CRM-'.

        Raises:
            SpecError: A step is not one.
        """
        self._replace(name, {"steps": self._read(texts)})

    def move(self, name: str, step: int, to: int) -> None:
        """Put a field's step at another place; both count from 0."""
        steps = list(self._field(name).steps)
        if not (0 <= step < len(steps) and 0 <= to < len(steps)):
            raise UsageError(f"'{name}' has {len(steps)} steps", cure="count from 0")
        steps.insert(to, steps.pop(step))
        self._replace(name, {"steps": tuple(steps)})

    def on_error(self, name: str, what: str) -> None:
        """Say what becomes of a value that a step rejects: 'reject', 'null', 'fail' or '' for the spec's way."""
        self._replace(name, {"on_error": what or None})

    def text(self, name: str, yaml: str) -> None:
        """Write a field as YAML, for what has no button: cases, defaults, inverses.

        Raises:
            SpecError: It is not a field; with every fault.
        """
        field = edits.field_from_text(yaml, name, self.spec)
        self._keep(self._said(edits.put(self.spec, name, field, self.target), name, self._verb(name)))

    # -- try, check

    def preview(self, name: str, texts: Sequence[str] | None = None) -> Preview:
        """Try a field on real values, with other steps than its own when given."""
        if self.previewer is None:
            return Preview()
        field = self.spec.fields.get(name)
        if field is None:
            return Preview()
        if texts is not None:
            field = field.model_copy(update={"steps": self._read(texts)})
        return self.previewer.of(self.spec, name, field)

    def faults(self) -> Sequence[tuple[str, str]]:
        """What is still wrong with the spec as a whole: pairs of what and cure."""
        return self.check(self.spec) if self.check else ()

    # -- how

    def _field(self, name: str) -> FieldSpec:
        self.item(name)
        if name not in self.spec.fields:
            raise UsageError(f"nothing is mapped to '{name}'", cure="choose a source for it first")
        return self.spec.fields[name]

    def _read(self, texts: Sequence[str]) -> tuple[StepSpec, ...]:
        return edits.read_steps([read_step(t) for t in texts if t.strip()])

    def _verb(self, name: str) -> str:
        return "changed" if name in self.spec.fields and self.item(name).status != "added" else "added"

    def _replace(self, name: str, change: Mapping[str, Any]) -> None:
        verb = self._verb(name)
        field = edits.changed(self.spec, name, change)
        self._keep(self._said(edits.put(self.spec, name, field, self.target), name, verb))

    def _stamp(self, decision: str) -> dict[str, str]:
        return {"decision": decision, "decided_by": self.by, "on": self.today().isoformat()}

    def _said(self, spec: Spec, name: str, decision: str) -> Spec:
        return edits.with_evidence(spec, spec.fields[name].id, self._stamp(decision))
