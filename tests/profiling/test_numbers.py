"""Ways of writing numbers are decided once per column."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling import NumberFormat, profile


def formats(*values: str | None) -> tuple[NumberFormat, ...]:
    return profile(pl.DataFrame({"x": values}, schema={"x": pl.String}), relations=False)["x"].numbers


@pytest.mark.parametrize(
    ("values", "decimal", "group"),
    [
        (("1", "22", "-3"), "", ""),
        (("1.5", "2.25"), ".", ""),
        (("1,5", "2.234,25"), ",", "."),
        (("1,234.50", "3"), ".", ","),
        (("1 234 567", "12"), "", " "),
        (("1'234.50", "2.1"), ".", "'"),
        (("1.234.567", "2.000.000"), "", "."),
        (("0.123", "0.456"), ".", ""),
        ((".5", "1.25"), ".", ""),
    ],
)
def test_signs_found(values: tuple[str, ...], decimal: str, group: str) -> None:
    best = formats(*values)[0]
    assert (best.decimal, best.group, best.status, best.matched.value) == (decimal, group, "proven", len(values))


def test_three_digits_after_a_mark_may_be_thousands() -> None:
    best, rival = formats("1,234", "5,678")
    assert (best.status, best.group, best.ambiguous.value) == ("assumed", ",", 2)
    assert (rival.status, rival.decimal) == ("rival", ",")


def test_formats_that_a_better_one_rules_out_are_not_likely() -> None:
    column = profile(pl.DataFrame({"price": ["1,234", "5,678"], "day": ["03/04/2024", "25/12/2023"]}), relations=False)
    assert [n.group for n in column["price"].likely_numbers] == [","]
    assert [d.format for d in column["day"].likely_dates] == ["%d/%m/%Y"]


def test_another_column_settles_the_decimal_sign() -> None:
    facts = profile(pl.DataFrame({"weight": ["1,234", "5,678"], "price": ["1,5", "12,75"]}))
    assert facts["weight"].numbers[0].decimal == ","
    assert (str(facts["weight"].type), facts["weight"].maximum) == ("decimal(38,3)", "5.678")


def test_points_and_commas_conflict() -> None:
    assert [f.status for f in formats("1.5", "2,5")] == ["conflicting", "conflicting"]


@pytest.mark.parametrize(
    ("values", "negative"),
    [(("-1", "2"), "minus"), (("1-", "2"), "trailing"), (("(1)", "2"), "parentheses"), (("1", "2"), "")],
)
def test_negatives(values: tuple[str, ...], negative: str) -> None:
    assert formats(*values)[0].negative == negative


@pytest.mark.parametrize(
    ("values", "prefix", "suffix"),
    [
        (("€ 1,50", "€ 3,00"), "€", ""),
        (("USD 5.00", "USD 1,000.00"), "USD", ""),
        (("12 %", "7,5%"), "", "%"),
        (("5 kg", "6 kg"), "", "kg"),
    ],
)
def test_what_stands_around(values: tuple[str, ...], prefix: str, suffix: str) -> None:
    best = formats(*values)[0]
    assert (best.prefix, best.suffix, best.matched.value) == (prefix, suffix, 2)


@pytest.mark.parametrize("values", [("A1", "B2"), ("12b", "3a"), ("1.2.3", "10.0.0.1"), ("1-2", "3-4"), ("", "x")])
def test_what_is_no_number(values: tuple[str, ...]) -> None:
    assert formats(*values) == ()


def test_an_exponent_makes_a_float() -> None:
    facts = profile(pl.DataFrame({"x": ["1.2E+05", "3e-2"]}))["x"]
    assert (facts.numbers[0].exponent, str(facts.type)) == (True, "float")


def test_leading_zeros_make_a_code() -> None:
    assert str(profile(pl.DataFrame({"x": ["007", "123"]}))["x"].type) == "text"


def test_a_number_too_long_for_an_integer_is_a_decimal() -> None:
    facts = profile(pl.DataFrame({"x": ["123456789012345678901234567890", "1"]}))["x"]
    assert (str(facts.type), facts.maximum) == ("decimal(38,0)", "123456789012345678901234567890")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=20), st.sampled_from([",.", ".,"]))
def test_what_was_written_is_read_back(numbers: list[Decimal], signs: str) -> None:
    texts = [f"{n:,.2f}".translate(str.maketrans(",.", signs)) for n in numbers]
    facts = profile(pl.DataFrame({"x": texts}), relations=False)["x"]
    assert facts.numbers[0].decimal == signs[1]
    assert Decimal(facts.minimum or "") == min(numbers)
    assert Decimal(facts.maximum or "") == max(numbers)
