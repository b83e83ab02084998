"""Fields made of several columns, columns that feed several fields."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.matching import Decision, Decisions, match
from workbench.model import DATE, INTEGER, TEXT, TIMESTAMP, Contract, Field, decimal
from workbench.profiling import Equation, equations, profile

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


@pytest.mark.parametrize("description", ["Last, First.", "Surname, comma, given name."])
def test_a_whole_name_is_told_by_its_meaning_though_its_description_speaks_of_parts(description: str) -> None:
    source = entity(Field("CustomerName", TEXT, description=description, semantic_type="person_name"))
    found = match(source, entity(Field("first_name", TEXT), Field("last_name", TEXT)))
    assert [(m.source, m.target) for m in found.best] == [("CustomerName", "first_name"), ("CustomerName", "last_name")]


@pytest.mark.parametrize("name", ["customername", "CUSTOMERNAME", "contactfullname"])
def test_a_whole_name_is_told_by_words_run_together(name: str) -> None:
    frame = pl.DataFrame({name: ["Lee, Ann", "Stone, Bob"]})
    found = match(frame, entity(Field("first_name", TEXT), Field("last_name", TEXT)))
    assert {m.target: m.source for m in found.best} == {"first_name": name, "last_name": name}


def test_a_whole_is_not_split_into_a_part_that_has_its_own_column() -> None:
    frame = pl.DataFrame({n: ["Ann", "Bob"] for n in ("customer_name", "contact_first_name", "phone")})
    found = match(frame, entity(Field("first_name", TEXT), Field("last_name", TEXT), Field("full_name", TEXT)))
    assert found.of("first_name").source == "contact_first_name"  # type: ignore[union-attr]
    assert found.of("last_name").source == "customer_name"  # type: ignore[union-attr]


def test_a_moment_gives_its_day_where_both_speak_of_the_same_event() -> None:
    frame = pl.DataFrame({"orderedAt": ["2026-01-02T10:00:00Z"]})
    found = match(frame, entity(Field("ordered_at", TIMESTAMP), Field("order_date", DATE), Field("paid_on", DATE)))
    assert {m.target: m.source for m in found.best} == {"ordered_at": "orderedAt", "order_date": "orderedAt"}


LINE = entity(
    Field("pieces", INTEGER, synonyms=("qty",)),
    Field("price_each", decimal(2)),
    Field("worth", decimal(2), description="Pieces times price each."),
)


def lines(rows: int = 200) -> pl.DataFrame:
    each = pl.int_range(rows, eager=True)
    frame = pl.DataFrame({"qty": each % 7 + 1, "price_each": (each * 37 % 900 + 100) / 100})
    return frame.with_columns(note=pl.col("price_each") * 2)


def holding(frame: pl.DataFrame) -> tuple[Equation, ...]:
    return equations(profile(frame), frame.lazy())


def test_a_description_that_spells_out_a_product_makes_one_of_the_matched_columns() -> None:
    found = match(lines(), LINE).of("worth")
    assert found is not None
    assert (found.sources, found.operator) == (("qty", "price_each"), "×")
    assert "the description of 'worth' says pieces times price_each" in found.evidence


def test_a_column_that_holds_the_product_on_the_rows_is_taken_instead() -> None:
    frame = lines().with_columns(zz=pl.col("qty") * pl.col("price_each"))
    found = match(frame, LINE, holds=holding(frame)).of("worth")
    assert found is not None
    assert found.source == "zz"
    assert found.evidence[0] == "'zz' is qty × price_each in 100.0 % of 200 rows"
    told = match(frame, LINE, holds=holding(frame)).to_frame().filter(source="zz", target="worth")
    assert told.select("score", "proposed").rows() == [(found.score, True)]


def test_a_total_over_all_items_is_not_the_amount_of_one() -> None:
    sold = lines().with_columns(order=pl.int_range(pl.len()) // 3, worth=pl.col("qty") * pl.col("price_each"))
    items = pl.struct("qty", "price_each").alias("items")
    orders = sold.group_by("order", maintain_order=True).agg(pl.col("worth").sum(), items).drop("order")
    alone = match(profile(orders), LINE).of("worth")
    assert alone is not None
    assert alone.source == "worth"
    proven = match(profile(orders), LINE, holds=holding(orders)).of("worth")
    assert proven is not None
    assert proven.source == "items[].qty × items[].price_each"
    assert "over all items in 100.0 % of 67 rows" in proven.evidence[1]


def test_a_line_amount_is_quantity_times_price_though_nobody_says_so() -> None:
    target = entity(Field("quantity", INTEGER), Field("unit_price", decimal(2)), Field("line_total", decimal(2)))
    found = match(lines().rename({"price_each": "unit_price"}), target).of("line_total")
    assert found is not None
    assert found.operator == "×"
    assert "EN 16931" in found.evidence[0]


def test_differences_and_sums_are_read_from_words_and_proven_by_numbers() -> None:
    target = entity(
        Field("gross", decimal(2)),
        Field("tax", decimal(2)),
        Field("net", decimal(2), description="Difference between the gross and tax."),
    )
    frame = pl.DataFrame({"gross": [float(n * n) for n in range(1, 99)], "tax": [float(n) for n in range(1, 99)]})
    assert match(frame, target).of("net").source == "gross − tax"  # type: ignore[union-attr]
    kept = frame.with_columns(x1=pl.col("gross") - pl.col("tax"))
    assert match(kept, target, holds=holding(kept)).of("net").source == "x1"  # type: ignore[union-attr]


def test_a_decision_on_the_first_column_of_a_product_repeats_the_product() -> None:
    decided = Decisions([Decision("source.qty", f"E.{f}", "accepted") for f in ("pieces", "worth")])
    found = match(lines(), LINE, decisions=decided, source_name="source").of("worth")
    assert found is not None
    assert (found.sources, found.operator, found.score) == (("qty", "price_each"), "×", 0.99)


def people(rows: int, shift: int = 0) -> pl.DataFrame:
    """Given names that recur, family names that hardly do, initials."""
    each = pl.int_range(shift, shift + rows, eager=True)
    given = pl.Series(["Ann", "Bela", "Cleo", "Dora", "Emil", "Fritz", "Gwen"] * rows).head(rows)
    family = each.cast(pl.String).str.replace_many([str(n) for n in range(10)], list("abcdefghij"))
    return pl.DataFrame({"first_name": given, "middle_initial": (each % 9).cast(pl.String), "last_name": "Mc" + family})


def whole(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(full_name=pl.col("first_name") + " " + pl.col("last_name"), age=pl.int_range(pl.len()))


def test_words_that_are_seen_make_a_composition_surer() -> None:
    alone = match(people(60), entity(Field("full_name", TEXT))).of("full_name")
    seen = match(people(60), whole(people(60))).of("full_name")
    assert alone is not None
    assert seen is not None
    assert (alone.score, seen.score) == (0.9, 0.98)
    assert "100 % of the words of each part occur in the whole" in seen.evidence[1]


def test_an_optional_part_joins_only_where_the_values_show_it() -> None:
    found = match(people(60), whole(people(60))).of("full_name")
    assert found is not None
    assert found.sources == ("first_name", "last_name")


def test_words_of_other_rows_are_not_missed_where_each_stands_once() -> None:
    source, other = people(60), people(60, shift=500)
    found = match(source, whole(other)).of("full_name")
    assert found is not None
    assert found.sources == ("first_name", "last_name")
    assert found.score == 0.9


def test_words_that_recur_and_are_not_there_speak_against_it() -> None:
    target = pl.DataFrame({"full_name": [f"zz{n} qq{n}" for n in "abcdefghijkl" * 4]})
    found = next(m for m in match(people(60), target, threshold=0.2).compositions if m.target == "full_name")
    assert found.score == 0.25
    assert found.evidence[1] == "against it: hardly a word of a part occurs in the whole"


def test_a_composition_is_as_sure_as_its_parts_allow() -> None:
    target = entity(Field("full_name", TEXT), Field("given_name", TEXT), Field("last_name", TEXT))
    found = match(people(60), target)
    parts = [found.candidates(name)[0] for name in ("given_name", "last_name")]
    assert [p.source for p in parts] == ["first_name", "last_name"]
    whole_name = found.of("full_name")
    assert whole_name is not None
    assert whole_name.score == pytest.approx(0.9 * parts[0].score * parts[1].score)


def test_an_optional_part_alone_is_not_enough() -> None:
    found = match(people(60).drop("first_name"), entity(Field("full_name", TEXT)))
    assert found.compositions == ()


def test_what_all_names_of_a_table_begin_with_says_nothing_of_a_part() -> None:
    target = entity(Field("p_first_name", TEXT), Field("p_last_name", TEXT), Field("p_age", TEXT))
    found = match(pl.DataFrame({"name": ["Ann Lee"]}), target)
    assert {m.target: m.part for m in found.best} == {"p_first_name": "first name", "p_last_name": "last name"}


def test_a_part_is_no_whole_of_itself() -> None:
    frame = pl.DataFrame({"AddressLine1": ["Am Hof 1"], "City": ["Bonn"]})
    assert all(m.part is None for m in match(frame, frame).best)
