"""The threshold picker and the cluster viewer in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.linkage.people import doubled, model
from workbench.linkage import Label, Linkage, add_labels, link, load_link_model
from workbench.widgets import ClusterView, Desk, ThresholdPicker

pytestmark = pytest.mark.browser
Show = Callable[..., Any]


@pytest.fixture(scope="module")
def linkage() -> Linkage:
    return link({"crm": doubled(80, 4).drop("truth")}, model(prior=None))


@pytest.fixture
def picker(linkage: Linkage, tmp_path: Path) -> ThresholdPicker:
    truth = dict(doubled(80, 4).select("id", "truth").iter_rows())
    rows = linkage.pairs.head(120).select("system_l", "id_l", "system_r", "id_r").iter_rows()
    labels = [Label((a, i), (b, j), truth[i] == truth[j], "me") for a, i, b, j in rows]
    return ThresholdPicker(linkage, add_labels(tmp_path / "l.csv", labels), tmp_path / "person.yaml")


@pytest.fixture
def view(linkage: Linkage, tmp_path: Path) -> ClusterView:
    return ClusterView(linkage, tmp_path / "overrides.yaml", by="ada")


def test_a_threshold_is_chosen_by_keyboard(show: Show, picker: ThresholdPicker):
    page = show(picker)
    page.get_by_label("Threshold", exact=True).focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Keep 0.55").press("Enter")
    page.get_by_text("0.55 is in the link model now").wait_for()
    assert load_link_model(picker.path).thresholds.match == 0.55


def test_a_link_is_parted_and_forgotten(show: Show, view: ClusterView):
    page = show(view)
    page.get_by_role("button", name="Part").first.click()
    page.get_by_role("button", name="Forget").first.wait_for()
    assert len(view.overrides.cannot_link) == 1
    page.get_by_role("button", name="Forget").first.click()
    page.get_by_role("button", name="Forget").first.wait_for(state="detached")
    assert view.overrides.cannot_link == ()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("which", ["picker", "view"])
def test_axe_finds_nothing(
    show: Show, axe: Callable[[Any], list[str]], request: pytest.FixtureRequest, which: str, look: str
):
    desk: Desk = request.getfixturevalue(which)
    page = show(desk, look=look)
    page.locator("tbody tr").first.wait_for()
    assert axe(page) == []
