"""The link model people write: fields, blocking rules, comparisons, weights, thresholds, survivorship."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from .keys import Key

__all__ = [
    "BlockingRule", "Comparison", "FieldRule", "Level", "Limits", "LinkModel", "Survivor", "SystemRule",
    "Test", "Thresholds", "plain_model",
]  # fmt: skip

Test = Literal[
    "exact", "jaro_winkler", "damerau_levenshtein", "token_set", "token_overlap", "token_cosine", "date_parts",
    "within_days", "swapped_day_month", "within", "within_ratio", "within_km", "swapped", "nickname", "initial",
    "prefix", "suffix", "custom", "else",
]  # fmt: skip
NEEDS_AT: frozenset[str] = frozenset(
    ("jaro_winkler", "damerau_levenshtein", "token_set", "token_overlap", "token_cosine", "date_parts",
     "within_days", "within", "within_ratio", "within_km", "prefix", "suffix", "custom")
)  # fmt: skip
_IN_WORDS: Mapping[str, str] = {
    "exact": "the same",
    "jaro_winkler": "spelt alike ({share} % or more)",
    "damerau_levenshtein": "at most {at} character{s} {differ}",
    "token_set": "words alike ({share} % or more)",
    "token_overlap": "words in common ({share} % or more)",
    "token_cosine": "telling words in common ({share} % or more)",
    "date_parts": "{at} of day, month and year the same",
    "within_days": "at most {at} day{s} apart",
    "swapped_day_month": "day and month swapped",
    "within": "at most {at} apart",
    "within_ratio": "at most {share} % apart",
    "within_km": "at most {at} km apart",
    "swapped": "swapped",
    "nickname": "a short form of the same name",
    "initial": "the initial of the other",
    "prefix": "the first {at} character{s} the same",
    "suffix": "the last {at} character{s} the same",
    "else": "anything else",
}
PAIRED_TESTS: frozenset[str] = frozenset(("swapped", "within_km"))
RESERVED = frozenset(("system", "source_id", "canonical_id", "records", "changed_at", "filled"))
"""Names of our own columns, which no field may bear."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | Mapping) else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class SystemRule(_Part):
    """How one system's records are read.

    Attributes:
        id: The column that identifies a record; the first column that is unique when left out.
        columns: Field name → this system's column, where the names differ.
        clean: The system holds each thing once: its records are linked one to one with those of others.
        changed_at: The column that says when a record was last changed (for 'most_recent').
    """

    id: str | None = None
    columns: Mapping[str, str] = {}
    clean: bool = False
    changed_at: str | None = None


class FieldRule(_Part):
    """One comparable field.

    Attributes:
        source: Columns it is made of, joined by a space; the field's own name when left out.
        type: How its standardised values are read.
        standardise: Steps applied in order; the type's usual ones when left out.
        formats: Date formats tried in order (strptime), decided once for the column.
        missing: Values that mean 'unknown', compared after standardising.
        personal: Masked wherever it is shown.
    """

    source: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(default=(), alias="from")
    type: Literal["text", "date", "number"] = "text"
    standardise: Annotated[tuple[str | Mapping[str, Any], ...], BeforeValidator(_listed)] = ()
    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    missing: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    personal: bool = True


class BlockingRule(_Part):
    """Records that agree on every key are candidate pairs; the rules of a model are joined by 'or'."""

    same: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(min_length=1)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """The keys, read."""
        return tuple(Key.parse(k) for k in self.same)

    @property
    def name(self) -> str:
        """The rule in words."""
        return " & ".join(str(k) for k in self.keys)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        _ = self.keys
        return self


class Level(_Part):
    """One outcome of a comparison; the first level that holds is taken.

    Attributes:
        test: What is tested on the two values.
        at: The bound: a similarity at least, or a distance, number of edits or days at most.
        fields: The comparison's fields it looks at (all of them when left out); each must hold.
        using: The registered comparer (test 'custom' only).
        m: Share of true matches in this level.
        u: Share of random pairs in this level.
    """

    test: Test
    at: float | None = None
    fields: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    using: str | None = None
    m: Annotated[float | None, Field(ge=0, le=1)] = None
    u: Annotated[float | None, Field(ge=0, le=1)] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.at is None) == (self.test in NEEDS_AT):
            raise ValueError(f"the test '{self.test}' needs {'a bound: at' if self.at is None else 'no bound'}")
        if (self.using is None) == (self.test == "custom"):
            raise ValueError("'using' names the comparer of the test 'custom', and only there")
        return self

    @property
    def label(self) -> str:
        """The level in words.

        >>> Level(test="damerau_levenshtein", at=1).label, Level(test="within_ratio", at=0.05, fields="price").label
        ('at most 1 character differs', 'at most 5 % apart (price)')
        """
        at = self.at or 0.0
        words = _IN_WORDS.get(self.test, f"{self.using} at least {at:g}")
        said = words.format(
            at=f"{at:g}", share=f"{100 * at:g}", s="" if at == 1 else "s", differ="differs" if at == 1 else "differ"
        )
        return said + (f" ({', '.join(self.fields)})" if self.fields else "")


