"""Texts looked at letter by letter: the same as regular expressions say one text at a time, and what texts read as."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.matching.letters import Letters
from workbench.matching.readings import kinds, number, readings

TEXTS = st.lists(st.text(st.sampled_from("aBé中 .,;'-_@/%09\t\n"), max_size=12), min_size=1, max_size=8)


def shape_of(text: str) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"[0-9]+", "9", re.sub(r"[^\W\d_]+", "a", text)))
    return re.sub(r"a([ ,.;'-]+a)+", "a+", text)[:30]


@given(TEXTS)
def test_a_shape_generalises_runs_and_words_in_a_row(texts: list[str]) -> None:
    assert Letters(texts).shapes() == [shape_of(text) for text in texts]


@given(TEXTS)
def test_a_plain_text_has_one_blank_for_what_parts_words(texts: list[str]) -> None:
    assert Letters(texts).plain() == [re.sub(r"[\s_.-]+", " ", text.lower()).strip(" ") for text in texts]


@given(TEXTS)
def test_every_letter_is_counted_once(texts: list[str]) -> None:
    counts = Letters(texts).counts()
    assert counts.sum(axis=1).tolist() == [len(text) for text in texts]
    assert counts[:, 0].tolist() == [sum(map(str.isupper, text)) for text in texts]
    assert counts[:, 2].tolist() == [sum(map(str.isspace, text)) for text in texts]


@given(st.lists(st.text("0123456789+-.,:/ T%ex\n", min_size=1, max_size=20), min_size=1))
def test_what_begins_like_a_number_is_told_by_where_its_digits_stand(texts: list[str]) -> None:
    places, written = Letters(texts).numerals()
    assert places.tolist() == [k for k, text in enumerate(texts) if text < ":"]
    expected = [re.sub("[1-9]", "1", text[:2]) + re.sub("[0-9]", "1", text[2:]) for text in texts if text < ":"]
    assert written == [re.sub(r"\s", " ", text) for text in expected]


def kind_of(*texts: str) -> str:
    read = readings(Letters(texts), [text.lower() for text in texts])
    return kinds(np.zeros(len(texts), dtype=np.int64), read, np.ones(len(texts)), 1)[0]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("0", "12", "-7", "+3"), "integer"),
        (("1.5", "2"), "number"),
        (("1.234,50", "7 %".replace(" ", ""), "1e5", ",5"), "number"),
        (("007", "012"), "text"),
        (("01.10", "02.20"), "text"),
        (("2020-01-31", "1.2.2020", "1/2/20"), "date"),
        (("2020-01-31T10:00", "31.12.2020 9:15 Uhr"), "timestamp"),
        (("Yes", "no", "N"), "boolean"),
        (("+", "%", "-"), "text"),
        (("12 Main Street", "1-2-3-4"), "text"),
    ],
)
def test_values_read_as_a_kind(texts: tuple[str, ...], kind: str) -> None:
    assert kind_of(*texts) == kind


def test_a_few_odd_values_do_not_change_the_kind() -> None:
    assert kind_of(*(["1"] * 9), "n/a") == "integer"
    assert kind_of(*(["1"] * 8), "n/a", "?") == "text"


@pytest.mark.parametrize(("text", "value"), [("12", 12.0), ("1 234,5", 1234.5), ("7%", 7.0), ("1'000", 1000.0)])
def test_numbers_in_their_spellings(text: str, value: float) -> None:
    assert number(text) == value
