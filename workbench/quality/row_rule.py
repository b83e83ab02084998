"""One promise over rows, and what it needs to be checked and shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from workbench.errors import ContractError, Fault
from workbench.model import Field, UnportablePattern, pin_pattern

from .limits import Limit

__all__ = ["RowRule", "is_personal", "matches"]

_PERSONAL = frozenset({"person_name", "given_name", "family_name", "email", "phone", "iban", "card", "street"})


@dataclass(frozen=True)
class RowRule:
    """A promise that a row keeps or breaks.

    Attributes:
        code: Names the rule in reports and dead letters.
        field: The field, dotted where nested; '' for several.
        kind: See `RuleVerdict`.
        rule: The promise in words.
        reason: What is wrong with a row that breaks it.
        bad: True where it is broken; null counts as kept. None for a rule over many rows.
        shown: The offending value as text.
        unique: Names of the prepared columns that no two rows may share.
        personal: Whether the value is masked when shown.
        limit: How many broken rows are tolerated; none are when there is no limit.
        warning: A breach is a warning only.
        blocked: Why the rule cannot be checked here.
    """

    code: str
    field: str
    kind: str
    rule: str
    reason: str = ""
    bad: pl.Expr | None = None
    shown: pl.Expr | None = None
    unique: tuple[str, ...] = ()
    personal: bool = False
    limit: Limit | None = None
    warning: bool = False
    blocked: str = ""

    @property
    def rejects(self) -> bool:
        """Whether a row that breaks it is rejected."""
        return not self.warning and not self.blocked and (self.limit is None or self.limit.tolerates_none)


def matches(x: pl.Expr, pattern: str, where: str) -> pl.Expr:
    """Whether a pattern is found; one that Polars cannot run is run by Python, once per distinct value.

    Raises:
        ContractError: It is no regular expression.
    """
    try:
        return x.str.contains(pin_pattern(pattern))
    except UnportablePattern:
        pass
    try:
        found = re.compile(pattern).search
    except re.error as e:
        raise ContractError([Fault(f"pattern '{pattern}': {e.msg}", where, "mend the pattern")]) from None

    def run(column: pl.Series) -> pl.Series:
        distinct = column.unique()
        hits = pl.Series([None if v is None else bool(found(v)) for v in distinct.to_list()], dtype=pl.Boolean)
        return column.replace_strict(distinct, hits, return_dtype=pl.Boolean)

    return x.map_batches(run, return_dtype=pl.Boolean)


def is_personal(field: Field) -> bool:
    """Whether values are masked wherever they are shown."""
    return field.personal or field.semantic_type in _PERSONAL
