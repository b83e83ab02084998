"""Specs read back as they were written, and their fingerprint says what they do."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import SpecError
from workbench.model import Spec, dump_spec, fingerprint, load_spec, parse_spec, spec_schema

SPECS = sorted((Path(__file__).parents[2] / "data" / "retail" / "specs").glob("*.yaml"))
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


def shuffled(value: Any, random: Random) -> Any:
    """The same document with the keys of every mapping in another order."""
    if isinstance(value, dict):
        return {k: shuffled(value[k], random) for k in random.sample(list(value), len(value))}
    return [shuffled(v, random) for v in value] if isinstance(value, list) else value


@settings(max_examples=15)
@given(
    path=st.sampled_from(SPECS),
    random=st.randoms(use_true_random=False),
    flow=st.booleans(),
    indent=st.integers(2, 6),
    evidence=st.text("ab"),
)
def test_neither_layout_nor_evidence_changes_a_fingerprint(
    path: Path, random: Random, flow: bool, indent: int, evidence: str
):
    spec, document = load_spec(path), yaml.load(path.read_text(), yaml.BaseLoader)
    document["evidence"] = {"f1": {"note": evidence}}
    text = yaml.dump(shuffled(document, random), sort_keys=False, default_flow_style=flow, indent=indent)
    assert fingerprint(parse_spec(text)) == fingerprint(spec)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every scalar of a document."""
    if isinstance(value, dict | list):
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inside, (*path, key))
    else:
        yield path


SILENT = {"evidence", "status", "approved", "maintainer", "approver", "description", "version", "name", "spec"}


@pytest.mark.parametrize("path", SPECS, ids=lambda p: p.stem)
def test_every_word_that_decides_what_a_spec_does_changes_its_fingerprint(path: Path):
    document = yaml.load(path.read_text(), yaml.BaseLoader)
    spec, tried = load_spec(path), 0
    for where in leaves({k: v for k, v in document.items() if k not in SILENT}):
        if where[-1] == "description":
            continue
        changed = copy.deepcopy(document)
        inside = changed
        for key in where[:-1]:
            inside = inside[key]
        inside[where[-1]] += "9"
        try:
            other = parse_spec(yaml.safe_dump(changed))
        except SpecError:
            continue  # a word from a list, which cannot be another one
        tried += 1
        assert fingerprint(other) != fingerprint(spec), where
    assert tried > 10


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
