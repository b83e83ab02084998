"""Specs read back as they were written, and their fingerprint says what they do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import SpecError
from workbench.model import Spec, dump_spec, fingerprint, load_spec, parse_spec, spec_schema

TEXT = """
spec: 1
name: t
version: 1.2.3
source: {dataset: crm.customers, contract: ^3.0}
target: {entity: Customer}
fields:
  a: {id: f1, from: x, steps: [trim, {pad: 5}, {translate: {values: {M: Male}}}]}
  b: {id: f2, from: [x, y], steps: [{concat: ", "}]}
  c: {id: f3, case: [{when: {field: z, is_null: true}, then: "NO"}], else: "0123"}
unmapped: []
"""


def test_a_spec_reads_back_as_it_was_written():
    spec = parse_spec(TEXT)
    assert parse_spec(dump_spec(spec)) == spec


def test_text_that_yaml_would_guess_at_stays_text():
    field = parse_spec(TEXT).fields["c"]
    assert (field.case[0].then, field.else_) == ("NO", "0123")  # type: ignore[index]


def test_the_fingerprint_ignores_evidence_owner_and_text():
    spec = parse_spec(TEXT)
    more = parse_spec(TEXT + "maintainer: crm-team\ndescription: x\nevidence: {f1: {match: 0.9}}\nstatus: approved\n")
    assert fingerprint(more) == fingerprint(spec)


@pytest.mark.parametrize(("old", "new"), [("pad: 5", "pad: 6"), ("from: x,", "from: y,"), ("^3.0", "^4.0")])
def test_the_fingerprint_changes_with_what_the_spec_does(old: str, new: str):
    assert fingerprint(parse_spec(TEXT.replace(old, new))) != fingerprint(parse_spec(TEXT))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: t", "name: t\nnmae: u", "unknown key 'nmae' → did you mean 'name' or 'unmapped'?"),
        ("from: x,", "form: x,", "unknown key 'form' → did you mean 'from'?"),
        ("version: 1.2.3", "version: one", "version"),
        ("id: f2", "id: f1", "ids stand twice: f1"),
        ("{entity: Customer}", "{}", "exactly one of 'entity' and 'dataset'"),
        ("[trim,", "[{trim: 1, pad: 2},", "a step is a name"),
        ("from: x, steps", "from: x, value: y, steps", "exactly one of 'from', 'value', 'case'"),
    ],
)
def test_a_fault_is_told_in_the_terms_of_the_file(old: str, new: str, message: str):
    with pytest.raises(SpecError) as caught:
        parse_spec(TEXT.replace(old, new))
    assert message in str(caught.value)


def test_a_spec_that_is_no_mapping_is_refused():
    with pytest.raises(SpecError, match="a spec is a mapping"):
        parse_spec("- a\n- b\n")


def test_a_missing_spec_file_is_told(tmp_path: Path):
    with pytest.raises(SpecError, match="there is no such file"):
        load_spec(tmp_path / "none.yaml")


def test_the_published_schema_accepts_a_written_spec(tmp_path: Path):
    jsonschema = pytest.importorskip("jsonschema")
    yaml = pytest.importorskip("yaml")
    schema = spec_schema(tmp_path / "spec.schema.json")
    jsonschema.validate(yaml.safe_load(dump_spec(parse_spec(TEXT))), schema)
    assert json.loads((tmp_path / "spec.schema.json").read_text()) == schema


names = st.from_regex("[a-z][a-z0-9_]{0,6}", fullmatch=True)
steps = st.sampled_from(
    ["trim", "upper", {"prefix": "NO"}, {"pad": {"width": "5"}}, {"parse_date": ["%d/%m/%Y", "%Y"]}]
)


@given(st.dictionaries(names, st.lists(steps, max_size=3), min_size=1, max_size=4))
def test_any_spec_reads_back_as_it_was_written(fields: dict[str, list[object]]):
    spec = Spec.model_validate({
        "name": "t", "source": {"dataset": "s"}, "target": {"entity": "T"},
        "fields": {n: {"id": f"f{i}", "from": n, "steps": s} for i, (n, s) in enumerate(fields.items())},
    })  # fmt: skip
    assert parse_spec(dump_spec(spec)) == spec
