"""Every step and row operation is documented with an example that runs, its null rule and what it rejects."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import pytest

from workbench.mapping import Rejected, try_field, try_rows, try_step
from workbench.model import STEPS, explain_step, step_reference
from workbench.model.spec_parts import ROW_KINDS

PROMISED = [
    "trim", "collapse_space", "upper", "lower", "title", "prefix", "suffix", "replace", "replace_pattern",
    "extract", "split", "concat", "substring", "pad", "translate", "default", "coalesce", "constant", "case",
    "parse_date", "format_date", "timezone", "parse_number", "format_number", "scale", "round", "unit", "cast",
    "boolean", "reorder_name", "split_name", "phone", "email", "country", "currency", "postcode", "hash", "mask",
    "json", "uuid5", "filter", "lookup", "keep_latest", "explode", "group", "unpivot", "union",
]  # fmt: skip
DNS = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def sections() -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for part in step_reference().split("\n## ")[1:]:
        out.setdefault(part.partition("\n")[0], []).append(part)
    return out


def examples(doc: str) -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(doc)


def test_split_is_a_step_and_a_row_operation():
    assert len(sections()["split"]) == 2


@pytest.mark.parametrize("name", [*PROMISED, *(n for n in STEPS if n not in PROMISED)])
def test_a_section_says_null_rule_and_reject_reason_and_gives_an_example(name: str):
    for section in sections()[name]:
        assert "*Null:* " in section
        assert "*Rejects:* " in section
        assert examples(section)


@pytest.mark.parametrize("name", [*PROMISED, *(n for n in STEPS if n not in PROMISED)])
def test_the_command_line_explains_it(name: str):
    assert examples(explain_step(name))


@pytest.mark.parametrize("name", STEPS)
def test_what_a_step_rejects_is_shown_with_its_reason_and_nothing_else_is_rejected(name: str):
    shown = [e.want for e in examples(STEPS[name].doc) if e.want.startswith("Rejected(")]
    assert bool(shown) == bool(STEPS[name].rejects)


@pytest.mark.parametrize("name", [n for n in STEPS if STEPS[n].null.startswith("stays null")])
def test_a_null_stays_null(name: str):
    seen: list[Any] = []

    def also_on_nulls(steps: Any, *values: str | None, **columns: str | None) -> Any:
        seen.append(try_step(steps, *[None] * len(values), **columns))
        return try_step(steps, *values, **columns)

    for example in examples(STEPS[name].doc):
        eval(example.source, {"try_step": also_on_nulls})
    assert seen == [None] * len(seen) != []


# Each with what it does to a null; the names are those of the sections.
NULLS: list[tuple[str, Callable[[], Any], Any]] = [
    ("coalesce", lambda: try_step("coalesce", None, "b"), "b"),
    ("concat", lambda: try_step({"concat": {"separator": " "}}, None, "b"), "b"),
    ("concat", lambda: try_step("concat", None, None), None),
    ("constant", lambda: try_step({"constant": "x"}, None), "x"),
    ("default", lambda: try_step({"default": "x"}, None), "x"),
    ("build", lambda: try_step({"build": [{"from": 1}, {"from": 0}]}, None, "b"), None),
    ("uuid5", lambda: try_step({"uuid5": DNS}, None, None), None),
    ("uuid5", lambda: try_step({"uuid5": DNS}, None, "b") == try_step({"uuid5": DNS}, "", "b"), True),
    ("add", lambda: try_step([{"cast": "integer"}, {"add": 1}], None), None),
    ("subtract", lambda: try_step([{"cast": "integer"}, {"subtract": 1}], None), None),
    ("multiply", lambda: try_step([{"cast": "integer"}, {"multiply": 2}], None), None),
    ("divide", lambda: try_step([{"cast": "integer"}, {"divide": {"by": 2}}], None), None),
    ("case", lambda: try_field({"case": [{"when": {"field": "a", "greater": "0"}, "then": "x"}]}, a=None), None),
    ("filter", lambda: try_rows({"filter": {"field": "a", "equals": "x"}}, {"a": ["x", None]}, "a"), [{"a": "x"}]),
    ("filter", lambda: try_rows({"filter": {"field": "a", "not_in": ["x"]}}, {"a": ["x", None]}, "a"), [{"a": None}]),
    (
        "lookup",
        lambda: try_rows(
            {"lookup": {"table": "t", "match": {"a": "a"}, "take": {"b": "b"}}},
            {"a": [None, "x"]}, "b", t={"a": [None, "x"], "b": ["1", "2"]},
        ),
        [{"b": "2"}, Rejected("is not in t")],
    ),
    (
        "keep_latest",
        lambda: try_rows(
            {"keep_latest": {"by": "k", "order_by": "at"}},
            {"k": [None, None, "a", "a"], "at": ["1", "2", "3", None]}, "k at",
        ),
        [{"k": None, "at": "1"}, {"k": None, "at": "2"}, {"k": "a", "at": "3"}],
    ),
    (
        "explode",
        lambda: try_rows({"explode": {"field": "a", "into": "b"}}, {"a": [["x", None], None]}, "b"),
        [{"b": "x"}, {"b": None}],
    ),
    (
        "group",
        lambda: try_rows(
            {"group": {"by": "k", "take": {"n": {"count": "v"}}}}, {"k": [None, None], "v": ["1", None]}, "k n"
        ),
        [{"k": None, "n": 1}],
    ),
    (
        "unpivot",
        lambda: try_rows({"unpivot": {"fields": ["a", "b"], "name": "n", "value": "v"}},
                         {"a": ["1", "2"], "b": ["3", None]}, "n v"),
        [{"n": "a", "v": "1"}, {"n": "b", "v": "3"}, {"n": "a", "v": "2"}, {"n": "b", "v": None}],
    ),
    (
        "union",
        lambda: try_rows({"union": {"table": "t"}}, {"a": ["1"]}, "a", t={"a": ["2", None]}),
        [{"a": "1"}, {"a": "2"}, {"a": None}],
    ),
    (
        "split",
        lambda: try_rows({"split": {"tag": "t", "into": {"p": {"v": "a"}, "q": {"v": "b"}}}},
                         {"a": ["1", "3"], "b": ["2", None]}, "t v"),
        [{"t": "p", "v": "1"}, {"t": "q", "v": "2"}, {"t": "p", "v": "3"}, {"t": "q", "v": None}],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "run", "expected"), NULLS)
def test_the_null_rule_holds(name: str, run: Callable[[], Any], expected: Any):
    found = run()
    if isinstance(expected, list):
        found, expected = sorted(found, key=repr), sorted(expected, key=repr)
    assert found == expected


def test_every_null_rule_is_tried():
    others = [n for n, step in STEPS.items() if not step.null.startswith("stays null")]
    assert {n for n, _, _ in NULLS} == {*others, "case", *ROW_KINDS}
