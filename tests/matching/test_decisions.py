"""Decisions: kept in a file, the latest counts, faults named with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import DocumentError
from workbench.matching import Decision, Decisions, load_decisions


def test_a_file_reads_back_as_written(tmp_path: Path) -> None:
    known = Decisions([Decision("crm.customers.NO", "Customer.id", "accepted", by="ada", note="see: 12:30")])
    path = known.save(tmp_path / "decisions.yaml")
    assert list(load_decisions(path)) == list(known)


def test_a_missing_file_holds_no_decisions(tmp_path: Path) -> None:
    assert len(load_decisions(tmp_path / "none.yaml")) == 0


def test_the_latest_decision_on_a_pair_counts() -> None:
    known = Decisions([Decision("a.x", "E.y", "accepted")]).having(Decision("a.x", "E.y", "rejected"))
    assert len(known) == 1
    settled = known.settled("a", "x", "E", "y")
    assert settled is not None
    assert settled.verdict == "rejected"


def test_one_decision_does_not_vote_for_itself() -> None:
    known = Decisions([Decision("a.x", "E.y", "accepted")])
    assert known.leaning("a", "x", "E", "y") == 0
    assert known.leaning("b", "X", "E", "y") > 0
    assert known.leaning("b", "X", "E", "z") == 0


def test_votes_are_limited() -> None:
    known = Decisions([Decision(f"d{i}.x", "E.y", "rejected") for i in range(9)])
    assert known.leaning("new", "x", "E", "y") == -4


def test_every_fault_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text("decisions: 1\npairs:\n- {source: a.x, target: E.y, verdict: maybe}\n- {sauce: a.x}\n")
    with pytest.raises(DocumentError) as caught:
        load_decisions(path)
    told = str(caught.value)
    assert ":3" in told
    assert ":4" in told
