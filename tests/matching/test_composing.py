"""Fields made of several columns, columns that feed several fields."""

from __future__ import annotations

import polars as pl

from workbench.matching import match
from workbench.model import DATE, TEXT, TIMESTAMP, Contract, Field

from .tables import crm


def entity(*fields: Field) -> Contract:
    return Contract(id="e", name="E", version="1.0.0", fields=fields)


def test_a_full_name_is_composed_of_first_and_last() -> None:
    frame = pl.DataFrame({"last_name": ["Lee"], "first_name": ["Ann"], "age": ["3"]})
    found = match(frame, entity(Field("full_name", TEXT))).of("full_name")
    assert found is not None
    assert found.sources == ("first_name", "last_name")
    assert found.separator == " "


def test_one_name_feeds_first_and_last() -> None:
    found = match(crm(), entity(Field("first_name", TEXT), Field("last_name", TEXT)))
    assert {m.target: (m.source, m.part) for m in found.best} == {
        "first_name": ("CustomerName", "first name"),
        "last_name": ("CustomerName", "last name"),
    }


def test_an_address_is_composed_in_the_usual_order() -> None:
    frame = pl.DataFrame({"city": ["Bonn"], "zip": ["53111"], "street": ["Am Hof 1"]})
    found = match(frame, entity(Field("address", TEXT))).of("address")
    assert found is not None
    assert found.sources == ("street", "zip", "city")


def test_a_moment_is_composed_of_date_and_time() -> None:
    frame = pl.DataFrame({"order_date": ["2026-01-02"], "ordered_time": ["12:30"]})
    found = match(frame, entity(Field("ordered_at", TIMESTAMP, synonyms=("ordered time",)))).of("ordered_at")
    assert found is not None
    assert found.sources == ("order_date", "ordered_time")


def test_values_show_that_columns_make_up_another() -> None:
    towns = [f"town{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)]
    ways = [f"way{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(60)]
    source = pl.DataFrame({"p1": ways, "p2": towns})
    target = pl.DataFrame({"zz": [f"{a} {b}" for a, b in zip(ways, towns, strict=True)]})
    found = match(source, target)
    assert any(m.sources == ("p1", "p2") and m.target == "zz" for m in found.compositions)


def test_a_sure_single_match_is_not_put_in_question() -> None:
    frame = pl.DataFrame({"full_name": ["Ann Lee"], "first_name": ["Ann"], "last_name": ["Lee"]})
    found = match(frame, entity(Field("full_name", TEXT))).of("full_name")
    assert found is not None
    assert found.sources == ("full_name",)


def test_a_whole_name_is_told_by_its_meaning_though_its_description_speaks_of_parts() -> None:
    source = entity(Field("CustomerName", TEXT, description="Last, First.", semantic_type="person_name"))
    found = match(source, entity(Field("first_name", TEXT), Field("last_name", TEXT)))
    assert [(m.source, m.target) for m in found.best] == [("CustomerName", "first_name"), ("CustomerName", "last_name")]


def test_a_moment_gives_its_day_where_both_speak_of_the_same_event() -> None:
    frame = pl.DataFrame({"orderedAt": ["2026-01-02T10:00:00Z"]})
    found = match(frame, entity(Field("ordered_at", TIMESTAMP), Field("order_date", DATE), Field("paid_on", DATE)))
    assert {m.target: m.source for m in found.best} == {"ordered_at": "orderedAt", "order_date": "orderedAt"}
