"""The mapping review in a real browser, over its Python object: a person's clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workbench.model import load_spec
from workbench.widgets import MappingReview

pytestmark = pytest.mark.browser
Show = Callable[..., Any]


def row(page: Any, name: str) -> Any:
    return page.locator("tr", has=page.get_by_role("button", name=name)).first


def test_a_person_accepts_with_the_mouse(show: Show, review: MappingReview, spec_file: Path):
    page = show(review)
    page.get_by_role("button", name="full_name").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_text("full_name accepted").wait_for()
    assert load_spec(spec_file).evidence["f2"]["decision"] == "accepted"


def test_a_person_decides_by_keyboard_alone(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="customer_id").focus()
    page.keyboard.press("a")
    page.get_by_text("customer_id accepted").wait_for()
    page.keyboard.press("r")  # the next that waits is chosen: full_name
    page.get_by_text("full_name rejected").wait_for()
    page.keyboard.press("u")
    page.locator(".wb-notice", has_text="undone").wait_for()
    assert [i.status for i in review.items][:3] == ["accepted", "proposed", "proposed"]


def test_a_step_is_edited_with_a_live_preview(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="customer_id").click()
    page.get_by_label("Step 2", exact=True).fill("prefix: NEW-")
    page.locator(".wb-preview", has_text="NEW-1").wait_for()
    assert review.item("customer_id").status == "proposed", "trying is no decision"
    page.get_by_label("Step 2", exact=True).press("Tab")
    row(page, "customer_id").get_by_text("changed").wait_for()
    assert review.item("customer_id").steps == ("trim", "prefix: NEW-")


def test_a_wrong_step_is_told_beside_it(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="gender").click()
    page.get_by_label("Add a step").fill("trimm")
    page.locator(".wb-preview", has_text="did you mean 'trim'").wait_for()


def test_steps_are_reordered_and_removed(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="customer_id").click()
    page.get_by_label("Move step 2 up").click()
    page.get_by_text("step 2 is now step 1").wait_for()
    page.get_by_label("Remove step 2").click()
    page.locator(".wb-steps li").nth(1).get_by_label("Add a step").wait_for()
    assert review.item("customer_id").steps == ("prefix: CRM-",)


def test_a_missing_field_gets_a_source(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="city").click()
    page.get_by_label("Source column 1").select_option("town")
    row(page, "city").get_by_text("added").wait_for()
    assert review.item("city").sources == ("town",)


def test_bulk_accept_says_how_many_before_and_after(show: Show, review: MappingReview):
    page = show(review)
    page.get_by_role("button", name="Accept 2 at or above").click()
    page.get_by_text("3 of 6 decided").wait_for()


def test_somebody_elses_edit_is_shown_and_merged(
    show: Show, open_review: Callable[..., MappingReview], spec_file: Path
):
    mine, other = open_review(delay=30), open_review()
    page = show(mine)
    page.get_by_role("button", name="gender").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_text("gender accepted").wait_for()
    other.steps("born_on", ["trim", "parse_date: '%d/%m/%Y'"])
    page.get_by_role("button", name="full_name").click()
    page.get_by_role("button", name="Accept", exact=True).click()
    page.get_by_role("button", name="Merge mine into theirs").click()
    page.get_by_text("merged: 2 of your decisions").wait_for()
    mine.save()
    saved = load_spec(spec_file)
    assert len(saved.fields["born_on"].steps) == 2
    assert saved.evidence["f3"]["decision"] == "accepted"


def test_somebody_elses_edit_is_told_when_one_only_looks(
    show: Show, open_review: Callable[..., MappingReview], spec_file: Path
):
    page = show(open_review())
    page.locator(".wb-preview td").first.wait_for()
    open_review().steps("born_on", ["trim", "parse_date: '%d/%m/%Y'"])
    page.get_by_role("button", name="born_on").click()
    page.get_by_text("was changed by somebody else and read again").wait_for()
    assert page.get_by_label("Step 1", exact=True).input_value() == "trim"


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(show: Show, axe: Callable[[Any], list[str]], review: MappingReview, look: str):
    page = show(review, look=look)
    page.get_by_role("button", name="born_on").click()
    page.locator(".wb-preview td").first.wait_for()
    assert axe(page) == []
