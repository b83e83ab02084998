"""Every step and every row operation over nasty rows: all engines answer as Polars does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parity_kit import (
    FIELD_CASES,
    ROW_CASES,
    STEP_CASES,
    differences,
    nasty_frame,
    references,
    resolved,
    row_fields,
    together,
)

from workbench.backends import compile_sql, load_postgres, run_duckdb
from workbench.errors import NotPortableError
from workbench.mapping import apply

ENGINES = ["duckdb", "postgres", pytest.param("spark", marks=pytest.mark.spark)]
FIELDS = {n: {"from": s, "steps": steps} for n, (s, steps) in STEP_CASES.items()} | FIELD_CASES
# Many fields in one plan: an engine is started, not the step, at each query.
GROUPS = [list(FIELDS)[i::4] for i in range(4)]
SPARK_ROWS = ("lookup reject", "keep_latest ties", "explode", "group", "group steps", "unpivot", "split")


@pytest.mark.parametrize("group", range(4))
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_steps_give_equal_values(group: int, engine: Callable[..., Any]):
    frame = nasty_frame(250, seed=group)
    plan = resolved(together({n: FIELDS[n] for n in GROUPS[group]}, "null"), frame).plan
    assert differences(apply(plan, frame), engine(plan, frame)) == []


@pytest.mark.parametrize("group", range(4))
@pytest.mark.parametrize("engine", ["duckdb", "postgres"], indirect=True)
def test_steps_give_equal_rejects(group: int, engine: Callable[..., Any]):
    frame = nasty_frame(150, seed=10 + group)
    # Every step rejects some row, so all together reject most: each fault is told in _faults.
    plan = resolved(together({n: FIELDS[n] for n in GROUPS[group]}, "reject"), frame).plan
    assert differences(apply(plan, frame), engine(plan, frame)) == []


@pytest.mark.parametrize("case", ROW_CASES)
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_row_operations_give_equal_rows_and_books(
    case: str, engine: Callable[..., Any], request: pytest.FixtureRequest
):
    if "spark" in request.node.name and case not in SPARK_ROWS:
        pytest.skip("run by tests/backends/count_parity.py; here the suite stays short")
    frame = nasty_frame(300, seed=3)
    tables = references(frame)
    plan = resolved(row_fields(case), frame, ROW_CASES[case]).plan
    assert differences(apply(plan, frame, tables), engine(plan, frame, tables)) == []


steps = st.lists(
    st.sampled_from([
        "trim", "collapse_space", "upper", "lower", "title", {"prefix": "a-"}, {"keep": "letters_and_digits"},
        {"replace": {"old": "a", "new": "ß"}}, {"replace_pattern": {"pattern": "[aeiou]+", "new": "_"}}, {"pad": "6"},
        {"substring": {"start": "-4", "count": "3"}}, {"split": {"separator": " "}}, {"null_if": ["a", ""]},
        {"mask": "1"},
        {"extract": {"pattern": "([^ ]+)", "optional": "true"}}, {"default": "Σ?"},
    ]),
    min_size=1, max_size=5,
)  # fmt: skip
texts = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=("Cs", "Cn", "Co")), max_size=12),
    st.text("aA éÉeσΣßİıǆ\u0301\u00a0\u3000\t-,.019 '\x00", max_size=12),
)
relaxed = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@relaxed
@given(chain=steps, values=st.lists(texts, min_size=1, max_size=12))
def test_any_chain_of_text_steps_is_equal_on_duckdb(chain: list[Any], values: list[str | None]):
    assert_equal(chain, values, run_duckdb)


@settings(relaxed, max_examples=25)
@given(chain=steps, values=st.lists(texts, min_size=1, max_size=12))
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_any_chain_of_text_steps_is_equal_on_postgres_or_declared(
    engine: Callable[..., Any], chain: list[Any], values: list[str | None]
):
    if any(v and "\x00" in v for v in values):
        with pytest.raises(NotPortableError, match="NUL"):
            assert_equal(chain, values, engine)
    else:
        assert_equal(chain, values, engine)


def assert_equal(chain: list[Any], values: list[str | None], engine: Callable[..., Any]) -> None:
    import polars as pl

    frame = pl.DataFrame({"id": range(len(values)), "t": values}, schema={"id": pl.Int64, "t": pl.String})
    plan = resolved({"id": {"from": "id"}, "v": {"from": "t", "steps": chain}}, frame).plan
    assert differences(apply(plan, frame), engine(plan, frame)) == []


@pytest.mark.parametrize("engine", ["duckdb", "postgres"])
def test_the_counts_of_a_script_are_the_books_of_apply(engine: str, request: pytest.FixtureRequest):
    frame = nasty_frame(200, seed=5).select("id", "key", "n", "s", "d")
    rows = [{"filter": {"field": "d", "is_null": "false"}, "book_as": "undated"}, *ROW_CASES["group steps"]]
    fields = row_fields("group steps") | {
        "key": {"from": "key", "steps": [{"translate": {"values": {"A": "a", "B": "b", "C": "c"}}}]},
        "least": {"from": "least", "steps": [{"extract": "([0-9])"}], "on_error": "null"},
    }
    plan = resolved(fields, frame, rows).plan
    want = apply(plan, frame).counts
    assert want.replaced.total() > want.replaced["f3.1"] > 0
    script = compile_sql(plan, engine, "incoming", temporary=True)
    con = duckdb.connect() if engine == "duckdb" else request.getfixturevalue("postgres_connection")
    with con.cursor() as cursor:
        if engine == "duckdb":
            cursor.register("incoming", frame.to_arrow())
        else:
            load_postgres(cursor, frame, "incoming")
        for statement in script.prelude:
            cursor.execute(statement)
        told = cursor.execute(script.query("counts")).fetchall()
        if engine == "postgres":
            con.rollback()
    books: dict[str, dict[str, int]] = {}
    for kind, name, n in told:
        books.setdefault(kind, {})[name] = n
    assert books["in"] == {"": want.rows_in}
    assert books["out"] == {"": want.rows_out}
    assert [books[k] for k in ("booked", "rejected", "replaced")] == [want.booked, want.rejected, want.replaced]
