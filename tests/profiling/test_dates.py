"""Date formats are decided once per column, and what cannot be told is said."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling import DateFormat, profile


def formats(*values: str | None) -> tuple[DateFormat, ...]:
    return profile(pl.DataFrame({"x": values}, schema={"x": pl.String}), relations=False)["x"].dates


def test_a_day_beyond_twelve_proves_the_order() -> None:
    best, rival = formats("03/04/2024", "25/12/2023", "01/01/2020")
    assert (best.format, best.status, best.matched.value, best.proven.value) == ("%d/%m/%Y", "proven", 3, 1)
    assert (rival.format, rival.status) == ("%m/%d/%Y", "rival")


def test_only_dates_that_read_differently_are_ambiguous() -> None:
    best = formats("03/04/2024", "25/12/2023", "01/01/2020")[0]
    assert best.ambiguous.value == 1  # the first of January is the same day in both


def test_where_nothing_proves_an_order_it_is_assumed() -> None:
    best = formats("03/04/2024", "05/06/2024")[0]
    assert (best.status, best.ambiguous.value, best.rivals) == ("assumed", 2, ("%m/%d/%Y",))


def test_orders_that_are_both_proven_conflict() -> None:
    found = formats("13/04/2024", "04/15/2023", "02/03/2020")
    assert {f.status for f in found} == {"conflicting"}
    assert [f.proven.value for f in found] == [1, 1]


def test_one_row_against_hundreds_is_noise() -> None:
    found = formats(*["25/12/2023"] * 300, "04/15/2023")
    assert [f.status for f in found] == ["proven", "rival"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("2024-03-01", "2024-12-31"), ["%Y-%m-%d"]),
        (("31.12.98", "01.02.99"), ["%d.%m.%y"]),
        (("99/12/31", "98/10/09"), ["%y/%m/%d"]),
        (("20240102", "19991231"), ["%Y%m%d"]),
        (("20240102 101500", "19991231 235959"), ["%Y%m%d %H%M%S"]),
        (("2024-03-01 10:20:11", "2024-03-02 23:59:59"), ["%Y-%m-%d %H:%M:%S"]),
        (("2024-03-01T10:20:11.123Z", "2024-03-01T10:20:11.5+02:00"), ["%Y-%m-%dT%H:%M:%S.%f%z"]),
        (("13/1/2024 12:00:00 AM", "25/2/2024 1:30:00 pm"), ["%d/%m/%Y %I:%M:%S %p"]),
        (("3 Jan 2020", "14 Feb 2021"), ["%d %b %Y"]),
        (("March 3, 2020", "May 4, 2021"), ["%B %d, %Y"]),
        (("03-MAY-99", "04-Jun-01"), ["%d-%b-%y"]),
        (("12:30", "23:59"), ["%H:%M"]),
        (("1:05 PM", "11:59 am"), ["%I:%M %p"]),
    ],
)
def test_formats_found(values: tuple[str, ...], expected: list[str]) -> None:
    assert [f.format for f in formats(*values) if f.status != "rival"] == expected


@pytest.mark.parametrize(
    "values",
    [("312-555-1212", "773-555-9999"), ("1.2.3", "10.4.7"), ("31/02/2020",), ("0000-00-00",), ("25:00", "12:60")],
)
def test_what_is_no_date(values: tuple[str, ...]) -> None:
    assert formats(*values) == ()


def test_two_ways_of_writing_are_both_reported_with_their_rows() -> None:
    found = formats("2024-03-01", "2024-04-01", "25/12/2023", None)
    assert [(f.format, f.matched.value) for f in found if f.status != "rival"] == [("%Y-%m-%d", 2), ("%d/%m/%Y", 1)]


def test_another_column_settles_what_this_one_leaves_open() -> None:
    frame = pl.DataFrame({"a": ["03/04/2024", "05/06/2024"], "b": ["12/25/2023", "12/31/2023"]})
    assert profile(frame)["a"].dates[0].format == "%m/%d/%Y"


def test_a_column_of_eight_digits_read_as_numbers_is_seen_to_be_dates() -> None:
    assert profile(pl.DataFrame({"x": [20240102, 19991231]}))["x"].dates[0].format == "%Y%m%d"


def test_times_of_six_digits_need_many_witnesses() -> None:
    times = [f"{n % 24:02}{n % 60:02}{n * 7 % 60:02}" for n in range(50)]
    assert [f.format for f in formats(*times)] == ["%H%M%S"]
    assert formats("101500", "235959") == ()


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.dates(date(1950, 1, 1), date(2049, 12, 31)), min_size=1, max_size=30),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%Y%m%d"]),
)
def test_the_format_written_is_among_those_found_and_fits_every_row(days: list[date], form: str) -> None:
    found = {f.format: f for f in formats(*[d.strftime(form) for d in days])}
    assert found[form].matched.value == len(days)
    assert found[form].proven.value + found[form].ambiguous.value <= len(days)


def test_bounds_and_quantiles_are_those_of_the_dates() -> None:
    facts = profile(pl.DataFrame({"x": ["31/01/2020", "01/12/2019", "15/06/2021"]}))["x"]
    assert (str(facts.type), facts.minimum, facts.maximum) == ("date", "2019-12-01", "2021-06-15")
    assert next(q.value for q in facts.quantiles if q.at == 0.5) == "2020-01-31"
