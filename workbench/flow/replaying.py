"""Try dead letters again with a mended spec, past the row steps they have already been through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from workbench.backends import schema_of
from workbench.errors import UsageError
from workbench.mapping import Applied, apply
from workbench.model import TEXT, Filter, Lookup, Plan
from workbench.quality import DeadLetters, Replay

__all__ = ["replay"]

Tables = Callable[[str], pl.LazyFrame]
LETTER = "_letter"


def replay(
    letters: DeadLetters, plan: Plan, tables: Tables | None = None, *, run: str, where: pl.DataFrame | None = None
) -> Replay:
    """Replay the dead letters of a plan; write the rows that pass, then call ``letters.settle``.

    A letter holds its row as it was after the row steps. Filters and lookups are therefore run again, and a
    step that made rows of other rows (explode, group, union …) is not, because its rows are there already.

    Args:
        letters: The dead letters.
        plan: The mended plan.
        tables: Gives the frame of a table that a lookup names.
        run: Name of the run that replays.
        where: The letters to try, as `DeadLetters.query` gives them; all open ones of the spec unless given.

    Raises:
        UsageError: The letters lack columns that the mended spec reads.
    """
    chosen = letters.query(spec=plan.name.rpartition(" ")[0]) if where is None else where
    if not chosen.height:
        return Replay(run, pl.DataFrame(), chosen, (), 0)
    return letters.replay(lambda rows: _again(plan, rows, tables), chosen, run=run)


def _again(plan: Plan, rows: pl.DataFrame, tables: Tables | None) -> Applied:
    steps = tuple(s for s in plan.rows if isinstance(s, Filter | Lookup))
    taken = {name for s in steps if isinstance(s, Lookup) for name, _, _ in s.take}
    data = rows.drop([c for c in rows.columns if c in taken])
    # Only what a letter lacks can be wrong: a source column that it never had.
    missing = [n for n, _ in plan.source if n not in data.columns and len(steps) == len(plan.rows)]
    if missing:
        raise UsageError(
            f"the dead letters lack columns that the mended spec reads: {', '.join(missing)}",
            where=plan.name,
            cure="run the source again",
        )
    source = tuple((n, TEXT if n == LETTER else t) for n, t in schema_of(data).items())
    return apply(replace(plan, source=source, rows=steps), data, tables)
