"""Specs turned around: what comes back, what is lost, and the round trip on rows."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UnknownNameError, UsageError
from workbench.mapping import Inverted, Resolved, apply, invert, resolve, roundtrip
from workbench.model import (
    INTEGER,
    STEPS,
    TEXT,
    Contract,
    DataType,
    Field,
    Spec,
    dump_spec,
    parse_spec,
)  # fmt: skip


def build(fields: dict[str, Any], columns: dict[str, DataType], **more: Any) -> tuple[Spec, Resolved]:
    spec = Spec.model_validate(
        {"name": "s", "source": {"dataset": "crm.x"}, "target": {"entity": "X"}, "fields": fields, **more}
    )
    return spec, resolve(spec, columns)


def turned(fields: dict[str, Any], columns: dict[str, DataType] | None = None, **more: Any) -> Inverted:
    return invert(*build(fields, columns or {"a": TEXT}, **more))


def lost(inverted: Inverted) -> list[str]:
    return [str(x) for x in inverted.lost]


def test_the_way_back_undoes_the_steps_last_first(spec_text: str, resolved: Resolved) -> None:
    inverted = invert(parse_spec(spec_text), resolved)
    back = {n: [s.written() for s in f.steps] for n, f in inverted.spec.fields.items()}
    assert back["no"] == [{"strip_prefix": "CRM-"}]
    assert back["sex"] == [{"translate": {"values": {"Male": "M", "Female": "F"}, "unmapped": "reject"}}]
    assert back["born"] == [{"format_date": "%d/%m/%Y"}]
    assert inverted.spec.fields["name"].from_ == ("full_name",)


def test_what_is_lost_is_said_field_by_field_and_for_rows(spec_text: str, resolved: Resolved) -> None:
    said = lost(invert(parse_spec(spec_text), resolved))
    assert "no: blanks at the ends" in said
    assert "remark: all of it, it is left out of the mapping" in said
    assert "rows: r1 (filter): rows that it leaves out do not come back" in said


def test_the_inverse_is_a_spec_that_reads_back_resolves_and_runs(
    spec_text: str, resolved: Resolved, source: pl.DataFrame
) -> None:
    inverted = invert(parse_spec(spec_text), resolved)
    again = parse_spec(dump_spec(inverted.spec))
    plan = resolve(again, {f.name: f.value.type for f in resolved.plan.fields}).plan
    back = apply(plan, apply(resolved.plan, source.head(1)).passed).passed
    assert back.row(0, named=True) == {
        "no": "1", "name": "Lovelace, Ada", "sex": "F", "born": "10/12/1815", "saldo": "1.234,5",
    }  # fmt: skip


def test_a_field_that_says_none_does_not_come_back() -> None:
    inverted = turned(
        {"x": {"id": "f1", "from": "a", "inverse": "none"}, "y": {"id": "f2", "from": "b"}}, {"a": TEXT, "b": TEXT}
    )
    assert lost(inverted) == ["a: all of it, x: its spec says inverse: none"]


def test_a_field_may_give_its_own_way_back() -> None:
    inverted = turned({"x": {"id": "f1", "from": "a", "steps": [{"keep": "digits"}], "inverse": [{"prefix": "no "}]}})
    assert [s.written() for s in inverted.spec.fields["a"].steps] == [{"prefix": "no "}]


def test_a_step_that_cannot_be_undone_says_which_and_what_it_loses() -> None:
    inverted = turned(
        {"x": {"id": "f1", "from": "a", "steps": ["hash"]}, "y": {"id": "f2", "from": "b"}}, {"a": TEXT, "b": TEXT}
    )
    assert lost(inverted) == ["a: all of it, x: hash cannot be undone (it loses the value)"]


def test_several_fields_joined_do_not_come_apart() -> None:
    inverted = turned(
        {"x": {"id": "f1", "from": ["a", "b"], "steps": ["concat"]}, "y": {"id": "f2", "from": "b"}},
        {"a": TEXT, "b": TEXT},
    )
    assert lost(inverted) == ["a: all of it, x: concat makes one value of 2, and nothing tells them apart again"]


def test_nothing_coming_back_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"nothing of crm\.x comes back from X"):
        turned({"x": {"id": "f1", "from": "a", "steps": ["hash"]}})


def test_of_two_ways_back_the_one_that_loses_less_is_taken() -> None:
    inverted = turned({"x": {"id": "f1", "from": "a", "steps": ["upper"]}, "y": {"id": "f2", "from": "a"}})
    assert inverted.spec.fields["a"].from_ == ("y",)
    assert inverted.notes == ("a is taken from y; it is in x too",)
    assert inverted.lossless


def test_cases_that_compare_one_field_with_constants_are_a_table() -> None:
    case = [
        {"when": {"field": "a", "equals": "1"}, "then": "one"},
        {"when": {"field": "a", "equals": "2"}, "then": "two"},
    ]
    inverted = turned({"x": {"id": "f1", "case": case}})
    assert [s.written() for s in inverted.spec.fields["a"].steps] == [
        {"translate": {"values": {"one": "1", "two": "2"}}}
    ]


def test_the_way_back_ends_in_the_type_of_the_source() -> None:
    inverted = turned({"x": {"id": "f1", "from": "a", "steps": [{"cast": "text"}]}}, {"a": INTEGER})
    spec = inverted.spec.fields["a"]
    assert [s.written() for s in spec.steps] == [{"cast": "integer"}]


def test_a_yes_is_spelt_as_the_source_lists_it() -> None:
    spec, resolved = build({"x": {"id": "f1", "from": "a", "steps": ["boolean"]}}, {"a": TEXT})
    contract = Contract("c", "c", "1.0.0", fields=(Field("a", TEXT, enum=("Y", "N")),))
    frame = pl.DataFrame({"a": ["Y", "N", None]})
    assert roundtrip(spec, resolved, frame, source_contract=contract).field("a").share == 1


def test_a_required_source_field_that_does_not_come_back_is_missed() -> None:
    spec, resolved = build({"x": {"id": "f1", "from": "a"}}, {"a": TEXT, "b": TEXT}, unmapped=["b"])
    contract = Contract("c", "c", "1.0.0", fields=(Field("b", TEXT, required=True),))
    assert lost(invert(spec, resolved, contract)) == [
        "b: all of it, it is left out of the mapping; and the source requires it"
    ]


def test_the_round_trip_counts_rows_that_are_equal_and_of_the_same_meaning(
    spec_text: str, resolved: Resolved, source: pl.DataFrame
) -> None:
    trip = roundtrip(parse_spec(spec_text), resolved, source)
    saldo = trip.field("f5")
    assert (saldo.rows, saldo.equal, saldo.same_meaning) == (3, 2, 3)
    assert saldo.examples == (("1.234,50", "1.234,5"),)
    assert trip.field("full_name").share == 1
    assert "saldo → balance → saldo: 2 of 3 equal, 3 of the same meaning" in str(trip)


def test_rows_that_a_field_rejects_or_a_filter_leaves_out_do_not_go(
    spec_text: str, resolved: Resolved, source: pl.DataFrame
) -> None:
    assert roundtrip(parse_spec(spec_text), resolved, source, fields=["f3"]).field("sex").rows == 3


def test_examples_of_personal_fields_are_masked() -> None:
    spec, resolved = build({"x": {"id": "f1", "from": "a", "steps": ["upper"]}}, {"a": TEXT})
    contract = Contract("c", "c", "1.0.0", fields=(Field("a", TEXT, personal=True),))
    trip = roundtrip(spec, resolved, pl.DataFrame({"a": ["lovelace"]}), source_contract=contract)
    assert "ovelace" not in str(trip).lower() + trip._repr_html_().lower()


def test_asking_for_a_field_without_a_way_back_names_those_that_have_one() -> None:
    spec, resolved = build({"x": {"id": "f1", "from": "a"}}, {"a": TEXT})
    with pytest.raises(UnknownNameError, match="known: a, f1"):
        roundtrip(spec, resolved, pl.DataFrame({"a": ["x"]})).field("f9")


# A chain of forward steps for every step that says it can be undone, and values it is meant for.
_DATES = st.dates().map(lambda d: d.strftime("%d/%m/%Y"))
_NUMBERS = st.decimals(-(10**9), 10**9, places=2).map(str)
_WORDS = st.text("abcXYZ 01é", max_size=8)
LAWS: dict[str, tuple[list[Any], Any]] = {
    "trim": (["trim"], _WORDS),
    "collapse_space": (["collapse_space"], _WORDS),
    "upper": (["upper"], _WORDS),
    "lower": (["lower"], _WORDS),
    "title": (["title"], _WORDS),
    "prefix": ([{"prefix": "p-"}], _WORDS),
    "suffix": ([{"suffix": "-s"}], _WORDS),
    "strip_prefix": ([{"strip_prefix": "a"}], _WORDS),
    "strip_suffix": ([{"strip_suffix": "a"}], _WORDS),
    "pad": ([{"pad": {"width": 6, "fill": "_"}}], _WORDS),
    "translate": ([{"translate": {"values": {"a": "1", "b": "2"}}}], st.sampled_from(["a", "b", "c"])),
    "default": ([{"default": "?"}], _WORDS),
    "null_if": ([{"null_if": ["a"]}], _WORDS),
    "boolean": (["boolean"], st.sampled_from(["Y", "no", "x", "?"])),
    "cast": ([{"cast": "integer"}], st.integers(-(2**63), 2**63 - 1).map(str)),
    "parse_date": ([{"parse_date": "%d/%m/%Y"}], _DATES),
    "format_date": ([{"parse_date": "%d/%m/%Y"}, {"format_date": "%Y-%m-%d"}], _DATES),
    "parse_timestamp": (
        [{"parse_timestamp": {"formats": "%d/%m/%Y %H:%M", "zone": "Europe/Berlin"}}],
        _DATES.map(lambda d: d + " 12:30"),
    ),
    "timezone": (
        [{"parse_timestamp": "%d/%m/%Y %H:%M%z"}, {"timezone": "Asia/Tokyo"}], _DATES.map(lambda d: d + " 12:30Z"),
    ),
    "parse_clock": ([{"parse_clock": "%H:%M:%S"}], st.times().map(lambda t: t.strftime("%H:%M:%S"))),
    "format_clock": (
        [{"parse_clock": "%H:%M:%S"}, {"format_clock": "%H:%M"}], st.times().map(lambda t: t.strftime("%H:%M:00")),
    ),
    "parse_number": (["parse_number"], _NUMBERS),
    "format_number": (["parse_number", {"format_number": {"decimal": ",", "group": "."}}], _NUMBERS),
    "scale": (["parse_number", {"scale": {"by": "0.01", "digits": 4}}], _NUMBERS),
    "round": (["parse_number", {"round": 2}], _NUMBERS),
    "add": (["parse_number", {"add": "1.5"}], _NUMBERS),
    "subtract": (["parse_number", {"subtract": "1.5"}], _NUMBERS),
    "unit": ([{"cast": "decimal"}, {"unit": {"from": "kg", "to": "g", "digits": 2}}], _NUMBERS),
    "reorder_name": (
        [{"reorder_name": {"from": "Last, First", "to": "First Last"}}],
        st.sampled_from(["Lovelace, Ada", "van Dyk, Maria", "de la Cruz, Ana Maria", "Li, X", "Prince"]),
    ),
    "phone": ([{"phone": {"region": "DE"}}], st.sampled_from(["030 901820", "+44 113 496 0000", "1"])),
    "email": (["email"], st.sampled_from(["Ada@Example.org", "x"])),
    "country": (["country"], st.sampled_from(["Germany", "UK", "??"])),
    "currency": (["currency"], st.sampled_from(["€", "usd", "??"])),
    "postcode": ([{"postcode": "GB"}], st.sampled_from(["sw1a1aa", "M1 1AE"])),
}  # fmt: skip


def test_every_step_that_can_be_undone_has_a_law() -> None:
    undoable = {name for name, step in STEPS.items() if step.inverse is not None}
    assert undoable - {"constant"} <= set(LAWS), undoable - set(LAWS)


@pytest.mark.parametrize("name", sorted(LAWS))
@settings(deadline=None, max_examples=5, derandomize=True)
@given(st.data())
def test_there_and_back_and_there_again_is_there(name: str, data: st.DataObject) -> None:
    """The law of every inverse: what comes back maps to the same value again."""
    steps, values = LAWS[name]
    rows = data.draw(st.lists(st.one_of(st.none(), values), min_size=1, max_size=12))
    spec, resolved = build({"x": {"id": "f1", "from": "a", "steps": steps}}, {"a": TEXT})
    trip = roundtrip(spec, resolved, pl.DataFrame({"a": rows}, schema={"a": pl.String})).field("a")
    assert trip.same_meaning == trip.rows, trip.examples
