"""The way in: locations found or refused, formats told, what a scan shows of itself."""

from __future__ import annotations

import os

import polars as pl
import pytest

from workbench.errors import SourceError, UnknownNameError, UsageError
from workbench.sources import READERS, ReadProblem, Scan, scan, tables
from workbench.sources.locations import Place, mask_secrets

TEXT = "id,name\n1,Ann\n"


def test_a_missing_file_names_its_nearest_siblings(written, tmp_path):
    written("customers.csv", TEXT)
    with pytest.raises(SourceError, match=r"custmers\.csv: there is no such file → did you mean 'customers\.csv'\?"):
        scan(tmp_path / "custmers.csv")
    with pytest.raises(SourceError, match=r"there is no folder .*nowhere either"):
        scan(tmp_path / "nowhere" / "x.csv")


@pytest.mark.parametrize("location", ["../x.csv", "a/../../x.csv", "/etc/passwd", "file:///etc/passwd"])
def test_paths_leading_out_of_the_root_are_refused(tmp_path, location):
    (tmp_path / "inner").mkdir()
    (tmp_path / "x.csv").write_text(TEXT, "utf-8")
    with pytest.raises(SourceError, match="the path leads out of the project → keep data under"):
        scan(location, format="csv", root=tmp_path / "inner")


def test_links_and_globs_leading_out_of_the_root_are_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "x.parquet")
    os.symlink(tmp_path / "x.parquet", tmp_path / "inner" / "link.parquet")
    for location in ("link.parquet", "*.parquet"):
        with pytest.raises(SourceError, match="the path leads out of the project"):
            scan(location, root=tmp_path / "inner")
    with pytest.raises(SourceError, match="the path leads out of the project"):
        scan("sqlite:///../x.parquet", root=tmp_path / "inner", table="t")


def test_relative_paths_start_at_the_root(written, tmp_path):
    written("x.csv", TEXT)
    assert scan("x.csv", root=tmp_path).collect().height == 1


def test_a_folder_is_no_file(written, tmp_path):
    written("x.csv", TEXT)
    with pytest.raises(SourceError, match=r"this is a folder, not a file → name one of its files: x\.csv"):
        scan(tmp_path)
    for format_ in ("csv", "json", "ndjson", "excel", "sqlite", "duckdb"):
        with pytest.raises(SourceError, match="this is a folder"):
            scan(tmp_path, format=format_)


def test_unknown_formats_and_extensions_name_the_nearest(written):
    with pytest.raises(UnknownNameError, match=r"there is no source 'cvs' → did you mean 'csv'\?"):
        scan(written("x.csv", TEXT), format="cvs")
    with pytest.raises(
        SourceError, match=r"cannot be told from the name 'x\.cvs'; .* like text → did you mean '\.csv'"
    ):
        scan(written("x.cvs", TEXT))
    with pytest.raises(SourceError, match="addresses of kind 'mysql://' are not read here"):
        scan("mysql://ann:s3cret@host/shop", table="t")
    with pytest.raises(SourceError, match="the location is empty"):
        scan(" ")


def test_a_file_without_extension_is_told_by_its_content(written):
    assert scan(written("people", TEXT)).facts["format"] == "csv"
    assert scan(written("numbers", '[{"a": 1}]')).facts["format"] == "json"
    with pytest.raises(SourceError, match="cannot be told from the name 'binary'"):
        scan(written("binary", b"\0\1\2\0"))


def test_a_file_named_for_another_format_is_told(written, tmp_path):
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "x.csv")
    with pytest.raises(SourceError, match=r"this is a Parquet file, .* read it with format='parquet'"):
        scan(tmp_path / "x.csv")


def test_only_databases_and_workbooks_have_tables(written):
    with pytest.raises(UsageError, match="csv has no tables"):
        tables(written("x.csv", TEXT))
    with pytest.raises(UsageError, match="csv has no option 'table'"):
        scan(written("x.csv", TEXT), table="t")


def test_a_plugin_reads_what_it_registers(written):
    def read_fixed(place: Place, *, width: int = 2) -> Scan:
        lines = place.file.read_text("utf-8").splitlines()
        return Scan(place.name, pl.LazyFrame({"a": [line[:width] for line in lines]}), {"rows": len(lines)})

    READERS.add("fixed", read_fixed)
    try:
        path = written("x.fix", "abcd\nefgh\n")
        assert scan(path, format="fixed", width=3).collect()["a"].to_list() == ["abc", "efg"]
        with pytest.raises(UsageError, match="fixed has no option 'widht' → did you mean 'width'"):
            scan(path, format="fixed", widht=3)
    finally:
        READERS._things.pop("fixed")


def test_a_scan_shows_its_facts_and_masks_the_text_of_problems(written):
    found = scan(written("x.csv", "id,name\n1,Ann\n2,Bob Lee,0171\n<b>3</b>\n"))
    for shown in (repr(found), found._repr_html_()):
        assert "2 rows × 2 columns" in shown
        assert "Bob" not in shown
        assert "0171" not in shown
        assert "9,Xxx Xxx,9999" in shown
    assert "<b>3" not in found._repr_html_()
    assert found.problems[0].text == "2,Bob Lee,0171"
    assert "Bob" not in repr(found.problems)


def test_many_problems_are_counted_and_the_first_kept(written):
    found = scan(written("x.csv", "a,b,c\n" + "1,2\n" * 5000 + "1,2,3\n" * 9000))
    assert found.facts["problems"] == {"short": 5000}
    assert len(found.problems) == 1000
    assert "995 further problems" in repr(found)


def test_a_problem_reads_as_a_sentence():
    assert str(ReadProblem(7, "a stray quote", 'A"1')) == 'line 7: a stray quote [X"9]'
    assert str(ReadProblem(None, "doubtful")) == "doubtful"


@pytest.mark.parametrize(
    "address",
    ["postgresql://ann:s3cret@host/x", "postgresql://ann:p@s3cret/w#?@host/x", "x://host?password=s3cret&y=1",
     "host=db password='s3cret' user=a", "host=db PASSWORD=s3cret"],
)  # fmt: skip
def test_secrets_are_masked(address):
    assert "s3cret" not in mask_secrets(address)
