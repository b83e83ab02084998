"""Applying gives passed rows, rejected rows with their reasons, and books that balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import ConservationError, FlowError, SourceError
from workbench.mapping import Counts, Resolved, apply, stream

from .conftest import COLUMNS, Run


def test_passed_rows_have_the_form_of_the_target(resolved: Resolved, source: pl.DataFrame):
    assert apply(resolved.plan, source).passed.rows() == [
        ("CRM-1", "Ada Lovelace", "Female", date(1815, 12, 10), Decimal("1234.50")),
        ("CRM-2", "Alan Turing", "Male", date(1912, 6, 23), Decimal("0.99")),
    ]


def test_a_rejected_row_keeps_its_values_and_says_what_is_wrong(resolved: Resolved, source: pl.DataFrame):
    row = apply(resolved.plan, source).rejected.row(0, named=True)
    assert {k: row[k] for k in COLUMNS} == source.row(2, named=True)
    assert (row["_code"], row["_field"], row["_step"]) == ("f2.1", "full_name", "reorder_name")
    assert row["_reason"] == "is not a name in the form 'Last, First'"
    assert row["_value"] == "Hopper Grace"
    assert row["_spec"] == "crm-customers 1.0.0"


def test_all_faults_of_a_row_are_told(resolved: Resolved, source: pl.DataFrame):
    faults = apply(resolved.plan, source).rejected["_faults"][0]
    assert [f.split()[0] for f in faults.split("; ")] == ["f2.1", "f3.1", "f4.1", "f5.fit"]


def test_an_empty_required_field_rejects_the_row(resolved: Resolved, source: pl.DataFrame):
    row = apply(resolved.plan, source).rejected.row(1, named=True)
    assert (row["_code"], row["_reason"]) == ("f1.required", "is required but empty")


def test_filtered_rows_are_booked(resolved: Resolved, source: pl.DataFrame):
    counts = apply(resolved.plan, source).counts
    assert counts.booked == {"out_of_scope": 1}
    assert str(counts) == "5 in, 2 out, 2 rejected, 1 out_of_scope"


def test_a_missing_column_is_named(resolved: Resolved, source: pl.DataFrame):
    with pytest.raises(SourceError, match="lacks columns that the spec reads: sex"):
        apply(resolved.plan, source.drop("sex"))


def test_an_empty_source_gives_empty_results_with_columns(resolved: Resolved, source: pl.DataFrame):
    done = apply(resolved.plan, source.head(0))
    assert done.passed.columns == ["customer_id", "full_name", "gender", "born_on", "balance"]
    assert set(COLUMNS) < set(done.rejected.columns)


def test_streaming_gives_the_same_in_small_batches(resolved: Resolved, source: pl.DataFrame):
    whole = apply(resolved.plan, source)
    parts = list(stream(resolved.plan, source.lazy(), batch_rows=2))
    counts = Counts()
    for part in parts:
        counts.add(part.counts)
    assert pl.concat([p.passed for p in parts]).equals(whole.passed)
    assert pl.concat([p.rejected for p in parts]).equals(whole.rejected)
    assert counts.check() == whole.counts


def test_streaming_tells_how_far_it_is(resolved: Resolved, source: pl.DataFrame):
    seen: list[int] = []
    list(stream(resolved.plan, source.lazy(), batch_rows=2, progress=seen.append))
    assert seen[-1] == 5


def test_books_that_do_not_balance_stop_the_run():
    with pytest.raises(ConservationError, match="5 rows came in, 4 are accounted for"):
        Counts(rows_in=5, rows_out=4).check()


def test_on_error_null_keeps_the_row(run: Run):
    done = run({"d": ["31/02/2024"]}, {"d": {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "on_error": "null"}})
    assert done.passed.rows() == [(None,)]


def test_on_error_default_gives_the_default(run: Run):
    field = {"from": "n", "steps": [{"cast": "integer"}], "on_error": "default", "default": "0"}
    assert run({"n": ["x", "7"]}, {"n": field}).passed["n"].to_list() == [0, 7]


def test_on_error_fail_stops_the_run(run: Run):
    with pytest.raises(FlowError, match="on_error: fail"):
        run({"n": ["x"]}, {"n": {"from": "n", "steps": [{"cast": "integer"}], "on_error": "fail"}})


def test_cases_are_tried_in_order(run: Run):
    case = [
        {"when": {"field": "n", "is_null": "true"}, "then": "none"},
        {"when": {"field": "n", "matches": "^[0-9]+$"}, "from": "n", "steps": [{"prefix": "#"}]},
    ]
    done = run({"n": [None, "7", "x"]}, {"n": {"case": case, "else": "other"}})
    assert done.passed["n"].to_list() == ["none", "#7", "other"]


def test_a_reject_in_a_case_counts_only_where_the_case_holds(run: Run):
    case = [{"when": {"field": "kind", "equals": "d"}, "from": "v", "steps": [{"parse_date": "%Y-%m-%d"}]}]
    done = run({"kind": ["d", "x"], "v": ["bad", "bad"]}, {"v": {"case": case}})
    assert done.rejected["kind"].to_list() == ["d"]
    assert done.passed["v"].to_list() == [None]


def test_nested_fields_are_read_by_path(run: Run):
    done = run(
        {"c": [{"name": " Ada ", "tags": ["x", "y"]}]},
        {"n": {"from": "c.name", "steps": ["trim"]}, "t": {"from": "c.tags.1"}},
    )
    assert done.passed.rows() == [("Ada", "y")]


def test_constants_alone_keep_every_row(run: Run):
    done = run({"a": ["x", "y", "z"]}, {"k": {"value": "CRM"}}, unmapped=["a"])
    assert done.passed["k"].to_list() == ["CRM"] * 3


rows = st.lists(st.tuples(*[st.none() | st.text("ab, /0129.-MFYN\t", max_size=12)] * len(COLUMNS)), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows)
def test_every_row_is_out_rejected_or_booked(resolved: Resolved, data: list[tuple[str | None, ...]]):
    frame = pl.DataFrame(data, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    done = apply(resolved.plan, frame)
    assert done.passed.height + done.rejected.height + done.counts.booked.total() == len(data)
    assert done.rejected["_code"].null_count() == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(rows, st.randoms())
def test_the_order_of_rows_does_not_matter(resolved: Resolved, data: list[tuple[str | None, ...]], random):
    frame = pl.DataFrame(data, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    shuffled = frame[random.sample(range(len(data)), len(data))] if data else frame
    one, other = apply(resolved.plan, frame), apply(resolved.plan, shuffled)
    assert one.counts == other.counts
    assert sorted(map(str, one.passed.rows())) == sorted(map(str, other.passed.rows()))


def test_rows_rejected_for_a_constant_show_it_each(run: Run):
    applied = run(
        {"a": ["1", "2", "3"]}, {"x": {"value": "abc", "steps": [{"extract": "([0-9]+)"}]}, "y": {"from": "a"}}
    )
    assert applied.rejected["_value"].to_list() == ["abc"] * 3


def test_what_on_error_empties_is_counted_by_its_reason(run: Run):
    field = {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}], "on_error": "null"}
    counts = run({"d": ["31/02/2024", "x", "01/02/2024", None]}, {"d": field}).counts
    assert counts.replaced == {"f1.1": 2}
    assert counts.reasons["f1.1"] == "d is not a date like 31/12/2024: emptied"
    assert str(counts) == "4 in, 4 out, 0 rejected; 2 values replaced"


def test_what_on_error_sets_to_the_default_is_counted(run: Run):
    field = {"from": "n", "steps": [{"cast": "integer"}], "on_error": "default", "default": "0"}
    told = run({"n": ["x", "7"]}, {"n": field}).counts.to_dict()["replaced"]
    assert told == [{"code": "f1.1", "reason": "n is not a whole number: set to 0", "values": 1}]


def test_a_replaced_value_of_a_rejected_row_is_not_counted_twice(run: Run):
    fields = {
        "n": {"from": "n", "steps": [{"cast": "integer"}], "on_error": "null"},
        "d": {"from": "d", "steps": [{"parse_date": "%d/%m/%Y"}]},
    }
    counts = run({"n": ["x", "x"], "d": ["no date", "01/02/2024"]}, fields).counts
    assert (counts.rejected, counts.replaced) == ({"f2.1": 1}, {"f1.1": 1})


GROUPED = [{"id": "r1", "group": {"by": ["k"], "steps": {"n": ["parse_number"]}, "take": {"total": {"sum": "n"}}}}]


def test_what_a_group_leaves_out_of_a_sum_is_counted(run: Run):
    done = run({"k": ["a", "a", "b"], "n": ["1", "x", "2"]}, {"k": {"from": "k"}, "total": {"from": "total"}}, GROUPED)
    assert done.counts.replaced == {"r1.n.1": 1}
    assert done.counts.reasons == {"r1.n.1": "n is not a number like -1234.56: left out"}


def test_a_group_stops_the_run_where_the_spec_says_fail(run: Run):
    with pytest.raises(FlowError, match="n is not a number"):
        run({"k": ["a"], "n": ["x"]}, {"k": {"from": "k"}, "total": {"from": "total"}}, GROUPED, on_error="fail")


LARGE = {"field": "n", "steps": ["parse_number"], "at_least": "10"}


def test_what_a_filter_cannot_read_is_filtered_and_counted_by_its_reason(run: Run):
    done = run({"n": ["12", "x", "3", None]}, {"n": {"from": "n"}}, [{"id": "r1", "filter": LARGE}])
    assert (done.counts.rows_out, done.counts.booked) == (1, {"filtered": 3})
    assert done.counts.replaced == {"r1.n.1": 1}
    assert done.counts.reasons == {"r1.n.1": "n is not a number like -1234.56: taken as empty"}


def test_two_conditions_on_one_column_count_each_what_they_cannot_read(run: Run):
    day = {"field": "n", "steps": [{"parse_date": "%d/%m/%Y"}], "less": "2000-01-01"}
    rows = [{"id": "r1", "filter": {"any": [LARGE, {"not": LARGE}, day]}}]
    done = run({"n": ["12", "x", "01/02/1999"]}, {"n": {"from": "n"}}, rows)
    assert done.counts.replaced == {"r1.n.1": 2, "r1.n.1#2": 1}  # of a row the first reason, as everywhere
    assert done.counts.reasons["r1.n.1#2"] == "n is not a date like 31/12/2024: taken as empty"


def test_what_a_case_cannot_read_is_counted_unless_an_earlier_case_decides(run: Run):
    field = {"case": [{"when": {"field": "k", "equals": "a"}, "then": "A"}, {"when": LARGE, "then": "L"}], "else": "-"}
    done = run({"k": ["a", "b", "b"], "n": ["x", "x", "12"]}, {"size": field})
    assert done.passed["size"].to_list() == ["A", "-", "L"]
    assert done.counts.replaced == {"f1.case2.n.1": 1}
    assert done.counts.reasons == {"f1.case2.n.1": "n is not a number like -1234.56: taken as empty"}


@pytest.mark.parametrize("where", ["filter", "case"])
def test_what_a_condition_cannot_read_stops_the_run_where_the_spec_says_fail(run: Run, where: str):
    field = {"case": [{"when": LARGE, "then": "L"}]} if where == "case" else {"from": "n"}
    rows = [{"id": "r1", "filter": LARGE}] if where == "filter" else []
    with pytest.raises(FlowError, match="n is not a number"):
        run({"n": ["x"]}, {"size": field}, rows, on_error="fail")


def test_batches_count_what_is_replaced_as_the_whole_does(resolved: Resolved, source: pl.DataFrame):
    fields = tuple(replace(f, guards=(), replaced=f.guards) for f in resolved.plan.fields)
    plan = replace(resolved.plan, fields=fields)
    whole, parts = apply(plan, source).counts, Counts()
    for part in stream(plan, source.lazy(), batch_rows=2):
        parts.add(part.counts)
    assert parts.to_dict() == whole.to_dict()
    assert whole.replaced.total() > 2
