"""Contracts read from files: nouns, faults with their lines, and everything else kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ContractError, UnknownNameError
from workbench.model import (
    FLOAT,
    TEXT,
    Contract,
    DataType,
    Field,
    Rule,
    contract_to_odcs,
    decimal,
    dump_contract,
    list_of,
    load_contract,
    parse_contract,
    parse_document,
    struct_of,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "contract"
HEAD = "apiVersion: v3.2.0\nkind: DataContract\nid: x\nversion: 1.0.0\n"


def read(fields: str) -> Contract:
    return parse_contract(parse_document(f"{HEAD}schema:\n- name: t\n  properties:\n{fields}"))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("faults/*.odcs.yaml")), ids=lambda p: p.name)
def test_every_fault_is_reported_at_once_with_its_line(file: Path) -> None:
    with pytest.raises(ContractError) as caught:
        load_contract(file)
    said = str(caught.value).replace(str(file), file.name)
    assert said + "\n" == file.with_suffix("").with_suffix(".txt").read_text(encoding="utf-8")


def test_what_has_no_noun_is_kept_on_write() -> None:
    contract = load_contract(GOLDEN / "kept" / "full.odcs.yaml")
    written = dump_contract(contract)
    assert parse_contract(parse_document(written)) == contract
    assert written == (GOLDEN / "kept" / "full.txt").read_text(encoding="utf-8")


def test_text_stays_text_where_the_standard_asks_for_text() -> None:
    field = load_contract(GOLDEN / "kept" / "full.odcs.yaml").field("rcvr_cntry_code")
    assert field.enum == ("NO", "0123")
    assert field.labels == {"NO": "Norway"}


def test_numbers_keep_their_digits() -> None:
    field = load_contract(GOLDEN / "kept" / "full.odcs.yaml").field("amount")
    assert field.minimum == "0.10"
    assert field.type == decimal(2)


def test_nested_types_are_read() -> None:
    contract = load_contract(GOLDEN / "kept" / "full.odcs.yaml")
    assert contract.field("parts").type == list_of(struct_of(sku=TEXT, at=DataType("timestamp", local=True)))
    assert [f.description for f in contract.field("parts").fields] == ["the part's number", ""]
    assert contract.field("embedding").type == list_of(FLOAT)


def test_a_number_without_scale_is_a_float() -> None:
    assert read("  - {name: a, logicalType: number}").field("a").type == FLOAT


def test_key_is_in_the_order_of_its_positions() -> None:
    contract = read(
        "  - {name: a, logicalType: string, primaryKey: true, primaryKeyPosition: 2}\n"
        "  - {name: b, logicalType: string, primaryKey: true, primaryKeyPosition: 1}"
    )
    assert contract.key == ("b", "a")


def test_key_without_positions_is_in_the_order_of_the_fields() -> None:
    contract = read(
        "  - {name: a, logicalType: string, primaryKey: true}\n  - {name: b, logicalType: string, primaryKey: true}"
    )
    assert contract.key == ("a", "b")


def test_an_unknown_field_names_the_nearest() -> None:
    contract = read("  - {name: customer, logicalType: string}")
    with pytest.raises(UnknownNameError, match="there is no field 'custmer' → did you mean 'customer'"):
        contract.field("custmer")


def test_one_of_several_tables_is_read_and_the_others_are_kept() -> None:
    contract = load_contract(GOLDEN / "faults" / "several.odcs.yaml", table="orders")
    assert contract.name == "orders"
    assert [s["name"] for s in contract_to_odcs(contract)["schema"]] == ["orders", "customers"]


def test_an_unknown_table_names_the_nearest() -> None:
    with pytest.raises(ContractError, match="there is no schema 'ordrs' → did you mean 'orders'"):
        load_contract(GOLDEN / "faults" / "several.odcs.yaml", table="ordrs")


def test_the_canonical_tag_makes_an_entity() -> None:
    assert parse_contract(parse_document(f"{HEAD}tags: [canonical]")).is_entity
    assert not parse_contract(parse_document(HEAD)).is_entity


def test_a_rule_about_no_field_of_the_contract_is_not_written() -> None:
    contract = Contract("x", "x", "1.0.0", fields=(Field("id", TEXT),), rules=(Rule("idd", metric="nullValues"),))
    with pytest.raises(ContractError, match="there is no field 'idd' → did you mean 'id'"):
        dump_contract(contract)


def test_a_minimum_that_is_no_number_is_not_written() -> None:
    with pytest.raises(ContractError, match="the minimum of the field 'a' is not a number: '1,5'"):
        dump_contract(Contract("x", "x", "1.0.0", fields=(Field("a", FLOAT, minimum="1,5"),)))


def test_what_the_standard_forbids_is_not_written() -> None:
    with pytest.raises(ContractError, match=r"^x \(schema.0.quality.0"):
        dump_contract(Contract("x", "x", "1.0.0", rules=(Rule(metric="nullvalues", operator="mustBe", value=0),)))


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n"])
def test_a_document_that_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(ContractError, match="a contract is a mapping of keys"):
        parse_contract(parse_document(text, error=ContractError))


def test_a_missing_file_names_the_nearest() -> None:
    with pytest.raises(ContractError, match=r"there is no such file → did you mean 'many\.odcs\.yaml'"):
        load_contract(GOLDEN / "faults" / "mny.odcs.yaml")


@pytest.mark.parametrize(
    ("lines", "personal"),
    [
        ("classification: PII", True),
        ("classification: personal", True),
        ("classification: public", False),
        ("classification: personal\n    customProperties: [{property: workbench.personal, value: false}]", False),
    ],
)
def test_a_classification_says_what_is_personal_unless_the_contract_says_it_itself(lines: str, personal: bool) -> None:
    written = read(f"  - name: a\n    logicalType: string\n    {lines}\n")
    assert written.field("a").personal is personal
