"""A person in the loop: what to label, labels kept, refit, thresholds with their uncertainty, classifiers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.linkage.people import doubled, model
from workbench.errors import SourceError, UsageError
from workbench.linkage import Label, Linkage, add_labels, link, most_informative, read_labels, refit
from workbench.linkage.classifying import as_comparer, as_indexer, classify, measures
from workbench.linkage.model import Comparison
from workbench.linkage.similarity import comparers


@pytest.fixture(scope="module")
def run() -> tuple[Linkage, dict[str, int]]:
    frame = doubled(150, 4)
    return link({"crm": frame.drop("truth")}, model(prior=None)), dict(frame.select("id", "truth").iter_rows())


def verdicts(pairs: pl.DataFrame, truth: dict[str, int]) -> list[Label]:
    rows = pairs.select("system_l", "id_l", "system_r", "id_r").iter_rows()
    return [Label((a, i), (b, j), truth[i] == truth[j], "me") for a, i, b, j in rows]


def test_the_last_verdict_counts_and_a_verdict_can_be_taken_back(tmp_path):
    file = tmp_path / "labels.csv"
    add_labels(file, [Label(("a", "1"), ("a", "2"), True), Label(("a", "3"), ("a", "4"), True)])
    add_labels(file, [Label(("a", "2"), ("a", "1"), False), Label(("a", "3"), ("a", "4"), None)])
    assert read_labels(file).select("id_l", "id_r", "match").rows() == [("1", "2", False)]
    assert len(file.read_text().splitlines()) == 5
    assert read_labels(tmp_path / "none.csv").height == 0


def test_what_is_no_labels_file_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="header"):
        read_labels(tmp_path / "x.csv")


def test_the_most_informative_pairs_are_doubtful_varied_and_not_labelled_yet(run, tmp_path):
    linkage, truth = run
    first = most_informative(linkage.pairs, read_labels(tmp_path / "l.csv"), 10)
    assert first.height == 10
    add_labels(tmp_path / "l.csv", verdicts(first, truth))
    second = most_informative(linkage.pairs, read_labels(tmp_path / "l.csv"), 10)
    assert first.join(second, on=["id_l", "id_r"]).height == 0
    sure = linkage.pairs.filter((pl.col("probability") - 0.5).abs() < 0.49)
    if sure.height:
        assert (first["probability"] - 0.5).abs().min() < 0.49


def test_a_refit_learns_from_labels_without_comparing_again(run, tmp_path):
    linkage, truth = run
    add_labels(tmp_path / "l.csv", verdicts(linkage.pairs.head(80), truth))
    fitted = refit(linkage, read_labels(tmp_path / "l.csv"))
    assert fitted.model != linkage.model
    assert fitted.model.fingerprint(weights=False) == linkage.model.fingerprint(weights=False)
    assert fitted.counts["rows:crm"] == linkage.counts["rows:crm"]
    with pytest.raises(UsageError, match="no label is about"):
        refit(linkage, read_labels(tmp_path / "none.csv"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["logistic", "naive_bayes", "svm", "ecm"])
def test_recordlinkages_classifiers_tell_matches(run, tmp_path, kind):
    linkage, truth = run
    add_labels(tmp_path / "l.csv", verdicts(linkage.pairs, truth))
    found = classify(linkage, None if kind == "ecm" else read_labels(tmp_path / "l.csv"), kind=kind)
    right = pl.Series([truth[a] == truth[b] for a, b in found.select("id_l", "id_r").iter_rows()])
    linked = found["classified"]
    assert (linked & right).sum() > 0.8 * right.sum()


def test_a_supervised_classifier_needs_labels_of_both_sorts(run):
    with pytest.raises(UsageError, match="both sorts"):
        classify(run[0], None, kind="svm")


@pytest.mark.filterwarnings("ignore")
def test_measures_are_recordlinkages():
    pair = pl.DataFrame({"system_l": ["a", "a"], "id_l": ["1", "3"], "system_r": ["a", "a"], "id_r": ["2", "4"]})
    assert measures(pair, pair.head(1), total=10)["precision"] == 0.5


@pytest.mark.filterwarnings("ignore")
def test_recordlinkages_comparers_and_indexers_plug_in():
    import recordlinkage as rl

    frame = doubled(60, 1).drop("truth")
    if "rl_qgram" not in comparers:
        comparers.add("rl_qgram", as_comparer(rl.compare.String("x", "x", method="qgram")))
    levels = [{"test": "exact"}, {"test": "custom", "using": "rl_qgram", "at": 0.5}, {"test": "else"}]
    qgram = Comparison.model_validate({"id": "last", "fields": "last", "levels": levels})
    m = model(prior=None)
    m = m.model_copy(update={"comparisons": tuple(qgram if c.id == "last" else c for c in m.comparisons)})
    assert link({"crm": frame}, m).pairs["level:last"].unique().len() >= 2


@pytest.mark.filterwarnings("ignore")
def test_recordlinkages_indexers_bring_pairs_that_no_rule_makes():
    import recordlinkage as rl

    frame, m = doubled(60, 1).drop("truth"), model()
    neighbours = as_indexer(rl.index.SortedNeighbourhood("last", "last", window=3))
    plain, more = link({"crm": frame}, m), link({"crm": frame}, m, indexers=[neighbours])
    both = plain.pairs.join(more.pairs, on=plain.pairs.columns, how="semi", nulls_equal=True)
    assert both.height == plain.pairs.height < more.pairs.height
    assert more.compared == more.pairs.select("id_l", "id_r").unique().height
    assert link({"crm": frame}, m, crosswalk=more.crosswalk, indexers=[neighbours]).pairs.equals(more.pairs)


@pytest.mark.filterwarnings("ignore")
def test_indexers_and_comparers_of_ones_own_extend_recordlinkages_base_classes():
    import pandas as pd
    from recordlinkage.base import BaseCompareFeature, BaseIndexAlgorithm

    class Everything(BaseIndexAlgorithm):
        def _dedup_index(self, df_a):
            left, right = np.triu_indices(len(df_a), 1)
            return pd.MultiIndex.from_arrays([left, right])

    class SameLength(BaseCompareFeature):
        def _compute_vectorized(self, left, right):
            return (left.str.len() == right.str.len()).astype(float)

    frame = doubled(20, 1).drop("truth")
    done = link({"crm": frame}, model(), indexers=[as_indexer(Everything())])
    assert done.compared == frame.height * (frame.height - 1) // 2
    assert as_comparer(SameLength("a", "b"))(["ab", "abc"], ["xy", "z"]).tolist() == [1.0, 0.0]


def test_what_is_none_of_recordlinkages_is_refused():
    with pytest.raises(UsageError, match="int is no indexer"):
        as_indexer(3)
    with pytest.raises(UsageError, match="str is no comparer"):
        as_comparer("jaro")
