"""What is wrong is said in words, worst first."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.profiling import Problem, Profile, profile


def facts(name: str, values: list[object]) -> Profile:
    return profile(pl.DataFrame({name: values}, strict=False))


def said(name: str, values: list[object], kind: str) -> str:
    return next((p.what for p in facts(name, values).problems if p.kind == kind), "")


PHONES = [f"+49 30 {n:07}" for n in range(1_000_000, 1_000_088)]


@pytest.mark.parametrize(
    ("name", "values", "kind", "sentence"),
    [
        ("phone", [*PHONES, *["030 1234567"] * 12], "no_country_code", "12 of 100 values lack a country code"),
        ("phone", [*PHONES, "123"], "short_phone",
         "1 of 89 values has fewer than eight digits: no area code, or no telephone number"),
        ("dob", ["13/04/2024"] * 8 + ["04/15/2023"] * 8 + ["03/04/2020"] * 4, "mixed_dates",
         "dd/mm/yyyy and mm/dd/yyyy are mixed (8 rows can only be the one, 8 only the other): "
         "20 % of the dates cannot be told"),
        ("dob", ["03/04/2024", "01/01/2020"] * 20, "ambiguous_dates",
         "50 % of the dates cannot be told dd/mm/yyyy from mm/dd/yyyy"),
        ("d", ["2024-01-31"] * 30 + ["31.01.2024"] * 10, "mixed_formats",
         "dates are written in 2 ways: yyyy-mm-dd (75 %), dd.mm.yyyy (25 %)"),
        ("d", ["2024-01-31"] * 30 + ["2024-02-31"], "misfits", "one value is not a date that exists"),
        ("x", ["1,5"] * 20 + ["1.5"] * 10, "mixed_numbers",
         "numbers are written with a decimal point and with a decimal comma: 20 rows prove the one, 10 the other"),
        ("x", ["1,234", "2,345"] * 20, "ambiguous_numbers", "40 numbers like '1,234' may have thousands or decimals"),
        ("x", ["a", "b", "N/A", "-", "N/A"], "placeholders",
         "3 rows hold a placeholder for 'nothing': 'N/A' (2), '-' (1)"),
        ("x", ["12", "999999", "31", "27"] * 9, "placeholders", ""),
        ("d", ["2024-01-31", "2023-05-04", "1900-01-01", "1900-01-01"], "placeholders",
         "2 rows hold a placeholder for 'nothing': '1900-01-01' (2)"),
        ("d", [f"2024-01-{n % 28 + 1:02}" for n in range(280)] + ["1900-01-01"] * 200, "placeholders",
         "200 rows hold a placeholder for 'nothing': '1900-01-01' (200)"),
        ("x", [" a", "b", "c "], "padded", "2 values have blanks before or after"),
        ("x", ["MÃ¼ller", "Schmidt"], "mojibake", "1 value was decoded wrongly ('Ã¼' for 'ü')"),
        ("x", ["K?hn", "why?"], "lost_characters", "1 value holds a question mark where a letter was lost ('K?hn')"),
        ("x", ["J&#252;rgen", "A & B"], "html_entities", "1 value holds HTML entities ('&#252;' for 'ü')"),
        ("x", ["a\u200bb", "c"], "control_characters", "1 value holds invisible control characters"),
        ("x", ["a\nb", "c"], "line_breaks", "1 value runs over several lines"),
        ("town", ["Berlin"] * 5 + ["BERLIN", "Rome", "Rome "], "variants",
         "2 values are written in several ways, as 'Berlin', 'BERLIN'"),
        ("x", ["same"] * 20, "constant", "every filled row holds the same value"),
        ("x", [None] * 95 + ["a", "b", "c", "d", "e"], "mostly_empty", "95 % of the rows are empty"),
        ("x", [None, None], "empty", "holds nothing at all"),
        ("x", ["", None, "a"], "null_and_blank", "nothing is written in two ways: null (1) and blank (1)"),
        ("x", [float("nan"), 1.0], "nan", "1 row is not a number (NaN)"),
        ("code", [f"AB-{n:03}" for n in range(99)] + ["AB123"], "odd_shapes",
         "1 value does not look like the others ('A-9')"),
        ("n", [*range(100), 10**6], "outliers",
         "1 value lies far outside the rest (98 % are between 1 and 99); the range is 0 to 1000000"),
        ("x", ["12"] * 8 + ["twelve", "dozen"], "mixed_types", "80 % of the values are numbers, the rest is text"),
        ("zip", ["10115", "20095", "80331"] * 9 + ["1067"], "lost_zeros",
         "1 of 28 postcodes has 4 digits, not 5: a leading zero may be lost"),
        ("country", ["DE", "FR", "IT", "UK"] * 5, "invalid_country",
         "5 of 20 values are no ISO 3166 alpha-2 code: 'UK'"),
        ("country", ["Germany", "France", "IT", "ES"] * 5, "mixed_countries",
         "countries are written as names and as codes"),
        ("email", [f"a{n}@example.org" for n in range(19)] + ["nobody"], "invalid_email",
         "1 of 20 values is no e-mail address"),
        ("name", ["Smith, Anna", "Miller, John", "Jones, Mary"] * 9 + ["Peter Brown"], "mixed_name_order",
         "1 of 28 names is not written 'Last, First' as the others are"),
        ("dob", ["1990-05-06", "2090-05-06"], "future", "some lie in the future (the latest: 2090)"),
        ("Email", ["2020-01-01", "2021-05-06"], "misnamed", "the name promises e-mail addresses, but it holds dates"),
        ("qty", [1, 2, -3], "negative", ""),
    ],
)  # fmt: skip
def test_sentence(name: str, values: list[object], kind: str, sentence: str) -> None:
    assert said(name, values, kind) == sentence


def test_clean_data_has_no_problems() -> None:
    frame = pl.DataFrame({"id": range(40), "city": ["Rome", "Paris"] * 20, "born": ["1990-05-06", "1985-12-24"] * 20})
    assert profile(frame).problems == ()


def test_a_dataset_without_rows_is_told() -> None:
    facts = profile(pl.DataFrame(schema={"id": pl.String}))
    assert [str(p) for p in facts.problems] == ["there are no rows, only the names of columns"]


def test_the_worst_comes_first() -> None:
    frame = pl.DataFrame({"d": ["13/04/2024", "04/15/2023", "02/03/2024"] * 9, "x": [" a", "b", "c"] * 9})
    severities = [p.severity for p in profile(frame).problems]
    assert severities == sorted(severities, reverse=True)
    assert profile(frame).problems[0].kind == "mixed_dates"


def test_values_of_personal_columns_are_masked_in_sentences() -> None:
    found = facts("surname", ["Miller"] * 9 + ["MILLER", "Smith", "Jones"])
    sentence = next(p.what for p in found.problems if p.kind == "variants")
    assert "iller" not in sentence.lower()


def test_namibia_is_no_placeholder() -> None:
    assert said("country", ["NA", "DE", "FR", "IT", "ES"] * 4, "placeholders") == ""


def test_a_problem_shows_its_column() -> None:
    assert str(Problem("k", "c", "is wrong")) == "c: is wrong"
    assert str(Problem("k", None, "is wrong")) == "is wrong"
