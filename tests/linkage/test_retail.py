"""The sample landscape's customers across CRM, ERP and shop, held against its ground truth."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.linkage import Linkage, link, load_link_model
from workbench.project import open_project


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
    truth = pl.read_csv(root / "data/retail/truth/customer_records.csv", infer_schema=False)
    system = pl.col("dataset").str.split(".").list.first().str.to_uppercase()
    owners = truth.select((system + "-" + pl.col("source_id")).alias("source_id"), "customer_id").unique("source_id")
    entries = found.crosswalk.entries.join(owners, on="source_id").drop_nulls("customer_id")
    right = same_pairs(entries, "canonical_id", "customer_id")
    assert right / same_pairs(entries, "canonical_id") > 0.98
    assert right / same_pairs(entries, "customer_id") > 0.98


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
