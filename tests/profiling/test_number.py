"""Numbers that say how they were come by."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling import Number


def test_an_exact_number_shows_as_it_is() -> None:
    assert str(Number(1234567)) == "1,234,567"


def test_an_estimate_shows_its_error() -> None:
    assert str(Number(1200, "approximate", 36.0)) == "≈ 1,200 ± 36"


def test_a_sample_of_all_rows_is_exact() -> None:
    assert Number.projected(3, 10, 10) == Number(3)


def test_nothing_found_in_a_sample_may_still_be_there() -> None:
    found = Number.projected(0, 1_000, 1_000_000)
    assert found.value == 0
    assert 1_000 < found.error < 4_000


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(1, 10**7))
def test_a_projection_lies_between_none_and_all(sampled: int, hits: int, rows: int) -> None:
    sampled = min(sampled, rows)
    found = Number.projected(min(hits, sampled), sampled, rows)
    assert 0 <= found.value <= rows
    assert 0 <= found.error <= rows


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    import numpy as np

    draw = np.random.default_rng(1)
    hits = draw.binomial(2_000, 0.03, 400)
    found = [Number.projected(int(n), 2_000, 1_000_000) for n in hits]
    covered = sum(abs(n.value - 30_000) <= n.error * 1.05 for n in found)
    assert covered / len(found) > 0.92
