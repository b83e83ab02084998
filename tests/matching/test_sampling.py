"""Which values of a large table are looked at: those that stand for all, and the same ones of two tables."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.matching import match, views
from workbench.matching.sampling import sample

ROWS = 60_000
NUMBERS = [f"C-{n:06d}" for n in range(ROWS)]


@pytest.mark.parametrize("lazy", [False, True])
def test_all_of_a_small_table_is_looked_at(lazy: bool) -> None:
    frame = pl.DataFrame({"a": ["x", None, "y"], "b": [1, 2, 3]})
    a, b = sample(frame.lazy() if lazy else frame, ["a", "b"])
    assert (a.values.to_list(), a.rows) == (["x", None, "y"], 3)
    assert b.values.to_list() == ["1", "2", "3"]


@pytest.mark.parametrize("lazy", [False, True])
def test_two_large_tables_give_the_same_values_however_sorted_and_spelt(lazy: bool) -> None:
    left = pl.DataFrame({"number": NUMBERS})
    right = pl.DataFrame({"kunnr": [f" {n.lower()}" for n in reversed(NUMBERS)]})
    (one,), (other,) = (sample(f.lazy() if lazy else f, f.columns) for f in (left, right))
    assert 750 < len(one.values) < 1_250
    assert {v.lower() for v in one.values} == {v.strip() for v in other.values}


def test_the_order_of_the_rows_of_a_small_table_does_not_count() -> None:
    rows = [("Ann", 1), ("Bo", 20), ("Ann", 1), ("Eve", 3), ("Cyd", 20), ("Di", 5), (None, 5), ("Flo", 7)]
    one, other = (
        views(pl.DataFrame(some, schema=["name", "count"], orient="row")) for some in (rows, sorted(rows, key=str))
    )
    for a, b in zip(one, other, strict=True):
        assert (a.kind, a.seen.values, a.seen.shapes) == (b.kind, b.seen.values, b.seen.shapes)
        assert (a.seen.lengths, a.seen.quantiles, a.seen.nulls) == (b.seen.lengths, b.seen.quantiles, b.seen.nulls)
        assert a.seen.shares.tolist() == b.seen.shares.tolist()


def test_what_is_looked_at_stands_for_the_empty_rows_too() -> None:
    frame = pl.DataFrame({"number": [n if k % 7 else None for k, n in enumerate(NUMBERS)]})
    (part,) = sample(frame, ["number"])
    assert part.values.null_count() == 0
    assert 1 - len(part.values) / part.rows == pytest.approx(1 / 7, abs=0.03)


def test_a_column_of_few_values_keeps_their_shares() -> None:
    frame = pl.DataFrame({"flag": ["N"] * (ROWS - ROWS // 10) + ["Y"] * (ROWS // 10)})
    (part,) = sample(frame, ["flag"])
    assert part.values.len() <= 1_000
    assert (part.values == "Y").mean() == pytest.approx(0.1, abs=0.01)


def test_numbers_that_two_large_tables_share_are_found_under_other_names() -> None:
    left = pl.DataFrame({"a1": NUMBERS, "a2": [str(n % 7) for n in range(ROWS)]})
    right = pl.DataFrame({"x": [str(n % 5 + 20) for n in range(ROWS)], "y": list(reversed(NUMBERS))})
    assert [(m.source, m.target) for m in match(left, right).best] == [("a1", "y")]


@pytest.mark.parametrize("rows", [1_999, 5_000, 40_000])
def test_rows_from_all_over_a_table_are_looked_at_though_its_values_alternate(rows: int) -> None:
    frame = pl.DataFrame(
        {"side": ["a", "b"] * (rows // 2) + ["a"] * (rows % 2), "half": [n * 2 // rows for n in range(rows)]}
    )
    side, half = sample(frame, ["side", "half"])
    assert len(side.values) == 1_000
    assert (side.values == "a").mean() == pytest.approx(0.5, abs=0.05)
    assert (half.values == "1").mean() == pytest.approx(0.5, abs=0.01)
