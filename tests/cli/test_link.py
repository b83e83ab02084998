"""The verb link: what people decided beside the model is honoured, and every outcome is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl

from workbench.linkage import Override, Overrides, load_crosswalk, save_overrides

from .conftest import Cli


def test_link_writes_crosswalk_and_golden_records_and_honours_overrides(cli: Cli, root: Path, tmp_path: Path):
    retail = Path(shutil.copytree(root / "data" / "retail", tmp_path / "retail"))
    done = cli("link", retail / "landscape.yaml", "Customer", "-o", "out", "--json")
    assert done.returncode == 0, done.stderr
    out = tmp_path / "out" / "Customer"
    first = load_crosswalk(out)
    golden, origins = (pl.read_parquet(out / f"{name}.parquet") for name in ("golden", "provenance"))
    assert golden.height == json.loads(done.stdout)["counts"]["clusters"]
    assert origins.join(first.entries, on=["canonical_id", "system", "source_id"], how="anti").is_empty()
    assert set(pl.read_parquet(out / "conflicts.parquet")["canonical_id"]) <= set(golden["canonical_id"])

    twice = first.entries.filter(pl.len().over("canonical_id") == 2).sort("canonical_id").head(2)
    parted = Override(pair=tuple(f"{s}:{i}" for s, i in twice.select("system", "source_id").rows()))
    save_overrides(Overrides(cannot_link=(parted,)), retail / "links" / "customer.overrides.yaml")
    again = cli("link", retail / "landscape.yaml", "Customer", "-o", "out", "--anew")
    assert again.returncode == 0, again.stderr
    second = load_crosswalk(out)
    apart = twice.select("system", "source_id").join(second.entries, on=["system", "source_id"])
    assert apart["canonical_id"].n_unique() == 2
    assert second.run == 2
    fresh = second.history.filter(pl.col("valid_from") == 2)
    assert fresh["split_from"].to_list() == [twice["canonical_id"][0]]
