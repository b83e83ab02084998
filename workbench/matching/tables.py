"""Which entity a table is, when nobody said: every table against every entity, by how well their fields match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.markup import shown_score
from workbench.profiling import Equation

from .decisions import Decisions
from .matches import Matches
from .matching import Side, matched
from .names import token_similarity, tokens
from .views import views_of

__all__ = ["TableMatch", "TableMatches", "match_tables"]

_BY_FIELDS, _BY_NAME = 0.75, 0.25


@dataclass(frozen=True, eq=False)
class TableMatch:
    """A table and an entity.

    Attributes:
        source: The table.
        target: The entity.
        score: 0 to 1; no probability, but comparable between pairs.
        evidence: Why, in words.
        matches: Their fields matched.
    """

    source: str
    target: str
    score: float
    evidence: tuple[str, ...]
    matches: Matches


@dataclass(frozen=True, eq=False)
class TableMatches:
    """All tables against all entities.

    Attributes:
        all: Every pair, best first.
        threshold: Least score of a pair that is proposed.
    """

    all: tuple[TableMatch, ...]
    threshold: float

    @property
    def best(self) -> dict[str, TableMatch]:
        """For each table its entity; several tables may be the same entity, a table without one is left out."""
        found: dict[str, TableMatch] = {}
        for pair in self.all:
            if pair.score >= self.threshold:
                found.setdefault(pair.source, pair)
        return found

    def __repr__(self) -> str:
        near = (p for p in self.all if p.score >= self.threshold / 2)
        return "\n".join(f"{shown_score(p.score):4.2f}  {p.source} → {p.target}" for p in near)


def match_tables(
    sources: Mapping[str, Any],
    targets: Mapping[str, Any],
    *,
    samples: Mapping[str, Any] | None = None,
    decisions: Decisions | None = None,
    holds: Mapping[str, Sequence[Equation]] | None = None,
    threshold: float = 0.3,
) -> TableMatches:
    """Propose for every table the entity its rows are.

    A pair's score is the matched share of the fields of both (geometric mean of the sides' shares, a field
    counting by its probability), with a quarter for what the names of table and entity have in common.

    Args:
        sources: Sides (see `match`) by dataset id.
        targets: Sides by entity name.
        samples: Frames or profiles of sources that are given as contracts.
        decisions: Decisions taken before.
        holds: By dataset id what was seen to hold between its numbers.
        threshold: Least score that is proposed.

    >>> import polars as pl
    >>> people = pl.DataFrame({"full_name": ["Ann Lee"], "email": ["a@x.org"], "born_on": ["1990-01-31"]})
    >>> things = pl.DataFrame({"sku": ["A-1"], "price": ["9.99"], "title": ["Lamp"]})
    >>> found = match_tables({"crm.persons": people}, {"Product": things, "Person": people})
    >>> found.best["crm.persons"].target
    'Person'
    """
    known, seen = samples or {}, holds or {}
    given = [*((n, s, known.get(n)) for n, s in sources.items()), *((n, s, None) for n, s in targets.items())]
    measured = views_of(*((side, sample) for _, side, sample in given))
    sides = [Side(*of, views) for of, views in zip(given, measured, strict=True)]
    pairs = []
    for a in sides[: len(sources)]:
        for b in sides[len(sources) :]:
            found = matched(a, b, decisions=decisions, holds=seen.get(a.name, ()))
            pairs.append(_judge(a.name, b.name, found))
    return TableMatches(tuple(sorted(pairs, key=lambda p: (-p.score, p.source, p.target))), threshold)


def _judge(source: str, target: str, found: Matches) -> TableMatch:
    hits = sum(m.score for m in found.best)
    size = np.sqrt(max(len(found.columns), 1) * max(len(found.fields), 1))
    fields = min(1.0, hits / size)
    a, b = tokens(source), tokens(target)
    alike = token_similarity(a, b)
    name = float(alike.max(axis=0).mean()) if alike.size else 0.0
    evidence = (
        f"{len(found.best)} of {len(found.fields)} fields matched,"
        f" {len(found.left_over)} of {len(found.columns)} columns left over",
        *((f"the names '{source}' and '{target}' agree",) if name >= 0.8 else ()),
    )
    return TableMatch(source, target, _BY_FIELDS * fields + _BY_NAME * name, evidence, found)
