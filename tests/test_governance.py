"""Approvals and the audit log."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ApprovalError
from workbench.governance import AuditLog, approve, is_approved
from workbench.model import load_spec

SPEC = """
spec: 1
name: t
maintainer: crm-team
approver: board
source: {dataset: s}
target: {entity: T}
fields:
  a: {id: f1, from: a, steps: [trim]}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(SPEC)
    return tmp_path / "t.yaml"


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return AuditLog(tmp_path / "audit.jsonl")


def test_an_approval_is_written_to_the_spec_and_to_the_log(spec: Path, log: AuditLog):
    approve(spec, "board", log)
    assert is_approved(load_spec(spec))
    assert [(e["what"], e["by"]) for e in log.entries()] == [("approved", "board")]


def test_an_approval_does_not_cover_a_changed_spec(spec: Path, log: AuditLog):
    approve(spec, "board", log)
    spec.write_text(spec.read_text().replace("trim", "upper"))
    assert not is_approved(load_spec(spec))


def test_only_the_approver_approves(spec: Path, log: AuditLog):
    with pytest.raises(ApprovalError, match=r"'crm-team' may not approve.*ask 'board'"):
        approve(spec, "crm-team", log)


def test_nobody_approves_their_own_work(spec: Path, log: AuditLog):
    spec.write_text(spec.read_text().replace("approver: board", "approver: crm-team"))
    with pytest.raises(ApprovalError, match="their own work"):
        approve(spec, "crm-team", log)


def test_a_changed_line_of_the_log_is_found(log: AuditLog):
    for n in range(3):
        log.append("approved", n=n)
    log.path.write_text(log.path.read_text().replace('"n": 1', '"n": 7'))
    with pytest.raises(ApprovalError, match="changed afterwards"):
        log.entries()


def test_a_line_taken_out_of_the_log_is_found(log: AuditLog):
    for n in range(3):
        log.append("approved", n=n)
    lines = log.path.read_text().splitlines()
    log.path.write_text("\n".join([lines[0], lines[2]]) + "\n")
    with pytest.raises(ApprovalError, match=r"audit.jsonl:2"):
        log.entries()
