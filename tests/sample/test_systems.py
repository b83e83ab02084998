"""Each system speaks its own format, and its contract tells the truth about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from workbench.model import Contract, load_landscape

Read = Callable[[str], pl.DataFrame]
DATASETS = [
    "crm.customers", "erp.customers", "erp.orders", "erp.order_lines", "erp.products", "shop.customers",
    "shop.orders", "warehouse.dim_customer", "warehouse.fact_order", "legacy.feed_in", "legacy.feed_out",
]  # fmt: skip
FORMS = {
    ("crm.customers", "cust_no"): r"\d{8}",
    ("crm.customers", "CustomerName"): r"[^,]+, [^,]+",
    ("crm.customers", "dob"): r"\d\d/\d\d/\d{4}",
    ("crm.customers", "phone"): r"[\d /]+",
    ("crm.customers", "saldo"): r"-?\d{1,3}(\.\d{3})?,\d\d",
    ("crm.customers", "updated_at"): r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    ("erp.customers", "KUNNR"): r"\d{10}",
    ("erp.customers", "GBDAT"): r"\d{8}",
    ("erp.customers", "LAND1"): r"[A-Z]{3}",
    ("erp.customers", "TELF1"): r"00\d+ \d{3} \d+",
    ("erp.customers", "SALDO"): r"-?\d+,\d\d",
    ("erp.orders", "ERZET"): r"\d{6}",
    ("erp.order_lines", "MENGE"): r"\d+,000",
    ("erp.products", "EAN11"): r"\d{13}",
    ("shop.customers", "phone"): r"\+\d{8,14}",
    ("shop.customers", "createdAt"): r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00",
    ("shop.orders", "placedAt"): r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00",
}


def contract(retail: Path, dataset: str) -> Contract:
    return load_landscape(retail).contract(dataset)


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_contract_names_the_columns(read: Read, retail: Path, dataset: str) -> None:
    assert [f.name for f in contract(retail, dataset).fields] == read(dataset).columns


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_data_keeps_the_contract(read: Read, retail: Path, dataset: str) -> None:
    frame = read(dataset)
    for field in contract(retail, dataset).fields:
        column = frame[field.name]
        if field.required:
            assert column.null_count() == 0, field.name
        if field.unique:
            assert column.n_unique() == len(column), field.name
        if field.enum:
            assert set(column.drop_nulls().cast(pl.String)) <= set(field.enum), field.name
        if field.pattern:
            assert column.drop_nulls().str.contains(field.pattern).all(), field.name


@pytest.mark.parametrize("dataset", DATASETS)
def test_references_lead_somewhere(read: Read, retail: Path, dataset: str) -> None:
    for field in contract(retail, dataset).fields:
        if field.references:
            target, _, column = field.references.rpartition(".")
            assert set(read(dataset)[field.name]) <= set(read(target)[column]), field.name


@pytest.mark.parametrize(("place", "form"), FORMS.items(), ids=lambda x: ".".join(x) if isinstance(x, tuple) else "")
def test_values_have_the_form_of_their_system(read: Read, place: tuple[str, str], form: str) -> None:
    values = read(place[0])[place[1]].drop_nulls().cast(pl.String)
    strays = [v for v in values if not re.fullmatch(form, v)]
    # The CRM holds what people mistype by hand; every other system writes one form.
    assert len(strays) <= (0.02 * len(values) if place[0] == "crm.customers" else 0), strays[:5]


def test_phone_numbers_are_of_real_numbering_plans(read: Read) -> None:
    numbers = read("truth.customers")["phone"]
    valid = [phonenumbers.is_valid_number(phonenumbers.parse(n)) for n in numbers]
    assert sum(valid) / len(valid) > 0.98


def test_mail_goes_to_domains_kept_for_examples(read: Read) -> None:
    domains = set(read("truth.customers")["email"].str.extract("@(.*)$"))
    assert all(re.fullmatch(r"(\w+\.)?example\.(com|org|net)", d) for d in domains)


def test_article_numbers_have_their_check_digit(read: Read) -> None:
    for ean in read("erp.products")["EAN11"]:
        assert sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(ean)) % 10 == 0


def test_outdated_versions_stand_before_the_record_they_were(read: Read) -> None:
    customers = read("crm.customers")
    repeated = customers.filter(pl.col("cust_no").is_duplicated())
    assert not repeated.is_empty()
    assert repeated.filter(pl.col("updated_at").rank("ordinal").over("cust_no") == 1)["phone"].null_count() > 0
    assert repeated["cust_no"].is_sorted()


def test_the_erp_does_not_know_the_last_day(read: Read) -> None:
    assert read("shop.orders")["placedAt"].max() > "2026-06-29T12"  # type: ignore[operator]
    assert read("erp.orders")["ERDAT"].max() <= "20260629"  # type: ignore[operator]


def test_countries_of_the_sample_are_in_the_reference(read: Read) -> None:
    table = read("refs.countries")
    assert set(read("truth.customers")["country"]) <= set(table["alpha2"])
    assert set(read("erp.customers")["LAND1"]) <= set(table["alpha3"])
    assert {a["country"] for a in read("shop.customers")["address"]} <= set(table["name_en"])


def test_the_reference_agrees_with_the_numbering_plans(read: Read) -> None:
    table = read("refs.countries")
    assert table["alpha2"].n_unique() == table["alpha3"].n_unique() == len(table)
    for code, dial in table.select("alpha2", "dial_code").iter_rows():
        assert str(phonenumbers.country_code_for_region(code)) == dial
