"""Documents: YAML, contract with origins, JSON Schema, vocabularies; each by its own validator, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import polars as pl
import pytest

from workbench.errors import UnknownNameError, UsageError
from workbench.export import EXPORTERS, artefact, export, json_schema_of
from workbench.mapping import resolve
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

from .conftest import BOTH_WAYS, Case


def made(case: Case, to: str) -> str:
    return next(iter(artefact(case.spec, to, resolved=case.resolved, target=case.target, source=case.source).values()))


def test_the_yaml_reads_back_as_the_same_spec(retail: dict[str, Case]) -> None:
    for case in retail.values():
        again = parse_spec(made(case, "yaml"))
        assert fingerprint(again) == fingerprint(case.spec)
        assert dump_spec(again) == dump_spec(case.spec)


def test_the_contract_says_where_each_field_comes_from(retail: dict[str, Case]) -> None:
    crm = parse_contract(parse_document(made(retail["crm-customers"], "odcs"), name="exported"))
    phone = crm.field("phone").raw
    assert phone["transformSourceObjects"] == ["crm.customers.phone", "crm.customers.country"]
    assert phone["transformLogic"] == 'phone | phone: {"region_from": "country", "to": "E164"}'


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_contract_is_one_by_the_standards_schema_and_tells_every_origin(
    name: str, both_ways: dict[str, Case]
) -> None:
    case = both_ways[name]
    contract = parse_contract(parse_document(made(case, "odcs"), name="exported"))  # holds the standard's JSON Schema
    said = {f.name: f.raw for f in contract.fields if "transformLogic" in f.raw}
    assert set(said) == set(case.spec.fields)
    read = {o for raw in said.values() for o in raw.get("transformSourceObjects", ())}
    assert read
    columns = {f"{case.spec.source.dataset}.{n}" for n, _ in case.resolved.plan.source}
    assert read <= columns | {f"{table}.{c}" for table, rows in case.tables.items() for c in rows.columns}


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_json_schema_accepts_the_rows_that_pass_and_refuses_others(name: str, both_ways: dict[str, Case]) -> None:
    from jsonschema import Draft202012Validator, FormatChecker

    case = both_ways[name]
    schema = json.loads(made(case, "jsonschema"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    rows = [json.loads(line) for line in _as_json(case.want.passed.head(200))]
    assert len(rows) >= 50
    assert not [e.message for row in rows for e in validator.iter_errors(row)]
    assert set(schema["properties"]) == set(rows[0])
    for field in rows[0]:
        assert list(validator.iter_errors({**rows[0], field: {"not": "a value"}})), field
    for field in schema.get("required", ()):
        assert list(validator.iter_errors({**rows[0], field: None})), field
        assert list(validator.iter_errors({k: v for k, v in rows[0].items() if k != field})), field
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


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_vocabularies_are_read_by_sssoms_own_reader(name: str, both_ways: dict[str, Case], tmp_path: Path) -> None:
    sssom = pytest.importorskip("sssom_pydantic", reason="needs sssom-pydantic")
    case = both_ways[name]
    tables = [s.args.get("values", s.args) for f in case.spec.fields.values() for s in f.steps if s.name == "translate"]
    if not tables:
        with pytest.raises(UsageError, match="the spec has no translation"):
            made(case, "sssom")
        return
    path = tmp_path / f"{name}.sssom.tsv"
    path.write_text(made(case, "sssom"), encoding="utf-8")
    mappings, _, metadata = sssom.read(path)
    assert str(metadata.id).endswith(name)
    meant = sorted((value, means) for table in tables for value, means in table.items())
    local = [(m.subject.identifier, m.object.identifier) for m in mappings]
    read = sorted(tuple(unquote(i.split(".", 1)[1]) for i in pair) for pair in local)
    assert read == meant


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
