"""Changes between two profiles: those that matter, and not those of chance."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.profiling import Drift, compare, profile


def changes(before: pl.DataFrame, after: pl.DataFrame) -> list[Drift]:
    return list(compare(profile(before), profile(after)))


def kinds(before: dict[str, object], after: dict[str, object]) -> list[str]:
    return [d.kind for d in changes(pl.DataFrame(before), pl.DataFrame(after))]


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 10_000), st.integers(20, 3_000), st.integers(20, 3_000))
def test_two_draws_of_the_same_show_no_drift(seed: int, n: int, m: int) -> None:
    draw = np.random.default_rng(seed)

    def rows(size: int) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "x": draw.normal(0, 1, size),
                "word": draw.choice(["a", "b", "c", "d"], size),
                "gap": [None if r < 0.3 else 1 for r in draw.random(size)],
                "date": [f"{d:02}/03/2024" for d in draw.integers(1, 29, size)],
            }
        )

    assert changes(rows(n), rows(m)) == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"a": [1], "b": [1]}, {"a": [1]}, "column_gone"),
        ({"a": [1]}, {"a": [1], "b": [1]}, "column_new"),
        ({"a": [1, 2]}, {"a": ["x", "y"]}, "type"),
        ({"a": ["x", "y"] * 500}, {"a": ["x", None] * 500}, "empty"),
        ({"a": ["x", "y"] * 500}, {"a": ["x", "y", "z", "y"] * 250}, "new_values"),
        ({"a": ["x", "y", "z"] * 500}, {"a": ["x", "y"] * 500}, "vanished_values"),
        ({"a": ["x", "y"] * 500}, {"a": ["x"] * 950 + ["y"] * 50}, "frequencies"),
        ({"a": [f"A-{n}" for n in range(900)]}, {"a": [f"{n}" for n in range(900)]}, "shapes"),
        ({"x": list(np.linspace(0, 1, 900))}, {"x": list(np.linspace(0.5, 1.5, 900))}, "shift"),
        (
            {"x": list(np.linspace(-1, 1, 900))},
            {"x": [*np.linspace(-1, -0.8, 450), *np.linspace(0.8, 1, 450)]},
            "shift",
        ),
    ],
)
def test_a_change_is_found(before: dict[str, object], after: dict[str, object], kind: str) -> None:
    assert kind in kinds(before, after)


def test_a_shift_of_a_hundredth_at_volume_is_none() -> None:
    draw = np.random.default_rng(1)
    before, after = draw.normal(0, 1, 100_000), draw.normal(0.01, 1, 100_000)
    assert kinds({"x": before}, {"x": after}) == []


def test_the_size_of_a_shift_is_in_standard_deviations() -> None:
    draw = np.random.default_rng(2)
    found = changes(pl.DataFrame({"x": draw.normal(0, 2, 20_000)}), pl.DataFrame({"x": draw.normal(1, 2, 20_000)}))
    assert found[0].kind == "shift"
    assert abs(found[0].effect - 0.5) < 0.05
    assert "median" in found[0].what


def test_keys_that_grow_are_no_drift() -> None:
    assert kinds({"cust_id": range(1_000)}, {"cust_id": range(5_000, 6_000)}) == []


def test_a_profile_does_not_drift_from_itself() -> None:
    facts = profile(pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, ""], "c": [[1], [], None]}))
    assert compare(facts, facts) == ()


def test_personal_values_are_masked() -> None:
    before = pl.DataFrame({"surname": ["Miller", "Smith"] * 100})
    after = pl.DataFrame({"surname": ["Miller", "Jones"] * 100})
    assert not any("Jones" in str(d) or "Smith" in str(d) for d in changes(before, after))


def test_profiles_read_from_files_compare_as_those_in_memory() -> None:
    from workbench.profiling import Profile

    before, after = profile(pl.DataFrame({"x": range(500)})), profile(pl.DataFrame({"x": range(500, 1_500)}))
    read = [Profile.from_json(p.to_json()) for p in (before, after)]
    assert compare(*read) == compare(before, after)
