"""What a notebook shows of a profile."""

from __future__ import annotations

import re

import polars as pl

from workbench.profiling import profile

FACTS = profile(
    pl.DataFrame(
        {
            "id": range(300),
            "email": [f"person{n}@example.org" for n in range(300)],
            "amount": [n * 1.37 for n in range(299)] + [10**7],
            "<b>": [" x", "y", None] * 100,
        }
    ),
    name="a & b",
)


def test_there_is_text_and_html() -> None:
    assert set(FACTS._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_the_html_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    html = FACTS._repr_mimebundle_()["text/html"]
    assert "http" not in html.replace("http://www.w3.org", "")
    assert "<script" not in html


def test_names_are_escaped() -> None:
    html = FACTS._repr_mimebundle_()["text/html"]
    assert "a &amp; b" in html
    assert "&lt;b&gt;" in html
    assert "<b>:" not in html


def test_the_table_is_accessible() -> None:
    html = FACTS._repr_mimebundle_()["text/html"]
    assert html.count('scope="row"') == len(FACTS.columns) + min(len(FACTS.problems), 12)
    assert "<caption>" in html
    assert 'role="img" aria-label="distribution of the values of amount"' in html


def test_both_themes_have_their_colours() -> None:
    html = FACTS._repr_mimebundle_()["text/html"]
    assert "prefers-color-scheme:dark" in html
    assert "data-jp-theme-light=false" in html


def test_every_column_is_a_line_of_text_and_problems_follow() -> None:
    text = FACTS._repr_mimebundle_()["text/plain"]
    assert text.splitlines()[0] == "a & b: 300 rows, 4 columns"
    assert "! <b>: 100 values have blanks before or after" in text


def test_an_outlier_does_not_flatten_the_histogram() -> None:
    html = FACTS._repr_mimebundle_()["text/html"]
    bars = re.findall(r'aria-label="distribution of the values of amount">(.*?)</svg>', html)[0]
    assert bars.count("<rect") > 10


def test_very_wide_datasets_are_cut() -> None:
    html = profile(pl.DataFrame({f"c{n}": [1] for n in range(250)}))._repr_mimebundle_()["text/html"]
    assert "50 more columns" in html
