"""Tables to entities, when nobody said which is which."""

from __future__ import annotations

import polars as pl

from workbench.matching import match, match_tables
from workbench.model import BOOLEAN, DATE, INTEGER, TEXT, Contract, Field, decimal
from workbench.profiling import equations, profile

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


def line() -> Contract:
    worth = Field("worth", decimal(2), description="Pieces times price each.")
    fields = (Field("pieces", INTEGER), Field("price_each", decimal(2)), worth)
    return Contract(id="line", name="Line", version="1.0.0", fields=fields)


def test_a_column_that_the_numbers_prove_is_not_left_over() -> None:
    each = pl.int_range(200, eager=True)
    frame = pl.DataFrame({"pieces": each % 7 + 1, "price_each": (each * 37 % 900 + 100) / 100})
    frame = frame.with_columns(zz=pl.col("pieces") * pl.col("price_each"))
    holds = {"shop.lines": equations(profile(frame), frame.lazy())}
    alone = match_tables({"shop.lines": frame}, {"Line": line()}).all[0]
    proven = match_tables({"shop.lines": frame}, {"Line": line()}, holds=holds).all[0]
    assert alone.matches.left_over == ("zz",)
    assert proven.matches.left_over == ()
    assert proven.score > alone.score


def test_a_table_is_matched_as_if_it_was_said_which_it_is() -> None:
    stated = Contract(
        id="c", name="c", version="1.0.0", fields=(Field("number", TEXT, key=1), Field("closed_on", DATE))
    )
    entity = Contract(id="e", name="E", version="1.0.0", fields=(Field("e_id", TEXT, key=1), Field("closed", BOOLEAN)))
    days = ["2026-01-31" if n % 3 else None for n in range(60)]
    facts = profile(pl.DataFrame({"number": [f"N{n}" for n in range(60)], "closed_on": days}), name="c")
    told = match(stated, entity, source_sample=facts)
    found = match_tables({"c": stated}, {"E": entity}, samples={"c": facts}).all[0].matches
    assert repr(found) == repr(told)
    assert found.of("closed").present == ("true", "false")  # type: ignore[union-attr]
    assert "both are the key of their side" in found.candidates("e_id")[0].evidence


def test_a_list_of_which_an_item_is_used_is_not_left_over() -> None:
    frame = pl.DataFrame({"items": [[{"pieces": 1, "note": "x"}], [{"pieces": 2, "note": "y"}]]})
    assert match(profile(frame), line()).left_over == ("items[].note",)
