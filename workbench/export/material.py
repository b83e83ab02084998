"""What an exporter is given, and the register of exporters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from workbench.backends import Fact, prove
from workbench.mapping import Resolved
from workbench.model import Contract, Field, Spec
from workbench.registry import Registry

__all__ = ["EXPORTERS", "Exporter", "Material"]


@dataclass(frozen=True)
class Material:
    """Everything an artefact is made of.

    Attributes:
        spec: The spec.
        resolved: What it resolves to.
        target: The contract of the target; made from the fields where there is none.
        source: The contract of the source, if there is one.
        option: What stands behind the colon, as in 'sql:postgres'.
        rows: The whole source, where SQL may rely on what it proves.
    """

    spec: Spec
    resolved: Resolved
    target: Contract
    source: Contract | None = None
    option: str = ""
    rows: pl.LazyFrame | None = None

    def facts(self, dialect: str) -> frozenset[Fact]:
        """What the rows prove, so that a dialect may take plain forms; nothing without rows."""
        return frozenset() if self.rows is None else prove(self.resolved.plan, self.rows, dialect)

    @property
    def file_name(self) -> str:
        """The spec's name as files and tables are named."""
        return "".join(c if c.isalnum() else "_" for c in self.spec.name)

    def source_field(self, name: str) -> Field | None:
        """The contract's words on a source field, if there are any."""
        return self.source.field(name) if self.source is not None and name in self.source else None


Exporter = Callable[[Material], Mapping[str, str]]
"""Makes files of a material: their relative names and texts; one file makes an artefact of one file."""

EXPORTERS: Registry[Exporter] = Registry("exporter")
"""Artefacts by name: yaml, python, sql, pyspark, dbt, openlineage, sssom, odcs, jsonschema."""
