"""Writing: whole or not at all, and nothing changed on the way."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import SourceError, UnknownNameError, UsageError
from workbench.sources import scan, write

FRAME = pl.DataFrame({"id": [1, 2], "name": ["Ann", None]})


def failing(rows: int = 60_000) -> pl.LazyFrame:
    """Rows of which a late one cannot be computed."""
    return pl.LazyFrame({"id": range(rows)}).with_columns(
        name=pl.when(pl.col("id") == rows - 1).then(pl.lit("x")).otherwise(pl.lit("1")).cast(pl.Int64)
    )


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.json", "x.ndjson", "x.sqlite", "x.duckdb", "x.xlsx"])
def test_a_failure_leaves_what_was_there_and_no_other_file(tmp_path, name):
    table = {"table": "t"} if name.endswith(("sqlite", "duckdb")) else {}
    write(FRAME, tmp_path / name, **table)
    before = scan(tmp_path / name, **table).collect()
    with pytest.raises(SourceError, match="cannot be written"):
        write(failing(), tmp_path / name, **table)
    assert scan(tmp_path / name, **table).collect().equals(before)
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.json", "x.ndjson"])
def test_a_file_can_be_written_from_its_own_rows(tmp_path, name):
    write(FRAME, tmp_path / name)
    frame = scan(tmp_path / name).frame.with_columns(pl.col("name").fill_null("?"))
    assert write(frame, tmp_path / name) == 2
    assert scan(tmp_path / name).collect()["name"].to_list() == ["Ann", "?"]


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.json", "x.ndjson", "x.sqlite", "x.duckdb"])
def test_rows_are_appended(tmp_path, name):
    table = {"table": "t"} if name.endswith(("sqlite", "duckdb")) else {}
    assert write(FRAME, tmp_path / name, mode="append", **table) == 2
    assert write(FRAME[:1], tmp_path / name, mode="append", **table) == 1
    assert scan(tmp_path / name, **table).collect()["name"].to_list() == ["Ann", None, "Ann"]


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.ndjson", "x.sqlite", "x.duckdb"])
def test_rows_with_other_columns_are_not_appended(tmp_path, name):
    table = {"table": "t"} if name.endswith(("sqlite", "duckdb")) else {}
    write(FRAME, tmp_path / name, **table)
    with pytest.raises(SourceError, match=r"first|same columns"):
        write(FRAME.rename({"name": "nom"}), tmp_path / name, mode="append", **table)
    assert scan(tmp_path / name, **table).collect().height == 2


def test_parquet_appends_only_rows_of_the_same_types(tmp_path):
    write(FRAME, tmp_path / "x.parquet")
    with pytest.raises(SourceError, match="the types differ"):
        write(FRAME.cast({"id": pl.String}), tmp_path / "x.parquet", mode="append")


def test_appending_to_a_folder_adds_a_file(tmp_path):
    write(FRAME, tmp_path / "part-000000.parquet")
    assert write(FRAME, tmp_path, format="parquet", mode="append") == 2
    assert scan(tmp_path).collect().height == 4
    with pytest.raises(SourceError, match="this is a folder"):
        write(FRAME, tmp_path, format="parquet")


def test_nothing_is_appended_to_a_file_with_unreadable_lines(written):
    path = written("x.csv", "id,name\n1,a\n2,b,c\n")
    with pytest.raises(SourceError, match="1 lines that cannot be read"):
        write(FRAME, path, mode="append")


def test_a_frame_without_rows_keeps_its_columns(tmp_path):
    for name in ("x.csv", "x.parquet", "x.sqlite", "x.duckdb"):
        table = {"table": "t"} if name.endswith(("sqlite", "duckdb")) else {}
        assert write(FRAME.clear(), tmp_path / name, **table) == 0
        assert scan(tmp_path / name, **table).columns == ("id", "name")
    assert write(FRAME.clear(), tmp_path / "x.json") == 0
    assert json.loads((tmp_path / "x.json").read_text("utf-8")) == []


def test_flat_text_holds_nested_values_as_json_and_instants_with_their_zone(tmp_path):
    frame = pl.DataFrame(
        {"tags": [["a", 'b"'], None], "who": [{"n": "x\ny"}, None], "raw": [b"\x00\xff", None],
         "at": [dt.datetime(2026, 1, 2, tzinfo=dt.UTC), None], "took": [dt.timedelta(hours=1), None],
         "fee": [Decimal("1.10"), None]}
    )  # fmt: skip
    write(frame, tmp_path / "x.csv")
    assert scan(tmp_path / "x.csv").collect().row(0) == (
        '["a","b\\""]', '{"n":"x\\ny"}', "00ff", "2026-01-02T00:00:00.000000Z", "PT1H", "1.10",
    )  # fmt: skip
    write(frame, tmp_path / "x.sqlite", table="t")
    assert scan(tmp_path / "x.sqlite").collect()["fee"].to_list() == [Decimal("1.10"), None]


def test_the_suffix_tells_the_delimiter(tmp_path):
    write(FRAME, tmp_path / "x.tsv")
    assert (tmp_path / "x.tsv").read_text("utf-8") == "id\tname\n1\tAnn\n2\t\n"
    write(FRAME, tmp_path / "y.csv", delimiter=";", header=False)
    assert (tmp_path / "y.csv").read_text("utf-8") == "1;Ann\n2;\n"


def test_long_decimals_survive_sqlite(tmp_path):
    values = [Decimal("12345678901234567890.12"), Decimal("0.10"), None]
    write(pl.DataFrame({"fee": pl.Series(values, dtype=pl.Decimal(38, 2))}), tmp_path / "x.sqlite", table="t")
    assert scan(tmp_path / "x.sqlite").collect()["fee"].to_list() == values
    short = pl.DataFrame({"fee": pl.Series([Decimal("0.10")], dtype=pl.Decimal(38, 2))})
    write(short, tmp_path / "y.sqlite", table="t")
    connection = sqlite3.connect(tmp_path / "y.sqlite")
    assert connection.execute("SELECT typeof(fee), fee > 0.05 FROM t").fetchone() == ("real", 1)
    connection.close()


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("x.json", [float("nan")], "'a' holds NaN or infinity, which JSON cannot hold"),
        ("x.ndjson", [float("inf")], "'a' holds NaN or infinity, which JSON cannot hold"),
        ("x.sqlite", [float("nan")], "'a' holds NaN, which SQLite cannot hold"),
    ],
)
def test_values_a_format_cannot_hold_are_refused_by_name(tmp_path, name, values, what):
    with pytest.raises(SourceError, match=what):
        write(pl.DataFrame({"a": values}), tmp_path / name, **({"table": "t"} if name == "x.sqlite" else {}))


def test_integers_beyond_64_bits_and_moments_beyond_microseconds_are_refused(tmp_path):
    wide = pl.DataFrame({"a": pl.Series([2**63], dtype=pl.UInt64)})
    with pytest.raises(SourceError, match="'a' holds integers beyond 64 bits"):
        write(wide, tmp_path / "x.sqlite", table="t")
    fine = pl.DataFrame({"a": pl.Series([1], dtype=pl.Datetime("ns"))})
    with pytest.raises(SourceError, match="finer than a microsecond"):
        write(fine, tmp_path / "x.duckdb", table="t")
    write(wide, tmp_path / "y.duckdb", table="t")
    assert scan(tmp_path / "y.duckdb").collect().equals(wide)


def test_permissions_stay(tmp_path):
    path = tmp_path / "x.csv"
    write(FRAME, path)
    path.chmod(0o640)
    write(FRAME, path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_folders_are_made(tmp_path):
    for name in ("a/b/x.csv", "c/x.sqlite", "d/x.duckdb"):
        write(FRAME, tmp_path / name, **({} if name.endswith("csv") else {"table": "t"}))
        assert (tmp_path / name).exists()


def test_faulty_calls_are_refused(tmp_path):
    with pytest.raises(UsageError, match=r"there is no mode 'apend' → did you mean 'append'\?"):
        write(FRAME, tmp_path / "x.csv", mode="apend")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"sqlite.*the table is not said"):
        write(FRAME, tmp_path / "x.sqlite")
    with pytest.raises(UsageError, match="csv has no option 'sep'"):
        write(FRAME, tmp_path / "x.csv", sep=";")
    with pytest.raises(UsageError, match="delimiter='::' cannot be"):
        write(FRAME, tmp_path / "x.csv", delimiter="::")
    with pytest.raises(UnknownNameError, match=r"there is no sink 'parket' → did you mean 'parquet'\?"):
        write(FRAME, tmp_path / "x", format="parket")
    with pytest.raises(SourceError, match="leads out of the project"):
        write(FRAME, "../x.csv", root=tmp_path)
    with pytest.raises(SourceError, match="this is a folder"):
        write(FRAME, tmp_path, format="csv")
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize("columns", [{"name": ["Ann"]}, {"id": [1]}, {"paid": [1.5]}])
def test_a_workbook_needs_no_column_of_any_type(tmp_path, columns):
    frame = pl.DataFrame(columns)
    assert write(frame, tmp_path / "x.xlsx") == 1
    assert scan(tmp_path / "x.xlsx").collect().equals(frame)
