"""What an exporter is given, and the register of exporters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
    """

    spec: Spec
    resolved: Resolved
    target: Contract
    source: Contract | None = None
    option: str = ""

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
