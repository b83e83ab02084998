"""Golden records: which value survives, where it came from, where sources disagree."""

from __future__ import annotations

import polars as pl
import pytest

from tests.linkage.people import model
from workbench.errors import LinkModelError, UsageError
from workbench.linkage import Override, Overrides, dump_link_model, link, parse_link_model
from workbench.linkage.model import Survivor, SystemRule
from workbench.linkage.survivorship import survivors

CRM = {"id": ["1", "2"], "first": ["Anna", "anna "], "last": ["Smith", None], "born": [None, "1980-01-11"],
       "city": ["Rome", "Oslo"], "seen": ["2024-01-01", "2025-01-01"]}  # fmt: skip
ERP = {
    "id": ["9"],
    "first": ["Annabel"],
    "last": ["Smith"],
    "born": ["1980-01-11"],
    "city": ["Rome"],
    "seen": ["2023-01-01"],
}


def golden(take: str, *order: str):
    about = {n: Survivor(take=take, order=order) for n in ("first", "last", "born", "city")}
    systems = {s: SystemRule(id="id", changed_at="seen") for s in ("crm", "erp")}
    one = Overrides(must_link=tuple(Override(pair=p) for p in (("crm:1", "crm:2"), ("crm:1", "erp:9"))))
    frames = {"crm": pl.DataFrame(CRM), "erp": pl.DataFrame(ERP)}
    return link(frames, model(survivorship=about, systems=systems), overrides=one).golden


@pytest.mark.parametrize(
    ("take", "order", "field", "value"),
    [
        ("most_recent", (), "city", "Oslo"),
        ("majority", (), "city", "Rome"),
        ("longest", (), "first", "Annabel"),
        ("source_order", ("erp", "crm"), "first", "Annabel"),
        ("source_order", ("crm",), "first", "anna"),
        ("most_complete", (), "first", "Annabel"),
    ],
)
def test_the_value_that_the_rule_says_survives(take: str, order: tuple[str, ...], field: str, value: str):
    found = golden(take, *order).records
    assert found.height == 1
    assert found[field][0] == value


def seen_at(*moments: str):
    systems = {"crm": SystemRule(id="id", changed_at="seen")}
    one = Overrides(must_link=(Override(pair=("crm:1", "crm:2")),))
    frame = pl.DataFrame(CRM).with_columns(seen=pl.Series(moments))
    about = {"city": Survivor(take="most_recent")}
    return link({"crm": frame}, model(survivorship=about, systems=systems), overrides=one).golden


def test_dates_written_day_first_are_ordered_by_time_not_by_text():
    assert seen_at("31.01.2024", "05.02.2025").records["city"][0] == "Oslo"
    assert seen_at("05.02.2025", "31.01.2024").records["city"][0] == "Rome"


def test_a_column_that_holds_no_dates_cannot_say_what_is_most_recent():
    with pytest.raises(UsageError, match="'seen' does not say when") as told:
        seen_at("yesterday", "last week")
    assert "systems: crm: changed_at" in str(told.value)
    assert "dates or times" in str(told.value)


def test_a_gap_never_survives_a_value():
    assert golden("source_order", "crm").records.select("last", "born").row(0) == ("Smith", "1980-01-11")


def test_each_value_says_where_it_came_from():
    rows = golden("most_recent").provenance.filter(pl.col("field") == "city")
    assert rows.select("system", "source_id", "rule").row(0) == ("crm", "2", "most_recent")


def test_conflicts_are_listed_and_spelling_is_none():
    found = golden("majority").conflicts
    assert sorted(found["field"]) == ["city", "first"]
    assert found.filter(pl.col("field") == "city").select("values", "kept").row(0) == (["Oslo", "Rome"], "Rome")


def test_a_survivor_of_ones_own_may_be_registered():
    if "shortest" not in survivors:
        survivors.add("shortest", lambda _: [-pl.col("value").str.len_chars().cast(pl.Int32)])
    assert golden("shortest").records["first"][0] in ("Anna", "anna")


def test_an_unknown_survivor_is_a_fault():
    text = dump_link_model(model(survivorship={"city": Survivor(take="most_recnt")}))
    with pytest.raises(LinkModelError, match="did you mean 'most_recent'"):
        parse_link_model(text)
