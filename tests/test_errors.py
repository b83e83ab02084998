"""Errors say what is wrong, where, and the cure."""

from __future__ import annotations

import pytest

from workbench.errors import DocumentError, Fault, MissingExtraError, UnknownNameError, WorkbenchError, did_you_mean


def test_a_message_has_place_fault_and_cure():
    error = WorkbenchError("the column is empty", where="crm.csv:3", cure="fill it")
    assert str(error) == "crm.csv:3: the column is empty → fill it"


def test_a_document_error_carries_every_fault():
    error = DocumentError([Fault("a", "x:1"), Fault("b", "x:2", "mend it")])
    assert [f.what for f in error.faults] == ["a", "b"]
    assert str(error) == "x:1: a\nx:2: b → mend it"


def test_a_document_error_without_faults_is_refused():
    with pytest.raises(ValueError, match="at least one fault"):
        DocumentError([])


def test_an_unknown_name_comes_with_the_nearest():
    error = UnknownNameError.of("step", "trimm", ["trim", "upper"])
    assert error.fault.cure == "did you mean 'trim'?"


def test_did_you_mean_ignores_case():
    assert did_you_mean("CUSTOMER", ["Customer"]) == "did you mean 'Customer'?"


def test_did_you_mean_lists_what_is_known_when_nothing_is_near():
    assert did_you_mean("zzz", ["a", "b"]) == "known: a, b"


def test_a_missing_extra_says_the_command_that_installs_it():
    assert "pip install 'mapping-workbench[sql]'" in str(MissingExtraError.of("duckdb", "sql", "reading DuckDB"))


def test_the_notebook_card_escapes_what_it_shows():
    card = WorkbenchError("<script>", where="a&b")._repr_html_()
    assert "<script>" not in card
    assert "&lt;script&gt;" in card
