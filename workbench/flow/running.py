"""Run a spec from a source to a target on an engine: passed rows written, rejected rows kept as dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from workbench.backends import Applied, local_session, run_duckdb, run_postgres, run_spark
from workbench.errors import MissingExtraError, SourceError, UnknownNameError
from workbench.mapping import Counts, batch_rows_of, run_streaming
from workbench.model import Plan
from workbench.quality import DeadLetters
from workbench.sources import postgres_error, write

__all__ = ["ENGINES", "run_spec"]

ENGINES = ("polars", "duckdb", "postgres", "spark")
Tables = Callable[[str], pl.LazyFrame]


def run_spec(
    plan: Plan,
    frame: pl.LazyFrame,
    out: str | os.PathLike[str],
    dead_letters: str | os.PathLike[str],
    *,
    table: str | None = None,
    tables: Tables | None = None,
    engine: str = "polars",
    run: str = "",
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Apply a plan to a whole source, in bounded memory where its row steps allow.

    Args:
        plan: What to run.
        frame: The source.
        out: Where the passed rows go, in any format that can be written.
        dead_letters: Folder of the dead letters.
        table: The table of a database that they go into.
        tables: Gives the frame of a table that a lookup or union names.
        engine: What runs it, with the same answer: 'polars', 'duckdb', 'postgres' (the server that the environment
            variable WORKBENCH_POSTGRES names) or 'spark' (a local session). All take batches; those but Polars need
            all rows at once where a row step does (`footprint` says which, and the memory).
        run: Name of the run; made from the time when empty.
        progress: Called with the number of source rows read so far.

    Returns:
        The books, checked.

    Raises:
        UnknownNameError: There is no such engine.
        SourceError: The source, a table or the target fails.
        ConservationError: Rows were lost; a defect of the workbench.
    """
    if engine not in ENGINES:
        raise UnknownNameError.of("engine", engine, ENGINES)
    letters = DeadLetters(Path(dead_letters))
    name = run or datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    with _started(engine, plan, tables) as started:
        return run_streaming(
            plan,
            frame,
            lambda passed: write(passed, out, table=table),
            lambda rejected, part: letters.keep(rejected, run=name, fingerprint=plan.fingerprint, part=part),
            tables,
            engine=started,
            batch_rows=batch_rows_of(engine),
            progress=progress,
        )


@contextmanager
def _started(engine: str, plan: Plan, tables: Tables | None) -> Iterator[Callable[[pl.DataFrame], Applied] | None]:
    """What runs a plan over rows on an engine, for as long as the engine is up; none for Polars, which streams."""
    known = None if tables is None else cache(lambda name: tables(name).collect().lazy())  # once, not once a batch
    if engine == "polars":
        yield None
    elif engine == "duckdb":
        yield lambda rows: run_duckdb(plan, rows, known)
    elif engine == "spark":
        session = local_session()
        try:
            yield lambda rows: run_spark(plan, session, rows, known)
        finally:
            session.stop()
    else:
        with _postgres() as connection:
            yield lambda rows: run_postgres(plan, connection, rows, known)


@contextmanager
def _postgres() -> Iterator[Any]:
    """A connection to the server that the environment names."""
    address = os.environ.get("WORKBENCH_POSTGRES", "")
    if not address:
        cure = "export WORKBENCH_POSTGRES=postgresql://user@host/database"
        raise SourceError("no PostgreSQL server is named", where="WORKBENCH_POSTGRES", cure=cure)
    try:
        import psycopg
    except ImportError:
        raise MissingExtraError.of("psycopg", "postgres", "running on PostgreSQL") from None
    try:
        with psycopg.connect(address) as connection:
            yield connection
    except psycopg.Error as e:
        raise postgres_error(e, address, "WORKBENCH_POSTGRES") from None
