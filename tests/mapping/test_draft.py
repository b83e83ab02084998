"""A draft brings a source's columns into the form that the contract asks for: keys, dates, units, zones."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from workbench.mapping import apply, resolve
from workbench.mapping.draft import Choice, draft_spec
from workbench.model import Contract, DataType, Field, Spec
from workbench.model.types import DATE, INTEGER, TEXT, TIMESTAMP, decimal
from workbench.profiling import profile

KG = Field("weight_kg", decimal(3), unit="kg")
PRICE = Field("price", decimal(2), semantic_type="money", unit="EUR")


def drafted(target: Field, source: str, frame: pl.DataFrame, *stated: Field, system: str = "") -> Spec:
    """The draft of one field from one column."""
    entity = Contract(id="e", name="E", version="1.0.0", fields=(target,))
    said = Contract(id="s", name="s", version="1.0.0", fields=stated) if stated else None
    choices = [Choice(target.name, (source,), 1.0)]
    return draft_spec(profile(frame), entity, choices, dataset="s.t", stated=said, system=system)


def made(spec: Spec, frame: pl.DataFrame) -> list[Any]:
    """What the draft makes of the rows."""
    from workbench.backends import schema_of

    applied = apply(resolve(spec, schema_of(frame)).plan, frame)
    assert applied.rejected.is_empty()
    return applied.passed[applied.passed.columns[0]].cast(pl.String).to_list()


def notes(spec: Spec) -> list[str]:
    """What the draft asks a person to check."""
    return list(spec.evidence["f1"].get("check", ()))


LINES = Contract(
    id="l", name="Line", version="1.0.0",
    fields=(Field("order", TEXT, key=1), Field("no", INTEGER, key=2), Field("sku", TEXT), Field("sum", decimal(2))),
)  # fmt: skip
ORDERS = pl.DataFrame({"id": ["A", "B"], "paid": [5.5, 3.0], "lines": [[{"sku": "x"}, {"sku": "y"}], [{"sku": "z"}]]})


def test_the_place_in_a_list_numbers_its_items() -> None:
    choices = [Choice("order", ("id",), 1.0), Choice("sku", ("lines[].sku",), 1.0)]
    spec = draft_spec(profile(ORDERS), LINES, choices, dataset="s.t")
    from workbench.backends import schema_of

    passed = apply(resolve(spec, schema_of(ORDERS)).plan, ORDERS).passed
    assert passed.rows() == [("A", 1, "x"), ("A", 2, "y"), ("B", 1, "z")]


def test_an_amount_that_stands_once_for_all_items_is_pointed_out() -> None:
    choices = [Choice("order", ("id",), 1.0), Choice("sku", ("lines[].sku",), 1.0), Choice("sum", ("paid",), 1.0)]
    spec = draft_spec(profile(ORDERS), LINES, choices, dataset="s.t")
    checks = spec.evidence[spec.fields["sum"].id]["check"]
    assert checks == ["paid: stands once for all lines, each of them gets the whole"]


def test_a_record_that_only_mentions_an_item_is_no_item() -> None:
    order = Contract(id="o", name="Order", version="1.0.0", fields=(Field("id", TEXT, key=1), *LINES.fields[2:]))
    choices = [Choice("id", ("id",), 1.0), Choice("sku", ("lines[].sku",), 1.0), Choice("sum", ("paid",), 1.0)]
    spec = draft_spec(profile(ORDERS), order, choices, dataset="s.t")
    assert spec.rows == ()
    assert spec.fields["sku"].from_ == ("lines.0.sku",)


def key(pattern: str | None = None) -> Field:
    return Field("id", TEXT, key=1, pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "values", "wanted"),
    [
        (None, ["0012", "0013"], ["CRM-0012", "CRM-0013"]),
        ("^CRM-[0-9]+$", ["0012", "0013"], ["CRM-0012", "CRM-0013"]),
        ("^[0-9]{6}$", ["000120", "000130"], ["000120", "000130"]),
        ("^[0-9]{6}$", ["M-000120", "M-000130"], ["000120", "000130"]),
        ("^CRM-[0-9]{2}$", ["K12", "K13"], ["CRM-12", "CRM-13"]),
    ],
)
def test_a_key_gets_the_form_of_its_contract(pattern: str | None, values: list[str], wanted: list[str]) -> None:
    frame = pl.DataFrame({"no": values})
    assert made(drafted(key(pattern), "no", frame, system="crm"), frame) == wanted


def test_a_key_that_fits_no_form_is_pointed_out() -> None:
    spec = drafted(key("^[0-9]{6}$"), "no", pl.DataFrame({"no": ["ab", "cd"]}), system="crm")
    assert notes(spec) == ["no: its values do not fit the pattern ^[0-9]{6}$"]


def test_a_number_as_key_gets_the_prefix_too() -> None:
    frame = pl.DataFrame({"no": [12, 13]})
    assert made(drafted(key(), "no", frame, system="dwh"), frame) == ["DWH-12", "DWH-13"]


def test_a_day_written_as_a_number_is_read() -> None:
    frame = pl.DataFrame({"day_id": [20260309, 20251224, 20240131]})
    assert made(drafted(Field("day", DATE), "day_id", frame), frame) == ["2026-03-09", "2025-12-24", "2024-01-31"]


@pytest.mark.parametrize("column", ["weight_g", "WeightGrams", "WEIGHT_G"])
def test_a_unit_in_the_columns_name_is_converted(column: str) -> None:
    frame = pl.DataFrame({column: [1500, 20]})
    assert made(drafted(KG, column, frame), frame) == ["1.500", "0.020"]


def test_a_unit_that_the_contract_states_is_converted() -> None:
    frame = pl.DataFrame({"w": ["10,5", "2,0"]})
    spec = drafted(KG, "w", frame, Field("w", decimal(1), unit="lb", format="decimal:,"))
    assert made(spec, frame) == ["4.763", "0.907"]


def test_the_same_unit_needs_no_step() -> None:
    frame = pl.DataFrame({"weight_kg": [1.5, 2.25]})
    steps = drafted(KG, "weight_kg", frame).fields["weight_kg"].steps
    assert [s.name for s in steps] == ["cast"]


def test_units_that_stand_beside_each_number_become_cases() -> None:
    frame = pl.DataFrame({"w": ["1,5", "20", "3"], "u": ["KG", "G", "KG"]})
    spec = drafted(KG, "w", frame)
    assert [float(w) for w in made(spec, frame)] == [1.5, 0.02, 3.0]
    assert notes(spec) == ["w: u says the unit of each row (KG, G)"]


def test_a_column_that_holds_more_than_units_says_no_unit() -> None:
    frame = pl.DataFrame({"w": ["1,5", "20", "3"], "u": ["KG", "G", "box"]})
    assert drafted(KG, "w", frame).fields["weight_kg"].case is None


def test_a_unit_of_another_quantity_is_no_unit_of_a_weight() -> None:
    frame = pl.DataFrame({"weight_m": [1.5, 2.5]})
    assert [s.name for s in drafted(KG, "weight_m", frame).fields["weight_kg"].steps] == ["cast"]


def test_cents_become_the_currency() -> None:
    frame = pl.DataFrame({"PRICE_CENTS": [1999, 5]})
    assert made(drafted(PRICE, "PRICE_CENTS", frame), frame) == ["19.99", "0.05"]


def test_a_zone_that_the_sources_contract_names_is_used() -> None:
    frame = pl.DataFrame({"at": ["2026-07-01 12:00:00", "2026-01-01 12:30:00"]})
    spec = drafted(Field("at", TIMESTAMP), "at", frame, Field("at", TIMESTAMP, description="Local (Europe/Berlin)."))
    assert made(spec, frame) == ["2026-07-01 10:00:00.000000+00:00", "2026-01-01 11:30:00.000000+00:00"]


def test_the_day_of_a_moment_is_that_of_the_zone_which_the_target_names() -> None:
    frame = pl.DataFrame({"at": ["2026-07-01T23:00:00Z", "2026-01-01T12:30:00Z"]})
    day = Field("day", DATE, description="Day at the seller (Europe/Berlin).")
    assert made(drafted(day, "at", frame), frame) == ["2026-07-02", "2026-01-01"]


def test_a_product_reads_the_column_that_needs_it_and_multiplies_by_the_other() -> None:
    frame = pl.DataFrame({"qty": [2, 3, 4], "price": ["1,50", "2,25", "3,10"]})
    entity = Contract(id="e", name="E", version="1.0.0", fields=(Field("total", decimal(2)),))
    choice = Choice("total", ("qty", "price"), 1.0, operator="×")
    spec = draft_spec(profile(frame), entity, [choice], dataset="s.t")
    assert [float(v) for v in made(spec, frame)] == [3.0, 6.75, 12.4]
    assert spec.unmapped == ()


def test_a_product_of_two_texts_that_must_both_be_read_is_left_to_a_person() -> None:
    frame = pl.DataFrame({"qty": ["2,0", "3,5"], "price": ["1,50", "2,25"]})
    entity = Contract(id="e", name="E", version="1.0.0", fields=(Field("total", decimal(2)),))
    choice = Choice("total", ("qty", "price"), 1.0, operator="×")
    assert not draft_spec(profile(frame), entity, [choice], dataset="s.t").fields


@pytest.mark.parametrize("kind", ["text", "boolean"])
def test_a_field_that_a_column_decides_by_being_filled_is_drafted_as_cases(kind: str) -> None:
    frame = pl.DataFrame({"gone": ["X", "", None]})
    entity = Contract(id="e", name="E", version="1.0.0", fields=(Field("f", DataType(kind)),))  # type: ignore[arg-type]
    values = ("true", "false") if kind == "boolean" else ("closed", "active")
    spec = draft_spec(profile(frame), entity, [Choice("f", ("gone",), 0.9, present=values)], dataset="s.t")
    assert made(spec, frame) == [values[0], values[1], values[1]]


PLACE = Field("line_no", INTEGER, key=2, minimum="1")


def test_places_counted_in_tens_are_counted_from_one() -> None:
    frame = pl.DataFrame({"pos": ["000010", "000020", "000040"]})
    spec = drafted(PLACE, "pos", frame)
    assert made(spec, frame) == ["1", "2", "4"]
    assert notes(spec) == ["pos: counts in steps of 10, divided so that it begins at 1"]


@pytest.mark.parametrize(
    ("target", "values"),
    [
        (Field("pieces", INTEGER, minimum="1"), ["10", "20"]),  # no place, but an amount
        (PLACE, ["10", "25"]),  # no step
        (PLACE, ["20", "30"]),  # would begin at 2
        (Field("line_no", INTEGER, key=2), ["10", "20"]),  # nobody says where it begins
    ],
)
def test_other_whole_numbers_stay_as_they_are(target: Field, values: list[str]) -> None:
    frame = pl.DataFrame({"pos": values})
    assert made(drafted(target, "pos", frame), frame) == values


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["Am  Hof 1", "Kai 2"], ["Am Hof 1", "Kai 2"]),  # doubled in between
        ([" Am Hof 1", "Kai 2"], ["Am Hof 1", "Kai 2"]),
        (["Am Hof 1", "Kai 2"], None),
    ],
)
def test_blanks_are_tidied_where_the_values_show_that_it_is_needed(values: list[str], wanted: list[str] | None) -> None:
    frame = pl.DataFrame({"street": values})
    spec = drafted(Field("street", TEXT), "street", frame)
    assert bool(spec.fields["street"].steps) == (wanted is not None)
    assert made(spec, frame) == (wanted or values)


def test_a_city_in_capitals_is_told() -> None:
    spec = drafted(Field("city", TEXT, semantic_type="city"), "town", pl.DataFrame({"town": ["BONN", "BAD EMS"]}))
    assert notes(spec) == ["town: all in capitals; add the step title if they are not wanted so"]


def test_doubled_blanks_in_codes_and_keys_are_left_alone() -> None:
    frame = pl.DataFrame({"k": ["A  1", "A 1 "], "s": ["in  use ", "gone"]})
    key = drafted(Field("id", TEXT, key=1), "k", frame)
    assert [s.name for s in key.fields["id"].steps] == ["trim"]
    entity = Contract(id="e", name="E", version="1.0.0", fields=(Field("s", TEXT, enum=("a", "b")),))
    choice = Choice("s", ("s",), 1.0, translate={"in  use": "a", "gone": "b"})
    assert made(draft_spec(profile(frame), entity, [choice], dataset="s.t"), frame) == ["a", "b"]


def test_every_format_that_is_assumed_is_pointed_out_not_only_the_first() -> None:
    frame = pl.DataFrame({"due": [*["2025-01-03"] * 9, *["03/01/2025"] * 5]})
    assert any("%d/%m/%Y is assumed" in note for note in notes(drafted(Field("due_on", DATE), "due", frame)))


def test_numbers_that_are_written_otherwise_are_counted() -> None:
    frame = pl.DataFrame({"fine": [*["1,50"] * 9, *["2.50"] * 5]})
    said = notes(drafted(Field("fine", decimal(2)), "fine", frame))
    assert any("about 5 values are written otherwise and would be rejected" in note for note in said)
