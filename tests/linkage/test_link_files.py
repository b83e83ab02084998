"""What people decided, read from files: labels, thresholds and overrides change a run, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linkage.people import doubled, model, partition
from workbench.errors import UsageError
from workbench.linkage import (
    Label,
    Linkage,
    LinkFiles,
    Override,
    Overrides,
    add_labels,
    link,
    load_link_model,
    read_labels,
    refit,
    save_link_model,
    save_overrides,
)
from workbench.linkage.model import Thresholds


@pytest.fixture(scope="module")
def run() -> Linkage:
    return link({"crm": doubled(90, 4).drop("truth")}, model(prior=None))


@pytest.fixture
def files(tmp_path: Path) -> LinkFiles:
    return LinkFiles.beside(tmp_path / "person.yaml")


def test_without_files_a_run_stays_as_it_is(run: Linkage, files: LinkFiles):
    same = files.decided(run)
    assert same.pairs.equals(run.pairs)
    assert partition(same) == partition(run)


def test_thresholds_come_from_the_file_and_weights_from_the_run_where_the_file_has_none(run, files):
    save_link_model(model(prior=None, thresholds=Thresholds(match=0.999999, keep=0)), files.model)
    found = files.decided(run)
    assert found.model.thresholds.match == 0.999999
    assert found.model.comparisons == run.model.comparisons
    assert found.counts["linked"] < run.counts["linked"]


def test_labels_count_once_however_often_they_are_read(run, files):
    pairs = run.pairs.head(40).select("system_l", "id_l", "system_r", "id_r").iter_rows()
    add_labels(files.labels, [Label((a, i), (b, j), n % 3 > 0, "me") for n, (a, i, b, j) in enumerate(pairs)])
    once = files.decided(run)
    assert once.model == refit(run, read_labels(files.labels)).model != run.model
    assert files.decided(run).pairs.equals(once.pairs)


def test_overrides_are_honoured_and_can_be_taken_back(run, files):
    left, right = next(iter(sorted(c) for c in partition(run) if len(c) == 2))
    pair = (":".join(left), ":".join(right))
    save_overrides(Overrides(cannot_link=(Override(pair=pair),)), files.overrides)
    parted = files.decided(run)
    assert frozenset((left,)) in partition(parted)
    save_overrides(Overrides(), files.overrides)
    assert partition(files.decided(parted)) == partition(run)


def test_a_model_that_compares_differently_is_refused(run, files):
    other = model(prior=None)
    save_link_model(other.model_copy(update={"comparisons": other.comparisons[:2]}), files.model)
    assert load_link_model(files.model)
    with pytest.raises(UsageError, match="compares differently"):
        files.decided(run)


def test_a_label_about_no_pair_of_the_run_changes_nothing(run, files):
    add_labels(files.labels, [Label(("crm", "no"), ("crm", "none"), True)])
    assert files.decided(run).pairs.equals(run.pairs)
