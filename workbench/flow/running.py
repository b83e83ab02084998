"""Run a spec from a source to a target on an engine: passed rows written, rejected rows kept as dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.backends import Applied, local_session, run_duckdb, run_postgres, run_spark
from workbench.errors import ConservationError, MissingExtraError, SourceError, UnknownNameError
from workbench.mapping import Counts, run_streaming
from workbench.model import Plan
from workbench.quality import DeadLetters
from workbench.sources import write

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
    """Apply a plan to a whole source in bounded memory.

    Args:
        plan: What to run.
        frame: The source.
        out: Where the passed rows go, in any format that can be written.
        dead_letters: Folder of the dead letters.
        table: The table of a database that they go into.
        tables: Gives the frame of a table that a lookup or union names.
        engine: What runs it: 'polars' in bounded memory; 'duckdb', 'postgres' (the server that the environment
            variable WORKBENCH_POSTGRES names) or 'spark' (a local session) at once, with the same answer.
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
    if engine != "polars":
        applied = _at_once(engine, plan, frame, tables)
        written = write(applied.passed, out, table=table)
        letters.keep(applied.rejected, run=name, fingerprint=plan.fingerprint)
        if written != applied.counts.check().rows_out:
            what = f"{applied.counts.rows_out} rows passed but {written} were written"
            raise ConservationError(what, where=plan.name, cure="report this")
        return applied.counts
    return run_streaming(
        plan,
        frame,
        lambda passed: write(passed, out, table=table),
        lambda rejected, part: letters.keep(rejected, run=name, fingerprint=plan.fingerprint, part=part),
        tables,
        progress=progress,
    )


def _at_once(engine: str, plan: Plan, frame: pl.LazyFrame, tables: Tables | None) -> Applied:
    if engine == "duckdb":
        return run_duckdb(plan, frame, tables)
    if engine == "spark":
        session = local_session()
        try:
            return run_spark(plan, session, frame, tables)
        finally:
            session.stop()
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
            return run_postgres(plan, connection, frame, tables)
    except psycopg.OperationalError:
        cure = "is the server up, and is the address right?"
        raise SourceError("PostgreSQL cannot be reached", where="WORKBENCH_POSTGRES", cure=cure) from None
