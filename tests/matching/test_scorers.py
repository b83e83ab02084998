"""Each scorer by itself: what it takes for alike, what for different, where it keeps silent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from workbench.matching import ColumnView, Pairing, match, scorers, views
from workbench.model import Contract, DataType, Field


def score(name: str, left: object, right: object) -> float:
    def side(what: object) -> tuple[ColumnView, ...]:
        frame = what if isinstance(what, pl.DataFrame) else pl.DataFrame({"c": what}, strict=False)
        return views(frame)

    return float(scorers[name].score(Pairing(side(left), side(right)))[0, 0])


WORDS = [f"{a} {b}" for a in ("red", "green", "blue", "black") for b in ("chair", "table", "lamp", "shelf")]
CODES = [f"AB-{i:04d}" for i in range(100, 130)]


@pytest.mark.parametrize(
    ("name", "left", "alike", "different"),
    [
        ("values_within", CODES[:10], CODES, WORDS),
        ("values_common", CODES, CODES, WORDS),
        ("values_shared", CODES, CODES, WORDS),
        ("values_alike", ["Red  Chair", "GREEN lamp"], WORDS, CODES),
        ("shapes", CODES, ["XY-9999", "QQ-0001"], WORDS),
        ("characters", CODES, ["XY-9999", "QQ-0001"], WORDS),
        ("lengths", CODES, ["XY-9999", "QQ-0001"], ["a", "bb"]),
        ("numbers", ["1", "2", "3", "4"], ["1.5", "2.5", "3.5", "2.0"], ["900", "1000", "1100"]),
        ("uniqueness", CODES, WORDS, ["x"] * 30),
        ("fill", CODES, WORDS, [None] * 9 + ["x"]),
        ("frequencies", ["a"] * 9 + ["b"], ["x"] * 9 + ["y"], CODES),
        ("types", ["1", "2"], ["7", "9"], ["2026-01-01", "2026-02-02"]),
    ],
)
def test_alike_columns_score_above_different_ones(name: str, left: list, alike: list, different: list) -> None:
    assert score(name, left, alike) > score(name, left, different)
    assert score(name, left, alike) >= 0.4


@pytest.mark.parametrize(
    ("name", "left", "alike", "different"),
    [
        ("same_name", "Cust_No", "custNo", "city"),
        ("name_words", "customer number", "cust_nbr", "city"),
        ("name_within", "country", "country_of_birth", "weight"),
        ("name_telling", "iban_code", "iban", "x"),
        ("spelling", "adress", "address", "phone"),
        ("consonants", "fsclr", "fiscal year", "city"),
        ("abbreviation", "FiYe", "fiscal_year", "city"),
    ],
)
def test_alike_names_score_above_different_ones(name: str, left: str, alike: str, different: str) -> None:
    source, target = (ColumnView(left),), (ColumnView(alike), ColumnView(different))
    found = scorers[name].score(Pairing(source, target))[0]
    assert found[0] > found[1]


@pytest.mark.parametrize("name", ["Capacity (MW)", "capacity [kWh]", "Capacity (per year)"])
def test_a_unit_in_brackets_is_no_part_of_a_name(name: str) -> None:
    sides = pl.DataFrame({name: [], "Plant (other)": []}), pl.DataFrame({"capacity": [], "plant": []})
    same = scorers["same_name"].score(Pairing(*(views(s) for s in sides)))
    assert same.tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_descriptions_meet_names_and_synonyms() -> None:
    source = (ColumnView("T01", description="Date on which the customer was born"),)
    target = (ColumnView("birth_date", synonyms=("born",)), ColumnView("city"))
    found = scorers["description"].score(Pairing(source, target))[0]
    assert found[0] > found[1] == 0


def test_meaning_is_for_against_or_silent() -> None:
    source = (ColumnView("a", semantic="email"),)
    target = (ColumnView("b", semantic="email"), ColumnView("c", semantic="phone"), ColumnView("d"))
    found = scorers["meaning"].score(Pairing(source, target))[0]
    assert found[0] == 1
    assert found[1] == 0
    assert np.isnan(found[2])


def test_values_are_looked_up_in_a_list_of_allowed_ones() -> None:
    source = views(pl.DataFrame({"c": ["gold", "GOLD", "silver", "tin"]}))
    target = tuple(replace(v, closed=True) for v in views(pl.DataFrame({"c": ["Gold", "Silver", "Bronze", "Lead"]})))
    found = scorers["listed"].score(Pairing(source, target))[0, 0]
    assert 0.5 <= found < 1.0
    assert np.isnan(scorers["listed"].score(Pairing(source, views(pl.DataFrame({"c": ["Gold"]}))))[0, 0])


def test_codes_meet_without_a_constant_first_letter() -> None:
    source = views(pl.DataFrame({"c": ["pT1b", "pT2", "pT3a"]}))
    target = views(pl.DataFrame({"c": ["T1b", "T2", "T3a"]}))
    assert Pairing(source, target).alike[0, 0] > 0.9


@pytest.mark.parametrize("name", sorted(n for n in scorers if n.startswith("value")))
def test_scorers_of_values_keep_silent_without_values(name: str) -> None:
    found = scorers[name].score(Pairing((ColumnView("a"),), (ColumnView("b"),)))
    assert np.isnan(found).all()


def test_every_scorer_says_what_its_score_means() -> None:
    assert all(one.says and one.name == name for name, one in scorers.items())


def test_moments_are_no_names_but_may_be_any_date():
    moments = ColumnView("closed_on", kind="date")
    targets = tuple(ColumnView(s, kind="text", semantic=s) for s in ("person_name", "birth_date"))
    found = scorers["meaning"].score(Pairing((moments,), targets))
    assert found[0, 0] == 0
    assert np.isnan(found[0, 1])


STATES = [f"{a}{b}" for a in "ABCNO" for b in "ACKLY"]


def listing(*values: str) -> Contract:
    return Contract("Customer", "Customer", "1.0.0", fields=(Field("status", DataType("text"), enum=values),))


@pytest.mark.parametrize(("allowed", "share"), [(("active", "closed"), 2 / 25), (tuple(WORDS), 16 / 25)])
def test_room_is_the_share_of_the_values_that_a_list_can_hold(allowed: tuple[str, ...], share: float) -> None:
    pairing = Pairing(views(pl.DataFrame({"State": STATES})), views(listing(*allowed)))
    assert scorers["room"].score(pairing)[0, 0] == pytest.approx(share)


@pytest.mark.parametrize("values", [["1", "2", "3"], [None, None]])
def test_room_is_silent_on_numbers_and_on_nothing(values: list[str | None]) -> None:
    pairing = Pairing(views(pl.DataFrame({"State": values}, schema={"State": pl.String})), views(listing("a", "b")))
    assert np.isnan(scorers["room"].score(pairing)[0, 0])


def test_a_column_of_many_values_that_a_list_does_not_hold_is_not_what_is_listed() -> None:
    found = match(pl.DataFrame({"State": STATES}), listing("active", "closed"))
    assert found.best == ()
    few = match(pl.DataFrame({"State": ["A", "C"] * 10}), listing("active", "closed"))
    assert few.scores[0, 0] > found.scores[0, 0]


def test_a_column_of_more_values_than_a_list_may_be_it_where_most_rows_stand_in_it() -> None:
    rows = ["active"] * 50 + ["closed"] * 50 + STATES
    assert [m.target for m in match(pl.DataFrame({"status": rows}), listing("active", "closed")).best] == ["status"]
