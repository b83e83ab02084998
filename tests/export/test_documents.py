"""Documents: YAML, contract with origins, JSON Schema, column lineage, vocabularies; each by its own validator."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.errors import UnknownNameError, UsageError
from workbench.export import EXPORTERS, Material, artefact, export, json_schema_of
from workbench.export.openlineage import lineage_event
from workbench.mapping import apply, resolve
from workbench.model import (
    DATE,
    INTEGER,
    TEXT,
    TIMESTAMP,
    Contract,
    Field,
    Spec,
    decimal,
    dump_spec,
    fingerprint,
    list_of,
    parse_contract,
    parse_document,
    parse_spec,
    struct_of,
)  # fmt: skip

from .conftest import Case


def made(case: Case, to: str) -> str:
    return next(iter(artefact(case.spec, to, resolved=case.resolved, target=case.target, source=case.source).values()))


def test_the_yaml_reads_back_as_the_same_spec(retail: dict[str, Case]) -> None:
    for case in retail.values():
        again = parse_spec(made(case, "yaml"))
        assert fingerprint(again) == fingerprint(case.spec)
        assert dump_spec(again) == dump_spec(case.spec)


def test_the_contract_says_where_each_field_comes_from_and_stays_valid(retail: dict[str, Case]) -> None:
    for case in retail.values():
        contract = parse_contract(parse_document(made(case, "odcs"), name="exported"))
        mapped = set(case.spec.fields)
        said = {f.name: f.raw for f in contract.fields}
        assert all("transformLogic" in said[name] for name in mapped)
    crm = parse_contract(parse_document(made(retail["crm-customers"], "odcs"), name="exported"))
    phone = crm.field("phone").raw
    assert phone["transformSourceObjects"] == ["crm.customers.phone", "crm.customers.country"]
    assert phone["transformLogic"] == 'phone | phone: {"region_from": "country", "to": "E164"}'


def test_the_json_schema_accepts_what_passes_and_refuses_what_does_not(retail: dict[str, Case]) -> None:
    from jsonschema import Draft202012Validator

    case = retail["crm-customers"]
    schema = json.loads(made(case, "jsonschema"))
    Draft202012Validator.check_schema(schema)
    passed = apply(case.resolved.plan, case.project.frame("crm.customers"), case.project.table).passed.head(50)
    validator = Draft202012Validator(schema)
    rows = [json.loads(line) for line in _as_json(passed)]
    assert not [e.message for row in rows for e in validator.iter_errors(row)]
    assert list(validator.iter_errors({**rows[0], "customer_id": None}))
    assert list(validator.iter_errors({**rows[0], "stray": 1}))


def _as_json(rows: pl.DataFrame) -> list[str]:
    for name, dtype in rows.schema.items():
        if isinstance(dtype, pl.Decimal):
            rows = rows.with_columns(pl.col(name).cast(pl.Float64))
        elif isinstance(dtype, pl.Datetime):
            rows = rows.with_columns(pl.col(name).dt.to_string("iso:strict"))
    return rows.write_ndjson().splitlines()


def test_every_kind_of_field_has_its_form_in_the_json_schema() -> None:
    inner = (Field("no", INTEGER, required=True, minimum="1"),)
    contract = Contract(
        "x", "x", "1.0.0",
        fields=(
            Field("day", DATE), Field("at", TIMESTAMP, required=True), Field("price", decimal(2), maximum="9.5"),
            Field("lines", list_of(struct_of(no=INTEGER)), fields=inner), Field("kind", INTEGER, enum=("1", "2")),
        ),
    )  # fmt: skip
    properties = json_schema_of(contract)["properties"]
    assert properties["day"] == {"type": ["string", "null"], "format": "date"}
    assert properties["at"] == {"type": "string", "format": "date-time"}
    assert properties["price"] == {"type": ["number", "null"], "maximum": 9.5}
    assert properties["kind"]["enum"] == [1, 2, None]
    assert properties["lines"]["items"]["properties"]["no"] == {"type": "integer", "minimum": 1}


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
    pytest.importorskip("openlineage.client", reason="needs openlineage-python")
    from openlineage.client import event_v2, facet_v2, serde

    column = facet_v2.column_lineage_dataset
    schema = facet_v2.schema_dataset

    def inputs(fields: list[dict[str, Any]]) -> list[Any]:
        return [
            column.InputField(
                i["namespace"], i["name"], i["field"], [column.Transformation(**t) for t in i["transformations"]]
            )
            for i in fields
        ]

    out = event["outputs"][0]
    facet = out["facets"]["columnLineage"]
    lineage = column.ColumnLineageDatasetFacet(
        fields={n: column.Fields(inputs(f["inputFields"])) for n, f in facet["fields"].items()},
        dataset=inputs(facet["dataset"]), producer=facet["_producer"],
    )  # fmt: skip
    described = schema.SchemaDatasetFacet(
        fields=[schema.SchemaDatasetFacetFields(**f) for f in out["facets"]["schema"]["fields"]],
        producer=facet["_producer"],
    )
    theirs = event_v2.JobEvent(
        eventTime=event["eventTime"], producer=event["producer"], job=event_v2.Job("shop", "orders"),
        outputs=[event_v2.OutputDataset("shop", "Total", facets={"columnLineage": lineage, "schema": described})],
    )  # fmt: skip
    written = json.loads(serde.Serde.to_json(theirs))
    assert written["schemaURL"] == event["schemaURL"]
    assert _bare(written["outputs"][0]["facets"]) == _bare(out["facets"])


def _bare(value: Any) -> Any:
    """Without what says nothing: the client leaves empty members out."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v not in (None, [], {}, "")}
    return [_bare(v) for v in value] if isinstance(value, list) else value


