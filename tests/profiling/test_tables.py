"""Keys, duplicate rows, dependencies between columns, references between datasets."""

from __future__ import annotations

import random

import polars as pl
import pytest

from workbench.profiling import profile, relate

ORDERS = pl.DataFrame(
    {
        "order_no": [n // 3 for n in range(300)],
        "line_no": [n % 3 + 1 for n in range(300)],
        "sku": [f"S{n * 7 % 40}" for n in range(300)],
        "qty": [n % 5 + 1 for n in range(300)],
    }
)


def test_a_unique_column_with_a_telling_name_comes_first() -> None:
    keys = profile(pl.DataFrame({"note": [f"n {n}" for n in range(50)], "cust_id": range(50)})).keys
    assert keys[0].columns == ("cust_id",)
    assert keys[0].unique


def test_two_columns_together_make_a_key() -> None:
    keys = profile(ORDERS).keys
    assert keys[0].columns == ("order_no", "line_no")
    assert keys[0].unique


def test_a_composite_key_that_only_the_sample_suggests_is_not_claimed() -> None:
    rows = 40_000
    frame = pl.DataFrame({"a_id": [n % 20_000 for n in range(rows)], "b_id": [n % 20_000 // 2 for n in range(rows)]})
    assert not any(key.unique for key in profile(frame, sample=300).keys)


def test_a_key_that_fails_is_a_problem_in_words() -> None:
    numbers = [*range(200), 7, 7, 9, 11]
    found = profile(pl.DataFrame({"cust_no": numbers, "x": ["a", "b"] * 102}))
    assert any(str(p) == "cust_no: looks like a key but 3 values repeat" for p in found.problems)
    assert found.keys[0].repeated.value == 4


def test_measures_and_names_are_no_keys() -> None:
    draw = random.Random(1)
    frame = pl.DataFrame({"id": range(99), "amount": [draw.random() for _ in range(99)]})
    assert [key.columns for key in profile(frame).keys] == [("id",)]


def test_rows_that_are_there_twice_are_counted() -> None:
    frame = pl.DataFrame({"a": [1, 1, 2, 1], "b": ["x", "x", None, "x"], "c": [[1], [1], [], [1]]})
    found = profile(frame)
    assert found.duplicates is not None
    assert found.duplicates.value == 2
    assert "2 rows repeat an earlier row in every column" in [str(p) for p in found.problems]


def test_a_planted_dependency_is_found_and_nothing_else() -> None:
    draw = random.Random(5)
    city = [draw.choice(["Rome", "Paris", "Lyon", "Bonn"]) for _ in range(2_000)]
    land = {"Rome": "IT", "Paris": "FR", "Lyon": "FR", "Bonn": "DE"}
    frame = pl.DataFrame(
        {
            "id": range(2_000),
            "city": city,
            "country": [land[c] if draw.random() > 0.02 else "XX" for c in city],
            "colour": [draw.choice(["red", "blue", "green"]) for _ in range(2_000)],
            "price": [draw.choice([1, 2, 3, 4]) for _ in range(2_000)],
        }
    )
    found = profile(frame).dependencies
    assert [(d.determinant, d.dependent) for d in found] == [("city", "country")]
    assert found[0].violations.value == sum(1 for c, k in zip(city, frame["country"], strict=True) if land[c] != k)


@pytest.mark.parametrize("broken", [0, 40])
def test_in_a_full_profile_the_exceptions_are_counted_over_all_rows(broken: int) -> None:
    rows = 80_000
    frame = pl.DataFrame(
        {
            "zip": [f"{n % 500:05}" for n in range(rows)],
            "town": [f"T{n % 500 // 2}" if n >= broken else "?" for n in range(rows)],
        }
    )
    found = {(d.determinant, d.dependent): d for d in profile(frame, full=True, sample=5_000).dependencies}
    violations = found["zip", "town"].violations
    assert violations.exact
    assert violations.value == broken


def test_references_are_suggested_by_names_and_values() -> None:
    customers = pl.DataFrame({"id": range(1, 60), "country_code": ["DE", "FR", "IT"] * 19 + ["DE"] * 2})
    countries = pl.DataFrame({"code": ["DE", "FR", "IT", "ES"], "name": ["Germany", "France", "Italy", "Spain"]})
    orders = pl.DataFrame({"order_id": range(200), "customer_id": [n % 59 + 1 for n in range(200)], "n": [1, 2] * 100})
    found = relate({"crm.customers": customers, "countries": countries, "orders": orders})
    pairs = {(k.table, k.column, k.to_table, k.to_column) for k in found}
    assert pairs == {
        ("orders", "customer_id", "crm.customers", "id"),
        ("crm.customers", "country_code", "countries", "code"),
    }
    assert found[0].evidence[0] == "100 % of the values are found there"


def test_small_numbers_alone_suggest_nothing() -> None:
    one = pl.DataFrame({"a_id": range(1, 100), "rating": [n % 5 + 1 for n in range(99)]})
    other = pl.DataFrame({"b_id": range(1, 50), "x": ["u"] * 49})
    assert relate({"a": one, "b": other}) == ()
