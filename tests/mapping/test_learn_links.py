"""Mappings learned from linked records are proposed with what agrees and what does not."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import SourceError, UsageError
from workbench.mapping.learn_links import learn_from_links, linked_pairs

LAST = ["Lovelace", "Hopper", "Turing", "Knuth", "Liskov", "Borg", "Dijkstra", "Ritchie"]
FIRST = ["Ada", "Grace", "Alan", "Donald", "Barbara", "Anita", "Edsger", "Dennis", "Tim"]


def _people() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    rows = [(LAST[i % 8], FIRST[i % 9], i) for i in range(200)]
    left = pl.DataFrame(
        {
            "no": [str(i) for *_, i in rows],
            "name": [f"{a}, {b}" for a, b, _ in rows],
            "sex": ["MF"[i % 2] for *_, i in rows],
        }
    )
    right = pl.DataFrame(
        {
            "id": [f"S{i}" for *_, i in rows],
            "full": [f"{b} {a}" if i % 20 else "?" for a, b, i in rows],
            "gender": [["male", "female"][i % 2] for *_, i in rows],
        }
    )
    crosswalk = pl.DataFrame(
        {
            "canonical_id": [f"P{i}" for i in range(200)] * 2,
            "system": ["crm"] * 200 + ["shop"] * 200,
            "source_id": [*left["no"], *right["id"]],
            "probability": [0.99] * 399 + [0.2],
        }
    )
    return left, right, crosswalk


def test_mappings_come_with_their_evidence() -> None:
    left, right, crosswalk = _people()
    pairs = linked_pairs(crosswalk, "crm", "shop")
    found = learn_from_links(left, right, pairs, keys=("no", "id"))
    assert pairs.height == 199  # the doubtful link is left out
    assert str(found["full"]) == "full: 189 of 199 pairs agree; 10 don't"
    assert found["full"].disagreeing[0] == ("0", "S0", "?", "Ada Lovelace")
    assert found["full"].learned.outputs([("Hamilton, Margaret",)]) == ["Margaret Hamilton"]
    assert str(found["gender"]) == "gender: 199 of 199 pairs agree; all agree"
    assert found["gender"].learned.outputs([("M",), ("F",)]) == ["male", "female"]


def test_a_system_that_is_not_in_the_crosswalk_is_named() -> None:
    with pytest.raises(UsageError, match="knows no system 'shp'"):
        linked_pairs(_people()[2], "crm", "shp")


def test_pairs_of_other_keys_are_refused() -> None:
    left, right, _ = _people()
    with pytest.raises(SourceError, match="no linked pair"):
        learn_from_links(left, right, pl.DataFrame({"a": ["x"], "b": ["y"]}), keys=("no", "id"))


def _closed() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Customers of which every fourth has a day on which it was closed."""
    keys = [str(i) for i in range(200)]
    days = [f"2025-01-{1 + i * 37 % 28:02}" if i % 4 == 0 else None for i in range(200)]
    said = ["open" if day is None else "closed" for day in days]
    left = pl.DataFrame({"no": keys, "closed_on": days})
    return left, pl.DataFrame({"id": keys, "state": said}), pl.DataFrame({"a": keys, "b": keys})


def test_a_missing_value_can_say_something() -> None:
    left, right, pairs = _closed()
    found = learn_from_links(left, right, pairs, keys=("no", "id"))["state"]
    case = [{"when": {"field": "closed_on", "is_null": "true"}, "then": "open"}]
    assert (found.learned.field["case"], found.learned.field["else"]) == (case, "closed")
    assert (found.learned.agree, found.learned.pairs) == (200, 200)


def test_values_that_are_just_missing_say_nothing() -> None:
    left, right, pairs = _closed()
    unrelated = right.with_columns(
        pl.Series("state", ["closed" if i * 7919 % 101 < 30 else "open" for i in range(200)])
    )
    found = learn_from_links(left, unrelated, pairs, keys=("no", "id"))
    assert "is_null" not in repr(found)
