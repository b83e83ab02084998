"""What is written is read back, value by value, in every format."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from workbench.sources import scan, write

NASTY = st.text(
    st.one_of(
        st.sampled_from("\"',;\t|\n\r \\%ab1"), st.characters(exclude_characters="\0", exclude_categories=("Cs",))
    ),
    max_size=12,
)
NAMES = st.lists(
    st.text(st.sampled_from("abcÄé \"',;{}%_.1"), min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=1,
    max_size=5,
    unique_by=str.lower,
)
VALUES = {
    pl.String: NASTY,
    pl.Int64: st.integers(-(2**63), 2**63 - 1),
    pl.Boolean: st.booleans(),
    pl.Float64: st.floats(allow_nan=False, allow_infinity=False, width=64).map(lambda v: v + 0.0),
    pl.Date: st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    pl.Datetime("us"): st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)),
    pl.Datetime("us", "UTC"): st.datetimes(dt.datetime(2, 1, 1), dt.datetime(9998, 12, 31), timezones=st.just(dt.UTC)),
    pl.Decimal(38, 2): st.integers(-(10**30), 10**30).map(lambda v: Decimal(v).scaleb(-2)),
}


@st.composite
def frames(draw: st.DrawFn, types: tuple[object, ...] = tuple(VALUES), min_rows: int = 0) -> pl.DataFrame:
    """A frame of a few nullable columns with hard names and values."""
    names = draw(NAMES)
    rows = draw(st.integers(min_rows, 6))
    columns = []
    for name in names:
        dtype = draw(st.sampled_from(types))
        values = draw(st.lists(st.none() | VALUES[dtype], min_size=rows, max_size=rows))  # type: ignore[index]
        columns.append(pl.Series(name, values, dtype))  # type: ignore[arg-type]
    return pl.DataFrame(columns)


NUMBERS = count()
few = settings(deadline=None, max_examples=60)
fewer = settings(deadline=None, max_examples=15)
TEXT = (pl.String,)


def in_folder(name: str) -> Path:
    return Path(tempfile.mkdtemp(dir=FOLDER)) / name


@pytest.fixture(autouse=True, scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    global FOLDER
    FOLDER = tmp_path_factory.mktemp("round_trips")


@few
@given(frame=frames(TEXT), delimiter=st.sampled_from(",;\t|%"))
def test_csv(frame: pl.DataFrame, delimiter: str):
    path = in_folder("x.csv")
    assert write(frame, path, delimiter=delimiter) == frame.height
    found = scan(path, delimiter=delimiter, quote='"', escape="", header=True)
    assert_frame_equal(found.collect(), frame)
    assert found.facts["rows"] == frame.height
    assert not found.rejected.height


@few
@given(frame=frames())
def test_csv_gives_every_type_as_text(frame: pl.DataFrame):
    path = in_folder("x.csv")
    write(frame, path)
    found = scan(path, delimiter=",", quote='"', escape="", header=True).collect()
    assert found.schema.dtypes() == [pl.String] * frame.width
    assert [found[n].null_count() for n in frame.columns] == [frame[n].null_count() for n in frame.columns]


@few
@given(frame=frames())
def test_parquet(frame: pl.DataFrame):
    path = in_folder("x.parquet")
    assert write(frame.lazy(), path) == frame.height
    assert_frame_equal(scan(path).collect(), frame)


@few
@given(frame=frames((pl.String, pl.Int64, pl.Boolean, pl.Float64), min_rows=1))
def test_ndjson(frame: pl.DataFrame):
    path = in_folder("x.ndjson")
    assert write(frame, path) == frame.height
    found = scan(path).collect()
    for name in frame.columns:
        if frame[name].null_count() < frame.height:
            wanted = frame[name]
            if wanted.dtype == pl.Float64 and found[name].dtype == pl.Int64:
                found = found.with_columns(pl.col(name).cast(pl.Float64))
            assert found[name].to_list() == wanted.to_list()


@few
@given(frame=frames((pl.String, pl.Int64, pl.Boolean), min_rows=1))
def test_json(frame: pl.DataFrame):
    path = in_folder("x.json")
    assert write(frame, path) == frame.height
    assert scan(path).collect().rows() == frame.rows()


def without_empty_columns(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(n for n in frame.columns if frame[n].null_count() < frame.height)


@few
@given(frame=frames())
def test_sqlite(frame: pl.DataFrame):
    path = in_folder("x.sqlite")
    assert write(frame, path, table="t") == frame.height
    assert_frame_equal(scan(path, table="t").collect(), frame)


@fewer
@given(frame=frames())
def test_duckdb(frame: pl.DataFrame):
    path = in_folder("x.duckdb")
    assert write(frame, path, table="t") == frame.height
    assert_frame_equal(scan(path, table="t").collect(), frame)


@fewer
@given(frame=frames())
def test_postgresql(postgres: str, frame: pl.DataFrame):
    table = f"round trip {next(NUMBERS)}"  # a table that is there and fits would keep its own types
    assert write(frame, postgres, table=table) == frame.height
    assert_frame_equal(scan(postgres, table=table).collect(), frame)


@fewer
@given(frame=frames((pl.String, pl.Int64, pl.Boolean), min_rows=1))
def test_appending_adds_the_rows_after_those_there(frame: pl.DataFrame):
    for name in ("x.csv", "x.parquet", "x.sqlite"):
        path = in_folder(name)
        table = {"table": "t"} if name.endswith("sqlite") else {}
        options = {"header": True, "delimiter": ",", "quote": '"', "escape": ""} if name.endswith("csv") else {}
        write(frame, path, **table)
        assert write(frame, path, mode="append", **table) == frame.height
        assert scan(path, **table, **options).collect().height == 2 * frame.height
