"""Tallies, sketches and samples count what is there."""

from __future__ import annotations

from collections import Counter

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling.distinct import Budget, Distincts, runs
from workbench.profiling.sampling import Sample
from workbench.profiling.tally import Tally

VALUES = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "", "ü", " "]), st.text(max_size=3)), max_size=30)


@settings(deadline=None, max_examples=80)
@given(st.lists(VALUES, min_size=1, max_size=5))
def test_a_tally_counts_every_value(batches: list[list[str | None]]) -> None:
    tally = Tally(pl.String())
    for batch in batches:
        tally.add(pl.Series(batch, dtype=pl.String))
    expected = Counter(v for batch in batches for v in batch)
    assert tally.nulls == expected.pop(None, 0)
    assert dict(tally.counts().iter_rows()) == expected
    assert tally.rows == sum(len(batch) for batch in batches)


def test_a_tally_gives_up_when_there_are_too_many() -> None:
    tally = Tally(pl.Int64())
    going_on = [tally.add(pl.Series(range(at, at + 50_000))) for at in range(0, 200_000, 50_000)]
    assert going_on[0]
    assert not going_on[-1]


def hashes(values: pl.Series) -> np.ndarray:
    return values.hash().to_numpy()


def test_the_sketch_is_exact_for_few_values() -> None:
    distincts = Distincts()
    for _ in range(3):
        distincts.add(hashes(pl.Series(range(10_000))))
    assert distincts.estimate().value == 10_000
    assert distincts.estimate().exact


def test_the_sketch_errs_no_more_than_it_says() -> None:
    for size in (100_000, 400_000):
        distincts = Distincts()
        for at in range(0, size, 50_000):
            distincts.add(hashes(pl.Series(range(at, at + 50_000)).cast(pl.String)))
        found = distincts.estimate()
        assert found.how == "approximate"
        assert abs(found.value - size) <= found.error * 1.5


def test_kept_hashes_say_exactly_how_often_values_repeat() -> None:
    distincts = Distincts(Budget(10**6), sketch=False)
    distincts.add(hashes(pl.Series([1, 2, 3])))
    distincts.add(hashes(pl.Series([3, 4])))
    found = distincts.sorted()
    assert found is not None
    assert sorted(runs(found).tolist()) == [1, 1, 1, 2]


def test_beyond_the_budget_the_sketch_goes_on_and_the_bytes_come_back() -> None:
    budget = Budget(1_000)
    distincts = Distincts(budget, sketch=False)
    distincts.add(hashes(pl.Series(range(100))))
    distincts.add(hashes(pl.Series(range(100, 200))))
    assert distincts.sorted() is None
    assert distincts.estimate().value == 200
    assert budget.left == 1_000


def sampled(rows: int, batch: int, size: int) -> list[int]:
    sample = Sample(size)
    for at in range(0, rows, batch):
        sample.add(pl.DataFrame({"n": range(at, min(rows, at + batch))}))
    frame = sample.frame()
    return [] if frame is None else frame["n"].to_list()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 3_000), st.integers(1, 900), st.integers(1, 300))
def test_a_sample_has_the_size_asked_for_whatever_the_batches(rows: int, batch: int, size: int) -> None:
    found = sampled(rows, batch, size)
    assert min(rows, size) <= len(found) <= max(2 * size, 1)
    assert found == sorted(set(found))
    assert found == sampled(rows, 3_000, size)


def test_a_sample_does_not_follow_rows_that_come_in_pairs() -> None:
    found = sampled(100_000, 10_000, 2_000)
    assert 0.4 < sum(n % 2 for n in found) / len(found) < 0.6


def test_a_sample_copies_every_type() -> None:
    frame = pl.DataFrame(
        {
            "s": ["x", None, "é"] * 40,
            "c": pl.Series(["u", "v", None] * 40, dtype=pl.Categorical),
            "e": pl.Series(["u", "v", None] * 40, dtype=pl.Enum(["u", "v"])),
            "d": pl.Series(["1.10", None, "2.00"] * 40).cast(pl.Decimal(20, 2)),
            "i": pl.Series([2**100, None, -1] * 40, dtype=pl.Int128),
            "l": [[{"a": 1}], None, []] * 40,
            "b": [b"1", None, b""] * 40,
        }
    )
    sample = Sample(10)
    sample.add(frame)
    found = sample.frame()
    assert found is not None
    assert found.schema == frame.schema
    assert 10 <= found.height <= 20
