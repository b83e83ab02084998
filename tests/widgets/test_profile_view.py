"""The profile explorer, without a screen."""

from __future__ import annotations

import json

import polars as pl
import pytest

from workbench.errors import UnknownNameError
from workbench.profiling import profile
from workbench.widgets import ProfileView


@pytest.fixture
def view() -> ProfileView:
    n = 60
    frame = pl.DataFrame(
        {
            "id": [str(i) for i in range(n)],
            "email": [f"person{i}@example.org" for i in range(n)],
            "amount": [i * 1.5 for i in range(n)],
            "note": [None] * (n - 3) + ["a", " b ", ""],
        }
    )
    return ProfileView(profile(frame, name="crm.customers"))


def names(view: ProfileView, **how: object) -> list[str]:
    return [r.name for r in view.rows(**how)]  # type: ignore[arg-type]


def test_the_worst_column_comes_first(view: ProfileView):
    severities = [r.severity for r in view.rows()]
    assert severities == sorted(severities, reverse=True)


def test_columns_are_sorted_both_ways(view: ProfileView):
    assert names(view, by="name") == ["amount", "email", "id", "note"]
    assert names(view, by="name", reverse=True) == ["note", "id", "email", "amount"]
    assert names(view, by="filled")[0] == "note"


def test_a_search_looks_at_names_meanings_and_problems(view: ProfileView):
    assert names(view, search="EMAIL") == ["email"]
    assert names(view, search="no such thing") == []


def test_an_unknown_order_is_refused(view: ProfileView):
    with pytest.raises(UnknownNameError, match="did you mean 'filled'"):
        view.rows(by="filed")  # type: ignore[arg-type]


def test_a_number_has_a_small_histogram(view: ProfileView):
    amount = next(r for r in view.rows() if r.name == "amount")
    assert 1 < len(amount.bars) <= 21
    assert max(amount.bars) == 1.0


def test_personal_values_are_masked_wherever_they_are_shown(view: ProfileView):
    shown = json.dumps([view.snapshot(), view.look("email"), view.to_html()])
    assert "person1@" not in shown
    assert view.look("email")["masked"]


def test_the_panel_is_answered_in_plain_data(view: ProfileView):
    answer = view.handle({"do": "find", "search": "am", "by": "name", "n": "1"})
    assert json.loads(json.dumps(answer)) == {"kind": "found", "names": ["amount"], "re": "1"}


def test_a_mistake_is_an_answer_too(view: ProfileView):
    answer = view.handle({"do": "look", "field": "emial", "n": "2"})
    assert answer["kind"] == "error"
    assert "email" in answer["faults"][0]["cure"]
