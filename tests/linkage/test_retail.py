"""The sample landscape's customers across CRM, ERP and shop, held against its ground truth."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.linkage import (
    Label,
    Linkage,
    add_labels,
    labelled,
    link,
    load_link_model,
    most_informative,
    read_labels,
    threshold_table,
)
from workbench.project import open_project
from workbench.sample import true_crosswalk


@pytest.fixture(scope="module")
def frames(root: Path) -> dict[str, pl.DataFrame]:
    return open_project(root / "data" / "retail" / "landscape.yaml").canonical("Customer")


@pytest.fixture(scope="module")
def found(frames: dict[str, pl.DataFrame], root: Path) -> Linkage:
    return link(frames, load_link_model(root / "data" / "retail" / "links" / "customer.yaml"))


def same_pairs(frame: pl.DataFrame, *by: str) -> int:
    sizes = frame.group_by(by).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def test_precision_and_recall_against_the_truth(found: Linkage, root: Path):
    owners = true_crosswalk(root / "data" / "retail").select("source_id", pl.col("canonical_id").alias("customer_id"))
    entries = found.crosswalk.entries.join(owners, on="source_id").drop_nulls("customer_id")
    right = same_pairs(entries, "canonical_id", "customer_id")
    assert right / same_pairs(entries, "canonical_id") > 0.98
    assert right / same_pairs(entries, "customer_id") > 0.98


def test_few_labels_tell_precision_and_recall_of_all_pairs(found: Linkage, root: Path, tmp_path: Path):
    owner = dict(true_crosswalk(root / "data" / "retail").select("source_id", "canonical_id").iter_rows())
    ends = found.pairs.select("id_l", "id_r").iter_rows()
    pairs = found.pairs.with_columns(match=pl.Series([owner.get(a) == owner.get(b, "?") for a, b in ends]))
    keys = ["system_l", "id_l", "system_r", "id_r"]
    for _ in range(6):
        asked = most_informative(found.pairs, read_labels(tmp_path / "l.csv"), 20).join(
            pairs.select(*keys, "match"), on=keys
        )
        rows = asked.select(*keys, "match").iter_rows()
        add_labels(tmp_path / "l.csv", [Label((s, a), (t, b), m) for s, a, t, b, m in rows])
    known = labelled(found, read_labels(tmp_path / "l.csv"))
    scores, match = pairs["probability"].to_numpy(), pairs["match"].to_numpy()
    told = threshold_table(known["match"].to_numpy(), known["probability"].to_numpy(), scores)
    held = []
    for row in told.to_dicts():
        above = scores >= row["threshold"]
        precision, recall = match[above].mean(), match[above].sum() / match.sum()
        held += [row["precision_low"] - 1e-9 <= precision <= row["precision_high"] + 1e-9]
        held += [row["recall_low"] - 1e-9 <= recall <= row["recall_high"] + 1e-9]
    assert all(held)
    assert abs(known["match"].mean() - match.mean()) > 0.3  # counting the labels would not do
    assert told["precision_low"].max() > 0.8  # and says something


def test_every_record_is_in_exactly_one_cluster(found: Linkage, frames: dict[str, pl.DataFrame]):
    entries = found.crosswalk.entries
    assert entries.height == sum(f.height for f in frames.values())
    assert not entries.select("system", "source_id").is_duplicated().any()


def test_a_second_run_with_new_rows_keeps_every_old_id(found: Linkage, frames: dict[str, pl.DataFrame]):
    kept = {name: frame.filter(pl.int_range(pl.len()) % 20 != 7) for name, frame in frames.items()}
    first = link(kept, found.model)
    second = link(frames, found.model, crosswalk=first.crosswalk)
    old = first.crosswalk.entries.select("system", "source_id", before="canonical_id")
    both = old.join(second.crosswalk.entries, on=["system", "source_id"], how="left")
    moved = both.filter(pl.col("before") != pl.col("canonical_id"))
    # An id may only give way to the one it was merged into, and the history says so.
    assert [r for r in moved["before"].unique() if second.crosswalk.current_id(r) is None] == []
    assert set(old["before"]) <= set(second.crosswalk.history["canonical_id"])
    assert moved.height <= 0.005 * both.height
    assert second.compared < found.compared
