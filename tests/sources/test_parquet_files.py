"""Parquet: files, folders, globs, and damaged ones."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import SourceError
from workbench.sources import scan

FRAME = pl.DataFrame({"id": [1, 2], "tags": [["a"], []]})


def test_a_file(tmp_path):
    FRAME.write_parquet(tmp_path / "x.parquet")
    found = scan(tmp_path / "x.parquet")
    assert found.collect().equals(FRAME)
    assert (found.name, found.facts["rows"]) == ("x", 2)


def test_a_folder_and_a_glob(tmp_path):
    for i in range(3):
        FRAME.write_parquet(tmp_path / f"part-{i}.parquet")
    whole, some = scan(tmp_path), scan(tmp_path / "part-[01].parquet")
    assert (whole.collect().height, whole.facts["rows"], whole.facts["files"]) == (6, 6, 3)
    assert (some.collect().height, some.name) == (4, tmp_path.name)


def test_folder_names_may_be_columns(tmp_path):
    for year in (2025, 2026):
        (tmp_path / f"year={year}").mkdir()
        FRAME.write_parquet(tmp_path / f"year={year}" / "x.parquet")
    assert sorted(scan(tmp_path).collect()["year"].to_list()) == [2025, 2025, 2026, 2026]


def test_files_with_other_columns_are_named(tmp_path):
    FRAME.write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"id": ["1"], "note": [""]}).write_parquet(tmp_path / "b.parquet")
    with pytest.raises(SourceError, match=r"b\.parquet: .*a\.parquet: it has note more; lacks tags; id is String here"):
        scan(tmp_path)


@pytest.mark.parametrize("content", [b"PAR1xxxxPAR1", b"PAR1" + b"\0" * 50])
def test_a_damaged_file_is_an_error(written, content):
    with pytest.raises(SourceError, match=r"x\.parquet: not a readable Parquet file"):
        scan(written("x.parquet", content))


def test_a_cut_file_an_empty_file_and_another_file(written, tmp_path):
    FRAME.write_parquet(tmp_path / "whole.parquet")
    with pytest.raises(SourceError, match="not a readable Parquet file"):
        scan(written("cut.parquet", (tmp_path / "whole.parquet").read_bytes()[:-9]))
    with pytest.raises(SourceError, match="the file is empty"):
        scan(written("empty.parquet", b""))
    with pytest.raises(SourceError, match="this is text, not Parquet → read it with format='csv'"):
        scan(written("text.parquet", b"id,name\n1,Ann\n"))


def test_a_glob_that_matches_nothing(tmp_path):
    with pytest.raises(SourceError, match="no file matches → check the pattern"):
        scan(tmp_path / "*.parquet")
