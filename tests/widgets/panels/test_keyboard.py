"""Every panel by keyboard alone: what a mouse does, Tab, arrows, Enter and single keys do; Tab leads out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.linkage import load_link_model, read_labels
from workbench.widgets import (
    ClusterView,
    MappingReview,
    PairLabelling,
    ProfileView,
    RejectBrowser,
    ThresholdPicker,
)

pytestmark = pytest.mark.browser
Show = Callable[..., Any]
PANELS = ("review", "explorer", "labelling", "picker", "clusters", "rejects")
NAME = (
    "() => { const e = document.activeElement;"
    " return e === document.body ? '' : (e.getAttribute('aria-label') ?? e.textContent ?? '').trim() || e.tagName; }"
)


def tab_to(page: Any, name: str, most: int = 60) -> None:
    """Press Tab until the element with this name has the focus."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(NAME))
        if seen[-1].startswith(name):
            return
    pytest.fail(f"Tab never came to '{name}', only to {seen}")


def test_review_by_keyboard(show: Show, review: MappingReview):
    page = show(review)
    tab_to(page, "customer_id")
    page.keyboard.press("a")
    page.get_by_text("customer_id accepted").wait_for()
    page.keyboard.press("ArrowDown")  # from full_name, the next that waits, to gender
    page.keyboard.press("e")
    assert page.evaluate(NAME) == "Step 1"
    page.keyboard.press("Control+A")
    page.keyboard.type("translate: {values: {M: Male, F: Female, X: Female}}")
    page.keyboard.press("Enter")
    page.get_by_text("changed", exact=True).first.wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate(NAME) == "gender"
    page.keyboard.press("r")
    page.get_by_text("gender rejected").wait_for()
    page.keyboard.press("u")
    page.locator(".wb-notice", has_text="undone").wait_for()
    assert review.item("customer_id").status == "accepted"
    assert review.item("gender").steps == ("translate: {values: {M: Male, F: Female, X: Female}}",)


def test_profile_by_keyboard(show: Show, explorer: ProfileView):
    page = show(explorer)
    tab_to(page, "Search columns")
    page.keyboard.type("o")
    page.get_by_text("columns shown").wait_for()
    tab_to(page, "Column")
    page.keyboard.press("Enter")
    page.locator("th[aria-sort=ascending]", has_text="Column").wait_for()
    first, second = page.locator("tbody .wb-pick").all_inner_texts()[:2]
    page.locator("tbody .wb-pick", has_text=first).wait_for()
    tab_to(page, page.evaluate("() => document.querySelector('tbody .wb-pick[tabindex=\"0\"]').textContent"))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.locator(".wb-detail h4", has_text=second).wait_for()


def test_labelling_by_keyboard(show: Show, labelling: PairLabelling):
    page = show(labelling)
    tab_to(page, "Same")
    page.keyboard.press("Enter")
    page.get_by_text("1 same").wait_for()
    page.keyboard.press("d")
    page.get_by_text("1 different").wait_for()
    page.keyboard.press("z")
    page.get_by_text("0 different").wait_for()
    assert read_labels(labelling.path)["match"].to_list() == [True]


def test_threshold_by_keyboard(show: Show, picker: ThresholdPicker):
    page = show(picker)
    tab_to(page, "Threshold")
    page.keyboard.press("ArrowRight")
    tab_to(page, "Keep 0.55")
    page.keyboard.press("Enter")
    page.get_by_text("0.55 is in the link model now").wait_for()
    assert load_link_model(picker.path).thresholds.match == 0.55


def test_clusters_by_keyboard(show: Show, clusters: ClusterView):
    page = show(clusters)
    tab_to(page, clusters.clusters()[0]["canonical_id"][:12])
    page.keyboard.press("ArrowDown")
    page.locator(".wb-detail h4", has_text=clusters.clusters()[1]["canonical_id"]).wait_for()
    tab_to(page, "Part")
    page.keyboard.press("Enter")
    page.get_by_text("saved for the next run").wait_for()
    assert len(clusters.overrides.cannot_link) == 1


def test_rejects_by_keyboard(show: Show, rejects: RejectBrowser):
    page = show(rejects)
    tab_to(page, rejects.reasons[0].field)
    page.keyboard.press("ArrowDown")
    page.locator(".wb-detail h4", has_text="born_on").wait_for()
    page.get_by_label("the one that rejects").wait_for()
    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type('parse_date: ["%d/%m/%Y", "%Y-%m-%d"]')
    tab_to(page, "Save and apply again")
    page.keyboard.press("Enter")
    page.get_by_text("(before: 2)").wait_for()


@pytest.mark.parametrize("panel", PANELS)
def test_tab_leads_into_a_panel_and_out_of_it(show: Show, panel: str, request: pytest.FixtureRequest):
    page = show(request.getfixturevalue(panel))
    page.locator(".wb").wait_for()
    names = []
    for _ in range(120):
        page.keyboard.press("Tab")
        names.append(page.evaluate(NAME))
        if not names[-1]:
            break
    assert names[-1] == "", "no trap"
    assert len(names) > 2


@pytest.mark.parametrize("panel", PANELS)
def test_every_focusable_element_keeps_its_keys_from_jupyterlab(show: Show, panel: str, request: pytest.FixtureRequest):
    page = show(request.getfixturevalue(panel))
    page.locator(".wb").wait_for()
    missing = page.evaluate(
        "() => [...document.querySelectorAll('#panel :is(button,input,select,textarea,summary,[tabindex])')]"
        ".filter(e => e.dataset.lmSuppressShortcuts !== 'true').map(e => e.outerHTML)"
    )
    assert missing == []
