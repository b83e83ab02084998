"""Labelling pairs, without a screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.linkage.people import doubled, model
from workbench.errors import UsageError
from workbench.linkage import Linkage, link, read_labels
from workbench.widgets import PairLabelling


@pytest.fixture(scope="module")
def linkage() -> Linkage:
    return link({"crm": doubled(80, 4).drop("truth")}, model(prior=None))


@pytest.fixture
def desk(linkage: Linkage, tmp_path: Path) -> PairLabelling:
    return PairLabelling(linkage, tmp_path / "labels.csv", by="ada", aim=10)


def test_every_verdict_is_in_the_file_at_once(desk: PairLabelling):
    first = desk.current
    desk.label("same")
    row = read_labels(desk.path).row(0, named=True)
    assert row["match"] is True
    assert row["by"] == "ada"
    assert {f"{row['system_l']}:{row['id_l']}", f"{row['system_r']}:{row['id_r']}"} == {first.left, first.right}


def test_the_next_pair_comes_up_and_undo_brings_the_last_one_back(desk: PairLabelling):
    first = desk.current
    desk.label("different")
    assert desk.current != first
    desk.undo()
    assert desk.current == first
    assert read_labels(desk.path).height == 0


def test_unsure_pairs_are_counted_and_not_asked_again(linkage: Linkage, desk: PairLabelling):
    first = desk.current
    desk.label("unsure")
    again = PairLabelling(linkage, desk.path, by="bob", aim=10)
    assert again.progress["unsure"] == 1
    assert all({":".join(a), ":".join(b)} != {first.left, first.right} for a, b in again._queue)


def test_labelling_goes_on_where_it_stopped(linkage: Linkage, desk: PairLabelling):
    desk.label("same")
    desk.label("different")
    assert PairLabelling(linkage, desk.path, aim=10).progress == desk.progress


def test_two_people_add_to_one_file_and_lose_nothing(linkage: Linkage, desk: PairLabelling):
    other = PairLabelling(linkage, desk.path, by="bob", aim=10)
    desk.label("same")
    other._queue.pop(0)
    other.label("different")
    assert set(read_labels(desk.path)["by"]) == {"ada", "bob"}


def test_differences_are_marked_also_where_values_are_masked(desk: PairLabelling):
    for _ in range(12):
        shown = [f for f in desk.current.fields if f[3] == "different"]
        for _name, one, other, _state in shown:
            assert not all(p.same for p in (*one, *other))
        desk.label("different")
    assert "smith" not in json.dumps(desk.snapshot())
    desk.handle({"do": "masked", "masked": False})
    assert desk.snapshot()["masked"] is False


def test_the_waterfall_adds_up(desk: PairLabelling):
    told = desk.current.explanation
    assert sum(p.weight for p in told.parts) == pytest.approx(told.weight)


def test_a_wrong_verdict_is_refused(desk: PairLabelling):
    with pytest.raises(UsageError, match="same, different or unsure"):
        desk.label("maybe")  # type: ignore[arg-type]
