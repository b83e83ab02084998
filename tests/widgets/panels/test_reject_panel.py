"""The reject browser in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from workbench.backends import schema_of
from workbench.mapping import apply, resolve
from workbench.widgets import MappingReview, RejectBrowser

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(review: MappingReview, source: pl.DataFrame) -> RejectBrowser:
    return RejectBrowser(
        review, lambda spec: apply(resolve(spec, schema_of(source.lazy()), review.target).plan, source)
    )


def test_a_step_is_mended_and_applied_again(show: Callable[..., Any], desk: RejectBrowser):
    page = show(desk)
    page.get_by_role("button", name="born_on").click()
    page.get_by_label("the one that rejects").fill('parse_date: ["%d/%m/%Y", "%Y-%m-%d"]')
    page.get_by_role("button", name="Save and apply again").click()
    page.get_by_text("applied again").wait_for()
    page.get_by_text("1 row of 5 rejected (before: 2)").wait_for()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(show: Callable[..., Any], axe: Callable[[Any], list[str]], desk: RejectBrowser, look: str):
    page = show(desk, look=look)
    page.get_by_role("button", name="Save and apply again").wait_for()
    assert axe(page) == []
