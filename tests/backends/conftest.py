"""The engines as one list of names, and what each needs to run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # parity_kit is shared by these tests and the count of nasty rows

from engine_kit import local_spark, postgres

Runner = Callable[..., Any]


@pytest.fixture(scope="session")
def postgres_connection() -> Iterator[Any]:
    yield from postgres()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    yield from local_spark()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Runner:
    """A function (plan, frame, tables) -> Applied of the engine that the test is parametrised by."""
    from workbench.backends import run_duckdb, run_postgres, run_spark
    from workbench.mapping import apply

    name = request.param
    if name == "polars":
        return apply
    if name == "duckdb":
        return run_duckdb
    if name == "postgres":
        connection = request.getfixturevalue("postgres_connection")
        return lambda plan, frame, tables=None: run_postgres(plan, connection, frame, tables)
    session = request.getfixturevalue("spark")
    return lambda plan, frame, tables=None: run_spark(plan, session, frame, tables)
