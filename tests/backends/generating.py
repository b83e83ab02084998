"""Specs and nasty rows made by chance: chains of steps that fit each other's types, row steps, values of every kind."""
# ruff: noqa: E501 - a step and what it gives stand side by side

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import polars as pl
from hypothesis import strategies as st
from parity_kit import DATES, NUMBERS, TEXTS

__all__ = ["Case", "cases", "frames", "wide_cases"]

TYPES: dict[str, str] = {
    "t": "text", "s": "text", "n": "text", "d": "text", "key": "text", "i": "integer", "m": "decimal", "b": "boolean",
    "on": "date", "at": "timestamp", "local": "timestamp",
}  # fmt: skip
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Case(NamedTuple):
    """Fields and row steps of a spec, as people write them."""

    fields: dict[str, Any]
    rows: list[dict[str, Any]]


# --- values ---------------------------------------------------------------------------------------------------
_letters = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\x00")
_words = st.text(_letters, max_size=8) | st.text("aA éÉeσΣßİıǆ\u0301\u00a0\u3000\t-,./019 '%", max_size=10)
_text = st.one_of(st.sampled_from(TEXTS), _words, st.sampled_from(["Q" * 5000, "é,1" * 700]))
_digits = st.text("0123456789", min_size=1, max_size=25)
_number = st.one_of(
    st.sampled_from(NUMBERS),
    st.builds(lambda s, a, p, b: f"{s}{a}{p}{b}", st.sampled_from(["", "-", "+"]), _digits, st.sampled_from(".,"), _digits),
    st.integers(-(10**20), 10**20).map(lambda n: f"{n:,}"),
    _digits,
)  # fmt: skip
_dates = st.dates(date(1, 1, 1), date(9999, 12, 31))
_times = st.datetimes(datetime(1850, 1, 1), datetime(2150, 1, 1))
_day_codes = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%y", "%Y%m%d", "%d-%b-%Y", "%m/%d/%Y", "%d %B %Y")
_time_codes = ("%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S.%f", "%d.%m.%Y %I:%M %p")
_date_text = st.one_of(
    st.sampled_from(DATES),
    st.builds(lambda d, f: d.strftime(f), st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(_day_codes)),
    st.builds(
        lambda d, f: d.strftime(f),
        st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
        st.sampled_from(_time_codes),
    ),
    st.builds(lambda d, m, y: f"{d:02}/{m:02}/{y:04}", st.integers(0, 32), st.integers(0, 13), st.integers(0, 9999)),
)
_columns: dict[str, st.SearchStrategy[Any]] = {
    "t": _text, "s": _text, "n": _number, "d": _date_text, "key": st.sampled_from(["A", "B", "ß", "", "é", "e\u0301"]),
    "i": st.integers(-(2**63), 2**63 - 1) | st.integers(-100, 100),
    "m": st.decimals(-(10**25), 10**25, places=6, allow_nan=False) | st.decimals(-10, 10, places=3),
    "b": st.booleans(), "on": _dates, "at": _times.map(lambda d: d.replace(tzinfo=UTC)),
    "local": _times.map(lambda d: d.replace(microsecond=0)) | st.builds(
        lambda days, minutes: datetime(2024, 3, 1) + timedelta(days=days, minutes=30 * minutes),
        st.integers(0, 250), st.integers(0, 47)),
    "items": st.lists(st.none() | st.sampled_from(TEXTS), max_size=3),
}  # fmt: skip
_SCHEMA = {
    "id": pl.Int64, "t": pl.String, "s": pl.String, "n": pl.String, "d": pl.String, "key": pl.String, "i": pl.Int64,
    "m": pl.Decimal(38, 6), "b": pl.Boolean, "on": pl.Date, "at": pl.Datetime("us", "UTC"), "local": pl.Datetime("us"),
    "items": pl.List(pl.String),
}  # fmt: skip


@st.composite
def frames(draw: Draw, *, nul: bool = False) -> pl.DataFrame:
    """One to six rows with a column of each kind."""
    height = draw(st.integers(1, 6))
    made = {n: draw(st.lists(st.none() | v, min_size=height, max_size=height)) for n, v in _columns.items()}
    if nul:
        made["t"][0] = draw(st.sampled_from(["\x00", "a\x00b", " \x00"]))
    return pl.DataFrame({"id": list(range(height))} | made, schema=_SCHEMA, strict=False)


