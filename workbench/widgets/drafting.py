"""Draft one field anew when a person picks another source for it: the steps its facts ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.mapping import Choice, draft_spec
from workbench.model import Contract, FieldSpec
from workbench.profiling import Profile

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
        table, stray = _translation(sources, name)
        choice = Choice(name, tuple(sources), 1.0, (), table, stray)
        drafted = draft_spec(facts, target, [choice], dataset=dataset, stated=stated)
        return drafted.fields.get(name)

    def _translation(sources: Sequence[str], name: str) -> tuple[dict[str, str], tuple[str, ...]]:
        wanted = target.field(name)
        if not wanted.enum or len(sources) != 1:
            return {}, ()
        from workbench.matching import match_values

        counts = {v.value: int(v.count.value) for v in facts.column(sources[0]).top}
        found = match_values(counts, wanted.enum, labels=wanted.labels)
        return dict(found.table), tuple(found.unmatched)

    return draft
