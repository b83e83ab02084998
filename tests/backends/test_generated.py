"""Specs and rows made by chance: every engine gives the rows, rejects and counts of Polars, or says it cannot.

The number of examples is small here; WORKBENCH_EXAMPLES multiplies it for a long search. What a search finds becomes
a case of tests/golden/semantics or of parity_kit.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from generating import Case, cases, frames, wide_cases
from hypothesis import HealthCheck, Phase, event, given, settings
from parity_kit import differences, references, resolved

from workbench.backends import compile_sql
from workbench.errors import NotPortableError
from workbench.mapping import Resolved, apply

TIMES = int(os.environ.get("WORKBENCH_EXAMPLES", "1"))
relaxed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def equal_or_declared(engine: Callable[..., Any], case: Case, frame: pl.DataFrame) -> None:
    tables = references(frame)
    plan: Resolved = resolved(case.fields, frame, case.rows)
    want = apply(plan.plan, frame, tables)
    try:
        got = engine(plan.plan, frame, tables)
    except NotPortableError as e:
        event(f"not portable: {str(e)[:60]}")
        return
    assert differences(want, got) == []


@settings(relaxed, max_examples=40 * TIMES)
@given(case=cases(), frame=frames() | frames(nul=True))
@pytest.mark.parametrize("engine", ["duckdb"], indirect=True)
def test_duckdb_answers_any_spec_as_polars_does(engine: Callable[..., Any], case: Case, frame: pl.DataFrame):
    equal_or_declared(engine, case, frame)


@settings(relaxed, max_examples=20 * TIMES)
@given(case=cases(), frame=frames() | frames(nul=True))
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_postgres_answers_any_spec_as_polars_does(engine: Callable[..., Any], case: Case, frame: pl.DataFrame):
    equal_or_declared(engine, case, frame)


@pytest.mark.spark
@settings(relaxed, max_examples=2 * TIMES, derandomize=TIMES == 1, database=None, phases=[Phase.generate])
@given(case=wide_cases(12), frame=frames() | frames(nul=True))
@pytest.mark.parametrize("engine", ["spark"], indirect=True)
def test_spark_answers_any_spec_as_polars_does(engine: Callable[..., Any], case: Case, frame: pl.DataFrame):
    """Spark plans a query for seconds: a spec has many fields, those it declares are left out, nothing is shrunk."""
    equal_or_declared(engine, case._replace(fields=portable(case, frame, "spark")), frame)


def portable(case: Case, frame: pl.DataFrame, dialect: str) -> dict[str, Any]:
    """The fields of a spec that a dialect does not declare."""
    out = {}
    for name, field in case.fields.items():
        try:
            compile_sql(resolved({name: field}, frame, case.rows).plan, dialect, "incoming")
        except NotPortableError as e:
            event(f"not portable: {str(e)[:60]}")
            continue
        out[name] = field
    return out
