"""What the sample's files are written with."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.sample.databases import sqlite_file
from workbench.sample.write import Files, comma, euros

CENTS = st.lists(st.integers(-99_999_999, 99_999_999), min_size=1, max_size=20)


@given(CENTS)
@settings(deadline=None, max_examples=50)
def test_cents_become_amounts(cents: list[int]) -> None:
    frame = pl.DataFrame({"c": cents})
    written = frame.select(euros(pl.col("c"))).to_series().to_list()
    assert [Decimal(w) for w in written] == [Decimal(c) / 100 for c in cents]
    with_comma = frame.select(comma(pl.col("c"))).to_series().to_list()
    assert with_comma == [w.replace(".", ",") for w in written]
    grouped = frame.select(comma(pl.col("c"), group=".")).to_series().to_list()
    assert [g.replace(".", "") for g in grouped] == with_comma


def opened(folder: Path) -> Files:
    return Files(folder, sqlite_file(folder / "x.sqlite"))


def test_appended_blocks_have_one_header(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": ["1", "2;3"]})
    with opened(tmp_path) as files:
        for _ in range(2):
            files.csv("x", "x.csv", frame, separator=";")
    assert (tmp_path / "x.csv").read_text() == 'a\n1\n"2;3"\n1\n"2;3"\n'
    assert files.rows == {"x": 4}


def test_parquet_parts_are_put_together(tmp_path: Path) -> None:
    with opened(tmp_path) as files:
        files.parquet("x", "x.parquet", pl.DataFrame({"a": [1]}))
        files.parquet("x", "x.parquet", pl.DataFrame({"a": [2]}))
    assert pl.read_parquet(tmp_path / "x.parquet")["a"].to_list() == [1, 2]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.parquet", "x.sqlite"]


def test_a_failure_in_the_background_is_raised(tmp_path: Path) -> None:
    def write() -> None:
        with opened(tmp_path) as files:
            files.table("x", "x", pl.DataFrame({"a": ["1"]}))
            files.table("x", "x", pl.DataFrame({"a": ["1"], "b": ["2"]}))

    with pytest.raises(sqlite3.OperationalError, match="has 1 columns but 2 values were supplied"):
        write()


def test_a_failure_leaves_no_parts(tmp_path: Path) -> None:
    def write() -> None:
        with opened(tmp_path) as files:
            files.parquet("x", "x.parquet", pl.DataFrame({"a": [1]}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    assert [p.name for p in tmp_path.iterdir()] == ["x.sqlite"]
