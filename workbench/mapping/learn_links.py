"""Mappings out of linked records: the same thing in two systems is an example pair for every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.errors import SourceError, UsageError, did_you_mean
from workbench.model import FieldSpec

from .hidden.aligning import as_text
from .hidden.candidates import Column, Explanation, Workbench
from .hidden.fields import explain
from .learning.learned import Learned, checked

__all__ = ["LinkedField", "learn_from_links", "linked_pairs"]

_LEFT, _RIGHT = "__left", "__right"
MOST_PAIRS = 20_000


@dataclass(frozen=True)
class LinkedField:
    """A mapping of one field, proposed and verified on linked records.

    Attributes:
        target: The field of the right side.
        learned: The field of a spec, with how many pairs agree and which do not.
        kind: As in `workbench.mapping.rules.Rule`.
        disagreeing: Of the pairs that do not agree, up to 100: both record ids, what the right side says,
            what the mapping gives.
    """

    target: str
    learned: Learned
    kind: str
    disagreeing: tuple[tuple[str, str, str | None, str | None], ...]

    def __str__(self) -> str:
        agree, pairs = self.learned.agree, self.learned.pairs
        missing = pairs - agree
        end = "all agree" if not missing else f"{missing:,} don't" if missing > 1 else "one doesn't"
        return f"{self.target}: {agree:,} of {pairs:,} pairs agree; {end}"


def linked_pairs(crosswalk: pl.DataFrame, left: str, right: str, *, min_probability: float = 0.9) -> pl.DataFrame:
    """Pairs of record ids of two systems that a crosswalk says are the same thing.

    Args:
        crosswalk: Columns canonical_id, system, source_id, and probability if it is known.
        left: One system.
        right: The other.
        min_probability: Links below are left out.

    Raises:
        UsageError: A column or a system is not there.
    """
    for column in ("canonical_id", "system", "source_id"):
        if column not in crosswalk.columns:
            raise UsageError(f"the crosswalk has no column '{column}'", cure=did_you_mean(column, crosswalk.columns))
    systems = crosswalk["system"].unique().to_list()
    for system in (left, right):
        if system not in systems:
            raise UsageError(f"the crosswalk knows no system '{system}'", cure=did_you_mean(system, systems))
    sure = crosswalk
    if "probability" in crosswalk.columns:
        sure = crosswalk.filter(_probabilities(crosswalk["probability"]).fill_null(1.0) >= min_probability)
    ids = sure.select("canonical_id", "system", pl.col("source_id").cast(pl.String))
    ours = ids.filter(pl.col("system") == left).select("canonical_id", pl.col("source_id").alias(_LEFT))
    theirs = ids.filter(pl.col("system") == right).select("canonical_id", pl.col("source_id").alias(_RIGHT))
    return ours.join(theirs, on="canonical_id").select(_LEFT, _RIGHT).unique(maintain_order=True)


def _probabilities(written: pl.Series) -> pl.Series:
    blank = written.cast(pl.String).str.strip_chars().replace("", None)
    numbers = blank.cast(pl.Float64, strict=False)
    wrong = blank.filter(blank.is_not_null() & ~numbers.is_between(0, 1).fill_null(False))
    if not wrong.is_empty():
        raise UsageError(
            f"the crosswalk has the probability '{wrong[0]}'", cure="write numbers from 0 to 1, as in 0.95"
        )
    return numbers


def learn_from_links(
    left: pl.DataFrame,
    right: pl.DataFrame,
    pairs: pl.DataFrame,
    *,
    keys: tuple[str, str],
    fields: Mapping[str, Sequence[str]] | None = None,
    min_agree: float = 0.6,
    seconds_per_field: float = 3.0,
) -> dict[str, LinkedField]:
    """Propose how the right side's fields follow from the left side's, and verify it on the linked records.

    Only pairs in which both sides hold a value count: a missing value is no disagreement.

    Args:
        left: Records of one system.
        right: Records of the other.
        pairs: Two columns: ids of the left and of the right record; see `linked_pairs`.
        keys: The id columns of left and right.
        fields: For fields of the right side, the left columns that may explain them; all when not given.
        min_agree: Share of the pairs that a proposal must explain.
        seconds_per_field: How long to look for a chain of steps for one field.

    Returns:
        By field of the right side; a field that nothing explains is left out.

    Raises:
        SourceError: No pair is found on both sides.
        UsageError: A column is not there.
    """
    for frame, key in ((left, keys[0]), (right, keys[1])):
        if key not in frame.columns:
            raise UsageError(f"there is no column '{key}'", cure=did_you_mean(key, frame.columns))
    ours, theirs = as_text(left), as_text(right)
    links = pairs.select(pl.nth(0).cast(pl.String).alias(_LEFT), pl.nth(1).cast(pl.String).alias(_RIGHT))
    both = links.join(ours.rename({keys[0]: _LEFT}).with_columns(pl.col(_LEFT).alias(keys[0])), on=_LEFT)
    right_names = {c: f"__r_{c}" for c in theirs.columns if c != keys[1]}
    both = both.join(theirs.rename({keys[1]: _RIGHT, **right_names}), on=_RIGHT)
    if both.is_empty():
        raise SourceError("no linked pair has its records on both sides", cure="are the keys those of the crosswalk?")
    both = both.gather_every(max(1, both.height // MOST_PAIRS))
    out = {}
    for target, column in right_names.items():
        if fields is not None and target not in fields:
            continue
        usable = [c for c in (fields or {}).get(target, ours.columns) if c in ours.columns]
        found = _field(both.filter(pl.col(column).is_not_null()), column, usable, min_agree, seconds_per_field)
        if found is not None:
            out[target] = LinkedField(target, *found)
    return out


def _field(
    both: pl.DataFrame, column: str, usable: Sequence[str], min_agree: float, seconds: float
) -> tuple[Learned, str, tuple[tuple[str, str, str | None, str | None], ...]] | None:
    if both.height < 3:
        return None
    bench = Workbench([Column(c, c) for c in usable], both.select(usable), {}, min_agree)
    for rule in explain(bench, both[column], seconds)[:3]:
        if rule.kind != "constant":
            verified = _verify(both, column, rule)
            if verified is not None and verified[0].coverage >= min_agree:
                return verified[0], rule.kind, verified[1]
    return None


def _verify(
    both: pl.DataFrame, column: str, rule: Explanation
) -> tuple[Learned, tuple[tuple[str, str, str | None, str | None], ...]] | None:
    names = [c.name for c in rule.columns]
    # A missing value is no disagreement, but for a rule that says what it means.
    there = both if _says_missing(rule) else both.filter(pl.all_horizontal(pl.col(n).is_not_null() for n in names))
    pairs = list(zip(there.select(names).rows(), there[column].to_list(), strict=True))
    learned = checked({"id": "f1", **rule.field}, names, rule.cost, pairs)
    if learned is None:
        return None
    made = learned.outputs([p[0] for p in pairs]) if learned.disagreements else []
    rows = zip(there[_LEFT].to_list(), there[_RIGHT].to_list(), there[column].to_list(), made, strict=False)
    wrong = [(a, b, wanted, got) for a, b, wanted, got in rows if wanted != got]
    return learned, tuple(wrong[:100])


def _says_missing(rule: Explanation) -> bool:
    """Whether a rule says what a missing value means: by a condition on it, or by a step that fills it."""
    field = FieldSpec.model_validate({"id": "f1", **rule.field})
    steps = (*field.steps, *(s for branch in field.case or () for s in branch.steps))
    asked = (branch.when for branch in field.case or ())
    return any(w.is_null is not None or w.is_blank is not None for w in asked) or any(
        s.name == "default" for s in steps
    )
