"""What matching found: the best match of every field, its rivals, the evidence; as frame, JSON and HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from workbench.errors import UnknownNameError
from workbench.markup import shown_score

from .combining import Model
from .decisions import Decision
from .evidence import Evidence, explain
from .views import ColumnView

__all__ = ["Match", "Matches"]

Matrix = npt.NDArray[np.float64]
_SURE = 0.95  # from here a column is taken for a whole of which it might be a part
_SHOWN = 0.005  # probabilities below this are left out of frames and rankings


@dataclass(frozen=True)
class Match:
    """A scored, explained proposal.

    Attributes:
        sources: The source fields; several where the target is composed of them.
        target: The target field.
        score: The probability that it is right, 0 to 1.
        evidence: Why, in words, the strongest first.
        separator: What stands between the sources in the target, where there are several.
        decision: What a person decided on the pair, if anything.
        part: Which part of the source the target takes, as in 'first name', where one source feeds several.
        operator: '×', '+' or '−' where the target is what two numbers make.
        present: Where the target has one value for a filled source and another for an empty one: the two.
    """

    sources: tuple[str, ...]
    target: str
    score: float
    evidence: Sequence[str] = ()
    separator: str | None = None
    decision: Decision | None = None
    part: str | None = None
    operator: str | None = None
    present: tuple[str, str] | None = None

    @property
    def source(self) -> str:
        """The source field, or all of them joined by ' + ' or by the operator."""
        return f" {self.operator or '+'} ".join(self.sources)


@dataclass(frozen=True, eq=False)
class Matches:
    """All pairs of two tables, scored.

    Attributes:
        source: What the source is called.
        target: What the target is called.
        columns: The source's columns.
        fields: The target's fields.
        scores: Probability of every pair, columns × fields.
        details: What every scorer gave.
        taken: 1 for the pairs of the one-to-one assignment.
        threshold: Least score of a match that is proposed.
        compositions: Fields made of several columns, or columns that feed several fields.
        decisions: Decisions on pairs, by position.
        leaning: Log-odds that decisions on columns of the same name in other datasets gave each pair.
        model: The weights behind the scores.
        notes: What else speaks for a pair, by position.
    """

    source: str
    target: str
    columns: tuple[ColumnView, ...]
    fields: tuple[ColumnView, ...]
    scores: Matrix
    details: Mapping[str, Matrix] = field(repr=False)
    taken: Matrix = field(repr=False)
    threshold: float
    compositions: tuple[Match, ...] = ()
    decisions: Mapping[tuple[int, int], Decision] = field(default_factory=dict)
    leaning: Matrix | None = field(default=None, repr=False)
    model: Model | None = field(default=None, repr=False)
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict, repr=False)

    @cached_property
    def best(self) -> tuple[Match, ...]:
        """At most one match per target field, in the target's order; a field without one has no match.

        A composition is taken where nothing single is as sure; over one of its own parts but for a nearly sure one.
        """
        composed = {m.target: m for m in reversed(self.compositions)}
        found = []
        for j, view in enumerate(self.fields):
            rows = np.flatnonzero(self.taken[:, j] > 0)
            single = self._at(int(rows[0]), j) if len(rows) and self.scores[rows[0], j] >= self.threshold else None
            whole = composed.get(view.name)
            part = single and whole and whole.separator and single.sources[0] in whole.sources
            chosen = (None if part and single and single.score < _SURE else single, whole)
            both = [m for m in chosen if m is not None and m.score >= self.threshold]
            if both:
                found.append(max(both, key=lambda m: (m.score, bool(m.operator or m.present), len(m.sources))))
        return tuple(found)

    @property
    def missing(self) -> tuple[str, ...]:
        """Target fields for which no match is proposed."""
        matched = {m.target for m in self.best}
        return tuple(v.name for v in self.fields if v.name not in matched)

    @property
    def left_over(self) -> tuple[str, ...]:
        """Source columns that no proposed match uses, nor an item of theirs."""
        used = {s for m in self.best for s in m.sources}
        used |= {s[: at.start()] for s in used for at in re.finditer(r"\[\]|\.", s)}
        return tuple(v.name for v in self.columns if v.name not in used)

    def of(self, target: str) -> Match | None:
        """The proposed match of a target field, if there is one.

        Raises:
            UnknownNameError: The target has no such field.
        """
        self._position(self.fields, target, "field")
        return next((m for m in self.best if m.target == target), None)

    def candidates(self, target: str, limit: int = 5) -> tuple[Match, ...]:
        """The most probable columns for a target field, best first.

        Raises:
            UnknownNameError: The target has no such field.
        """
        j = self._position(self.fields, target, "field")
        order = np.argsort(-self.scores[:, j], kind="stable")[:limit]
        return tuple(self._at(int(i), j) for i in order if self.scores[i, j] >= _SHOWN)

    def to_frame(self) -> pl.DataFrame:
        """One row per pair worth a look: source, target, score, proposed; most probable first."""
        rows, columns = np.nonzero(self.scores >= _SHOWN)
        chosen = {(m.source, m.target) for m in self.best}
        names = [(self.columns[i].name, self.fields[j].name) for i, j in zip(rows, columns, strict=True)]
        singles = pl.DataFrame(
            {
                "source": [a for a, _ in names],
                "target": [b for _, b in names],
                "score": self.scores[rows, columns],
                "proposed": [n in chosen for n in names],
            },
            schema={"source": pl.String, "target": pl.String, "score": pl.Float64, "proposed": pl.Boolean},
        )
        composed = pl.DataFrame(
            [(m.source, m.target, m.score, (m.source, m.target) in chosen) for m in self.compositions],
            schema=singles.schema,
            orient="row",
        )
        both = pl.concat([singles, composed]).sort("score", "source", "target", descending=[True, False, False])
        return both.unique(["source", "target"], keep="first", maintain_order=True)

    def draft(self) -> dict[str, dict[str, Any]]:
        """For every target field with a match what a spec's draft needs: source, score, evidence."""
        return {
            m.target: {
                "from": m.sources[0] if len(m.sources) == 1 else list(m.sources),
                "match": shown_score(m.score),
                "evidence": list(m.evidence),
                **({"separator": m.separator} if m.separator is not None else {}),
                **({"part": m.part} if m.part else {}),
                **({"operator": m.operator} if m.operator else {}),
                **({"filled": m.present[0], "empty": m.present[1]} if m.present else {}),
            }
            for m in self.best
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """The proposed matches, what is missing and what is left over; no values of the data."""
        return json.dumps(
            {
                "source": self.source,
                "target": self.target,
                "threshold": self.threshold,
                "matches": self.draft(),
                "missing": list(self.missing),
                "left_over": list(self.left_over),
            },
            ensure_ascii=False,
            indent=indent,
        )

    def _repr_html_(self) -> str:
        from .rendering import render

        return render(self)

    def __repr__(self) -> str:
        lines = [f"{self.source} → {self.target}: {len(self.best)} of {len(self.fields)} fields matched"]
        lines += [f"  {shown_score(m.score):4.2f}  {m.target} ← {m.source}" for m in self.best]
        return "\n".join(lines)

    def _at(self, i: int, j: int) -> Match:
        decision = self.decisions.get((i, j))
        evidence = Evidence(lambda: self._evidence(i, j))
        return Match(
            (self.columns[i].name,), self.fields[j].name, float(self.scores[i, j]), evidence, decision=decision
        )

    def _evidence(self, i: int, j: int) -> tuple[str, ...]:
        decision = self.decisions.get((i, j))
        evidence: tuple[str, ...] = (str(decision),) if decision else ()
        evidence += (self.notes[i, j],) if (i, j) in self.notes else ()
        leaning = 0.0 if self.leaning is None else self.leaning[i, j]
        if leaning and not decision:  # what a person decided on the pair itself is all that counts
            verdict = "accepted" if leaning > 0 else "rejected"
            evidence += (f"a column of this name was {verdict} for it in another source",)
        if self.model is not None:
            evidence += explain(self.details, (i, j), self.columns[i], self.fields[j], self.model)
        return evidence

    def _position(self, views: tuple[ColumnView, ...], name: str, kind: str) -> int:
        for position, view in enumerate(views):
            if view.name == name:
                return position
        raise UnknownNameError.of(kind, name, [v.name for v in views], where=self.target)
