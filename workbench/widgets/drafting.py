"""Draft one field anew when a person picks another source for it: the steps its facts ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.mapping import Choice, draft_spec
from workbench.model import Contract, FieldSpec
from workbench.profiling import Profile
from workbench.proposing import translation

__all__ = ["Drafter", "drafter"]

Drafter = Callable[[str, Sequence[str]], FieldSpec | None]


def drafter(facts: Profile, target: Contract, dataset: str, stated: Contract | None = None) -> Drafter:
    """A function from a target field and source columns to a draft of the field; None where facts are missing.

    Args:
        facts: The source's profile.
        target: The contract of the target.
        dataset: What the spec calls its source.
        stated: The source's contract.
    """
    names = set(facts.names)

    def draft(name: str, sources: Sequence[str]) -> FieldSpec | None:
        if not sources or not set(sources) <= names or name not in {f.name for f in target.fields}:
            return None
        one = len(sources) == 1
        table, stray = translation(sources[0], target.field(name), facts, stated) if one else ({}, ())
        choice = Choice(name, tuple(sources), 1.0, (), table, stray)
        drafted = draft_spec(facts, target, [choice], dataset=dataset, stated=stated)
        return drafted.fields.get(name)

    return draft
