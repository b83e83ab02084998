"""Values to values: what is taken, why, and that nothing is guessed."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.matching import match_values
from workbench.model import plain_word, read_document


@pytest.mark.parametrize(
    ("source", "target", "table"),
    [
        (["M", "F"], ["male", "female"], {"M": "male", "F": "female"}),
        (["1", "2", "0"], ["M", "F"], {"1": "M", "2": "F"}),
        (["Y", "N"], ["true", "false"], {"Y": "true", "N": "false"}),
        (["DEU", "GBR", "FRA"], ["DE", "GB", "FR", "ES"], {"DEU": "DE", "GBR": "GB", "FRA": "FR"}),
        (["Deutschland", "UK"], ["GERMANY", "United Kingdom"], {"Deutschland": "GERMANY", "UK": "United Kingdom"}),
        (["€", "USD"], ["EUR", "USD"], {"€": "EUR", "USD": "USD"}),
        (["Jan", "Okt"], ["01", "10"], {"Jan": "01", "Okt": "10"}),
        (["kgs", "Stk"], ["kg", "pcs"], {"kgs": "kg", "Stk": "pcs"}),
        (["KGM", "H87"], ["kg", "pcs"], {"KGM": "kg", "H87": "pcs"}),
        (["Mo", "Di", "Do"], ["Monday", "Tuesday", "Thursday"], {"Mo": "Monday", "Di": "Tuesday", "Do": "Thursday"}),
        (["lun", "mar", "dim"], ["1", "2", "7"], {"lun": "1", "mar": "2", "dim": "7"}),
        (["M", "S", "U"], ["married", "single", "unknown"], {"M": "married", "S": "single"}),
        (["In Progress", "DONE"], ["in_progress", "done"], {"In Progress": "in_progress", "DONE": "done"}),
        (["deliverd", "cancelled"], ["delivered", "canceled"], {"deliverd": "delivered", "cancelled": "canceled"}),
    ],
)
def test_vocabularies(source: list[str], target: list[str], table: dict[str, str]) -> None:
    assert match_values(source, target).table == table


def test_no_spelling_has_two_meanings_in_one_list() -> None:
    for name, groups in read_document(files("workbench.matching") / "codelists.yaml").data.items():
        shared = Counter(plain_word(word) for group in groups for word in set(map(plain_word, group.split("|"))))
        assert [word for word, n in shared.items() if n > 1] == [], name


def test_what_has_no_partner_is_listed() -> None:
    found = match_values({"M": 5, "X9": 1}, ["male", "female"])
    assert found.unmatched == ("X9",)
    assert found.unused == ("female",)


def test_a_letter_means_nothing_without_its_list() -> None:
    assert match_values(["A", "B"], ["active", "blocked"]).table == {}


def test_linked_records_win_over_spelling() -> None:
    found = match_values(["A", "B"], ["A", "B"], pairs={("A", "B"): 480, ("A", "A"): 3, ("B", "A"): 200})
    assert found.table == {"A": "B", "B": "A"}
    assert found.rows[0].reason == "480 of 483 linked records say so"


def test_contradictory_links_are_not_taken() -> None:
    assert match_values(["X"], ["p", "q"], pairs={("X", "p"): 5, ("X", "q"): 5}).unmatched == ("X",)


def test_one_linked_record_is_only_a_suggestion() -> None:
    found = match_values(["X"], ["p", "q"], pairs=[("X", "p")])
    assert found.table == {}
    assert [s.target for s in found.suggestions] == ["p"]


def test_labels_are_read_as_spellings() -> None:
    assert match_values(["open order"], ["01", "02"], labels={"01": "Open order", "02": "Shipped"}).table == {
        "open order": "01"
    }


def test_elimination_and_frequency_only_suggest() -> None:
    left = match_values(["on hold", "zzz"], ["on_hold", "qqq"])
    assert left.table == {"on hold": "on_hold"}
    assert [(s.source, s.target) for s in left.suggestions] == [("zzz", "qqq")]
    often = match_values({"aaaa": 700, "bbbb": 300}, {"1111": 70, "2222": 30})
    assert often.table == {}
    assert {(s.source, s.target) for s in often.suggestions} == {("aaaa", "1111"), ("bbbb", "2222")}


def test_two_equally_like_spellings_are_not_decided() -> None:
    assert match_values(["order 10"], ["order 11", "order 12"]).table == {}


def test_personal_values_are_masked_in_displays() -> None:
    html = match_values(["Smith"], ["Smyth"], personal=True)._repr_html_()
    assert "Smith" not in html
    assert "Smyth" not in html


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=8), unique=True, max_size=8), st.lists(st.text(max_size=8), unique=True, max_size=8))
def test_every_value_is_either_translated_or_listed(source: list[str], target: list[str]) -> None:
    found = match_values(source, target)
    assert set(found.table) | set(found.unmatched) == set(source)
    assert not set(found.table) & set(found.unmatched)
    assert set(found.table.values()) <= set(target)
    assert all(0 <= r.score <= 1 and r.reason for r in found.rows)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=8))
def test_a_vocabulary_is_its_own_translation(values: list[str]) -> None:
    assert match_values(values, values).table == {v: v for v in values}


def test_a_label_names_the_value_before_it_explains_it() -> None:
    labels = {
        "open": "placed, not yet on its way",
        "shipped": "on its way",
        "lost": "gone, for good",
        "sold": "gone (out)",
    }
    found = match_values(["placed", "gone"], list(labels), labels=labels)
    assert found.table == {"placed": "open"}
    assert found.unmatched == ("gone",)


LANGUAGES = ("en", "de", "de_AT", "fr", "es", "it", "nl")


@pytest.mark.parametrize(("name", "first"), [("month", 1), ("weekday", 0)])
def test_months_and_weekdays_are_those_of_cldr(name: str, first: int) -> None:
    locale = pytest.importorskip("babel").Locale
    lists = read_document(files("workbench.matching") / "codelists.yaml").data[name]
    for at, group in enumerate(lists, start=first):
        forms = [
            words[at]
            for language in LANGUAGES
            for widths in getattr(locale.parse(language), "months" if name == "month" else "days").values()
            for width, words in widths.items()
            if width != "narrow"
        ]
        written_out = {"maerz", "mrz"}  # an umlaut written out; the locale data of Java and Windows
        known = {plain_word(form) for form in forms} | written_out
        assert {w for word in group.split("|") if not (w := plain_word(word)).isdecimal()} <= known


def test_linked_records_that_are_too_few_still_speak_against_a_list() -> None:
    found = match_values(["M", "F"], ["male", "female"], pairs={("M", "female"): 9, ("M", "male"): 1})
    assert found.table == {"F": "female"}
    assert [(r.source, r.target) for r in found.suggestions] == [("M", "female")]
    assert "9 of 10 linked records say so, but not: both mean 'male'" in repr(found)


def test_values_that_differ_in_their_signs_only_are_not_each_other() -> None:
    found = match_values(["A", "A+", " B "], ["A+", "A-", "B"])
    assert found.table == {"A+": "A+", " B ": "B"}
    assert found.unmatched == ("A",)


def test_personal_values_are_masked_in_words_too() -> None:
    assert "Lovelace" not in repr(match_values(["Lovelace"], ["LOVELACE"], personal=True))
