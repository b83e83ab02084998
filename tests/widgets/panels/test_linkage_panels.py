"""The threshold picker and the cluster viewer in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.linkage import load_link_model
from workbench.widgets import ClusterView, Desk, ThresholdPicker

pytestmark = pytest.mark.browser
Show = Callable[..., Any]


def test_a_threshold_is_chosen_by_keyboard(show: Show, picker: ThresholdPicker):
    page = show(picker)
    page.get_by_label("Threshold", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Keep 0.55").press("Enter")
    page.get_by_text("0.55 is in the link model now").wait_for()
    assert load_link_model(picker.path).thresholds.match == 0.55


def test_a_link_is_parted_and_forgotten(show: Show, clusters: ClusterView):
    page = show(clusters)
    page.get_by_role("button", name="Part").first.click()
    page.get_by_role("button", name="Forget").first.wait_for()
    assert len(clusters.overrides.cannot_link) == 1
    page.get_by_role("button", name="Forget").first.click()
    page.get_by_role("button", name="Forget").first.wait_for(state="detached")
    assert clusters.overrides.cannot_link == ()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("which", ["picker", "clusters"])
def test_axe_finds_nothing(
    show: Show, axe: Callable[[Any], list[str]], request: pytest.FixtureRequest, which: str, look: str
):
    desk: Desk = request.getfixturevalue(which)
    page = show(desk, look=look)
    page.locator("tbody tr").first.wait_for()
    assert axe(page) == []
