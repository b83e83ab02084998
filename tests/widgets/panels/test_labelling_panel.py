"""Pair labelling in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workbench.linkage import read_labels
from workbench.widgets import PairLabelling

pytestmark = pytest.mark.browser


def test_pairs_are_labelled_by_one_key_each(show: Callable[..., Any], labelling: PairLabelling):
    page = show(labelling)
    page.get_by_role("group", name="The pair").focus()
    for key, said in (("s", "1 same"), ("d", "1 different"), ("u", "1 unsure")):
        page.keyboard.press(key)
        page.get_by_text(said).wait_for()
    page.keyboard.press("z")
    page.get_by_text("0 unsure").wait_for()
    assert read_labels(labelling.path).height == 2


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(
    show: Callable[..., Any], axe: Callable[[Any], list[str]], labelling: PairLabelling, look: str
):
    assert axe(show(labelling, look=look)) == []
