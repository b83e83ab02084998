"""Rejected rows: looked at, mended, applied again; without a screen."""

from __future__ import annotations

import json

import polars as pl
import pytest

from workbench.backends import schema_of
from workbench.errors import SpecError, UnknownNameError
from workbench.mapping import apply, resolve
from workbench.model import Spec
from workbench.widgets import MappingReview, RejectBrowser


@pytest.fixture
def browser(review: MappingReview, source: pl.DataFrame) -> RejectBrowser:
    def run(spec: Spec):
        return apply(resolve(spec, schema_of(source.lazy()), review.target).plan, source)

    return RejectBrowser(review, run)


def test_reasons_are_counted_with_the_step_they_come_from(browser: RejectBrowser):
    found = {r.field: (r.step, r.rows) for r in browser.reasons}
    assert found["born_on"] == ("parse_date", 1)
    assert found["gender"] == ("translate", 1)
    assert browser.step_of(next(r.code for r in browser.reasons if r.field == "born_on")) == 0


def test_the_values_of_a_reason_are_shown(browser: RejectBrowser):
    code = next(r.code for r in browser.reasons if r.field == "born_on")
    assert browser.values(code) == [("1906-12-09", 1)]
    with pytest.raises(UnknownNameError):
        browser.values("f99.1")


def test_a_mended_step_is_saved_and_what_it_changed_is_told(browser: RejectBrowser, review: MappingReview):
    browser.mend("born_on", ['parse_date: ["%d/%m/%Y", "%Y-%m-%d"]'])
    after = browser.reapply()
    gone = next(r for r in after if r.field == "born_on")
    assert (gone.rows, gone.before) == (0, 1)
    assert review.item("born_on").status == "changed"


def test_a_value_may_be_left_empty_instead(browser: RejectBrowser, review: MappingReview):
    browser.mend("gender", list(review.item("gender").steps), on_error="null")
    assert next(r for r in browser.reapply() if r.field == "gender").rows == 0


def test_a_mend_that_does_not_fit_is_told_and_the_counts_stay(browser: RejectBrowser):
    before = browser.applied
    browser.mend("born_on", ["upper"])
    with pytest.raises(SpecError):
        browser.reapply()
    assert browser.applied is before


def test_the_panel_is_answered_in_plain_data(browser: RejectBrowser):
    code = browser.reasons[0].code
    answer = json.loads(json.dumps(browser.handle({"do": "look", "code": code, "n": "1"})))
    assert answer["values"][0]["times"] == 1
    assert "reason" in browser.to_html()
