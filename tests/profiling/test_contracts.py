"""A draft contract says what is so today, and is valid."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.model import dump_contract, parse_contract, parse_document
from workbench.profiling import infer_contract, profile

CUSTOMERS = pl.DataFrame(
    {
        "cust_no": [f"C-{n:04}" for n in range(200)],
        "CustomerName": [f"{family}, {given}" for family in ("Smith", "Jones") for given in ("Anna", "John")] * 50,
        "dob": ["25/12/1990", "03/04/1985", "", None] * 50,
        "sex": ["M", "F"] * 100,
        "saldo": ["1.234,50", "12,00", "-7,25", "0,99"] * 50,
        "status": ["open", "closed", "N/A", "open"] * 50,
        "qty": [1, 2, 3, 4] * 50,
        "active": ["Y", "N"] * 100,
        "address": [{"city": "Rome", "lines": ["a", "b"]}] * 200,
        "orders": [[{"sku": "A1", "price": 1.5}]] * 200,
    }
)


@pytest.fixture(scope="module")
def contract():  # type: ignore[no-untyped-def]
    return infer_contract(profile(CUSTOMERS, name="crm.customers"), owner="crm-team")


def test_the_contract_has_the_names_given(contract) -> None:  # type: ignore[no-untyped-def]
    assert (contract.id, contract.name, contract.version, contract.owner) == (
        "crm.customers",
        "customers",
        "1.0.0",
        "crm-team",
    )
    assert (contract.status, contract.physical_name) == ("draft", "crm.customers")


def test_the_key_is_required_and_unique(contract) -> None:  # type: ignore[no-untyped-def]
    assert contract.key == ("cust_no",)
    field = contract.field("cust_no")
    assert (field.required, field.unique, field.pattern, field.max_length) == (True, True, "^[A-Z]-[0-9]{4}$", 6)


def test_types_are_those_of_the_values_and_formats_those_of_the_texts(contract) -> None:  # type: ignore[no-untyped-def]
    assert (str(contract.field("dob").type), contract.field("dob").format) == ("date", "%d/%m/%Y")
    assert (str(contract.field("saldo").type), contract.field("saldo").format) == ("decimal(38,2)", "decimal:, group:.")
    assert (str(contract.field("active").type), contract.field("active").format) == ("boolean", "Y/N")


def test_what_may_be_missing_is_not_required(contract) -> None:  # type: ignore[no-untyped-def]
    assert not contract.field("dob").required
    assert contract.field("qty").required
    assert contract.field("status").missing_values == ("N/A",)
    assert not contract.field("status").required


def test_few_words_become_the_values_allowed(contract) -> None:  # type: ignore[no-untyped-def]
    assert contract.field("sex").enum == ("F", "M")
    assert contract.field("status").enum == ("closed", "open")
    assert contract.field("qty").enum == ()


def test_personal_data_is_flagged_and_never_an_example(contract) -> None:  # type: ignore[no-untyped-def]
    field = contract.field("CustomerName")
    assert (field.personal, field.examples, field.semantic_type) == (True, (), "person_name")


def test_records_and_lists_keep_their_members(contract) -> None:  # type: ignore[no-untyped-def]
    assert str(contract.field("address").type) == "struct<city: text, lines: list<text>>"
    assert [f.name for f in contract.field("orders").fields] == ["sku", "price"]


def test_what_is_written_is_valid_and_read_back(contract) -> None:  # type: ignore[no-untyped-def]
    again = parse_contract(parse_document(dump_contract(contract)))
    assert [(f.name, f.type, f.format, f.key) for f in again.fields] == [
        (f.name, f.type, f.format, f.key) for f in contract.fields
    ]


def test_a_handful_of_rows_promises_little() -> None:
    field = infer_contract(profile(CUSTOMERS.head(4))).field("sex")
    assert (field.required, field.enum) == (False, ())
