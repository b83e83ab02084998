"""Errors are as many and as large as they are said to be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.sample.draw import Draw
from workbench.sample.noise import RATES, copies, spoil, typos
from workbench.sample.people import make_people
from workbench.sample.words import load_words

N = 20_000
NAMES = st.lists(st.text(st.characters(categories=("L",)), min_size=0, max_size=12), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    return make_people(load_words(), 1, N, 3, 0).with_columns(again=pl.lit(False))


@given(NAMES, st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_a_typo_is_one_edit(names: list[str], seed: int) -> None:
    texts = pl.Series(names, dtype=pl.String)
    mistyped = typos(Draw(seed, "test"), texts, np.ones(len(names), dtype=bool))
    for old, new in zip(texts, mistyped, strict=True):
        assert abs(len(old) - len(new)) <= 1
        if len(old) <= 3:
            assert old == new
        if len(old) == len(new):
            assert sum(a != b for a, b in zip(old, new, strict=True)) <= 2


def test_texts_not_chosen_stay(people: pl.DataFrame) -> None:
    none = np.zeros(N, dtype=bool)
    assert typos(Draw(1, "test"), people["last"], none).equals(people["last"])


def test_gaps_are_as_many_as_said(people: pl.DataFrame) -> None:
    spoilt = spoil(Draw(1, "test"), people)
    for column, rate in (("born", "no_birthday"), ("national", "no_phone"), ("email", "no_email")):
        assert spoilt[column].null_count() / N == pytest.approx(RATES[rate], rel=0.15)


def test_second_records_have_more_errors(people: pl.DataFrame) -> None:
    again = spoil(Draw(1, "test"), people.with_columns(again=pl.lit(True)))
    assert again["born"].null_count() / N == pytest.approx(4 * RATES["no_birthday"], rel=0.15)


def test_without_rates_nothing_about_the_person_changes(people: pl.DataFrame) -> None:
    columns = ["first", "last", "born", "street", "city", "postcode", "national", "email", "female"]
    spoilt = spoil(Draw(1, "test"), people, dict.fromkeys(RATES, 0.0))
    assert spoilt.select(columns).equals(people.select(columns))


def test_records_are_made_before_they_are_touched(people: pl.DataFrame) -> None:
    spoilt = spoil(Draw(1, "test"), people)
    assert (spoilt["created"] <= spoilt["updated"]).all()


def test_copies_know_a_share_of_the_people_and_some_twice() -> None:
    known = copies(Draw(1, "test"), N, 0.9, 0.05)
    assert (~known["again"]).sum() / N == pytest.approx(0.9, rel=0.02)
    assert known["again"].sum() / N == pytest.approx(0.045, rel=0.15)


def test_people_of_one_home_share_surname_and_country(people: pl.DataFrame) -> None:
    home = people.group_by("street", "postcode", "city").agg(
        pl.col("last").n_unique(), pl.col("country").n_unique(), pl.len()
    )
    shared = home.filter(pl.col("len") == 2)
    assert len(shared) / N > 0.05
    assert (shared["last"] == 1).mean() > 0.9
    assert (shared["country"] == 1).all()


def test_some_names_are_common_and_most_are_rare(people: pl.DataFrame) -> None:
    counts = people.filter(pl.col("country") == "DE")["last"].value_counts(sort=True)["count"]
    assert counts[0] > 10 * counts.median()  # type: ignore[operator]
    assert len(counts) > 250


def test_streams_of_different_purposes_and_blocks_differ() -> None:
    one = Draw(1, "a").unit(5).tolist()
    assert one == Draw(1, "a").unit(5).tolist()
    assert one not in [Draw(1, "b").unit(5).tolist(), Draw(2, "a").unit(5).tolist(), Draw(1, "a", 1).unit(5).tolist()]


@given(st.integers(1, 500), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_draws_stay_in_their_range(limit: int, seed: int) -> None:
    draw = Draw(seed, "test")
    for drawn in (draw.below(limit, 200), draw.skewed(limit, 200), draw.weighted([1.0] * limit, 200)):
        assert drawn.min() >= 0
        assert drawn.max() < limit
    assert sorted(draw.order(limit)) == list(range(limit))
