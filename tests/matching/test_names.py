"""Words of names: taken apart, stemmed, understood."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.matching.names import lexicon, shared_affix, stem, token_similarity, tokens
from workbench.matching.scorers_names import reads_as


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerNumber", ("customer", "number")),
        ("CUST_NO", ("cust", "no")),
        ("Order.Date-2", ("order", "date", "2")),
        ("PLZOrt", ("plz", "ort")),
        ("straße", ("strasse",)),
        ("Größe", ("grosse",)),
        ("客户", ("客户",)),
        ("___", ()),
    ],
)
def test_names_are_taken_apart(name: str, words: tuple[str, ...]) -> None:
    assert tokens(name) == words


@pytest.mark.parametrize("family", [("order", "orders"), ("diagnosis", "diagnosed"), ("ethnicity", "ethnic")])
def test_words_of_a_family_meet(family: tuple[str, str]) -> None:
    assert stem(family[0]) == stem(family[1])


@pytest.mark.parametrize(
    ("left", "right", "least"),
    [
        ("city", "city", 1.0),
        ("smoking", "smoked", 0.97),
        ("qty", "quantity", 0.93),
        ("sex", "gender", 0.8),
        ("descr", "description", 0.8),
        ("adress", "address", 0.85),
    ],
)
def test_words_that_mean_the_same(left: str, right: str, least: float) -> None:
    assert token_similarity([left], [right])[0, 0] >= least


def test_numbers_are_not_taken_for_beginnings() -> None:
    assert token_similarity(["1"], ["10"])[0, 0] == 0


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text("abcdeo", min_size=1, max_size=6), min_size=1, max_size=6))
def test_similarity_is_symmetric_and_of_oneself_one(words: list[str]) -> None:
    grid = token_similarity(words, words)
    assert np.allclose(grid, grid.T)
    assert (np.diag(grid) == 1).all()
    assert ((grid >= 0) & (grid <= 1)).all()


@pytest.mark.parametrize(
    ("short", "long", "good"),
    [
        (("fi", "ye"), ("fiscal", "year"), True),
        (("assi",), ("assay", "id"), True),
        (("nu", "cr", "ca"), ("number", "credit", "cards"), True),
        (("yefi",), ("fiscal", "year"), False),
        (("xy",), ("fiscal", "year"), False),
    ],
)
def test_abbreviated_names_are_read(short: tuple[str, ...], long: tuple[str, ...], good: bool) -> None:
    assert (reads_as(short, long) > 0.9) == good


def test_a_word_all_columns_begin_with_is_cut() -> None:
    assert shared_affix([("t", "city"), ("t", "zip"), ("t", "name", "x")]) == 1
    assert shared_affix([("t", "city"), ("u", "zip"), ("t", "x")]) == 0
    assert shared_affix([("id",), ("id",), ("id",)]) == 0


def test_the_lexicon_names_no_word_in_two_spellings_of_itself() -> None:
    assert all(short not in words for short, words in lexicon().expansions.items() if short not in ("email", "fax"))
