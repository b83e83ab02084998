"""The profile as a whole: laws that hold for any data, odd inputs, samples that keep their word."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import DocumentError, UnknownNameError, UsageError
from workbench.profiling import Profile, profile

TEXTS = st.lists(
    st.one_of(st.none(), st.sampled_from(["a", "b", "", " ", "x1", "N/A", "ü"]), st.text(max_size=4)), max_size=40
)
NUMBERS = st.lists(st.one_of(st.none(), st.floats(allow_nan=True), st.integers(-5, 5).map(float)), max_size=40)


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_the_counts_of_a_text_column_add_up(values: list[str | None]) -> None:
    column = profile(pl.DataFrame({"x": values}, schema={"x": pl.String}))["x"]
    blank = [
        v
        for v in values
        if v is not None and not v.strip("\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000")
    ]
    filled = [v for v in values if v is not None and v not in blank]
    assert column.rows.value == len(values)
    assert column.nulls.value == values.count(None)
    assert column.blanks.value == len(blank)
    assert column.distinct.value == len(set(filled))
    assert sum(v.count.value for v in column.top) == len(filled)
    assert sum(p.count.value for p in column.patterns) <= len(filled)
    if len(set(filled)) <= 20:
        assert sum(p.count.value for p in column.patterns) == len(filled)


@settings(deadline=None, max_examples=60)
@given(NUMBERS)
def test_the_counts_of_a_number_column_add_up(values: list[float | None]) -> None:
    column = profile(pl.DataFrame({"x": values}, schema={"x": pl.Float64}))["x"]
    numbers = [v for v in values if v is not None and v == v]
    assert column.nulls.value + column.nan.value + len(numbers) == len(values)
    assert column.distinct.value == len(set(numbers))
    assert column.negatives is None or column.negatives.value == sum(v < 0 for v in numbers)
    assert column.zeros is None or column.zeros.value == numbers.count(0.0)
    finite = [v for v in numbers if abs(v) != float("inf")]
    assert (column.histogram.total if column.histogram else 0) == len(finite)


@settings(deadline=None, max_examples=30)
@given(TEXTS, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_rows_does_not_matter(values: list[str | None], random: object, full: bool) -> None:
    frame = pl.DataFrame({"x": values, "n": range(len(values))}, schema={"x": pl.String, "n": pl.Int64})
    shuffled = list(frame.iter_rows())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    other = pl.DataFrame(shuffled, schema=frame.schema, orient="row")
    assert profile(other, full=full) == profile(frame, full=full)


@settings(deadline=None, max_examples=30)
@given(TEXTS, NUMBERS)
def test_json_gives_back_the_same_facts(texts: list[str | None], numbers: list[float | None]) -> None:
    size = min(len(texts), len(numbers))
    schema = {"t": pl.String, "n": pl.Float64}
    facts = profile(pl.DataFrame({"t": texts[:size], "n": numbers[:size]}, schema=schema))
    assert repr(Profile.from_json(facts.to_json(personal=True))) == repr(facts)
    assert Profile.from_json(facts.to_json()).to_json() == facts.to_json()
    assert Profile.from_json(facts.to_json()).fingerprint() == facts.fingerprint()


MIXED = pl.DataFrame(
    {
        "key": [f"K{n:07}" for n in range(90_000)],
        "word": [("red", "green", "blue", None, "")[n % 5] for n in range(90_000)],
        "text": [f"{n * 7919 % 90_000} is {'odd' if n % 2 else 'even'}" for n in range(90_000)],
        "number": [n * 7919 % 90_000 / 7 for n in range(90_000)],
        "whole": [n * 104_729 % 80_000 for n in range(90_000)],
        "day": [dt.date(1970, 1, 1) + dt.timedelta(days=n % 20_000) for n in range(90_000)],
    }
)


def test_lazy_and_eager_frames_give_the_same_facts() -> None:
    assert profile(MIXED.lazy(), sample=5_000) == profile(MIXED, sample=5_000)


def test_what_is_exact_is_the_same_in_the_full_profile_and_in_the_default() -> None:
    default, full = profile(MIXED, sample=5_000), profile(MIXED, full=True)
    for one, other in zip(default.columns, full.columns, strict=True):
        for name in ("rows", "nulls", "blanks", "minimum", "maximum", "lengths", "mean", "deviation"):
            assert getattr(one, name) == getattr(other, name), (one.name, name)
        if one.distinct.exact:
            assert one.distinct == other.distinct
        assert abs(one.distinct.value - other.distinct.value) <= 2 * one.distinct.error


def test_the_full_profile_samples_nothing() -> None:
    full = profile(MIXED, full=True)
    expected = {name: MIXED[name].drop_nulls().n_unique() for name in MIXED.columns} | {"word": 3}
    assert {c.name: c.distinct.value for c in full.columns} == expected
    assert all(c.distinct.exact for c in full.columns)
    assert [(p.text, p.count.value, p.count.exact) for p in full["text"].patterns] == [("9 a a", 90_000, True)]
    assert all(q.error == 0 for c in full.columns for q in c.quantiles)


def test_the_default_profile_says_what_it_sampled() -> None:
    default = profile(MIXED, sample=5_000)
    assert 5_000 <= default.sampled <= 10_000
    assert default["text"].patterns[0].count.how == "sampled"
    assert default["number"].quantiles[3].error > 0
    assert default["number"].histogram is not None
    assert default["number"].histogram.sampled
    assert default["key"].distinct.exact  # it may be a key: counted exactly all the same


def test_quantiles_of_a_sample_are_near() -> None:
    median = next(q.value for q in profile(MIXED, sample=5_000)["number"].quantiles if q.at == 0.5)
    assert abs(float(median) * 7 - 45_000) < 2_500


def test_columns_beyond_the_memory_are_read_once_more() -> None:
    assert profile(MIXED, full=True, memory=0)["whole"].distinct.value == 80_000
    assert profile(MIXED.lazy(), sample=5_000, memory=0).keys[0].columns == ("key",)


def test_a_column_that_turns_out_to_have_many_values_is_counted_on() -> None:
    values = ["same"] * 70_000 + [f"v{n}" for n in range(200_000)]
    column = profile(pl.DataFrame({"x": values}), full=True)["x"]
    assert (column.rows.value, column.distinct.value) == (270_000, 200_001)
    assert column.top[0].value == "same"
    assert column.top[0].count.value == 70_000


def test_members_of_records_and_items_of_lists_have_paths() -> None:
    frame = pl.DataFrame(
        {
            "customer": [{"email": "a@b.org", "tags": ["x", "y"]}, None, {"email": "", "tags": []}],
            "items": [[{"sku": "A1"}, {"sku": "B2"}], [], None],
        }
    )
    facts = profile(frame)
    assert facts.names == ("customer.email", "customer.tags", "customer.tags[]", "items", "items[].sku")
    assert (facts["customer.email"].nulls.value, facts["customer.email"].blanks.value) == (1, 1)
    assert (facts["items[].sku"].rows.value, facts["items[].sku"].distinct.value) == (2, 2)
    assert str(facts["items"].type) == "list<struct<sku: text>>"
    assert facts["items"].lengths is not None
    assert (facts["items"].lengths.minimum, facts["items"].lengths.maximum) == (0, 2)
    assert facts["customer.email"].path == ("customer", "email")


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(),
        pl.DataFrame(schema={"a": pl.String, "b": pl.Int64, "c": pl.List(pl.Struct({"d": pl.Date}))}),
        pl.DataFrame({"a": [None, None]}),
        pl.DataFrame({"a": pl.Series([None, None], dtype=pl.String), "b": pl.Series([None, None], dtype=pl.Float64)}),
        pl.DataFrame({"a": ["x"], "b": [1], "c": [dt.date(2020, 1, 1)], "d": [True]}),
        pl.DataFrame({"f": [float("nan"), float("inf"), None, -float("inf"), 1.0], "g": [float("nan")] * 5}),
        pl.DataFrame({"f": [1e300, -1e300, 0.0, 5e-324]}),
        pl.DataFrame({"d": [Decimal("1.10"), None, Decimal("-2.00")]}),
        pl.DataFrame({"i": pl.Series([2**100, -(2**100), 0], dtype=pl.Int128)}),
        pl.DataFrame({"u": pl.Series([2**64 - 1, 0], dtype=pl.UInt64), "s": ["1" * 30, "2"]}),
        pl.DataFrame({"t": [dt.time(1), None], "d": [dt.timedelta(1), None], "z": [dt.datetime(9999, 12, 31)] * 2}),
        pl.DataFrame({"z": pl.Series([dt.datetime(2020, 1, 1)]).dt.replace_time_zone("Europe/Berlin")}),
        pl.DataFrame({"n": pl.Series([dt.datetime(2020, 1, 1, 1, 1, 1, 5)], dtype=pl.Datetime("ns"))}),
        pl.DataFrame(
            {"c": pl.Series(["a", "b"], dtype=pl.Categorical), "e": pl.Series(["x"] * 2, dtype=pl.Enum(["x"]))}
        ),
        pl.DataFrame({"b": [b"\x00\xff", b"", None]}),
        pl.DataFrame({"o": pl.Series([{1}, {2}, None], dtype=pl.Object)}),
        pl.DataFrame({"s": pl.Series([{}, {}], dtype=pl.Struct([]))}),
        pl.DataFrame({"a": pl.Series([[1, 2], None], dtype=pl.Array(pl.Int64, 2)), "e": [[], []]}),
        pl.DataFrame({"": ["1"], " ": ["a"], "a.b": [1], "a": [{"b": 2}], "<script>": ["<b>"]}),
        pl.DataFrame({"x": ["a\0b", "c\nd", "\ufeff", "𠀀", "e\u0301"]}),
        pl.DataFrame({"x": ["y" * 1_000_000, "z"]}),
    ],
    ids=lambda frame: "|".join(f"{k}:{v}" for k, v in list(frame.schema.items())[:3])[:60] or "nothing",
)
def test_odd_frames(frame: pl.DataFrame) -> None:
    for full in (False, True):
        facts = profile(frame, full=full)
        assert facts.rows.value == frame.height
        assert repr(Profile.from_json(facts.to_json(personal=True))) == repr(facts)
        assert "<script>" not in facts._repr_mimebundle_()["text/html"]
        assert repr(profile(frame.lazy(), full=full)) == repr(facts)


def test_many_columns_are_no_problem() -> None:
    frame = pl.DataFrame({f"c{n}": ["a", None] for n in range(400)})
    assert len(profile(frame).columns) == 400


def test_a_pandas_like_thing_is_refused_with_the_cure() -> None:
    with pytest.raises(UsageError, match=r"Polars frame, not of list → polars\.from_pandas"):
        profile([1, 2])  # type: ignore[arg-type]


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="sample of 0 rows"):
        profile(MIXED, sample=0)


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="there is no column 'wrod' → did you mean 'word'"):
        profile(MIXED.head(5))["wrod"]


def test_faulty_json_is_refused_with_every_fault() -> None:
    with pytest.raises(DocumentError) as caught:
        Profile.from_json('{"name": 1, "rows": {"value": 2}, "colums": []}', name="facts.json")
    assert [f.where for f in caught.value.faults] == ["facts.json (name)", "facts.json (colums)"]


def test_personal_values_are_written_masked_and_samples_not_at_all() -> None:
    facts = profile(pl.DataFrame({"email": ["ann.smith@example.org"] * 3, "city": ["Paris"] * 3}))
    assert "ann.smith" not in facts.to_json()
    assert "Paris" in facts.to_json()
    assert facts["email"].sample == ("ann.smith@example.org",)
    assert Profile.from_json(facts.to_json())["city"].sample == ()
    assert "ann.smith" not in "".join(facts._repr_mimebundle_().values())
