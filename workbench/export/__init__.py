"""Exports: a spec as an artefact that a team can use where it lives."""

from __future__ import annotations

from . import code, dbt, documents, openlineage, pyspark, sssom
from .documents import json_schema_of
from .front import artefact, export
from .material import EXPORTERS, Exporter, Material
from .python import to_python

_BUILT_IN = (code, dbt, documents, openlineage, pyspark, sssom)  # importing them registers their exporters

__all__ = ["EXPORTERS", "Exporter", "Material", "artefact", "export", "json_schema_of", "to_python"]