class Comparison(_Part):
    """How alike two records are in one respect.

    Attributes:
        id: Its name.
        fields: The fields it looks at.
        levels: Outcomes, strongest first; the last one is 'else'.
        term_frequency: Agreement on a rare value weighs more than on a common one.
    """

    id: str
    fields: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field(min_length=1)
    levels: tuple[Level, ...] = Field(min_length=2)
    term_frequency: bool = False

    @model_validator(mode="after")
    def _ends_in_else(self) -> Self:
        if [i for i, lv in enumerate(self.levels) if lv.test == "else"] != [len(self.levels) - 1]:
            raise ValueError(f"the levels of '{self.id}' must end in one 'else'")
        for level in self.levels:
            inside = level.fields or self.fields
            if stray := [f for f in inside if f not in self.fields]:
                raise ValueError(f"a level of '{self.id}' names '{stray[0]}', which is not among its fields")
            if level.test in PAIRED_TESTS and len(inside) != 2:
                raise ValueError(f"the test '{level.test}' in '{self.id}' needs exactly two fields")
        return self

    @property
    def trained(self) -> bool:
        """Whether every level has both weights."""
        return all(lv.m is not None and lv.u is not None for lv in self.levels)


class Thresholds(_Part):
    """Probabilities, 0 to 1.

    Attributes:
        match: Pairs at or above are links.
        review: Pairs at or above are worth a person's look.
        keep: Pairs below are forgotten.
    """

    match: float = Field(default=0.5, gt=0, lt=1)
    review: float = Field(default=0.1, ge=0, lt=1)
    keep: float = Field(default=0.001, ge=0, lt=1)


class Limits(_Part):
    """Guards against exploding blocks.

    Attributes:
        pairs: Most candidate pairs in all.
        block_pairs: Most pairs out of one value of one rule.
        oversized: Refuse such a block, naming the value, or skip it and flag that.
        cluster: Clusters with more records are flagged.
    """

    pairs: int = Field(default=500_000_000, gt=0)
    block_pairs: int = Field(default=20_000_000, gt=0)
    oversized: Literal["refuse", "skip"] = "refuse"
    cluster: int = Field(default=100, gt=1)


class Survivor(_Part):
    """Which value of a cluster survives.

    Attributes:
        take: The rule; any other name is a registered survivor.
        order: Systems, most trusted first (source_order, and ties elsewhere).
    """

    take: str = "most_complete"
    order: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()


class LinkModel(_Part):
    """Everything that decides which records are the same thing; a file under version control."""

    link_model: Literal["1"] = "1"
    entity: str
    scope: Literal["within", "across", "all"] = "all"
    systems: Mapping[str, SystemRule] = {}
    fields: Mapping[str, FieldRule] = Field(min_length=1)
    blocking: tuple[BlockingRule, ...] = Field(min_length=1, max_length=30)
    comparisons: tuple[Comparison, ...] = Field(min_length=1)
    prior: Annotated[float | None, Field(gt=0, lt=1)] = None
    thresholds: Thresholds = Thresholds()
    clustering: Literal["cohesive", "components"] = "cohesive"
    limits: Limits = Limits()
    survivorship: Mapping[str, Survivor] = {}

    @model_validator(mode="after")
    def _own_names(self) -> Self:
        if taken := sorted(RESERVED & set(self.fields)):
            raise ValueError(f"no field may be called '{taken[0]}': rename it, and say from: {taken[0]}")
        return self

    @property
    def trained(self) -> bool:
        """Whether all weights and the prior are known."""
        return self.prior is not None and all(c.trained for c in self.comparisons)

    def comparison(self, name: str) -> Comparison:
        """A comparison by its id."""
        return next(c for c in self.comparisons if c.id == name)

    def fingerprint(self, *, weights: bool = True) -> str:
        """Hash of what decides the result; without weights, of what decides the compared values only."""
        plain = plain_model(self)
        if not weights:
            plain = {k: plain.get(k) for k in ("scope", "systems", "fields", "blocking", "comparisons")}
            for comparison in plain["comparisons"]:
                for level in comparison["levels"]:
                    level.pop("m", None), level.pop("u", None)
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def plain_model(model: LinkModel) -> dict[str, Any]:
    """The model as plain mappings, lists and numbers, defaults left out."""
    plain = model.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    rounded: dict[str, Any] = _rounded({"link_model": "1", "entity": model.entity, **plain})
    return rounded


def _rounded(value: Any) -> Any:
    """Weights to six significant digits: enough to score alike, and stable in a diff."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else float(f"{value:.6g}")
    return value