# --- steps: per type they take, how one is written and what it gives --------------------------------------------
def _of(name: str, **parameters: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(parameters).map(lambda args: {name: args} if args else name)


def _said(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(str)


_yes = st.sampled_from(["true", "false"])
_piece = st.text("abAB .,-/'é1%_\\$ß", min_size=1, max_size=3)
_atom = st.sampled_from(["a", "[0-9]", "[a-z]", "[^ ]", ".", "é", "\\s", "\\d", "[A-Za-zß]", ",", "(?:ab|c)"])
_unit = st.builds(lambda a, q: a + q, _atom, st.sampled_from(["", "", "+", "*", "?", "{2}", "{1,3}"]))
_pattern = st.builds(
    lambda start, body, end: start + "".join(body) + end,
    st.sampled_from(["", "^"]), st.lists(_unit, min_size=1, max_size=3), st.sampled_from(["", "$"]),
)  # fmt: skip
_amount = st.sampled_from(["1", "-1", "3", "0.1", "0.01", "1000", "-2.5", "0", "7", "123456.789"])
_zone = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
_point = st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (".", "'"), (",", " ")])
_format_codes = st.lists(
    st.sampled_from(["%d", "%m", "%Y", "%y", "%b", "%B", "%A", "%j", "%-d", "%%", ".", "/", "T", " at ", "'"]),
    min_size=1, max_size=5,
).map("".join)  # fmt: skip
_clock_codes = st.sampled_from(["%H:%M", "%Y-%m-%dT%H:%M:%S%z", "%I:%M %p", "%d %H.%M.%S.%f", "%-I%p"])
STEPS: dict[str, list[tuple[str, st.SearchStrategy[Any]]]] = {
    "text": [
        ("text", st.sampled_from(["trim", "collapse_space", "upper", "lower", "title"])),
        ("text", _of("trim", characters=_piece, side=st.sampled_from(["both", "start", "end"]))),
        ("text", _of("prefix", text=_piece) | _of("suffix", text=_piece)),
        ("text", _of("strip_prefix", text=_piece, optional=_yes) | _of("strip_suffix", text=_piece, optional=_yes)),
        ("text", _of("replace", old=_piece, new=_piece | st.just(""))),
        ("text", _of("replace_pattern", pattern=_pattern.filter(lambda p: not re.search(p, "")), new=_piece)),
        ("text", _of("extract", pattern=_pattern.map(lambda p: f"({p})" if p[0] != "^" and p[-1] != "$" else p),
                     group=st.just("0"), optional=_yes)),
        ("text", _of("split", separator=_piece, part=_said(-3, 3), optional=_yes)),
        ("text", _of("substring", start=_said(-5, 5), count=_said(0, 4))),
        ("text", _of("pad", width=_said(1, 9), fill=st.sampled_from(["0", " ", "é"]), side=st.sampled_from(["start", "end"]))),
        ("text", _of("keep", what=st.sampled_from(["digits", "letters", "letters_and_digits"]))),
        ("text", _of("mask", keep=_said(0, 3))),
        ("text", _of("translate", values=st.dictionaries(st.sampled_from(TEXTS[5:40]), _piece, min_size=1, max_size=3),
                     unmapped=st.sampled_from(["reject", "keep", "null"]), ignore_case=_yes)),
        ("text", _of("default", value=_piece) | _of("null_if", values=st.lists(_piece, min_size=1, max_size=2))),
        ("text", st.permutations(["First Last", "Last First", "Last, First"]).map(lambda c: {"reorder_name": {"from": c[0], "to": c[1]}})),
        ("boolean", st.just("boolean")),
        ("integer", _of("cast", to=st.just("integer"))),
        ("decimal", _of("cast", to=st.just("decimal"), digits=_said(0, 6))),
        ("decimal", st.builds(lambda p, d: {"parse_number": {"decimal": p[0], "group": p[1], "digits": str(d)}},
                              _point, st.integers(0, 12))),
        ("date", _of("parse_date", formats=st.lists(st.sampled_from(_day_codes), min_size=1, max_size=3, unique=True))),
        ("timestamp", _of("parse_timestamp", formats=st.lists(st.sampled_from(_time_codes), min_size=1, max_size=2, unique=True))),
        ("timestamp", _of("parse_timestamp", formats=st.just(["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"]), zone=_zone)),
    ],
    "decimal": [
        ("decimal", _of("round", digits=_said(0, 6))),
        ("decimal", _of("add", by=_amount) | _of("subtract", by=_amount) | _of("multiply", by=_amount)),
        ("decimal", _of("add", field=st.sampled_from(["i", "m"])) | _of("subtract", field=st.sampled_from(["i", "m"]))),
        ("decimal", _of("divide", by=_amount, digits=_said(0, 6)) | _of("divide", field=st.just("i"), digits=_said(0, 4))),
        ("decimal", _of("scale", by=_amount, digits=_said(0, 8))),
        ("decimal", _of("cap", at_most=_amount) | _of("cap", at_least=_amount)),
        ("decimal", _of("bucket", to=st.sampled_from(["1", "0.25", "7"]),
                        mode=st.sampled_from(["down", "up", "nearest", "away", "toward"]))),
        ("text", st.builds(lambda p, d: {"format_number": {"decimal": p[0], "group": p[1], "digits": str(d)}},
                           _point, st.integers(0, 6))),
        ("text", _of("cast", to=st.just("text"))),
        ("integer", _of("cast", to=st.just("integer"))),
    ],
    "integer": [
        ("integer", _of("add", by=_said(-9, 9)) | _of("multiply", by=_said(-1000, 1000)) | _of("subtract", field=st.just("i"))),
        ("integer", _of("cap", at_most=_said(-5, 1000))),
        ("decimal", _of("divide", by=_amount, digits=_said(0, 6))),
        ("decimal", _of("cast", to=st.just("decimal"), digits=_said(0, 10))),
        ("text", _of("cast", to=st.just("text")) | _of("format_number", digits=_said(0, 2), group=st.sampled_from(["", ","]))),
        ("boolean", _of("cast", to=st.just("boolean"))),
    ],
    "boolean": [("text", _of("cast", to=st.just("text"))), ("integer", _of("cast", to=st.just("integer")))],
    "date": [
        ("text", _of("format_date", format=_format_codes) | _of("cast", to=st.just("text"))),
        ("timestamp", _of("cast", to=st.just("timestamp"))),
    ],
    "timestamp": [
        ("text", _of("format_date", format=_clock_codes) | _of("cast", to=st.just("text"))),
        ("timestamp", _of("timezone", zone=_zone)),
        ("date", _of("cast", to=st.just("date"))),
        ("integer", st.just("clock")),
    ],
}  # fmt: skip


