"""Precision and recall of thresholds, told from labels that are no even sample."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.errors import UsageError
from workbench.linkage import threshold_table


def population(rng: np.random.Generator, size: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, most of them at the ends, and who matches: the scores are too sure of themselves by a third."""
    bits = np.where(rng.random(size) < 0.3, rng.normal(9, 4, size), rng.normal(-6, 4, size)).clip(-10, 30)
    return 1 / (1 + 2**-bits), rng.random(size) < 1 / (1 + 2 ** (-bits / 1.5))


def most_doubtful(scores: np.ndarray, rng: np.random.Generator, n: int) -> np.ndarray:
    """Mostly doubtful pairs, and some of the rest."""
    near = np.argsort(np.abs(scores - 0.5) + rng.random(len(scores)) * 0.3)
    rest = rng.permutation(near[n // 2 :])
    return np.concatenate([near[: n // 2], rest[: n - n // 2]])


def test_the_intervals_hold_the_truth_where_counting_labels_does_not():
    rng = np.random.default_rng(5)
    held, counted = [], []
    for _ in range(60):
        scores, match = population(rng)
        asked = most_doubtful(scores, rng, 150)
        told = threshold_table(match[asked], scores[asked], scores, at=[0.1, 0.5, 0.9])
        for row in told.to_dicts():
            above = scores >= row["threshold"]
            recall = match[above].sum() / match.sum()
            held += [
                row["precision_low"] <= match[above].mean() <= row["precision_high"],
                row["recall_low"] <= recall <= row["recall_high"],
            ]
            among = match[asked]
            counted.append(row["recall_low"] <= among[above[asked]].sum() / among.sum() <= row["recall_high"])
    assert np.mean(held) >= 0.93
    assert np.mean(counted) < 0.8


def test_with_all_pairs_labelled_nothing_is_uncertain():
    scores, match = population(np.random.default_rng(1), 300)
    row = threshold_table(match, scores, scores, at=[1e-30]).row(0, named=True)
    assert row["precision"] == row["precision_low"] == row["precision_high"] == pytest.approx(match.mean())
    assert (row["recall_low"], row["recall"], row["recall_high"]) == (1.0, 1.0, 1.0)


def test_pairs_without_labels_of_their_score_widen_the_interval():
    labels, scores = np.array([True] * 20 + [False] * 20), np.array([0.995] * 20 + [0.4] * 20)
    few, many = (np.concatenate([scores, [0.8] * n]) for n in (1, 100))
    narrow, wide = (threshold_table(labels, scores, p, at=[0.5]).row(0, named=True) for p in (few, many))
    assert wide["precision_high"] - wide["precision_low"] > narrow["precision_high"] - narrow["precision_low"] + 0.2
    assert wide["precision_low"] <= wide["precision"] <= wide["precision_high"]


def test_the_more_is_labelled_the_surer():
    scores, match = population(np.random.default_rng(2))
    rng = np.random.default_rng(3)
    widths = []
    for n in (50, 200, 1000):
        asked = most_doubtful(scores, rng, n)
        row = threshold_table(match[asked], scores[asked], scores, at=[0.5]).row(0, named=True)
        widths.append(row["recall_high"] - row["recall_low"])
    assert widths == sorted(widths, reverse=True)


def test_a_table_needs_labels():
    with pytest.raises(UsageError, match="0 labels"):
        threshold_table(np.zeros(0, bool), np.zeros(0), np.zeros(3))
