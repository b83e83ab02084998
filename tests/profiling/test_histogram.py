"""Histograms add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling import Histogram

BINS = st.dictionaries(st.integers(-(2**40), 2**40), st.integers(1, 10**6), min_size=1, max_size=40)
HISTOGRAMS = st.builds(
    lambda bins, exponent: Histogram.of(list(bins.items()), exponent), BINS, st.integers(-20, 20)
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(HISTOGRAMS, HISTOGRAMS)
def test_merging_loses_no_count_and_knows_no_order(a: Histogram, b: Histogram) -> None:
    both = a.merged(b)
    assert both.total == a.total + b.total
    assert both == b.merged(a)


@settings(deadline=None, max_examples=60)
@given(HISTOGRAMS, HISTOGRAMS, HISTOGRAMS)
def test_merging_in_any_grouping_gives_the_same_up_to_resolution(a: Histogram, b: Histogram, c: Histogram) -> None:
    left, right = a.merged(b).merged(c), a.merged(b.merged(c))
    exponent = max(left.exponent, right.exponent)
    assert left.coarsened(exponent) == right.coarsened(exponent)


@settings(deadline=None, max_examples=60)
@given(HISTOGRAMS, st.integers(0, 30))
def test_coarser_bins_hold_the_finer_ones(a: Histogram, steps: int) -> None:
    coarse = a.coarsened(a.exponent + steps)
    assert coarse.total == a.total
    assert {i >> steps for i, _ in a.bins} == {i for i, _ in coarse.bins}


def test_bins_cannot_be_made_finer() -> None:
    with pytest.raises(ValueError, match="coarser"):
        Histogram("number", 2, ((0, 1),)).coarsened(1)


def test_days_and_numbers_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="days cannot be merged with one over numbers"):
        Histogram("day", 0, ((0, 1),)).merged(Histogram("number", 0, ((0, 1),)))


def test_there_are_never_too_many_bins() -> None:
    assert len(Histogram.of([(i, 1) for i in range(10_000)], 0).bins) <= 256