def _chain(draw: Draw, kind: str) -> list[Any]:
    steps = []
    for _ in range(draw(st.integers(0, 4))):
        gives, step = draw(st.sampled_from(STEPS[kind]))
        steps.append(draw(step))
        kind = gives
    return steps


def _condition(draw: Draw) -> dict[str, Any]:
    test = draw(st.sampled_from([
        {"field": "t", "is_blank": "false"}, {"field": "key", "in": ["A", "é"]}, {"field": "i", "greater": "0"},
        {"field": "m", "at_most": "1.5"}, {"field": "t", "matches": "^[a-zé]"}, {"field": "s", "contains": "a"},
        {"field": "on", "less": "2000-01-01"}, {"field": "b", "equals": "true"}, {"field": "t", "equals_field": "s"},
        {"field": "n", "steps": ["parse_number"], "at_least": "1"}, {"field": "t", "starts_with": "A"},
        {"field": "s", "greater": "a"}, {"field": "key", "not_equals": "B"},
    ]))  # fmt: skip
    how = draw(st.sampled_from(["plain", "plain", "not", "all", "any"]))
    if how == "plain":
        return dict(test)
    return {"not": dict(test)} if how == "not" else {how: [dict(test), _condition(draw)]}


def _field(draw: Draw) -> dict[str, Any]:
    source = draw(st.sampled_from(list(TYPES)))
    field: dict[str, Any] = {"from": source, "steps": _chain(draw, TYPES[source])}
    kind = draw(st.sampled_from(["one", "one", "one", "one", "concat", "case"]))
    if kind == "concat":
        separator = draw(_piece)
        field = {"from": ["t", "s", "key"], "steps": [{"concat": {"separator": separator}}, *_chain(draw, "text")]}
    elif kind == "case":
        steps = _chain(draw, "text")
        case = {"when": _condition(draw), "from": "t", "steps": ["trim"]}
        field = {"case": [case, {"when": _condition(draw), "then": draw(_piece)}], "else": "other", "steps": steps}
    return field | {"on_error": draw(st.sampled_from(["reject", "null"]))}


