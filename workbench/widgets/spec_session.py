"""A spec open for editing: its file, undo and redo, and what happens when somebody else edits the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from workbench.errors import Fault, SpecError
from workbench.model import Contract, Spec, fingerprint, parse_document, parse_spec

from .review_edits import as_approved, listed
from .review_merge import Merged, merge
from .saving import Autosave, SaveState, SharedFile
from .spec_text import spec_text

__all__ = ["SpecSession"]


class SpecSession:
    """A spec between its file and the decisions on it.

    Args:
        path: The spec's file; it has to be there.
        target: The contract of the spec's target.
        columns: Top-level columns of the source; those that nothing reads are kept listed as unmapped.
        delay: Seconds after a decision until it is saved; 0 saves at once.
    """

    spec: Spec
    _written: Spec

    def __init__(
        self, path: str | os.PathLike[str], *, target: Contract, columns: Sequence[str] = (), delay: float = 0.2
    ) -> None:
        self.path, self.target, self.columns = Path(path), target, tuple(columns)
        self._file = SharedFile(path)
        self._load()
        self.saving = Autosave(self._file, self._make, delay=delay, told=self._told)

    @property
    def can_undo(self) -> bool:
        """Whether there is a decision to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a decision was taken back."""
        return bool(self._future)

    @property
    def undoes(self) -> str:
        """What `undo` would take back: the field, or how many of them; '' when there is nothing."""
        if not self._past:
            return ""
        past, now = self._past[-1], self.spec
        names = {n for n in {*past.fields, *now.fields} if _told(past, n) != _told(now, n)}
        return next(iter(names)) if len(names) == 1 else f"{len(names)} fields"

    def undo(self) -> None:
        """Take the last decision back."""
        if self._past:
            self._future.append(self.spec)
            self.spec = self._past.pop()
            self.saving.changed()

    def redo(self) -> None:
        """Take the last undo back."""
        if self._future:
            self._past.append(self.spec)
            self.spec = self._future.pop()
            self.saving.changed()

    def save(self) -> SaveState:
        """Save now what is pending."""
        return self.saving.flush()

    def sync(self) -> str:
        """Look whether somebody else changed the file: taken in where nothing of ours is pending, else a conflict.

        Returns:
            What happened, for people; '' when nothing did.
        """
        if self.saving.state.state == "conflict" or not self._file.changed():
            return ""
        if self.saving.dirty:
            return self.saving.conflict().text
        self.take_theirs()
        return f"{self.path.name} was changed by somebody else and read again"

    def take_theirs(self) -> None:
        """Read the file again; decisions that were not saved are dropped."""
        self._load()
        self.saving.settled()

    def merge(self) -> Merged:
        """Read the file again and put our unsaved decisions on it; where both changed a field, theirs stays."""
        mine, base = self.spec, self._base
        self._load()
        merged = merge(base, mine, self.spec, self.target, self.columns)
        self.saving.settled()
        if merged.spec != self.spec:
            self._past.append(self.spec)
            self.spec = merged.spec
            self.saving.changed()
        return merged

    def _keep(self, spec: Spec) -> None:
        """Make a changed spec the present one, and save it soon."""
        if spec.fields is not self.spec.fields:  # a decision that changes no field needs no second look
            spec = as_approved(listed(spec, self.columns), self._found, fingerprint)
        elif spec.evidence == self.spec.evidence:
            return
        self._past.append(self.spec)
        self._future.clear()
        self.spec = spec
        self.saving.changed()

    def _load(self) -> None:
        text = self._file.read()
        if text is None:
            raise SpecError([Fault("there is no such file", str(self.path), "draft a spec first: workbench match")])
        self.spec = self._base = self._found = parse_spec(parse_document(text, name=str(self.path), path=self.path))
        self._text = text
        self._past: list[Spec] = []
        self._future: list[Spec] = []

    def _make(self) -> str:
        self._written = self.spec
        return spec_text(self._written, self._text)

    def _told(self, state: SaveState) -> None:
        if state.state == "saved":
            self._base = self._written


def _told(spec: Spec, name: str) -> tuple[object, object]:
    """What a spec says of a field, and why."""
    field = spec.fields.get(name)
    return field, spec.evidence.get(field.id) if field else None
