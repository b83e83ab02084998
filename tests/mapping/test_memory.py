"""What a run needs of memory is said before it starts."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import SourceError, UnknownNameError
from workbench.mapping import footprint, resolve
from workbench.model import TEXT, Plan, parse_spec

ROWS = """
rows:
  - {id: r1, filter: {field: a, is_null: false}}
  - {id: r2, keep_latest: {by: [a], order_by: b}}
  - {id: r3, group: {by: [a], take: {b: {max: b}}}}
"""


def plan(rows: str = "") -> Plan:
    fields = "fields: {x: {id: f1, from: a}, y: {id: f2, from: b}}\n"
    text = "name: s\nsource: {dataset: d}\ntarget: {entity: E}\n" + fields + rows
    return resolve(parse_spec(text), {"a": TEXT, "b": TEXT}).plan


def frame(width: int) -> pl.LazyFrame:
    return pl.LazyFrame({"a": ["x" * width] * 100, "b": ["y" * width] * 100})


def test_steps_that_need_all_rows_are_named_with_the_memory_they_cost():
    told = footprint(plan(ROWS), frame(50))
    assert told.streamed == ("filter r1",)
    assert told.whole == ("keep_latest r2", "group r3")
    assert "keep_latest r2, group r3: needs all rows at once, about" in str(told)


def test_a_spec_without_such_steps_says_that_it_streams():
    told = footprint(plan(), frame(10), batch_rows=1000)
    assert str(told) == "streams in batches of 1,000 rows: at most about 151 MiB, at any size"
    assert told.million_rows_bytes == 0


def test_wider_rows_need_more():
    assert footprint(plan(), frame(500)).streaming_bytes > 5 * footprint(plan(), frame(5)).streaming_bytes / 2


def test_an_empty_source_has_a_footprint():
    assert footprint(plan(), frame(5).head(0)).streaming_bytes > 0


def test_a_missing_column_is_told_before_the_run():
    with pytest.raises(SourceError, match="lacks columns"):
        footprint(plan(), frame(5).drop("b"))


def test_another_engine_is_given_batches_where_every_step_works_row_by_row():
    rows = "rows: [{id: r1, filter: {field: a, is_null: false}}]\n"
    told = footprint(plan(rows), frame(10), engine="duckdb", batch_rows=1000)
    assert told.whole == ()
    assert str(told) == "streams in batches of 1,000 rows: at most about 201 MiB, at any size"


def test_another_engine_is_given_all_rows_because_of_one_step_and_that_is_said():
    told = str(footprint(plan(ROWS), frame(50), engine="duckdb"))
    assert "streams" not in told
    assert "keep_latest r2, group r3: needs all rows at once, about" in told
    assert "filter r1: works row by row, but duckdb is given all rows because of the others" in told


def test_what_an_engine_takes_in_other_processes_is_told():
    assert "beside this process: Spark up to 2 GiB" in str(footprint(plan(), frame(10), engine="spark"))


def test_an_engine_that_is_not_there_has_no_footprint():
    with pytest.raises(UnknownNameError, match="duckbd"):
        footprint(plan(), frame(5), engine="duckbd")
