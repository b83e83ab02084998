"""Data held against contracts: each kind of rule, tolerance, masking, batches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import ContractError
from workbench.model import BOOLEAN, DATE, INTEGER, TEXT, TIMESTAMP, Contract, Field, Rule, decimal, struct_of
from workbench.quality import Checker, check


def contract(*fields: Field, rules: tuple[Rule, ...] = ()) -> Contract:
    return Contract("people", "people", "1.0.0", fields=fields, rules=rules)


def broken(frame: pl.DataFrame, *fields: Field, rules: tuple[Rule, ...] = (), **more: object) -> dict[str, int]:
    """Rows that break each rule, by code."""
    checked = check(frame, contract(*fields, rules=rules), **more)  # type: ignore[arg-type]
    assert checked.passed.height + checked.rejected.height == frame.height
    return {v.code: v.broken for v in checked.verdicts if v.broken}


def only(values: list[object], field: Field) -> dict[str, int]:
    return broken(pl.DataFrame({field.name: values}), field)


def test_a_required_value_is_neither_null_blank_nor_a_missing_value_mark() -> None:
    field = Field("x", TEXT, required=True, missing_values=("N/A",))
    assert only(["a", None, " \u00a0", "N/A", "n/a"], field) == {"x.required": 3}


@pytest.mark.parametrize(
    ("field", "values", "wrong"),
    [
        (Field("x", INTEGER), ["12", "+3", "1.5", "a", None], 2),
        (Field("x", decimal(2)), ["1.25", "1.250", "1.255", "1,5"], 2),
        (Field("x", decimal(2), format="decimal:, group:."), ["1.234,50", "1234,5", "1,234.50"], 1),
        (Field("x", DATE), ["2024-02-29", "2023-02-29", "29/02/2024"], 2),
        (Field("x", DATE, format="%d/%m/%Y"), ["29/02/2024", "31/02/2024", "2024-02-29"], 2),
        (Field("x", TIMESTAMP), ["2024-01-01T10:00:00Z", "2024-01-01T10:00:00"], 1),
        (Field("x", BOOLEAN), ["Y", "no", "perhaps"], 1),
    ],
)
def test_text_is_read_as_the_contract_says_it_is_written(field: Field, values: list[object], wrong: int) -> None:
    assert only(values, field) == {"x.type": wrong}


def test_a_column_of_another_type_breaks_the_promise_in_every_row_with_a_value() -> None:
    checked = check(pl.DataFrame({"x": [1, None, 3]}), contract(Field("x", TEXT)))
    assert checked.rejected["_reason"].to_list() == ["is a whole number, not a text"] * 2


def test_a_whole_number_is_a_decimal_and_fewer_digits_fit_more() -> None:
    assert only([1, 2], Field("x", decimal(2))) == {}
    frame = pl.DataFrame({"x": [Decimal("1.5")]}, schema={"x": pl.Decimal(38, 1)})
    assert broken(frame, Field("x", decimal(2))) == {}


def test_more_digits_than_promised_are_found_by_value() -> None:
    frame = pl.DataFrame({"x": [Decimal("1.500"), Decimal("1.505")]}, schema={"x": pl.Decimal(38, 3)})
    assert broken(frame, Field("x", decimal(2))) == {"x.type": 1}


def test_values_outside_the_list_are_found_in_text_and_numbers() -> None:
    assert only(["M", "X", None], Field("x", TEXT, enum=("M", "F"))) == {"x.enum": 1}
    assert only([1, 4], Field("x", INTEGER, enum=("1", "2"))) == {"x.enum": 1}


def test_patterns_are_found_anywhere_even_those_only_python_can_run() -> None:
    assert only(["12345", "1234"], Field("x", TEXT, pattern="^[0-9]{5}$")) == {"x.pattern": 1}
    assert only(["ab", "cd", None], Field("x", TEXT, pattern="a(?=b)")) == {"x.pattern": 1}


def test_limits_hold_in_the_type_of_the_contract_not_as_text() -> None:
    assert only(["9", "10", "100"], Field("x", INTEGER, minimum="10", maximum="99")) == {"x.minimum": 1, "x.maximum": 1}
    assert only([date(2024, 1, 1), date(1899, 1, 1)], Field("x", DATE, minimum="1900-01-01")) == {"x.minimum": 1}


def test_lengths_count_characters() -> None:
    field = Field("x", TEXT, min_length=2, max_length=3)
    assert only(["é", "éé", "ééé", "éééé"], field) == {"x.min_length": 1, "x.max_length": 1}


def test_the_first_row_of_a_key_passes_and_nulls_repeat_nothing() -> None:
    frame = pl.DataFrame({"a": ["1", "1", "1", None, None], "b": ["x", "x", "y", "z", "z"]})
    assert broken(frame, Field("a", TEXT), Field("b", TEXT, unique=True)) == {"b.unique": 2}
    keyed = broken(frame, Field("a", TEXT, key=1), Field("b", TEXT, key=2))
    assert keyed == {"a.required": 2, "key": 1}


def test_a_reference_is_looked_up_where_its_rows_are_given() -> None:
    field = Field("customer", TEXT, references="Customer.id")
    frame = pl.DataFrame({"customer": ["1", "9", None]})
    rows = {"Customer": pl.LazyFrame({"id": [1, 2]})}
    assert broken(frame, field, references=rows) == {"customer.reference": 1}
    checked = check(frame, contract(field))
    assert [v.result for v in checked.verdicts if v.kind == "reference"] == ["not checked"]


def test_members_of_a_record_keep_their_rules() -> None:
    field = Field("address", struct_of(zip=TEXT), fields=(Field("zip", TEXT, required=True, pattern="^[0-9]+$"),))
    frame = pl.DataFrame({"address": [{"zip": "1"}, {"zip": "x"}, {"zip": None}]})
    assert broken(frame, field) == {"address.zip.required": 1, "address.zip.pattern": 1}


def test_a_missing_column_rejects_when_it_is_required_and_warns_when_not() -> None:
    frame = pl.DataFrame({"x": ["a"], "y": ["b"]})
    checked = check(frame, contract(Field("x", TEXT), Field("z", TEXT), Field("k", TEXT, required=True)))
    assert {(v.field, v.result) for v in checked.worst} == {("k", "failed"), ("z", "warned"), ("y", "warned")}
    assert checked.passed.height == 0


@pytest.mark.parametrize(
    ("rule", "result", "rejected"),
    [
        (Rule("x", metric="nullValues", operator="mustBe", value=0), "failed", 1),
        (Rule("x", metric="nullValues", operator="mustBeLessThan", value=50, unit="percent"), "passed", 0),
        (Rule("x", metric="nullValues", operator="mustBe", value=0, severity="warning"), "warned", 0),
        (Rule("x", metric="duplicateValues", operator="mustBeLessOrEqualTo", value=0), "failed", 1),
        (Rule("x", metric="invalidValues", operator="mustBe", value=0, arguments={"validValues": ["a"]}), "failed", 1),
        (
            Rule("x", metric="missingValues", operator="mustBe", value=0, arguments={"missingValues": ["b"]}),
            "failed",
            2,
        ),
        (Rule(metric="duplicateValues", operator="mustBe", value=0, arguments={"properties": ["x"]}), "failed", 1),
        (Rule(metric="rowCount", operator="mustBeBetween", value=(1, 3)), "failed", 0),
        (Rule(type="sql", query="SELECT count(*) FROM ${object}", operator="mustBe", value=4), "passed", 0),
        (Rule("x", type="sql", query="SELECT count(${property}) FROM people", operator="mustBe", value=4), "failed", 0),
        (Rule(type="sql", query="SELECT * FROM '/etc/passwd'", operator="mustBe", value=4), "not checked", 0),
        (Rule(type="text", description="Names are spelt as in the passport"), "not checked", 0),
    ],
)
def test_quality_rules_of_the_standard(rule: Rule, result: str, rejected: int) -> None:
    from dataclasses import replace

    promised = replace(contract(Field("x", TEXT), rules=(rule,)), physical_name="people")
    checked = check(pl.DataFrame({"x": ["a", "a", "b", None]}), promised)
    verdict = next(v for v in checked.verdicts if "quality" in v.code)
    assert (verdict.result, checked.rejected.height) == (result, rejected)


def test_personal_values_are_masked_in_what_is_shown_but_not_in_the_dead_letter() -> None:
    checked = check(
        pl.DataFrame({"mail": ["ada lovelace"]}), contract(Field("mail", TEXT, semantic_type="email", pattern="@"))
    )
    assert "lovelace" not in str(checked) + checked._repr_html_() + checked.to_json()
    assert checked.rejected["_value"].to_list() == ["ada lovelace"]


def test_a_rejected_row_says_its_first_fault_and_all_of_them() -> None:
    checked = check(
        pl.DataFrame({"x": ["", "abc"]}), contract(Field("x", TEXT, required=True, max_length=2, pattern="z"))
    )
    row = checked.rejected.row(1, named=True)
    assert (row["_code"], row["_step"], row["_spec"]) == ("x.pattern", "contract", "people 1.0.0")
    assert row["_faults"] == "x.pattern x does not match z; x.max_length x does not have at most 2 characters"


def test_a_limit_that_is_not_of_the_fields_type_is_a_fault_of_the_contract() -> None:
    with pytest.raises(ContractError, match=r"people, field 'x': minimum: 'abc' is not a integer"):
        only([1], Field("x", INTEGER, minimum="abc"))


def test_an_empty_frame_keeps_every_rule_about_rows() -> None:
    frame = pl.DataFrame({"x": []}, schema={"x": pl.String})
    checked = check(frame, contract(Field("x", TEXT, required=True, key=1, enum=("a",))))
    assert checked.ok
    assert "_code" in checked.rejected.columns


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", None, " "]), st.integers(-2, 2)), max_size=30), st.integers(1, 7)
)
def test_batches_give_what_one_pass_gives(rows: list[tuple[str | None, int]], size: int) -> None:
    frame = pl.DataFrame(rows, schema={"k": pl.String, "n": pl.Int64}, orient="row")
    promised = contract(Field("k", TEXT, required=True, unique=True), Field("n", INTEGER, minimum="0"))
    whole = check(frame, promised, examples=0)
    checker = Checker(promised, frame.schema, examples=0)
    parts = [checker.run(part) for part in frame.iter_slices(size)] or [checker.run(frame)]
    assert pl.concat([p for p, _ in parts]).equals(whole.passed)
    assert pl.concat([r for _, r in parts]).equals(whole.rejected)
    assert checker.verdicts() == whole.verdicts
