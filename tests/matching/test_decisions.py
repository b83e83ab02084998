"""Decisions: kept in a file, the latest counts, faults named with their line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.errors import DocumentError
from workbench.matching import Decision, Decisions, decided_in, load_decisions, match
from workbench.model import TEXT, Contract, Field, parse_spec


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


SPEC = """
spec: 1
name: crm-people
source: {dataset: crm.people}
target: {entity: Person}
status: %s
rows: [{id: r1, explode: {field: mails, into: mail}, book_as: no_items}]
fields:
  id: {id: f1, from: no, steps: [trim]}
  name: {id: f2, from: [given, family]}
  email: {id: f3, from: mail.address}
  state: {id: f4, case: [{when: {field: closed, is_null: true}, then: open}], else: closed}
unmapped: [fax]
evidence:
  f1: {match: "0.99"}
  f2: {match: "0.60", decision: changed, decided_by: ada, on: 2026-11-02}
  f5: {match: "0.70", decision: rejected, decided_by: ada, on: 2026-11-02, field: phone, was: {id: f5, from: fax}}
"""


def said(status: str) -> dict[tuple[str, str], str]:
    return {(d.source, d.target): d.verdict for d in decided_in(parse_spec(SPEC % status))}


def test_a_draft_holds_what_a_person_touched_or_wrote() -> None:
    assert said("draft") == {
        ("crm.people.given", "Person.name"): "accepted",
        ("crm.people.family", "Person.name"): "accepted",
        ("crm.people.mails[].address", "Person.email"): "accepted",
        ("crm.people.closed", "Person.state"): "accepted",
        ("crm.people.fax", "Person.phone"): "rejected",
    }


def test_a_spec_that_was_handed_on_stands_for_all_its_fields_and_for_what_it_leaves_out() -> None:
    found = said("proposed")
    assert found["crm.people.no", "Person.id"] == "accepted"
    assert found["crm.people.fax", "Person.*"] == "rejected"


def test_a_column_that_was_left_out_is_settled_for_every_field() -> None:
    known = Decisions([Decision("a.x", "E.*", "rejected")])
    settled = known.settled("a", "x", "E", "y")
    assert settled is not None
    assert settled.verdict == "rejected"
    assert known.leaning("b", "x", "E", "y") == 0


def test_a_decision_elsewhere_is_told_as_evidence() -> None:
    frame = pl.DataFrame({"cust_no": ["C1", "C2"], "town": ["Bonn", "Ulm"]})
    entity = Contract(id="P", name="Person", version="1.0.0", fields=(Field("number", TEXT), Field("city", TEXT)))
    before = match(frame, entity, source_name="shop.people").scores[0, 0]
    known = Decisions([Decision("crm.people.CUST_NO", "Person.number", "accepted")])
    found = match(frame, entity, source_name="shop.people", decisions=known)
    assert found.scores[0, 0] > before
    assert "a column of this name was accepted for it in another source" in found.candidates("number")[0].evidence


def test_columns_that_were_accepted_together_are_proposed_together() -> None:
    frame = pl.DataFrame({"given": ["Ada"], "family": ["Lee"]})
    entity = Contract(id="P", name="Person", version="1.0.0", fields=(Field("name", TEXT), Field("family_name", TEXT)))
    pairs = [("family", "name"), ("given", "name"), ("family", "family_name")]
    known = Decisions(Decision(f"crm.people.{a}", f"Person.{b}", "accepted") for a, b in pairs)
    found = match(frame, entity, source_name="crm.people", decisions=known)
    assert {m.target: m.sources for m in found.best} == {"name": ("family", "given"), "family_name": ("family",)}
