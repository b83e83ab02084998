"""Plain forms stand only where the source proves them equal to the pinned ones; a script tells what it relies on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from parity_kit import differences, references, resolved

from workbench.backends import Fact, compile_sql, prove, run_duckdb, wanted_facts
from workbench.mapping import apply

FIELDS: dict[str, Any] = {
    "upper": {"from": "t", "steps": ["upper"]},
    "lower": {"from": "t", "steps": ["trim", "lower"]},
    "title": {"from": "t", "steps": ["collapse_space", "title"]},
    "kept": {"from": "t"},
    "cut": {"from": "t", "steps": [{"trim": "0"}, {"parse_date": "%d/%m/%Y"}], "on_error": "null"},
    "day": {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}]},
    "moment": {"from": "d", "steps": ["trim", {"parse_timestamp": "%Y-%m-%d %H:%M"}], "on_error": "null"},
    "either": {"from": "d", "steps": [{"parse_date": ["%d/%m/%Y", "%Y-%m-%d"]}], "on_error": "null"},
}
WORDS = ["Ada", "van dyk", " King ", "a  b", "0", "x1y", "o'neill", "AbC-dEf g"]
ODD = ["", " ", "\t", "a\tb", "\u00a0x", "straße", "İ", "ﬁne", "\u3000", "\x1f", "\x85", "e\u0301"]
DAYS = ["31/12/2024", "1/2/2024", "01/01/0001", "31/12/9999", "29/02/2023", "31/02/2024"]
MOMENTS = ["2024-01-31 10:20", "2024-1-31 1:2", "2024-02-30 00:00", "9999-12-31 23:59"]
NO_DAYS = [
    "",
    "  ",
    " 31/12/2024",
    "31/12/2024 ",
    "31/12/24",
    "00/01/2024",
    "01/01/0000",
    "31/12/2024x",
    "\t31/12/2024",
]


def columns(usual: list[list[str]], odd: list[Any]) -> st.SearchStrategy[list[Any]]:
    """Mostly values that prove much, with nothing or a little beside them that breaks it."""
    few = st.lists(st.sampled_from([*odd, None]), max_size=1) | st.just([])
    body = st.sampled_from(usual).flatmap(lambda pool: st.lists(st.sampled_from(pool), min_size=6, max_size=6))
    return st.tuples(body, few).flatmap(lambda p: st.permutations([*p[0], *p[1]])).map(lambda v: v[:6])


sources = st.fixed_dictionaries({"t": columns([WORDS, DAYS], ODD), "d": columns([DAYS, MOMENTS], NO_DAYS)}).map(
    lambda named: pl.DataFrame(named, schema={"t": pl.String, "d": pl.String})
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=sources)
@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_what_is_proven_of_the_rows_never_changes_an_answer(engine: Callable[..., Any], frame: pl.DataFrame):
    plan = resolved(FIELDS, frame).plan
    event(f"{len(prove(plan, frame, 'duckdb'))} facts")
    assert differences(apply(plan, frame), engine(plan, frame, references(frame))) == []


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=sources)
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_nor_on_postgresql(engine: Callable[..., Any], frame: pl.DataFrame):
    plan = resolved(FIELDS, frame).plan
    assert differences(apply(plan, frame), engine(plan, frame, references(frame))) == []


PLAIN = pl.DataFrame({"t": ["Ada", "b c"], "d": ["31/12/2024", "1/2/2024"]})


def test_a_plain_source_proves_what_the_dialect_can_use():
    plan = resolved(FIELDS, PLAIN).plan
    proven = prove(plan, PLAIN, "duckdb")
    assert {Fact("t", "ascii"), Fact("t", "full"), Fact("t", "spaces"), Fact("d", "format", "%d/%m/%Y")} <= proven
    assert Fact("d", "format", "%Y-%m-%d %H:%M") not in proven


@pytest.mark.parametrize(
    ("value", "lost"),
    [("é", "ascii"), ("a\tb", "spaces"), ("a\u00a0b", "spaces"), ("\u3000", "full"), (None, "full"), ("", "full")],
)
def test_one_row_takes_a_fact_away(value: str | None, lost: Any):
    frame = PLAIN.vstack(pl.DataFrame({"t": [value], "d": ["1/2/2024"]}))
    plan = resolved(FIELDS, frame).plan
    assert Fact("t", lost) in prove(plan, PLAIN, "duckdb") - prove(plan, frame, "duckdb")


@pytest.mark.parametrize("day", NO_DAYS[2:])
def test_a_format_is_proven_of_texts_as_they_stand(day: str):
    frame = PLAIN.vstack(pl.DataFrame({"t": ["Ada"], "d": [day]}))
    assert Fact("d", "format", "%d/%m/%Y") not in prove(resolved(FIELDS, frame).plan, frame, "duckdb")


def test_a_blank_that_stands_in_a_format_is_a_blank_all_the_same():
    frame = pl.DataFrame({"t": ["Ada"], "d": ["31/12/2024\u00a010:20"]})
    fields = {
        "moment": {"from": "d", "steps": [{"parse_timestamp": "%d/%m/%Y\u00a0%H:%M"}], "on_error": "null"},
        "bare": {"from": "d", "steps": ["trim", "lower"]},
    }
    proven = prove(resolved(fields, frame).plan, frame, "duckdb")
    assert proven == {Fact("d", "full"), Fact("d", "format", "%d/%m/%Y\u00a0%H:%M")}


def test_a_value_of_one_format_breaks_the_other():
    frame = pl.DataFrame({"t": ["Ada", "Ada"], "d": ["31/12/2024", "2024-12-31"]})
    assert not [f for f in prove(resolved(FIELDS, frame).plan, frame, "duckdb") if f.what == "format"]


def test_rows_that_do_not_come_from_the_source_are_proven_nothing_of():
    rows = [{"id": "r1", "union": {"table": "more"}}]
    assert wanted_facts(resolved(FIELDS, PLAIN).plan, "duckdb")
    plan = resolved(FIELDS, PLAIN, rows).plan
    assert wanted_facts(plan, "duckdb") == ()


@pytest.mark.parametrize(
    ("column", "value", "fact"),
    [("t", "é", "t is ASCII"), ("t", "a\tb", "t has no blanks but spaces"), ("t", None, "t is never null or blank"),
     ("d", "2024-01-31", "d is a date like %d/%m/%Y or blank")],
)  # fmt: skip
def test_a_script_has_a_query_that_tells_which_fact_rows_break(column: str, value: str | None, fact: str):
    plan = resolved(FIELDS, PLAIN).plan
    script = compile_sql(plan, "duckdb", "rows", facts=prove(plan, PLAIN, "duckdb"))
    assert all(f"-- relies on: {f}\n" in str(script) for f in script.relies_on)
    with duckdb.connect() as con:
        for statement in script.prelude:
            con.execute(statement)
        con.register("rows", PLAIN.to_arrow())
        assert con.execute(script.query("facts")).fetchall() == []
        broken = PLAIN.vstack(pl.DataFrame({"t": ["x"], "d": ["1/2/2024"]}).with_columns(pl.lit(value).alias(column)))
        con.register("rows", broken.to_arrow())
        assert (fact, 1) in con.execute(script.query("facts")).fetchall()


def test_a_script_without_facts_relies_on_none():
    script = compile_sql(resolved(FIELDS, PLAIN).plan, "duckdb")
    assert script.relies_on == ()
    assert "relies on" not in str(script)


def test_a_run_on_duckdb_can_be_told_to_prove_nothing():
    plan = resolved(FIELDS, PLAIN).plan
    assert differences(run_duckdb(plan, PLAIN, facts=()), run_duckdb(plan, PLAIN)) == []
