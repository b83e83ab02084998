"""The reject browser in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.widgets import RejectBrowser

pytestmark = pytest.mark.browser


def test_a_step_is_mended_and_applied_again(show: Callable[..., Any], rejects: RejectBrowser):
    page = show(rejects)
    page.get_by_role("button", name="born_on").click()
    page.get_by_label("the one that rejects").fill('parse_date: ["%d/%m/%Y", "%Y-%m-%d"]')
    page.get_by_role("button", name="Save and apply again").click()
    page.get_by_text("applied again").wait_for()
    page.get_by_text("1 row of 5 rejected (20.0 %) (before: 2)").wait_for()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(
    show: Callable[..., Any], axe: Callable[[Any], list[str]], rejects: RejectBrowser, look: str
):
    page = show(rejects, look=look)
    page.get_by_role("button", name="Save and apply again").wait_for()
    assert axe(page) == []
