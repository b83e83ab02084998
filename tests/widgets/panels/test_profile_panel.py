"""The profile explorer in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.widgets import ProfileView

pytestmark = pytest.mark.browser
Show = Callable[..., Any]


def names(page: Any) -> list[str]:
    return page.locator("tbody .wb-pick").all_inner_texts()


def test_a_click_on_a_heading_sorts_and_a_second_turns_it_round(show: Show, explorer: ProfileView):
    page = show(explorer)
    page.get_by_role("button", name="Column").click()
    page.locator("th[aria-sort=ascending]", has_text="Column").wait_for()
    assert names(page) == sorted(explorer.facts.names)
    page.get_by_role("button", name="Column").click()
    page.locator("th[aria-sort=descending]", has_text="Column").wait_for()
    assert names(page) == sorted(explorer.facts.names, reverse=True)


def test_a_search_narrows_the_list(show: Show, explorer: ProfileView):
    page = show(explorer)
    page.keyboard.press("Tab")
    page.get_by_label("Search columns").fill("town")
    page.get_by_text("1 column shown").wait_for()
    assert names(page) == ["town"]


def test_a_column_is_drilled_into_by_keyboard(show: Show, explorer: ProfileView):
    page = show(explorer)
    page.locator("tbody .wb-pick[tabindex='0']").focus()
    second = names(page)[1]
    page.keyboard.press("ArrowDown")
    page.locator(".wb-detail h4", has_text=second).wait_for()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(show: Show, axe: Callable[[Any], list[str]], explorer: ProfileView, look: str):
    assert axe(show(explorer, look=look)) == []
