"""A proposal for a source: its matches with an entity, the translations of values, and the draft of a spec."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from workbench.errors import UsageError
from workbench.mapping import Choice, LinkedField, draft_spec, held_against, linked_pairs
from workbench.markup import items
from workbench.model import Contract, DataType, Field, Spec
from workbench.profiling import Profile, equations

if TYPE_CHECKING:
    from workbench.matching import Decisions, Matches, TableMatches

__all__ = ["Proposal", "fitting", "held", "propose", "translation", "with_key_forms"]


_MOST_VALUES = 300  # of a vocabulary that is translated whole; of a longer one only its frequent values


@dataclass(frozen=True)
class Proposal:
    """What the workbench proposes for a source and an entity.

    Attributes:
        matches: Which source column means which field.
        spec: The draft.
        learned: By field, what was learned from linked records because the drafted field contradicted them.
    """

    matches: Matches
    spec: Spec
    learned: Mapping[str, LinkedField] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        learned = [f"learned from linked records: {f}" for f in self.learned.values()]
        return self.matches._repr_html_() + (items(learned, most=len(learned)) if learned else "")


def propose(
    source: str,
    target: Contract,
    facts: Profile,
    *,
    stated: Contract | None = None,
    system: str = "",
    decisions: Decisions | None = None,
    accept: float = 0.5,
    rows: pl.LazyFrame | None = None,
) -> Proposal:
    """Match a source to an entity and draft a spec.

    Args:
        source: What the source is called.
        target: The entity.
        facts: The source's profile.
        stated: The source's contract, if there is one.
        system: The system whose keys get its name as a prefix; none when empty.
        decisions: What people decided on matches before.
        accept: Matches below this score are left out of the draft.
        rows: The source's rows, to see what holds between its numbers.
    """
    from workbench.matching import match

    holds = () if rows is None else equations(facts, rows)
    # What people wrote down says what coded names mean; the facts say what is really there.
    side, sample = (facts, None) if stated is None else (stated, facts)
    matches = match(side, target, source_sample=sample, source_name=source, decisions=decisions, holds=holds)
    choices = []
    for m in matches.best:
        if m.score >= accept:
            plain = len(m.sources) == 1 and not m.present
            table, stray = translation(m.source, target.field(m.target), facts, stated) if plain else ({}, ())
            why = tuple(m.evidence)
            choices.append(Choice(m.target, m.sources, m.score, why, table, stray, m.separator, m.operator, m.present))
    return Proposal(matches, draft_spec(facts, target, choices, dataset=source, stated=stated, system=system))


def held(
    found: Proposal,
    target: Contract,
    source: str,
    rows: pl.LazyFrame,
    others: Mapping[str, pl.DataFrame],
    crosswalk: pl.DataFrame,
    tables: Callable[[str], pl.LazyFrame],
    table_schema: Callable[[str], dict[str, DataType]],
    progress: Callable[[str], None],
) -> Proposal:
    """The proposal, held against the records of other systems that a crosswalk links to this source's.

    Raises:
        UsageError: It links the source's system with none that has a spec.
    """
    ours = source.partition(".")[0]
    if not others:
        what = f"the crosswalk links no record of '{ours}' with a system that has a spec for {target.name}"
        raise UsageError(what, cure=f"it has {', '.join(sorted(crosswalk['system'].unique()))}")
    pairs = pl.concat([linked_pairs(crosswalk, ours, system) for system in others])
    spec, learned = held_against(
        found.spec, target, rows, pl.concat(list(others.values())), pairs,
        tables=tables, table_schema=table_schema, progress=progress,
    )  # fmt: skip
    return replace(found, spec=spec, learned=learned)


def fitting(
    sources: Mapping[str, tuple[Profile, Contract | None]],
    entities: Mapping[str, Contract],
    decisions: Decisions,
    rows: Mapping[str, pl.LazyFrame],
) -> TableMatches:
    """Which entity the rows of each source are.

    Args:
        sources: By name what is seen and, where there is one, what its contract says.
        entities: The entities by name.
        decisions: What people decided on matches before.
        rows: The rows of the sources, to see what holds between their numbers.
    """
    from workbench.matching import match_tables

    sides = {name: facts if stated is None else stated for name, (facts, stated) in sources.items()}
    samples = {name: facts for name, (facts, stated) in sources.items() if stated is not None}
    holds = {name: equations(facts, rows[name]) for name, (facts, _) in sources.items()}
    return match_tables(sides, entities, samples=samples, decisions=decisions, holds=holds)


def with_key_forms(target: Contract, entities: Mapping[str, Contract]) -> Contract:
    """The contract with, in fields that point to another entity's key, the pattern of that key."""
    fields = []
    for f in target.fields:
        entity, _, key = (f.references or "").rpartition(".")
        other = entities.get(entity)
        known = other is not None and key in other and f.pattern is None
        fields.append(replace(f, pattern=other.field(key).pattern) if other is not None and known else f)
    return replace(target, fields=tuple(fields))


def translation(
    source: str, wanted: Field, facts: Profile, stated: Contract | None
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Which of the target's listed values each source value means, and those for which none was found."""
    from workbench.matching import match_values

    words = wanted.enum or (("true", "false") if wanted.type.kind == "boolean" else ())
    if not words:
        return {}, ()
    counts: Counter[str] = Counter()
    column = facts.column(source)
    for v in column.top:  # without blanks around: a draft takes them away before it translates
        counts[v.value.strip()] += int(v.count.value)
    rarer = column.sample if column.distinct.value <= _MOST_VALUES else ()
    counts.update({v.strip(): 1 for v in rarer if v.strip() not in counts})
    labels = stated.field(source).labels if stated and source in stated else {}
    counts.update(dict.fromkeys(labels, 0))  # what may come is translated with what came
    # A code says nothing, its label in the contract does: 'A' is 'open', and so may be 'O'.
    called: Counter[str] = Counter()
    for value, rows in counts.items():
        called[labels.get(value) or value] += rows
    table = match_values(called, words, labels=wanted.labels).table
    named = {value: labels.get(value) or value for value in counts}
    return {v: table[n] for v, n in named.items() if n in table}, tuple(v for v, n in named.items() if n not in table)