def test_vocabularies_are_read_by_sssoms_own_reader(retail: dict[str, Case], tmp_path: Path) -> None:
    sssom = pytest.importorskip("sssom_pydantic", reason="needs sssom-pydantic")
    seen = 0
    for case in retail.values():
        try:
            text = made(case, "sssom")
        except UsageError:
            continue
        path = tmp_path / f"{case.spec.name}.sssom.tsv"
        path.write_text(text, encoding="utf-8")
        mappings, _, metadata = sssom.read(path)
        seen += len(mappings)
        assert str(metadata.id).endswith(case.spec.name)
        assert len(mappings) == text.count("semapv:ManualMappingCuration")
    assert seen >= 4


def test_values_with_one_meaning_are_narrower_than_it() -> None:
    text = (
        "name: s\nsource: {dataset: d.e}\ntarget: {entity: E}\n"
        "fields: {x: {id: f1, from: a, steps: [{translate: {values: {A b: Yes, J: Yes, N: 'No'}}}]}}\n"
    )
    spec = parse_spec(text)
    tsv = next(iter(artefact(spec, "sssom", resolved=resolve(spec, {"a": TEXT})).values()))
    rows = [line.split("\t") for line in tsv.splitlines() if not line.startswith("#")][1:]
    assert [(r[0], r[2], r[3], r[6]) for r in rows] == [
        ("source:a.A%20b", "skos:broadMatch", "target:x.Yes", "n:1"),
        ("source:a.J", "skos:broadMatch", "target:x.Yes", "n:1"),
        ("source:a.N", "skos:exactMatch", "target:x.No", "1:1"),
    ]


def plain() -> tuple[Spec, Any]:
    spec = parse_spec("name: s\nsource: {dataset: d.e}\ntarget: {entity: E}\nfields: {x: {id: f1, from: a}}\n")
    return spec, resolve(spec, {"a": TEXT})


def test_a_spec_without_translations_has_no_vocabulary() -> None:
    spec, resolved = plain()
    with pytest.raises(UsageError, match="the spec has no translation"):
        artefact(spec, "sssom", resolved=resolved)


def test_an_unknown_artefact_names_those_there_are() -> None:
    spec, resolved = plain()
    with pytest.raises(UnknownNameError, match="there is no exporter 'pyton' → did you mean 'python'"):
        artefact(spec, "pyton", resolved=resolved)
    assert {"yaml", "python", "sql", "dbt", "openlineage", "sssom", "odcs", "jsonschema"} <= set(EXPORTERS)


def test_one_file_goes_to_the_path_named_and_several_go_to_a_folder(tmp_path: Path) -> None:
    spec, resolved = plain()
    assert export(spec, "yaml", tmp_path / "x.yaml", resolved=resolved) == (tmp_path / "x.yaml",)
    assert export(spec, "python", tmp_path, resolved=resolved) == (tmp_path / "s.py",)
    (tmp_path / "taken").write_text("")
    with pytest.raises(UsageError, match="and this is one"):
        export(spec, "dbt", tmp_path / "taken", resolved=resolved)


def test_sql_without_a_dialect_names_the_dialects() -> None:
    spec, resolved = plain()
    with pytest.raises(UsageError, match="SQL is written in a dialect → name one, as in sql:duckdb"):
        artefact(spec, "sql", resolved=resolved)
