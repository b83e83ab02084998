"""Workbooks: sheets, headers below titles, types where they are beyond doubt."""

from __future__ import annotations

import builtins
import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

from workbench.errors import MissingExtraError, SourceError
from workbench.sources import scan, tables, write


@pytest.fixture
def book(tmp_path: Path) -> Path:
    workbook = Workbook()
    empty = workbook.active
    empty.title = "Empty"
    sheet = workbook.create_sheet("People")
    for row in (
        ["Report of the year"],
        [],
        ["id", "name", "amount", "born", "seen", "mixed", "ok", "id", None],
        [1, "Ann", 1.5, dt.date(1970, 1, 2), dt.datetime(2026, 1, 2, 3, 4, 5), "x", True, "007", "a"],
        [2, "Bob", 2, None, dt.datetime(2026, 1, 3), 7, False, "008", "b"],
        [3, None, 2.25, dt.date(1999, 12, 31), None, 2.5, True, "009", "c"],
    ):
        sheet.append(row)
    workbook.create_sheet("Other").append(["a", "b"])
    workbook.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_the_first_sheet_with_rows_is_read_below_its_title(book):
    found = scan(book)
    assert (found.name, found.facts["sheet"], found.facts["rows_ahead_of_header"]) == ("People", "People", 2)
    assert found.columns == ("id", "name", "amount", "born", "seen", "mixed", "ok", "id_2", "column_9")
    assert "stands twice" in str(found.problems)


def test_columns_of_one_kind_are_typed_and_others_are_text(book):
    frame = scan(book).collect()
    assert dict(frame.schema) == {
        "id": pl.Int64, "name": pl.String, "amount": pl.Float64, "born": pl.Date, "seen": pl.Datetime("us"),
        "mixed": pl.String, "ok": pl.Boolean, "id_2": pl.String, "column_9": pl.String,
    }  # fmt: skip
    assert frame["mixed"].to_list() == ["x", "7", "2.5"]
    assert frame["born"].to_list() == [dt.date(1970, 1, 2), None, dt.date(1999, 12, 31)]
    assert frame["id_2"].to_list() == ["007", "008", "009"]


def test_sheets_by_name_and_position(book):
    assert tables(book) == ("Empty", "People", "Other")
    assert scan(book, sheet="Other").columns == ("a", "b")
    assert scan(book, sheet=3).facts["rows"] == 0
    assert scan(book, sheet="Empty").collect().height == 0
    with pytest.raises(SourceError, match="there is no sheet 'Peple' → did you mean 'People'"):
        scan(book, sheet="Peple")
    with pytest.raises(SourceError, match="there is no sheet 9 → sheets are 1 to 3"):
        scan(book, sheet=9)


def test_the_row_of_the_header_can_be_told(book):
    assert scan(book, sheet="Other", header=False).collect().rows() == [("a", "b")]
    assert scan(book, header=3).columns[:2] == ("id", "name")
    with pytest.raises(SourceError, match="there is no row 99"):
        scan(book, header=99)


def test_error_values_are_counted(tmp_path):
    workbook = Workbook()
    for row in (["n", "m"], [1, 1], ["#DIV/0!", 2], [3, 3]):
        workbook.active.append(row)
    workbook.active["A3"].data_type = "e"
    workbook.save(tmp_path / "x.xlsx")
    found = scan(tmp_path / "x.xlsx")
    assert found.facts["rows"] == 3
    assert found.collect()["m"].to_list() == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 broken", "not a readable workbook"),
        (b"", "is empty"),
        (b"a,b\n1,2\n", "this is text, not a workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(written, content, reason):
    with pytest.raises(SourceError, match=reason):
        scan(written("x.xlsx", content))


def test_a_missing_package_is_named_with_its_cure(book, monkeypatch):
    real = builtins.__import__

    def without(name: str, *args: object, **more: object) -> object:
        if name in ("fastexcel", "xlsxwriter"):
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'mapping-workbench\[excel\]'"):
        scan(book)
    with pytest.raises(MissingExtraError, match=r"pip install 'mapping-workbench\[excel\]'"):
        write(pl.DataFrame({"a": [1]}), book)


def test_what_is_written_is_read_back(tmp_path):
    frame = pl.DataFrame(
        {"id": ["007", "=1+1", "http://x.y"], "n": [1, None, 3], "x": [0.5, 1.0, None], "b": [True, False, None],
         "d": [dt.date(2026, 1, 2), None, dt.date(1999, 1, 1)], "big": [2**60, 1, 2]}
    )  # fmt: skip
    assert write(frame, tmp_path / "x.xlsx", sheet="Daten") == 3
    found = scan(tmp_path / "x.xlsx")
    assert found.name == "Daten"
    expected = frame.with_columns(pl.col("big").cast(pl.String))
    assert found.collect().rows() == expected.rows()


def test_rows_that_a_sheet_cannot_hold_are_refused(tmp_path):
    with pytest.raises(SourceError, match="a sheet holds 1,048,575 rows"):
        write(pl.LazyFrame({"a": [1]}).select(pl.repeat(1, 1_048_576).alias("a")), tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match="a cell holds 32,767 characters"):
        write(pl.DataFrame({"a": ["x" * 40_000]}), tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match="'a' holds NaN or infinity"):
        write(pl.DataFrame({"a": [float("nan")]}), tmp_path / "x.xlsx")
    with pytest.raises(SourceError, match="nothing can be appended to a workbook"):
        write(pl.DataFrame({"a": [1]}), tmp_path / "x.xlsx", mode="append")
    with pytest.raises(SourceError, match=r"only \.xlsx workbooks are written"):
        write(pl.DataFrame({"a": [1]}), tmp_path / "x.xls")


def test_reading_says_nothing_beside_its_result(book: Path, capfd: pytest.CaptureFixture[str], caplog) -> None:
    scan(book, table="People").collect()
    assert (capfd.readouterr(), caplog.records) == (("", ""), [])