def _rows(draw: Draw) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Row steps, and fields that show what they make."""
    number = {"parse_number": {"decimal": draw(st.sampled_from([".", ","])), "digits": "2"}}
    day = {"parse_date": ["%d/%m/%Y", "%Y-%m-%d"]}
    shown = {"label": {"from": "label"}}
    choices: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"filter": _condition(draw)}, {}),
        ({"lookup": {"table": "ref", "match": {"key": "code"}, "take": {"label": "name"},
                     "on_miss": draw(st.sampled_from(["reject", "null", "drop"]))}}, shown),
        ({"lookup": {"table": "many", "match": {"key": "code"}, "take": {"label": "name"}, "cardinality": "n:n",
                     "on_miss": draw(st.sampled_from(["null", "drop"]))}}, shown),
        ({"keep_latest": {"by": draw(st.sampled_from([["key"], ["key", "b"], ["t"]])),
                          "order_by": draw(st.sampled_from(["i", "m", "on", "at", "t"]))}}, {}),
        ({"keep_latest": {"by": ["key"], "order_by": "d", "steps": [day]}}, {}),
        ({"explode": {"field": "items", "into": "label", "position": "rank"}}, shown | {"rank": {"from": "rank"}}),
        ({"union": {"table": "more"}}, {}),
        ({"split": {"tag": "kind", "into": {"x": {"label": "t"}, "y": {"label": "s"}}}}, shown | {"kind": {"from": "kind"}}),
    ]  # fmt: skip
    rows, fields, made = [], {}, False
    for _ in range(draw(st.integers(0, 2))):
        row, more = draw(st.sampled_from(choices))
        # Two steps may not make the same column, and a union needs all that were made.
        if not (made and (more or "union" in row)):
            rows.append(row)
            fields |= more
            made = made or bool(more)
    rejecting = any(r["lookup"]["on_miss"] == "reject" for r in rows if "lookup" in r)
    if not rejecting and draw(st.integers(0, 4)) == 0:
        take = {"total": {"sum": "n"}, "most": {"max": "m"}, "least": {"min": "t"}, "kinds": {"count_distinct": "s"},
                "some": {"any": "s"}, "whole": {"sum": "i"}, "latest": {"max": "at"}, "how_many": {"count": "d"}}  # fmt: skip
        rows.append(
            {"group": {"by": draw(st.sampled_from([["key"], ["b", "key"]])), "steps": {"n": [number]}, "take": take}}
        )
        return rows, {n: {"from": n} for n in [*rows[-1]["group"]["by"], *take]}
    return rows, fields


@st.composite
def cases(draw: Draw) -> Case:
    """A spec: up to three fields by chance beside those that show what its row steps make."""
    rows, shown = _rows(draw)
    if rows and "group" in rows[-1]:
        return Case(shown, rows)
    fields = {f"v{i}": _field(draw) for i in range(draw(st.integers(1, 3)))}
    return Case({"id": {"from": "id"}} | shown | fields, rows)


@st.composite
def wide_cases(draw: Draw, fields: int) -> Case:
    """A spec with many fields by chance, for an engine that takes seconds to plan a query.

    All but the last field empty what is at fault, so that rows are left to compare; the last may reject.
    """
    rows, shown = _rows(draw)
    if rows and "group" in rows[-1]:
        return Case(shown, rows)
    made = [_field(draw) for _ in range(fields)]
    emptied = [f | {"on_error": "null"} for f in made[:-1]]
    return Case({"id": {"from": "id"}} | shown | {f"v{i}": f for i, f in enumerate([*emptied, made[-1]])}, rows)
