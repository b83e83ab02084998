"""Learning by example: what is proposed explains the examples, runs on the engine, and generalises."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.mapping import Rejected, try_steps
from workbench.mapping.learner import learn, next_question
from workbench.mapping.learning.chains import runner
from workbench.mapping.learning.learned import outputs_of
from workbench.model import FieldSpec

CASES = {
    "split and join": (
        [("Lovelace, Ada", "Ada Lovelace"), ("Hopper, Grace", "Grace Hopper")],
        ("Turing, Alan", "Alan Turing"),
    ),
    "prefix and pad": ([("12", "C00012"), ("345", "C00345"), ("6", "C00006")], ("7890", "C07890")),
    "date": ([("06.10.2021", "2021-10-06"), ("30.03.2002", "2002-03-30")], ("31.12.1999", "1999-12-31")),
    "weekday": (
        [("2024-03-01", "Friday"), ("2024-03-05", "Tuesday"), ("2023-12-24", "Sunday")],
        ("2024-02-29", "Thursday"),
    ),
    "number": ([("1.234,50", "1234.50"), ("17,05", "17.05"), ("1.000.000,99", "1000000.99")], ("2.500,00", "2500.00")),
    "bucket": (
        [("18:25:57", "6PM to 8PM"), ("21:44:40", "8PM to 10PM"), ("07:00:20", "6AM to 8AM")],
        ("23:34:17", "10PM to 12AM"),
    ),
    "range": ([("163", "160-169"), ("54", "50-59"), ("88", "80-89")], ("197", "190-199")),
    "initials": ([("Nihil Impedit", "NI"), ("Consectetur", "C"), ("Ada King Noel", "AKN")], ("Bo Li", "BL")),
    "month and year": (
        [("Apr 2003", "04/2003"), ("Feb 1997", "02/1997"), ("Jun 2014", "06/2014")],
        ("Oct 1999", "10/1999"),
    ),
    "month by its number": ([("4", "April"), ("12", "December")], ("9", "September")),
    "ordinal": (
        [("2024-02-10", "10th of February"), ("2024-09-01", "1st of September")],
        ("2024-05-22", "22nd of May"),
    ),
    "hours": ([("02:45:00", "2.75 h"), ("01:30:00", "1.50 h"), ("12:06:00", "12.10 h")], ("00:15:00", "0.25 h")),
    "minutes as a time": ([("1439", "23:59"), ("60", "01:00"), ("95", "01:35")], ("61", "01:01")),
    "filled to a width": ([("94.18", "   94.18|"), ("3678.4", " 3678.40|")], ("1.5", "    1.50|")),
    "blanks as group marks": ([("296286.3", "296 286.30"), ("733.4", "733.40")], ("1000.5", "1 000.50")),
    "degrees": ([("212", "100.0"), ("100.4", "38.0"), ("50", "10.0")], ("32", "0.0")),
    "any range": ([("12", "0-39"), ("95", "80-119"), ("163", "160-199")], ("45", "40-79")),
    "buckets not from zero": ([("12", "5-15"), ("37", "35-45"), ("5", "5-15")], ("15", "15-25")),
    "day before the date": (
        [("Tue, 17 Dec 2019", "2019-12-17"), ("5 Jan 2020", "2020-01-05"), ("Sunday 1 Mar 2020", "2020-03-01")],
        ("Wed, 1 Apr 2020", "2020-04-01"),
    ),
    "month without its zero": ([("8142089", "14 Aug 2089"), ("11071712", "7 Nov 1712")], ("1022003", "2 Jan 2003")),
    "half of a year": (
        [("2024-02-10", "H1"), ("1999-07-24", "H2"), ("2001-06-15", "H1"), ("2005-12-31", "H2")],
        ("2010-09-01", "H2"),
    ),
    "codes": ([("M", "Male"), ("F", "Female")], ("M", "Male")),
    "constant": ([("a", "EUR"), ("b", "EUR"), ("c", "EUR")], ("d", "EUR")),
    "case": (
        [("kim", "kim@a.com"), ("lee@b.com", "lee@b.com"), ("ann", "ann@a.com"), ("x@y.org", "x@y.org")],
        ("zoe", "zoe@a.com"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_learns_from_few_examples(name: str) -> None:
    examples, (fresh, wanted) = CASES[name]
    found = learn(examples, inputs=[fresh])
    assert found[0].agree == found[0].pairs == len(examples)
    assert found[0].outputs([(fresh,)]) == [wanted]


def test_two_inputs_make_one_output() -> None:
    found = learn([(("India", "550"), "case 550: India;"), (("Peru", "7"), "case 7: Peru;")], names=["land", "code"])
    assert set(found[0].field["from"]) == {"land", "code"}
    assert found[0].outputs([("Chile", "56")]) == ["case 56: Chile;"]


def test_a_missing_input_gives_the_output_shown_for_it() -> None:
    found = learn([("Foo", "F"), ("Ada", "A"), (None, "N/A")], inputs=["Baz"])
    assert found[0].outputs([("Baz",), (None,)]) == ["B", "N/A"]


def test_an_output_of_null_makes_what_is_rejected_null() -> None:
    examples = [("3 Nov 1904", "3/11/1904"), ("11 May 1953", "11/5/1953"), ("unknown", None)]
    found = learn(examples, inputs=["1 Jan 2000", "?"])
    assert found[0].outputs([("1 Jan 2000",), ("?",)]) == ["1/1/2000", None]


def test_other_inputs_decide_between_programs() -> None:
    found = learn([("a-1", "1"), ("b-2", "2")], inputs=["c-44-x", "d-5-y"])
    assert found[0].rejects == 0
    assert found[0].outputs([("c-44-x",)]) != [None]


def test_other_inputs_say_how_numbers_are_written() -> None:
    found = learn([("90,51 €", "90.51"), ("6,03 €", "6.03")], inputs=["71.412,01 €", "3,00 €"])
    assert found[0].outputs([("1.071.412,01 €",)]) == ["1071412.01"]


def test_a_code_that_was_not_shown_is_not_guessed() -> None:
    found = learn([("M", "Male"), ("F", "Female")], inputs=["F", "M", "U"])
    assert found[0].outputs([("M",), ("U",), (None,)]) == ["Male", None, None]


def test_what_is_missing_stays_missing_beside_a_constant() -> None:
    found = learn([("A-100", "active"), ("X-200", "closed"), ("A-300", "active")], inputs=["X-1", None])
    assert found[0].outputs([("A-2",), ("X-7",), (None,)]) == ["active", "closed", None]


def test_one_pair_alone_is_no_reason_for_arithmetic() -> None:
    examples = [("(177) 191 4536", "177-191-4536"), ("(425) 555 0100", "425-555-0100"), ("957-1297", "425-957-1297")]
    found = learn(examples, inputs=["555-0199", "(206) 555 0123"])
    assert found[0].outputs([("555-0199",)]) == ["425-555-0199"]


def test_asks_for_the_example_that_decides() -> None:
    inputs = ["de-7-x", "fg-8-9"]
    found = learn([("ab-12-x", "12"), ("c-4-y", "4")], inputs=inputs)
    asked = next_question(found, inputs)
    assert asked == ("fg-8-9",)
    assert len({candidate.outputs([asked])[0] for candidate in found}) > 1


def test_no_question_when_candidates_agree() -> None:
    found = learn([("ada", "ADA"), ("bo", "BO")])
    assert next_question(found[:1], ["x"]) is None


def test_what_is_learned_is_an_ordinary_field() -> None:
    field = learn([("ada", "ADA"), ("bo", "BO")])[0].field_spec()
    assert isinstance(field, FieldSpec)
    assert [s.name for s in field.steps] == ["upper"]


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_right_program_first_in_noise(share: float) -> None:
    draw = random.Random(7)
    clean = [
        (f"{a}.{b:02}.{c}", f"{c}-{b:02}-{a:02}")
        for a, b, c in ((draw.randint(1, 28), draw.randint(1, 12), draw.randint(1950, 2020)) for _ in range(1000))
    ]
    outputs = [o for _, o in clean]
    pairs = [(i, draw.choice(outputs) if draw.random() < share else o) for i, o in clean]
    found = learn(pairs, max_seconds=10)
    assert found[0].outputs([("7.03.1999",), ("28.11.2001",)]) == ["1999-03-07", "2001-11-28"]
    assert found[0].coverage >= 1 - share - 0.05
    assert found[0].pairs - found[0].agree == len([p for p, c in zip(pairs, clean, strict=True) if p != c])


def test_translation_of_codes_in_noise() -> None:
    draw = random.Random(3)
    table = {"M": "Male", "F": "Female", "X": "Other"}
    codes = [draw.choice("MFX") for _ in range(1000)]
    pairs = [(c, "Male" if draw.random() < 0.15 else table[c]) for c in codes]
    assert learn(pairs)[0].outputs([("M",), ("F",), ("X",)]) == ["Male", "Female", "Other"]


def test_disagreeing_rows_are_shown() -> None:
    pairs = [(f"v{i}", f"V{i}") for i in range(40)] + [("odd", "even")]
    best = learn(pairs)[0]
    assert (best.agree, best.pairs) == (40, 41)
    assert [(d.inputs, d.wanted, d.found) for d in best.disagreements] == [(("odd",), "even", "ODD")]


def test_refuses_no_examples() -> None:
    with pytest.raises(UsageError, match="no examples"):
        learn([])


def test_refuses_rows_of_different_width() -> None:
    with pytest.raises(UsageError, match="different width"):
        learn([(("a", "b"), "c"), (("a",), "c")])


def test_refuses_names_that_do_not_fit() -> None:
    with pytest.raises(UsageError, match="names are given"):
        learn([("a", "b")], names=["x", "y"])


CHAINS = [
    ["trim", "upper"],
    [{"split": {"separator": "-", "part": -1}}],
    [{"extract": {"pattern": "([0-9]+)[^0-9]*$"}}],
    ["title", {"substring": {"start": -3}}],
    [{"replace": {"old": "-", "new": "/"}}],
    [{"pad": {"width": 9, "fill": "*"}}],
    ["parse_number", {"bucket": {"to": "0.05", "mode": "nearest"}}, {"format_number": {"digits": 4, "at_least": 1}}],
    ["parse_number", {"bucket": {"to": "20", "mode": "away"}}, {"format_number": {"digits": 0}}],
    ["parse_number", {"scale": {"by": "0.001", "digits": 10}}, {"format_number": {"digits": 10, "at_least": 0}}],
    [{"parse_number": {"group": ","}}, {"format_number": {"digits": 1, "decimal": ",", "group": "."}}],
    ["parse_number", {"divide": {"by": "1.8", "digits": 3}}, {"format_number": {"digits": 2}}],
    [{"pad": {"width": 7, "fill": " ", "side": "end"}}],
    ["parse_number", {"format_number": {"digits": 2, "group": " "}}],
    [{"keep": "digits"}, {"trim": {"characters": "0", "side": "start"}}],
    [{"reorder_name": {"from": "Last, First", "to": "First Last"}}],
]
TEXTS = st.text(alphabet="aBé0159.,- /", min_size=1, max_size=9) | st.decimals(
    min_value=-9999, max_value=9999, places=3
).map(str)


@given(st.sampled_from(CHAINS), TEXTS)
@settings(deadline=None, max_examples=60)
def test_search_and_steps_mean_the_same(chain: list[object], text: str) -> None:
    """The search's Python functions against the real steps."""
    if not text.strip():
        return
    real = try_steps(chain, {"x": [text]}, ["x"])[0]
    assert runner(chain)(text) == (None if isinstance(real, Rejected) else real)  # type: ignore[arg-type]


