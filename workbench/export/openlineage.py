"""Column lineage as an OpenLineage event: which source column goes into which target field, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workbench.model import STEPS, DataType, FieldSpec

from .documents import field_in_words
from .material import EXPORTERS, Material
from .origins import Origin, dataset_origins, field_origins, tables_of

__all__ = ["lineage_event"]

PRODUCER = "urn:mapping-workbench"
# Versions of the public schemas at https://openlineage.io/spec that the event keeps.
_EVENT = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/JobEvent"
_FACETS = {
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet",
    "schema": "1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet",
    "documentation": "1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet",
    "ownership": "1-0-1/OwnershipJobFacet.json#/$defs/OwnershipJobFacet",
}
# Steps after which the original cannot be seen any more.
_MASKING = frozenset({"hash", "mask"})


@EXPORTERS.register("openlineage")
def to_openlineage(material: Material) -> Mapping[str, str]:
    """A job event that describes the mapping as it stands, without a run; the option names the namespace."""
    event = lineage_event(material, namespace=material.option or "workbench", at=datetime.now(UTC))
    return {f"{material.spec.name}.openlineage.json": json.dumps(event, ensure_ascii=False, indent=2) + "\n"}


def lineage_event(material: Material, *, namespace: str, at: datetime) -> dict[str, Any]:
    """The event as data.

    Args:
        material: The spec and what it resolves to.
        namespace: The namespace of the job and of the datasets.
        at: The time of the event.
    """
    spec, plan = material.spec, material.resolved.plan
    inputs = [_dataset(namespace, spec.source.dataset, plan.source)]
    inputs += [{"namespace": namespace, "name": table, "facets": {}} for table in tables_of(plan)]
    origins = field_origins(spec, plan)
    lineage: dict[str, Any] = {
        "fields": {
            name: {"inputFields": [_input(namespace, o, spec.fields.get(name)) for o in found]}
            for name, found in origins.items()
            if found
        }
    }
    if whole := dataset_origins(spec, plan):
        lineage["dataset"] = [_input(namespace, o, None) for o in whole]
    output = _dataset(namespace, spec.target.name, [(f.name, f.value.type) for f in plan.fields])
    output["facets"]["columnLineage"] = _facet("columnLineage", **lineage)
    said = spec.description or f"{spec.title}: {spec.source.dataset} to {spec.target.name}, {plan.fingerprint}"
    job: dict[str, Any] = {"documentation": _facet("documentation", description=said, contentType="text/plain")}
    owners = [(spec.maintainer, "MAINTAINER"), (spec.approver, "APPROVER")]
    if any(name for name, _ in owners):
        named = [{"name": name, "type": kind} for name, kind in owners if name]
        job["ownership"] = _facet("ownership", owners=named)
    return {
        "eventTime": at.isoformat(),
        "producer": PRODUCER,
        "schemaURL": _EVENT,
        "job": {"namespace": namespace, "name": spec.name, "facets": job},
        "inputs": inputs,
        "outputs": [output],
    }


def _facet(name: str, **content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"https://openlineage.io/spec/facets/{_FACETS[name]}", **content}


def _dataset(namespace: str, name: str, columns: Any) -> dict[str, Any]:
    schema = _facet("schema", fields=[_column(n, t) for n, t in columns])
    return {"namespace": namespace, "name": name, "facets": {"schema": schema}}


def _column(name: str, type_: DataType) -> dict[str, Any]:
    out: dict[str, Any] = {"name": name, "type": type_.kind if type_.is_nested else str(type_)}
    if type_.kind == "list" and type_.item is not None:
        out["fields"] = [_column("_element", type_.item)]
    elif type_.kind == "struct":
        out["fields"] = [_column(n, t) for n, t in type_.fields]
    return out


def _input(namespace: str, origin: Origin, field: FieldSpec | None) -> dict[str, Any]:
    hidden = field is not None and any(s.name in _MASKING and s.name in STEPS for s in field.steps)
    how = {
        "type": "DIRECT" if origin.direct else "INDIRECT",
        "subtype": origin.kind,
        "description": field_in_words(field),
        "masking": hidden and origin.direct,
    }
    return {"namespace": namespace, "name": origin.dataset, "field": origin.column, "transformations": [how]}
