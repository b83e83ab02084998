"""Column lineage as OpenLineage events, held against OpenLineage's own client, for the sample's specs both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from workbench.export import Material, artefact
from workbench.export.openlineage import lineage_event
from workbench.mapping import resolve
from workbench.model import TEXT, Contract, decimal, parse_spec

from .conftest import BOTH_WAYS, Case

LINEAGE = """
name: orders
source: {dataset: erp.lines}
target: {entity: Total}
rows:
  - {id: r1, filter: {field: test, not_in: [Y]}}
  - {id: r2, lookup: {table: refs/rates.csv, match: {currency: code}, take: {rate: rate}, on_miss: drop}}
  - {id: r3, group: {by: [order, status, rate], take: {total: {sum: amount}}}}
fields:
  order_id: {id: f1, from: order}
  total: {id: f2, from: total, steps: [{round: 2}]}
  rate: {id: f3, from: rate}
  state: {id: f4, case: [{when: {field: status, equals: A}, then: active}], else: closed}
  secret: {id: f5, from: order, steps: [hash]}
"""
COLUMNS = {"order": TEXT, "status": TEXT, "currency": TEXT, "amount": decimal(4), "test": TEXT}


@pytest.fixture
def event() -> dict[str, Any]:
    spec = parse_spec(LINEAGE)
    resolved = resolve(spec, COLUMNS, tables=lambda _: {"code": TEXT, "rate": TEXT})
    material = Material(spec, resolved, Contract("Total", "Total", "1.0.0"))
    return lineage_event(material, namespace="shop", at=datetime(2026, 1, 1, tzinfo=UTC))


def test_lineage_goes_through_lookups_and_groups_to_the_columns_of_datasets(event: dict[str, Any]) -> None:
    facet = event["outputs"][0]["facets"]["columnLineage"]
    seen = {
        name: [(i["name"], i["field"], i["transformations"][0]["subtype"]) for i in f["inputFields"]]
        for name, f in facet["fields"].items()
    }
    assert seen == {
        "order_id": [("erp.lines", "order", "IDENTITY")],
        "total": [("erp.lines", "amount", "AGGREGATION")],
        "rate": [("refs/rates.csv", "rate", "IDENTITY")],
        "state": [("erp.lines", "status", "CONDITIONAL")],
        "secret": [("erp.lines", "order", "TRANSFORMATION")],
    }
    whole = {(i["name"], i["field"], i["transformations"][0]["subtype"]) for i in facet["dataset"]}
    assert {("erp.lines", "test", "FILTER"), ("refs/rates.csv", "code", "JOIN")} <= whole
    assert facet["fields"]["secret"]["inputFields"][0]["transformations"][0]["masking"] is True


def test_the_event_is_one_that_openlineages_own_client_would_write(event: dict[str, Any]) -> None:
    assert _bare(as_their_client_writes(event)) == _bare(event)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_sample_landscapes_events_are_those_of_openlineages_own_client(
    name: str, both_ways: dict[str, Case]
) -> None:
    case = both_ways[name]
    files = artefact(case.spec, "openlineage", resolved=case.resolved, target=case.target, source=case.source)
    event = json.loads(next(iter(files.values())))
    assert _bare(as_their_client_writes(event)) == _bare(event)
    facet = event["outputs"][0]["facets"]["columnLineage"]
    constants = {n for n, f in case.spec.fields.items() if f.value is not None}
    assert set(facet["fields"]) == set(case.spec.fields) - constants
    known = {(i["name"], f["name"]) for i in event["inputs"] for f in i["facets"].get("schema", {}).get("fields", ())}
    known |= {(table, column) for table, rows in case.tables.items() for column in rows.columns}
    read = {(i["name"], i["field"]) for f in facet["fields"].values() for i in f["inputFields"]}
    assert read <= known


def as_their_client_writes(event: dict[str, Any]) -> dict[str, Any]:
    """The event built of the classes of OpenLineage's own client, which hold what is required and of which form."""
    pytest.importorskip("openlineage.client", reason="needs openlineage-python")
    from openlineage.client import event_v2, facet_v2, serde

    def inputs(fields: list[dict[str, Any]]) -> list[Any]:
        kinds = facet_v2.column_lineage_dataset
        return [
            kinds.InputField(
                i["namespace"], i["name"], i["field"], [kinds.Transformation(**t) for t in i["transformations"]]
            )
            for i in fields
        ]

    def columns(fields: list[dict[str, Any]]) -> list[Any]:
        kind = facet_v2.schema_dataset.SchemaDatasetFacetFields
        return [kind(**{**f, "fields": columns(f.get("fields", []))}) for f in fields]

    def lineage(facet: dict[str, Any]) -> Any:
        kinds = facet_v2.column_lineage_dataset
        fields = {n: kinds.Fields(inputs(f["inputFields"])) for n, f in facet["fields"].items()}
        whole = inputs(facet.get("dataset", []))
        return kinds.ColumnLineageDatasetFacet(fields=fields, dataset=whole, producer=facet["_producer"])

    make = {
        "schema": lambda f: facet_v2.schema_dataset.SchemaDatasetFacet(columns(f["fields"]), producer=f["_producer"]),
        "columnLineage": lineage,
        "documentation": lambda f: facet_v2.documentation_job.DocumentationJobFacet(
            f["description"], f["contentType"], producer=f["_producer"]
        ),
        "ownership": lambda f: facet_v2.ownership_job.OwnershipJobFacet(
            [facet_v2.ownership_job.Owner(**o) for o in f["owners"]], producer=f["_producer"]
        ),
    }

    def built(kind: Any, thing: dict[str, Any]) -> Any:
        return kind(thing["namespace"], thing["name"], facets={n: make[n](f) for n, f in thing["facets"].items()})

    theirs = event_v2.JobEvent(
        eventTime=event["eventTime"],
        producer=event["producer"],
        job=built(event_v2.Job, event["job"]),
        inputs=[built(event_v2.InputDataset, i) for i in event["inputs"]],
        outputs=[built(event_v2.OutputDataset, o) for o in event["outputs"]],
    )
    written: dict[str, Any] = json.loads(serde.Serde.to_json(theirs))
    return written


def _bare(value: Any) -> Any:
    """Without what says nothing: the client leaves empty members out."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v not in (None, [], {}, "")}
    return [_bare(v) for v in value] if isinstance(value, list) else value
