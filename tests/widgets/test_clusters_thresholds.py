"""Thresholds and clusters, without a screen."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.linkage.people import doubled, model
from workbench.errors import UnknownNameError, UsageError
from workbench.linkage import Label, Linkage, add_labels, dump_link_model, link, load_link_model, load_overrides
from workbench.widgets import ClusterView, ThresholdPicker


@pytest.fixture(scope="module")
def linkage() -> Linkage:
    return link({"crm": doubled(80, 4).drop("truth")}, model(prior=None))


@pytest.fixture
def labels(linkage: Linkage, tmp_path: Path) -> Path:
    truth = dict(doubled(80, 4).select("id", "truth").iter_rows())
    rows = linkage.pairs.head(120).select("system_l", "id_l", "system_r", "id_r").iter_rows()
    return add_labels(tmp_path / "l.csv", [Label((a, i), (b, j), truth[i] == truth[j], "me") for a, i, b, j in rows])


@pytest.fixture
def picker(linkage: Linkage, labels: Path, tmp_path: Path) -> ThresholdPicker:
    return ThresholdPicker(linkage, labels, tmp_path / "person.yaml")


def test_a_higher_threshold_links_fewer_pairs(picker: ThresholdPicker):
    pairs = picker.table()["pairs"].to_list()
    assert pairs == sorted(pairs, reverse=True)


def test_the_uncertainty_holds_the_estimate(picker: ThresholdPicker):
    for r in picker.table().to_dicts():
        assert r["precision_low"] <= r["precision"] <= r["precision_high"]
        assert r["recall_low"] <= r["recall"] <= r["recall_high"]


def test_the_choice_is_in_the_link_models_file(picker: ThresholdPicker):
    picker.choose(0.8)
    assert load_link_model(picker.path).thresholds.match == 0.8


def test_somebody_elses_link_model_is_not_overwritten(picker: ThresholdPicker):
    picker.choose(0.8)
    theirs = picker.path.read_text("utf-8").replace("0.8", "0.7")
    picker.path.write_text(theirs, encoding="utf-8")
    with pytest.raises(UsageError, match="somebody else"):
        picker.choose(0.9)
    assert picker.path.read_text("utf-8") == theirs


def test_the_choice_leaves_what_a_person_wrote_around_it(linkage: Linkage, labels: Path, tmp_path: Path):
    head, tail = dump_link_model(linkage.model).split("thresholds:\n")
    end = tail.index("limits:") if "limits:" in tail else len(tail)
    mine = "# agreed with the shops\nthresholds: # doubtful ones are asked\n  match: 0.5  # for now\n  keep: 0\n"
    file = tmp_path / "own.yaml"
    file.write_text(f"# our people\n{head}{mine}{tail[end:]}", encoding="utf-8")
    before = file.read_text("utf-8")
    ThresholdPicker(linkage, labels, file).choose(0.8)
    assert file.read_text("utf-8") == before.replace("match: 0.5  # for now", "match: 0.8  # for now")
    again = ThresholdPicker(linkage, labels, file)
    again.choose(0.05)  # the least worth a review goes down with it
    assert (load_link_model(file).thresholds.match, load_link_model(file).thresholds.review) == (0.05, 0.05)
    assert [line for line in before.splitlines() if "#" in line and "0.5" not in line] == [
        line for line in file.read_text("utf-8").splitlines() if "#" in line and "0.05" not in line
    ]


def test_a_pair_that_was_not_compared_counts_for_itself(linkage: Linkage, labels: Path, tmp_path: Path):
    known = ThresholdPicker(linkage, labels, tmp_path / "m.yaml").table()["recall"][0]
    far = linkage.records.keys().filter(~pl.col("source_id").is_in(linkage.pairs["id_l"]))["source_id"].to_list()
    assert len(far) > 2
    add_labels(labels, [Label(("crm", far[0]), ("crm", i), True, "me") for i in far[1:3]])
    assert ThresholdPicker(linkage, labels, tmp_path / "m.yaml").table()["recall"][0] < known


def test_without_labels_the_picker_says_so(linkage: Linkage, tmp_path: Path):
    empty = ThresholdPicker(linkage, tmp_path / "none.csv", tmp_path / "m.yaml")
    assert empty.snapshot()["rows"] == []
    assert "nothing is labelled" in empty.to_html()
    with pytest.raises(UsageError, match="label pairs"):
        empty.table()


@pytest.fixture
def view(linkage: Linkage, tmp_path: Path) -> ClusterView:
    return ClusterView(linkage, tmp_path / "overrides.yaml", by="ada", today=lambda: date(2026, 11, 22))


def test_clusters_of_several_records_are_listed_the_doubtful_first(view: ClusterView):
    rows = view.clusters()
    assert all(r["records"] > 1 for r in rows)
    plain = [r["probability"] for r in rows if not r["flags"]]
    assert plain == sorted(plain)


def test_a_cluster_is_opened_with_masked_values(view: ClusterView):
    first = view.clusters()[0]
    seen = view.look(first["canonical_id"])
    assert len(seen["records"]) == first["records"]
    assert "•" in json.dumps(seen, ensure_ascii=False)
    with pytest.raises(UnknownNameError):
        view.look("none")


def test_a_link_is_forbidden_forced_and_forgotten(view: ClusterView):
    view.decide("crm:1", "crm:2", "part")
    assert load_overrides(view.path).cannot_link[0].by == "ada"
    view.decide("crm:2", "crm:1", "join")
    assert not view.overrides.cannot_link
    assert len(view.overrides.must_link) == 1
    view.decide("crm:1", "crm:2", "forget")
    assert not view.overrides.must_link


def test_two_people_decide_and_nothing_is_lost(linkage: Linkage, view: ClusterView):
    other = ClusterView(linkage, view.path, by="bob")
    view.decide("crm:1", "crm:2", "part")
    other.decide("crm:3", "crm:4", "part")
    assert {o.by for o in view.overrides.cannot_link} == {"ada", "bob"}
