"""Pair labelling in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.linkage.people import doubled, model
from workbench.linkage import link, read_labels
from workbench.widgets import PairLabelling

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(tmp_path: Path) -> PairLabelling:
    linkage = link({"crm": doubled(80, 4).drop("truth")}, model(prior=None))
    return PairLabelling(linkage, tmp_path / "labels.csv", by="ada", aim=10)


def test_pairs_are_labelled_by_one_key_each(show: Callable[..., Any], desk: PairLabelling):
    page = show(desk)
    page.get_by_role("group", name="The pair").focus()
    for key, said in (("s", "1 same"), ("d", "1 different"), ("u", "1 unsure")):
        page.keyboard.press(key)
        page.get_by_text(said).wait_for()
    page.keyboard.press("z")
    page.get_by_text("0 unsure").wait_for()
    assert read_labels(desk.path).height == 2


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_nothing(show: Callable[..., Any], axe: Callable[[Any], list[str]], desk: PairLabelling, look: str):
    assert axe(show(desk, look=look)) == []
