"""`workbench rules` on a small feed with e-mail addresses as its key: what is shown, what is written, what runs."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from .conftest import Cli

N = 60


@pytest.fixture
def feed(tmp_path: Path) -> tuple[Path, Path]:
    source = pl.DataFrame(
        {
            "mail": [f"ada.lovelace{i}@example.org" for i in range(N)],
            "points": [i % 7 for i in range(N)],
            "kind": ["ABC"[i % 3] for i in range(N)],
        }
    )
    target = source.filter(pl.col("kind") != "C").select(
        pl.col("mail").alias("EMAIL"), pl.col("points").clip(None, 5).alias("POINTS"), pl.lit("crm").alias("SYSTEM")
    )
    source.write_parquet(tmp_path / "in.parquet")
    target.filter(pl.int_range(pl.len()) != 3).write_csv(tmp_path / "out.csv")
    return tmp_path / "in.parquet", tmp_path / "out.csv"


def test_keys_that_are_personal_data_are_masked_and_the_rows_written_on_demand(
    cli: Cli, feed: tuple[Path, Path], tmp_path: Path
) -> None:
    done = cli("rules", *feed, "--rest", tmp_path / "rest")
    assert done.returncode == 0
    assert "left out without a rule: 'ad•.lo•••••••@" in done.stdout
    assert "lovelace" not in done.stdout + done.stderr
    assert pl.read_csv(tmp_path / "rest" / "lost.csv")["mail"].to_list() == ["ada.lovelace4@example.org"]


def test_the_spec_of_a_typed_source_runs_at_once(cli: Cli, feed: tuple[Path, Path], tmp_path: Path) -> None:
    assert cli("rules", "in.parquet", "out.csv", "-o", "feed.yaml").returncode == 0
    done = cli("apply", "feed.yaml", "in.parquet", "made.csv")
    assert done.returncode == 0
    assert "has no contract" in done.stdout
    made, wanted = pl.read_csv(tmp_path / "made.csv"), pl.read_csv(feed[1])
    assert wanted.join(made, on=wanted.columns, how="anti").is_empty()
    assert made.height == wanted.height + 1


def test_a_column_that_the_document_names_and_nobody_has_is_told(
    cli: Cli, feed: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "feed.md").write_text("- `POINTS`: at most 9\n\n- `SHELF`: where it stands\n", encoding="utf-8")
    done = cli("rules", *feed, "--documented", tmp_path / "feed.md", "--json")
    documented = json.loads(done.stdout)["documented"]
    assert (documented["not_found"], len(documented["contradicted"])) == (["SHELF"], 1)


def test_a_list_of_rules_that_is_none_is_refused(cli: Cli, feed: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "feed.yaml").write_text("POINTS: at most 9\n", encoding="utf-8")
    done = cli("rules", *feed, "--documented", tmp_path / "feed.yaml")
    assert done.returncode == 1
    assert "what is documented is not a list of rules" in done.stderr
