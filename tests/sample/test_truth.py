"""Conservation: every record of every system stands in the ground truth, and the other way round."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.model import load_landscape

Read = Callable[[str], pl.DataFrame]
IDS = {
    "crm.customers": "cust_no",
    "erp.customers": "KUNNR",
    "shop.customers": "id",
    "warehouse.dim_customer": "CUSTOMER_KEY",
    "erp.orders": "AUFNR",
    "shop.orders": "orderId",
    "warehouse.fact_order": "ORDER_KEY",
}
CUSTOMERS = ["crm.customers", "erp.customers", "shop.customers", "warehouse.dim_customer"]
ORDERS = ["erp.orders", "shop.orders", "warehouse.fact_order"]


def records(read: Read, dataset: str) -> pl.DataFrame:
    kind = "customer" if dataset in CUSTOMERS else "order"
    return read(f"truth.{kind}_records").filter(pl.col("dataset") == dataset)


@pytest.mark.parametrize("dataset", CUSTOMERS + ORDERS)
def test_the_truth_lists_a_systems_records_in_their_order(read: Read, dataset: str) -> None:
    found = read(dataset)[IDS[dataset]].cast(pl.String).to_list()
    assert records(read, dataset)["source_id"].to_list() == found


@pytest.mark.parametrize("dataset", CUSTOMERS)
def test_every_record_stands_for_a_person_but_the_test_records(read: Read, dataset: str) -> None:
    known = records(read, dataset)
    people = set(read("truth.customers")["customer_id"])
    assert set(known["customer_id"].drop_nulls()) <= people
    nobody = known["customer_id"].is_null().to_list()
    test = (read(dataset)["is_test"] == "Y").to_list() if dataset.startswith("crm") else [False] * len(known)
    assert nobody == test


@pytest.mark.parametrize("dataset", ORDERS)
def test_every_booking_stands_for_an_order(read: Read, dataset: str) -> None:
    assert set(records(read, dataset)["order_id"]) <= set(read("truth.orders")["order_id"])


def test_the_same_people_are_in_several_systems(read: Read) -> None:
    known = read("truth.customer_records").filter(~pl.col("dataset").str.starts_with("warehouse")).drop_nulls()
    systems = known.group_by("customer_id").agg(pl.col("dataset").n_unique())["dataset"]
    assert (systems == 3).mean() > 0.3
    assert (systems >= 2).mean() > 0.7


@pytest.mark.parametrize("dataset", ["crm.customers", "erp.customers", "shop.customers"])
def test_some_people_are_twice_in_a_system(read: Read, dataset: str) -> None:
    twice = records(read, dataset).drop_nulls().unique().group_by("customer_id").len()["len"] > 1
    assert 0.005 < twice.mean() < 0.08


def test_orders_name_the_customer_who_ordered(read: Read) -> None:
    person = records(read, "erp.customers").select(KUNNR="source_id", person="customer_id")
    booked = read("erp.orders").select("AUFNR", "KUNNR").join(person, on="KUNNR", how="left")
    truth = records(read, "erp.orders").join(read("truth.orders"), on="order_id", how="left")
    assert booked["person"].to_list() == truth["customer_id"].to_list()


def test_shop_orders_name_the_account_of_the_buyer(read: Read) -> None:
    person = dict(records(read, "shop.customers").select("source_id", "customer_id").iter_rows())
    buyers = [person[c["id"]] for c in read("shop.orders")["customer"]]
    truth = records(read, "shop.orders").join(read("truth.orders"), on="order_id", how="left")
    assert buyers == truth["customer_id"].to_list()


def test_an_erp_order_is_the_sum_of_its_lines(read: Read) -> None:
    def cents(column: str) -> pl.Expr:
        return pl.col(column).str.replace(",", "").cast(pl.Int64)

    sums = read("erp.order_lines").group_by("AUFNR").agg(cents("NETWR").sum().alias("sum"))
    orders = read("erp.orders").with_columns(cents("NETWR")).join(sums, on="AUFNR", how="full")
    assert orders.filter(pl.col("NETWR").ne_missing(pl.col("sum"))).is_empty()


def test_a_shop_order_is_worth_what_the_truth_says(read: Read) -> None:
    truth = records(read, "shop.orders").join(read("truth.orders"), on="order_id", how="left")
    assert read("shop.orders")["total"].to_list() == truth["total"].cast(pl.Float64).to_list()


def test_few_erp_orders_differ_from_the_truth(read: Read) -> None:
    truth = records(read, "erp.orders").join(read("truth.orders"), on="order_id", how="left")
    same = read("erp.orders")["NETWR"].str.replace(",", ".") == truth["total"]
    assert 0.97 < same.mean() < 1


def test_some_shop_orders_never_reached_the_erp_and_some_did_twice(read: Read) -> None:
    shop = set(read("shop.orders")["orderId"])
    booked = read("erp.orders").filter(pl.col("BSTNK") != "")["BSTNK"]
    assert 0 < len(shop - set(booked)) < 0.03 * len(shop)
    assert 0 < len(booked) - booked.n_unique() < 0.02 * len(booked)
    assert set(booked) <= shop


def test_the_field_mapping_names_fields_that_are_there(read: Read, retail: Path) -> None:
    landscape = load_landscape(retail)

    def known(name: str) -> set[str]:
        contract = landscape.entity(name) if name in landscape.entity_names else landscape.contract(name)
        inner = {f"{f.name}.{m.name}" for f in contract.fields for m in f.fields}
        return inner | {f.name for f in contract.fields}

    for row in read("truth.field_mapping").iter_rows(named=True):
        assert set(row["field"].split(";")) <= known(row["dataset"]), row
        assert row["entity"] is None or row["entity_field"] in known(row["entity"]), row


def test_the_field_mapping_covers_every_field_of_the_sources(read: Read, retail: Path) -> None:
    landscape = load_landscape(retail)
    mapping = read("truth.field_mapping")
    for dataset in ("crm.customers", "erp.customers", "erp.orders", "erp.order_lines", "erp.products"):
        said = {f for fields in mapping.filter(pl.col("dataset") == dataset)["field"] for f in fields.split(";")}
        assert said == {f.name for f in landscape.contract(dataset).fields}
