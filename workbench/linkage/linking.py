"""The front door of linking: frames and a model in, a crosswalk with golden records out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import ConservationError, UsageError

from .bridges import Bridge, bridges
from .crosswalk import Crosswalk, known_pairs, next_crosswalk
from .display import headline, to_html, to_text
from .explaining import Explanation, explain_pair
from .indexing import Indexer
from .model import LinkModel
from .overrides import Overrides, Placed, placed
from .patterns import Patterns
from .pipeline import Computed, clusters_of, compute
from .records import Frames, Records, read_records
from .scoring import Scored, to_bits
from .survivorship import Golden, golden_records
from .training import Training

__all__ = ["Flag", "Linkage", "link"]


@dataclass(frozen=True)
class Flag:
    """Something a person should look at.

    Attributes:
        kind: 'bridge', 'large cluster', 'block skipped', 'override'.
        text: What it is, without personal values.
        records: The records it is about, as 'system:id'.
        cluster: Its canonical id, where it is about one.
    """

    kind: str
    text: str
    records: tuple[str, ...] = ()
    cluster: str | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Linkage:
    """The outcome of a run; what is costly is computed when asked for.

    Attributes:
        model: The model, with the weights the run used.
        records: The standardised records.
        scored: Pairs worth keeping, by row number.
        label: Per record the lowest row number of its cluster.
        compared: Pairs compared in this run.
        training: How the weights were estimated; None when the model came with them.
        before: The crosswalk of the run before.
    """

    model: LinkModel
    records: Records
    scored: Scored
    label: NDArray[np.int64]
    compared: int
    training: Training | None
    before: Crosswalk | None
    frames: Frames
    overrides: Placed
    skipped: tuple[str, ...]

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Scored pairs: system_l, id_l, system_r, id_r, weight (bits), probability, linked, a level per comparison.

        A level counts from 0, the strongest; null where a value is missing.
        """
        keys = self.records.keys()
        left, right = (keys[rows.astype(np.int64)] for rows in (self.scored.left, self.scored.right))
        digits = Patterns.of(self.model).digits(self.scored.pattern)
        levels = {}
        for comparison, row in zip(self.model.comparisons, digits, strict=True):
            level = pl.Series(row, dtype=pl.UInt8)
            levels[f"level:{comparison.id}"] = level.set(level == len(comparison.levels), None)
        return pl.DataFrame(
            {
                "system_l": left["system"],
                "id_l": left["source_id"],
                "system_r": right["system"],
                "id_r": right["source_id"],
                "weight": self.scored.weight,
                "probability": self.scored.probability,
                "linked": self.label[self.scored.left] == self.label[self.scored.right],
                **levels,
            }
        ).sort("weight", "system_l", "id_l", "system_r", "id_r", descending=[True, False, False, False, False])

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """Which record is which entity; its ``entries`` are the table."""
        return next_crosswalk(
            self.records,
            self.label,
            self.scored,
            entity=self.model.entity,
            evidence=self.model.fingerprint(weights=False),
            before=self.before,
        )

    @cached_property
    def clusters(self) -> pl.DataFrame:
        """One row per canonical id: canonical_id, records, systems, least probability of its records."""
        return (
            self.crosswalk.entries.group_by("canonical_id")
            .agg(records=pl.len(), systems=pl.col("system").n_unique(), probability=pl.col("probability").min())
            .sort("canonical_id")
        )

    @cached_property
    def golden(self) -> Golden:
        """Golden records with provenance and conflicts."""
        return golden_records(self.frames, self.records, self.model, self.crosswalk.entries)

    @property
    def conflicts(self) -> pl.DataFrame:
        """Fields on which the records of a cluster disagree."""
        return self.golden.conflicts

    @property
    def review(self) -> pl.DataFrame:
        """Pairs too likely to drop and too doubtful to link."""
        limits = self.model.thresholds
        return self.pairs.filter(pl.col("probability").is_between(limits.review, limits.match, closed="left"))

    @cached_property
    def bridges(self) -> list[Bridge]:
        """Links that alone hold two groups together."""
        sure = self.scored.weight >= to_bits(self.model.thresholds.match)
        left, right = (rows[sure].astype(np.int64) for rows in (self.scored.left, self.scored.right))
        return bridges(left, right, self.scored.weight[sure], self.label)

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """Everything a person should look at."""
        found = [Flag("block skipped", text) for text in self.skipped]
        found += [Flag("override", text) for text in (*self.overrides.flags, *self._unmet())]
        ids, names = self.crosswalk.entries["canonical_id"], self._names
        for b in self.bridges:
            text = f"one link of {b.weight:.1f} bits holds {b.sides[0]} and {b.sides[1]} records together"
            found.append(Flag("bridge", text, (names[b.left], names[b.right]), ids[b.left]))
        sizes = np.bincount(self.label, minlength=len(self.records))
        for row in np.flatnonzero(sizes > self.model.limits.cluster).tolist():
            found.append(Flag("large cluster", f"{int(sizes[row]):,} records in one cluster", (names[row],), ids[row]))
        return tuple(found)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Rows in and rows accounted for, and sizes of everything.

        Raises:
            ConservationError: A source row is not in exactly one cluster.
        """
        entries = self.crosswalk.entries
        rows = {f"rows:{s}": int((self.records.system == i).sum()) for i, s in enumerate(self.records.systems)}
        once = entries.select(pl.struct("system", "source_id").n_unique()).item() if entries.height else 0
        if not (sum(rows.values()) == entries.height == once) or entries["canonical_id"].null_count():
            raise ConservationError(
                f"{sum(rows.values()):,} rows in, {entries.height:,} entries, {once:,} of them distinct"
            )
        return {
            **rows,
            "compared": self.compared,
            "kept": len(self.scored),
            "clusters": self.clusters.height,
            "linked": int((self.label[self.scored.left] == self.label[self.scored.right]).sum()),
            "duplicates": entries.height - self.clusters.height,
            "review": self.review.height,
        }

    def explain(self, left: str, right: str, *, masked: bool = True) -> Explanation:
        """Take the weight of a pair apart.

        Args:
            left: A record, as 'system:id'.
            right: Another.
            masked: Hide personal values.

        Raises:
            UsageError: There is no such record.
        """
        place = {name: i for i, name in enumerate(self._names)}
        for name in (left, right):
            if name not in place:
                raise UsageError(f"there is no record '{name}'", cure="name records as system:id, as in 'crm:17'")
        return explain_pair(self.records, self.model, place[left], place[right], masked=masked)

    @cached_property
    def _names(self) -> list[str]:
        return self.records.keys().select(pl.concat_str("system", "source_id", separator=":")).to_series().to_list()

    def _unmet(self) -> list[str]:
        """Overrides that could not be honoured because others contradict them through third records."""
        names = self._names
        return [
            f"{names[a]} and {names[b]} must be linked, but other overrides or clean systems part them"
            for a, b in self.overrides.must
            if self.label[a] != self.label[b]
        ]

    def __repr__(self) -> str:
        return headline(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        return {"text/plain": to_text(self), "text/html": to_html(self)}


def link(
    frames: Frames,
    model: LinkModel,
    *,
    crosswalk: Crosswalk | None = None,
    overrides: Overrides | None = None,
    indexers: Sequence[Indexer] = (),
    anew: bool = False,
) -> Linkage:
    """Find which records are the same thing.

    Args:
        frames: System → its records, complete: what a crosswalk knows and is not here is retired.
        model: The link model; without weights it is trained on these records first.
        crosswalk: The run before: ids stay, and only new or changed records are compared (with all), as
            long as the model compares the same way and has its weights.
        overrides: Pairs a person has decided.
        indexers: More pairs to compare, beside those of the blocking rules; see `as_indexer`.
        anew: Compare everything again all the same; ids stay. What an earlier run forgot (below
            ``thresholds.keep``) or judged by the word frequencies of its time is then judged by today's.

    Raises:
        UsageError: Records without a usable id, or blocks that would explode.
        LinkModelError: The model names columns the frames lack.
    """
    records = read_records(frames, model)
    evidence = model.fingerprint(weights=False)
    if crosswalk is not None and crosswalk.evidence == evidence and model.trained and not anew:
        new, known = known_pairs(records, crosswalk)
        done = compute(records, model, new=new, known=known, indexers=indexers)
    else:
        done = compute(records, model, indexers=indexers)
    where = placed(records, overrides)
    label = clusters_of(records, done.model, done.scored, where.must, where.cannot)
    return _linkage(frames, records, done, label, crosswalk, where)


def _linkage(
    frames: Frames, records: Records, done: Computed, label: NDArray[np.int64], before: Crosswalk | None, where: Placed
) -> Linkage:
    return Linkage(
        model=done.model,
        records=records,
        scored=done.scored,
        label=label,
        compared=done.compared,
        training=done.training,
        before=before,
        frames=frames,
        overrides=where,
        skipped=done.flags,
    )
