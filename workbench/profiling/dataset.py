"""The facts about a dataset: computed once, rendered many ways, compared later without the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from workbench.errors import DocumentError, Fault, UnknownNameError

from .facts import ColumnProfile
from .number import EXACT_ZERO, Number

__all__ = ["Dependency", "ForeignKey", "KeyCandidate", "Problem", "Profile"]

_MEANT = 0.5  # score from which a key is taken for the intended one


@dataclass(frozen=True, slots=True)
class KeyCandidate:
    """Columns that tell rows apart, or nearly.

    Attributes:
        columns: The columns, fewest first.
        unique: Whether no two rows agree in all of them and none is null.
        repeated: Rows beyond the first of each value.
        nulls: Rows where one of the columns is null.
        score: How much it looks like the intended key, 0 to 1 (place, name, type, brevity).
    """

    columns: tuple[str, ...]
    unique: bool
    repeated: Number = EXACT_ZERO
    nulls: Number = EXACT_ZERO
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A suggestion, never a fact: values of one column are found among the values of another.

    Attributes:
        table: The referring dataset.
        column: Its column.
        to_table: The dataset referred to.
        to_column: Its column, unique there.
        found: Share of distinct values that are found, 0 to 1.
        covers: Share of the other side's values that are used, 0 to 1.
        score: How likely it is meant, 0 to 1.
        evidence: Why, in words.
    """

    table: str
    column: str
    to_table: str
    to_column: str
    found: Number
    covers: Number
    score: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependency:
    """One column decides another: equal values here mean equal values there.

    Attributes:
        determinant: The deciding column.
        dependent: The decided column.
        violations: Rows to change for it to hold without exception (g3 × rows).
        error: g3, the share of such rows, 0 to 1.
    """

    determinant: str
    dependent: str
    violations: Number
    error: float


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with the data, in words.

    Attributes:
        kind: A short name to filter by, as 'mixed_dates'.
        column: The column, or None for the dataset.
        what: The sentence to show.
        rows: Rows concerned.
        severity: 0 to 1; problems are listed worst first.
        cure: What one would do about it, often a step's name.
    """

    kind: str
    column: str | None
    what: str
    rows: Number = EXACT_ZERO
    severity: float = 0.0
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.column}: {self.what}" if self.column else self.what


@dataclass(frozen=True)
class Profile:
    """The facts about one dataset.

    Attributes:
        name: The dataset.
        rows: Its rows.
        columns: Its columns and nested paths, in order.
        full: Whether distincts and patterns were counted over all rows.
        sampled: Rows in the systematic sample behind every number marked 'sampled'; 0 when there was none.
        keys: Candidate keys, best first.
        dependencies: Unary functional dependencies, strictest first.
        duplicates: Rows that repeat an earlier row in every column.
        problems: What is wrong, worst first.
    """

    name: str
    rows: Number
    columns: tuple[ColumnProfile, ...] = ()
    full: bool = False
    sampled: int = 0
    keys: tuple[KeyCandidate, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    duplicates: Number | None = None
    problems: tuple[Problem, ...] = ()

    def column(self, name: str) -> ColumnProfile:
        """The facts about a column or nested path.

        Raises:
            UnknownNameError: There is none of this name.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError.of("column", name, self.names, where=self.name)

    __getitem__ = column

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns and nested paths, in order."""
        return tuple(c.name for c in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell all rows apart and look like the intended key; none if nothing does."""
        meant = [k.columns for k in self.keys if k.unique and k.score >= _MEANT]
        return meant[0] if meant and self.rows.value >= 2 else ()

    @property
    def personal(self) -> frozenset[str]:
        """The columns whose values are data about persons."""
        return frozenset(c.name for c in self.columns if c.personal)

    def masked(self) -> Profile:
        """The same facts with the values of personal columns masked and every sample left out."""
        return replace(self, columns=tuple(c.masked() if c.personal else replace(c, sample=()) for c in self.columns))

    def to_json(self, *, personal: bool = False, indent: int | None = None) -> str:
        """Write the facts as JSON; what equals its default is left out.

        Args:
            personal: Write personal values and the samples as they are. By default personal values are
                masked and samples left out, and what is read back equals ``masked()``.
            indent: Spaces per level; None for one line.
        """
        chosen = self if personal else self.masked()
        return str(_adapter().dump_json(chosen, exclude_defaults=True, indent=indent).decode())

    @classmethod
    def from_json(cls, text: str | bytes, *, name: str = "profile") -> Profile:
        """Read facts that `to_json` wrote.

        Args:
            text: The JSON.
            name: What to call it in messages, usually its path.

        Raises:
            DocumentError: It is not such JSON; with every fault.
        """
        from pydantic import ValidationError

        try:
            read: Profile = _adapter().validate_json(text)
        except ValidationError as e:
            raise DocumentError([_fault(name, item) for item in e.errors(include_url=False)]) from None
        return read

    def fingerprint(self) -> str:
        """'sha256:…' of the masked facts: a spec names by it the profile it was drafted from."""
        import hashlib

        return "sha256:" + hashlib.sha256(self.to_json().encode()).hexdigest()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        """What a notebook shows: plain text and HTML, personal values masked."""
        from .display import to_html, to_text

        return {"text/plain": to_text(self), "text/html": to_html(self)}


@cache
def _adapter() -> Any:
    from pydantic import ConfigDict, TypeAdapter

    Profile.__pydantic_config__ = ConfigDict(ser_json_inf_nan="strings", extra="forbid")  # type: ignore[attr-defined]
    return TypeAdapter(Profile)


def _fault(name: str, item: Any) -> Fault:
    where = ".".join(str(part) for part in item["loc"])
    return Fault(str(item["msg"]), f"{name} ({where})" if where else name, "write it with Profile.to_json")
