"""Tables to entities, when nobody said which is which."""

from __future__ import annotations

import polars as pl

from workbench.matching import match_tables
from workbench.model import DATE, TEXT, Contract, Field, decimal

from .tables import crm, customer


def order() -> Contract:
    return Contract(
        id="order",
        name="Order",
        version="1.0.0",
        fields=(
            Field("order_id", TEXT),
            Field("customer_id", TEXT, synonyms=("customer number",)),
            Field("order_date", DATE),
            Field("total", decimal(2), synonyms=("amount",)),
        ),
    )


def orders() -> pl.DataFrame:
    return pl.DataFrame({"orderNo": ["A1"], "custNo": ["C1"], "orderDate": ["2026-01-31"], "amount": ["9.50"]})


def test_each_table_finds_its_entity_and_a_stranger_none() -> None:
    weather = pl.DataFrame({"station": ["X"], "wind_kmh": ["12"], "rainfall": ["0.3"]})
    found = match_tables(
        {"crm.customers": crm(), "shop.orders": orders(), "met.weather": weather},
        {"Customer": customer(), "Order": order()},
    )
    assert {s: p.target for s, p in found.best.items()} == {"crm.customers": "Customer", "shop.orders": "Order"}


def test_two_tables_may_be_the_same_entity() -> None:
    found = match_tables({"a": crm(), "b": crm()}, {"Customer": customer()})
    assert [p.target for p in found.best.values()] == ["Customer", "Customer"]


def test_why_is_said() -> None:
    found = match_tables({"crm.customers": crm()}, {"Customer": customer()})
    assert "7 of 8 fields matched" in found.all[0].evidence[0]
