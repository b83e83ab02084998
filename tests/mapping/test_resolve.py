"""Resolving finds every fault at once, each with its line and its cure."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.errors import SpecError
from workbench.mapping import resolve, try_step
from workbench.model import TEXT, Contract, parse_document, parse_spec

COLUMNS = dict.fromkeys(("no", "name", "sex", "born", "saldo", "test", "remark"), TEXT)


def faults(text: str, entity: Contract | None) -> list[str]:
    spec = parse_spec(parse_document(text, name="crm.yaml"))
    with pytest.raises(SpecError) as caught:
        resolve(spec, COLUMNS, entity)
    return [str(f) for f in caught.value.faults]


def test_a_good_spec_resolves(spec_text: str, entity: Contract):
    plan = resolve(parse_spec(spec_text), COLUMNS, entity).plan
    assert [f.name for f in plan.fields] == ["customer_id", "full_name", "gender", "born_on", "balance"]
    assert plan.key == ("customer_id",)


def test_all_faults_are_reported_at_once(spec_text: str, entity: Contract):
    text = spec_text.replace("from: no,", "from: nr,").replace("trim", "trimm").replace("full_name:", "fullname:")
    found = faults(text, entity)
    assert len(found) >= 3
    assert any("there is no source field 'nr'" in f for f in found)
    assert any("Customer has no field 'fullname' → did you mean 'full_name'?" in f for f in found)


def test_an_unknown_step_has_its_line_and_the_nearest_name(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("trim,", "trimm,"), entity)
    assert found == "crm.yaml:11 (fields.customer_id.steps.0): there is no step 'trimm' → did you mean 'trim'?"


def test_an_argument_misspelt_is_named(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("decimal:", "decimals:"), entity)
    assert "parse_number has no argument 'decimals' → did you mean 'decimal'?" in found


def test_a_type_clash_names_the_step_that_cures_it(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace(', steps: [{parse_date: ["%d/%m/%Y"]}]', ""), entity)
    assert "gives text, but the field is date → add a step: parse_date" in found


def test_a_required_field_that_is_not_mapped_is_a_fault(spec_text: str, entity: Contract):
    lines = [line for line in spec_text.splitlines() if "customer_id" not in line]
    found = faults("\n".join(lines).replace("row_key: [no]\n", "").replace("[remark]", "[remark, no]"), entity)
    assert any("the required field 'customer_id' of Customer is not mapped" in f for f in found)


def test_silence_about_a_source_field_is_a_fault(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("unmapped: [remark]", ""), entity)
    assert "source field 'remark' is neither mapped nor listed" in found


def test_an_unmapped_field_that_is_used_is_a_fault(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("[remark]", "[remark, sex]"), entity)
    assert "'sex' is listed as unmapped but is used" in found


def test_a_pattern_that_is_not_portable_is_refused(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("trim,", '{extract: "(?i)x"},'), entity)
    assert "is not portable" in found


def test_two_tests_in_one_condition_are_refused(spec_text: str):
    with pytest.raises(SpecError, match="exactly one test"):
        parse_spec(spec_text.replace("not_in: [Y]", "not_in: [Y], equals: N"))


def test_another_semantics_is_refused(spec_text: str, entity: Contract):
    (found,) = faults(spec_text.replace("version: 1.0.0", "version: 1.0.0\nsemantics: core-9"), entity)
    assert "knows the semantics 'core-1'" in found


def test_translations_never_used_are_warned_of(spec_text: str, entity: Contract):
    done = resolve(parse_spec(spec_text), COLUMNS, entity, values={"sex": ["M"]})
    assert [f.what for f in done.warnings] == ["translations never used: F"]


def test_lineage_names_the_columns_a_field_comes_from(spec_text: str, entity: Contract):
    done = resolve(parse_spec(spec_text), COLUMNS, entity)
    assert {x.target: x.sources for x in done.lineage}["full_name"] == ("name",)


@pytest.mark.parametrize("step", ["group: {by: [a], take: {n: {count: null}}}", "union: {table: more}"])
def test_a_lookup_that_rejects_cannot_stand_before_a_step_that_hides_what_it_missed(step: str):
    text = f"""
        name: s
        source: {{dataset: d}}
        target: {{entity: E}}
        rows:
          - {{id: r1, lookup: {{table: ref, match: {{a: a}}, take: {{b: b}}}}}}
          - {{id: r2, {step}}}
        fields: {{x: {{id: f1, from: a}}}}
    """
    with pytest.raises(SpecError, match="the rows that lookup r1 does not find") as caught:
        resolve(parse_spec(text), {"a": TEXT}, tables=lambda _: {"a": TEXT, "b": TEXT})
    assert "write on_miss: drop in r1" in str(caught.value)


@pytest.mark.parametrize("steps", [{"scale": "1e20"}, {"add": "1e40"}, {"cap": {"at_most": "9223372036854775808"}}])
def test_a_constant_beyond_64_bits_is_a_fault_of_the_spec(steps: dict[str, Any]):
    with pytest.raises(SpecError, match="does not fit 64 bits"):
        try_step(["parse_number", steps], "5")