READ = ["%m%d%Y", "%d.%m.%y", "%d %b %Y", "%Y%m%d"]


@given(st.sampled_from(READ), st.text(alphabet="0123 .Mayn", min_size=6, max_size=11))
@settings(deadline=None, max_examples=60)
def test_search_and_steps_read_dates_alike(form: str, text: str) -> None:
    if not text.strip():
        return
    real = try_steps([{"parse_date": form}, {"format_date": "%Y-%m-%d"}], {"x": [text]}, ["x"])[0]
    found = runner([{"parse_date": form}, {"format_date": "%Y-%m-%d"}])(text)
    assert found == (None if isinstance(real, Rejected) else real)


DATES = ["%d/%m/%Y", "%-d %B %Y, %A", "%a %j %V %G", "Q%q %y %b", "%-m/%-d/%Y"]


@given(st.dates(), st.sampled_from(DATES))
@settings(deadline=None, max_examples=40)
def test_search_and_steps_write_dates_alike(day: object, form: str) -> None:
    chain = [{"parse_date": "%Y-%m-%d"}, {"format_date": form}]
    assert runner(chain)(str(day)) == try_steps(chain, {"x": [str(day)]}, ["x"])[0]  # type: ignore[arg-type]


@given(st.integers(0, 86399), st.sampled_from(["%-I:%M%p", "%H:%M:%S", "%I %p", "%-H"]))
@settings(deadline=None, max_examples=30)
def test_search_and_steps_write_times_alike(second: int, form: str) -> None:
    text = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    chain = [{"parse_clock": "%H:%M:%S"}, {"bucket": {"to": "1800"}}, {"add": "5400"}, {"format_clock": form}]
    assert runner(chain)(text) == try_steps(chain, {"x": [text]}, ["x"])[0]  # type: ignore[arg-type]


def test_rejected_rows_keep_their_place() -> None:
    field = {"id": "f1", "from": "x", "steps": ["parse_number", {"format_number": {"digits": 0}}]}
    assert outputs_of(field, ["x"], [("1",), ("?",), ("3",)]) == ["1", None, "3"]


def test_a_blank_output_is_a_null() -> None:
    best = learn([("a-1", "1"), ("b-22", "22"), ("", "")])[0]
    assert best.outputs([["c-333"], [""]]) == ["333", None]


@pytest.mark.parametrize("example", [(1.5, "1"), ("a", 1), (["a", 2], "a")])
def test_what_is_no_text_is_named(example: Any) -> None:
    with pytest.raises(UsageError, match="no text"):
        learn([example])
