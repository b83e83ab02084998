"""Row steps: what each keeps, adds and takes away, and how it is booked."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from workbench.errors import SourceError, SpecError

from .conftest import Run

COUNTRIES = pl.DataFrame({"name": ["Germany", "France"], "code": ["DE", "FR"]})


def lookup(**more: object) -> dict[str, object]:
    return {"id": "r1", "lookup": {"table": "countries", "match": {"land": "name"}, "take": {"iso": "code"}, **more}}


def test_a_lookup_takes_columns_by_key(run: Run):
    done = run({"land": ["France"]}, {"iso": {"from": "iso"}}, [lookup()], tables={"countries": COUNTRIES})
    assert done.passed["iso"].to_list() == ["FR"]


def test_a_lookup_rejects_what_is_not_in_the_table(run: Run):
    done = run({"land": ["Narnia", None]}, {"iso": {"from": "iso"}}, [lookup()], tables={"countries": COUNTRIES})
    assert done.rejected.select("_code", "_step", "_reason", "_value").rows() == [
        ("r1", "lookup", "is not in countries", "Narnia"),
        ("r1", "lookup", "is not in countries", ""),
    ]
    assert "__r1_found" not in done.rejected.columns


def test_a_lookup_may_drop_and_book_what_it_misses(run: Run):
    step = lookup(on_miss="drop") | {"book_as": "foreign"}
    done = run({"land": ["Narnia", "France"]}, {"iso": {"from": "iso"}}, [step], tables={"countries": COUNTRIES})
    assert done.counts.booked == {"foreign": 1}


def test_a_lookup_may_leave_null(run: Run):
    step = lookup(on_miss="null")
    done = run({"land": ["Narnia"]}, {"iso": {"from": "iso"}}, [step], tables={"countries": COUNTRIES})
    assert done.passed["iso"].to_list() == [None]


def test_a_key_twice_in_the_table_is_refused(run: Run):
    twice = pl.concat([COUNTRIES, pl.DataFrame({"name": ["France"], "code": ["FX"]})])
    with pytest.raises(SourceError, match="not unique in the reference table: France"):
        run({"land": ["France"]}, {"iso": {"from": "iso"}}, [lookup()], tables={"countries": twice})


def test_a_lookup_n_to_n_adds_rows(run: Run):
    twice = pl.concat([COUNTRIES, pl.DataFrame({"name": ["France"], "code": ["FX"]})])
    step = lookup(cardinality="n:n")
    done = run({"land": ["France"]}, {"iso": {"from": "iso"}}, [step], tables={"countries": twice})
    assert sorted(done.passed["iso"].to_list()) == ["FR", "FX"]
    assert done.counts.added == 1


def test_a_lookup_names_the_column_that_is_not_there(run: Run):
    step = lookup(take={"iso": "kode"})
    with pytest.raises(SpecError, match="countries has no column 'kode' → did you mean 'code'"):
        run({"land": ["France"]}, {"iso": {"from": "iso"}}, [step], tables={"countries": COUNTRIES})


LATEST = {"id": "r1", "keep_latest": {"by": "k", "order_by": "at"}, "book_as": "merged"}


def test_keep_latest_keeps_one_row_per_key(run: Run):
    data = {"k": ["a", "b", "a"], "at": ["1", "1", "2"], "v": ["old", "b", "new"]}
    done = run(data, {"k": {"from": "k"}, "v": {"from": "v"}}, [LATEST])
    assert done.passed.rows() == [("b", "b"), ("a", "new")]
    assert done.counts.booked == {"merged": 1}


def test_keep_latest_breaks_ties_by_the_values_not_by_the_order(run: Run):
    data = {"k": ["a", "a"], "at": ["1", "1"], "v": ["x", "y"]}
    backwards = {name: values[::-1] for name, values in data.items()}
    fields = {"k": {"from": "k"}, "v": {"from": "v"}}
    assert run(data, fields, [LATEST]).passed.rows() == run(backwards, fields, [LATEST]).passed.rows() == [("a", "y")]


def test_keep_latest_never_merges_rows_without_a_key(run: Run):
    done = run({"k": [None, None], "at": ["1", "2"]}, {"k": {"from": "k"}}, [LATEST], unmapped=[])
    assert done.passed.height == 2


def test_explode_gives_a_row_per_item_and_books_rows_without(run: Run):
    step = {"id": "r1", "explode": {"field": "items", "into": "item", "position": "n"}, "book_as": "empty"}
    data = {"o": ["1", "2", "3"], "items": [[{"sku": "a"}, {"sku": "b"}], [], None]}
    done = run(data, {"o": {"from": "o"}, "sku": {"from": "item.sku"}, "n": {"from": "n"}}, [step])
    assert done.passed.rows() == [("1", "a", 1), ("1", "b", 2)]
    assert (done.counts.added, done.counts.booked) == (1, {"empty": 2})


def test_group_aggregates_and_books_what_it_merges(run: Run):
    step = {
        "id": "r1",
        "group": {"by": "k", "take": {"total": {"sum": "v"}, "n": {"count": None}, "top": {"max": "v"}}},
    }
    done = run(
        {"k": ["a", "a", "b"], "v": [Decimal("1.50"), Decimal("2.25"), None]},
        {"k": {"from": "k"}, "total": {"from": "total"}, "n": {"from": "n"}, "top": {"from": "top"}},
        [step],
    )
    assert done.passed.rows() == [("a", Decimal("3.75"), 2, Decimal("2.25")), ("b", None, 1, None)]
    assert done.counts.booked == {"merged": 1}


def test_unpivot_gives_a_row_per_column(run: Run):
    step = {"id": "r1", "unpivot": {"fields": ["q1", "q2"], "name": "quarter", "value": "amount"}}
    data = {"k": ["a"], "q1": ["1"], "q2": ["2"]}
    done = run(data, {n: {"from": n} for n in ("k", "quarter", "amount")}, [step])
    assert sorted(done.passed.rows()) == [("a", "q1", "1"), ("a", "q2", "2")]
    assert done.counts.added == 1


def test_union_adds_the_rows_of_another_table(run: Run):
    step = {"id": "r1", "union": {"table": "more"}}
    done = run({"k": ["a"]}, {"k": {"from": "k"}}, [step], tables={"more": pl.DataFrame({"k": ["b", "c"]})})
    assert done.passed["k"].to_list() == ["a", "b", "c"]
    assert done.counts.added == 2


def test_split_gives_several_records_of_one(run: Run):
    parts = {"billing": {"city": "bill_city"}, "shipping": {"city": "ship_city"}}
    step = {"id": "r1", "split": {"tag": "kind", "into": parts}}
    data = {"bill_city": ["Leeds"], "ship_city": ["York"]}
    done = run(data, {"kind": {"from": "kind"}, "city": {"from": "city"}}, [step])
    assert done.passed.rows() == [("billing", "Leeds"), ("shipping", "York")]


def test_row_steps_run_in_order(run: Run):
    steps = [lookup(), {"id": "r2", "filter": {"field": "iso", "equals": "FR"}, "book_as": "other"}]
    data = {"land": ["France", "Germany"]}
    done = run(data, {"iso": {"from": "iso"}}, steps, tables={"countries": COUNTRIES})
    assert done.passed["iso"].to_list() == ["FR"]
    assert done.counts.booked == {"other": 1}
