"""Data contracts: what a dataset or a canonical entity promises, field by field (ODCS 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import cached_property
from typing import Any

from workbench.errors import UnknownNameError

from .types import DataType

__all__ = [
    "CANONICAL",
    "Contract",
    "Field",
    "Rule",
    "Sla",
]

CANONICAL = "canonical"
"""The tag that makes a contract a canonical entity."""


@dataclass(frozen=True)
class Field:
    """One field of a contract.

    Attributes:
        name: The field's name, as it stands in the data.
        type: What the values mean; how they are written is `format`.
        required: Whether a value must be there.
        unique: Whether no two records may share a value.
        key: Position in the primary key, from 1; none when the field is no part of it.
        description: What the field means, in a sentence.
        synonyms: Other names the field goes by.
        semantic_type: What kind of thing a value is, as in 'email' or 'country'.
        enum: The values allowed; any when empty.
        labels: What the values of `enum` mean, where it is said.
        pattern: A regular expression every value matches.
        minimum: The least value allowed, as text in the canonical form of the type.
        maximum: The greatest value allowed, likewise.
        min_length: Least number of characters.
        max_length: Greatest number of characters.
        format: How values are written: strptime codes for dates and times, 'decimal:, group:.' for numbers.
        unit: The unit of measure, as in 'kg' or 'EUR'.
        missing_values: Texts that stand for a missing value, as in 'N/A'.
        personal: Whether it is personal data, to be masked wherever it is shown.
        classification: How confidential it is, as in 'restricted'.
        examples: Some values.
        references: The field this one points to, as in 'Customer.customer_id'.
        fields: The members, where the type is a struct or a list of them and they say more than a type.
        raw: Whatever else the document says of the field; kept on write.
    """

    name: str
    type: DataType
    required: bool = False
    unique: bool = False
    key: int | None = None
    description: str = ""
    synonyms: tuple[str, ...] = ()
    semantic_type: str | None = None
    enum: tuple[str, ...] = ()
    labels: Mapping[str, str] = attribute(default_factory=dict, hash=False)
    pattern: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    format: str | None = None
    unit: str | None = None
    missing_values: tuple[str, ...] = ()
    personal: bool = False
    classification: str | None = None
    examples: tuple[str, ...] = ()
    references: str | None = None
    fields: tuple[Field, ...] = ()
    raw: Mapping[str, Any] = attribute(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True)
class Rule:
    """A quality rule of a contract.

    Attributes:
        field: The field it is about; none when it is about whole records or the dataset.
        type: 'library' (a metric of the standard), 'sql', 'text' (for people) or 'custom'.
        metric: What a library rule counts: nullValues, missingValues, invalidValues, duplicateValues
            or rowCount.
        operator: The comparison, as in 'mustBeLessThan'.
        value: What the metric or the query is compared with; two numbers for the 'Between' operators.
        unit: 'rows' or 'percent'; rows when not said.
        arguments: What a metric needs besides, as in the valid values; read from a file, its scalars are text.
        query: The SQL of an 'sql' rule.
        name: A short name.
        description: The rule in words.
        dimension: accuracy, completeness, conformity, consistency, coverage, timeliness or uniqueness.
        severity: What a breach means, as in 'error' or 'warning'.
        raw: Whatever else the document says of the rule; kept on write.
    """

    field: str | None = None
    type: str = "library"
    metric: str | None = None
    operator: str | None = None
    value: Any = None
    unit: str | None = None
    arguments: Mapping[str, Any] = attribute(default_factory=dict, hash=False)
    query: str | None = None
    name: str = ""
    description: str = ""
    dimension: str | None = None
    severity: str | None = None
    raw: Mapping[str, Any] = attribute(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True)
class Sla:
    """A promise of service, as in 'latency at most 30 s'.

    Attributes:
        property: What is promised: latency, frequency, retention, availability …
        value: How much.
        unit: In which unit, as in 's', 'd' or 'percent'.
        element: The field it is measured on.
        description: The promise in words.
        raw: Whatever else the document says of it; kept on write.
    """

    property: str
    value: Any
    unit: str | None = None
    element: str | None = None
    description: str = ""
    raw: Mapping[str, Any] = attribute(default_factory=dict, hash=False, repr=False)


@dataclass(frozen=True)
class Contract:
    """A data contract: every source dataset has one, every canonical entity is one.

    Attributes:
        id: Identifies the contract, as in 'crm.customers' or 'Customer'.
        name: The name people use.
        version: The version, as in '1.4.0'.
        status: draft, proposed, active, deprecated or retired.
        fields: The fields, in order.
        description: What the data is for.
        tags: Words to find it by; 'canonical' makes it an entity.
        owner: The team that answers for it.
        physical_name: The table or file it describes.
        rules: Quality rules: those of the dataset first, then by field.
        sla: Promises of service.
        raw: Whatever else the document says; kept on write.
    """

    id: str
    name: str
    version: str
    status: str = "draft"
    fields: tuple[Field, ...] = ()
    description: str = ""
    tags: tuple[str, ...] = ()
    owner: str | None = None
    physical_name: str | None = None
    rules: tuple[Rule, ...] = ()
    sla: tuple[Sla, ...] = ()
    raw: Mapping[str, Any] = attribute(default_factory=dict, hash=False, repr=False)

    @property
    def is_entity(self) -> bool:
        """Whether this is a canonical entity."""
        return CANONICAL in self.tags

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's fields, in the key's order."""
        parts = [(f.key, f.name) for f in self.fields if f.key is not None]
        return tuple(name for _, name in sorted(parts))

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """What a notebook shows: plain text and HTML."""
        from .displays import contract_bundle

        return contract_bundle(self)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def field(self, name: str) -> Field:
        """The field of this name.

        Raises:
            UnknownNameError: There is none.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownNameError.of("field", name, self._by_name, where=self.id) from None
