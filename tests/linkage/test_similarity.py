"""Tests on pairs of values: bounds never lie, tests say what they mean."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from workbench.linkage.bounds import may_be_edits, may_be_jaro_winkler
from workbench.linkage.levels import levels_of
from workbench.linkage.model import Comparison
from workbench.linkage.records import Column, Records

TEXT = st.text(alphabet="aabbcdeé1 Ω", max_size=14)


def every_pair(values: list[str]) -> tuple[Column, np.ndarray, np.ndarray]:
    column = Column("x", pl.Series(values, dtype=pl.String))
    n = len(column.values)
    return column, *(i.astype(np.int32) for i in np.triu_indices(n))


@settings(deadline=None, max_examples=150)
@given(st.lists(TEXT, min_size=1, max_size=12), st.sampled_from([0.3, 0.6, 0.7, 0.8, 0.92]), st.integers(0, 4))
def test_a_bound_never_rules_out_what_reaches_the_level(values: list[str], at: float, edits: int):
    column, left, right = every_pair(values)
    texts = column.values.to_list()
    alike = np.array(
        [JaroWinkler.similarity(texts[a], texts[b]) >= at and bool(texts[a]) for a, b in zip(left, right, strict=True)]
    )
    near = np.array(
        [DamerauLevenshtein.distance(texts[a], texts[b]) <= edits for a, b in zip(left, right, strict=True)]
    )
    assert not (alike & ~may_be_jaro_winkler(column, left, right, at)).any()
    assert not (near & ~may_be_edits(column, left, right, edits)).any()


def outcome(values: dict[str, tuple[object, object]], *levels: dict[str, object]) -> int:
    """The level that holds between two records."""
    comparison = Comparison.model_validate({"id": "c", "fields": list(values), "levels": [*levels, {"test": "else"}]})
    columns = {n: Column(n, pl.Series(n, list(v))) for n, v in values.items()}
    records = Records(("a",), np.zeros(2, np.uint16), pl.Series(["1", "2"]), columns)
    return int(levels_of(records, comparison, np.array([0], np.uint32), np.array([1], np.uint32))[0])


@pytest.mark.parametrize(
    ("level", "left", "right", "holds"),
    [
        ({"test": "exact"}, "a", "a", True),
        ({"test": "jaro_winkler", "at": 0.8}, "isla", "isabelle", True),  # 0.8 but for rounding
        ({"test": "jaro_winkler", "at": 0.9}, "martha", "marhta", True),
        ({"test": "damerau_levenshtein", "at": 1}, "smith", "smiht", True),
        ({"test": "damerau_levenshtein", "at": 1}, "smith", "smyht", False),
        ({"test": "date_parts", "at": 2}, "1980-02-03", "1980-02-04", True),
        ({"test": "date_parts", "at": 2}, "1980-02-03", "not a date", False),
        ({"test": "swapped_day_month"}, "1980-02-03", "1980-03-02", True),
        ({"test": "within_days", "at": 31}, "1980-01-31", "1980-03-01", True),
        ({"test": "within_days", "at": 29}, "1980-01-31", "1980-03-01", False),
        ({"test": "within", "at": 0.5}, 1.0, 1.5, True),
        ({"test": "within_ratio", "at": 0.1}, 100.0, 91.0, True),
        ({"test": "nickname"}, "bob", "robert", True),
        ({"test": "initial"}, "j", "john", True),
        ({"test": "prefix", "at": 3}, "abcd", "abce", True),
        ({"test": "suffix", "at": 7}, "0612345678", "0031612345678", True),
        ({"test": "token_set", "at": 0.5}, "red big house", "big red car", True),
        ({"test": "token_overlap", "at": 1}, "acme", "acme holding", True),
        ({"test": "token_cosine", "at": 0.99}, "a b", "b a", True),
    ],
)
def test_a_test_says_what_it_means(level: dict[str, object], left: object, right: object, holds: bool):
    assert outcome({"x": (left, right)}, level) == (0 if holds else 1)
    assert outcome({"x": (right, left)}, level) == (0 if holds else 1)


def test_names_swapped_across_two_columns_are_seen():
    names = {"first": ("li", "wang"), "last": ("wang", "li")}
    assert outcome(names, {"test": "exact"}, {"test": "swapped"}) == 1


def test_points_are_near_by_great_circle():
    place = {"lat": (52.37, 51.51), "lon": (4.90, -0.13)}
    assert outcome(place, {"test": "within_km", "at": 300}, {"test": "within_km", "at": 360}) == 1


def test_a_missing_value_is_no_disagreement():
    assert outcome({"x": ("a", None)}, {"test": "exact"}) == 2
    assert outcome({"x": ("a", "a"), "y": (None, "b")}, {"test": "exact", "fields": "x"}) == 0
    assert outcome({"x": ("a", "c"), "y": (None, "b")}, {"test": "exact", "fields": "x"}) == 2
