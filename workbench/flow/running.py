"""Run a spec from a source to a target on an engine: passed rows written, rejected rows kept as dead letters."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from workbench.errors import UnknownNameError
from workbench.mapping import Counts, run_streaming
from workbench.model import Plan
from workbench.quality import DeadLetters
from workbench.sources import write

__all__ = ["ENGINES", "run_spec"]

ENGINES = ("polars",)
Tables = Callable[[str], pl.LazyFrame]


def run_spec(
    plan: Plan,
    frame: pl.LazyFrame,
    out: str | os.PathLike[str],
    dead_letters: str | os.PathLike[str],
    *,
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
        tables: Gives the frame of a table that a lookup or union names.
        engine: What runs it.
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
    return run_streaming(
        plan,
        frame,
        lambda passed: write(passed, out),
        lambda rejected, part: letters.keep(rejected, run=name, fingerprint=plan.fingerprint, part=part),
        tables,
        progress=progress,
    )
