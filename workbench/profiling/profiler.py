"""`profile(frame)`: the facts of a dataset in one pass over its rows, a second one only where it pays."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from workbench.errors import UsageError

from .columns import Made, make_column
from .dataset import Problem, Profile
from .dates import order_of
from .dependencies import dependencies
from .distinct import Hashes, in_order_owned
from .gather import Gathered
from .number import Number
from .problems import worst_first
from .scan import Frame, Scanned, every_hash, scan_rows
from .tables import candidate_keys, duplicate_rows, key_problems
from .texts import Habits

__all__ = ["profile"]

SAMPLE = 30_000
MEMORY = 512 * 2**20


def profile(
    frame: Frame,
    *,
    name: str = "dataset",
    full: bool = False,
    sample: int = SAMPLE,
    memory: int = MEMORY,
    relations: bool = True,
    personal: Collection[str] = (),
) -> Profile:
    """Find out the facts about a dataset.

    Rows, nulls, blanks, bounds and lengths are always counted over all rows, and so is every value of a
    column that has few different ones (65,536). Of the others, distinct values are estimated (±1.5 %)
    unless they may be a key, and shapes, quantiles, formats and frequent values come from a systematic
    sample; every number says which. Memory is bounded: the rows are streamed.

    Args:
        frame: The data; a lazy frame is streamed, never held.
        name: What to call it.
        full: Count distinct values, shapes and quantiles over all rows of every column.
        sample: Rows of the sample, at least (all rows if there are fewer), at most twice as many.
        memory: Bytes for exact counts of columns with many different values; columns that do not fit are
            read once more, one at a time.
        relations: Look for keys, duplicate rows and dependencies as well.
        personal: Columns known to hold personal data, to be masked whatever their values look like.

    Raises:
        UsageError: The frame is no Polars frame, or the sample is empty.

    >>> facts = profile(pl.DataFrame({"born": ["25/12/1990", "03/04/1985", None]}))
    >>> facts["born"].dates[0].format, str(facts["born"].nulls)
    ('%d/%m/%Y', '1')
    """
    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise UsageError(
            f"a profile is made of a Polars frame, not of {type(frame).__name__}",
            where=name,
            cure="polars.from_pandas or polars.from_arrow make one",
        )
    if sample < 1:
        raise UsageError(f"a sample of {sample} rows says nothing", where="sample", cure="take 30,000")
    scanned = scan_rows(frame, full=full, sample=sample, memory=memory)
    made = _settled(frame, scanned, full, personal)
    problems: list[Problem] = [problem for column in made for problem in column.problems]
    if not scanned.rows:
        problems.append(Problem("no_rows", None, "there are no rows, only the names of columns", severity=1.0))
    facts = Profile(
        name=name,
        rows=Number(scanned.rows),
        columns=tuple(column.facts for column in made),
        full=full,
        sampled=scanned.sample.height if any(_samples(c) for c in scanned.columns) else 0,
    )
    if not relations:
        return _with(facts, problems=worst_first(problems))
    keys = candidate_keys(frame, made, scanned.sample, scanned.rows)
    width = len(scanned.sample.columns)
    duplicates = duplicate_rows(frame, keys, width, scanned.rows)
    problems += key_problems(made, keys, duplicates, scanned.rows)
    found = dependencies(frame, made, scanned.sample, scanned.rows, full)
    return _with(facts, keys=keys, duplicates=duplicates, dependencies=found, problems=worst_first(problems))


def _with(facts: Profile, **more: object) -> Profile:
    from dataclasses import replace

    return replace(facts, **more)  # type: ignore[arg-type]


def _samples(column: Gathered) -> bool:
    return column.tally is None and column.distincts is not None


def _settled(frame: Frame, scanned: Scanned, full: bool, personal: Collection[str]) -> list[Made]:
    """The columns, those in doubt made again once the others have shown the dataset's habits."""
    made: list[Made] = []
    for column in scanned.columns:
        ordered = _ordered(frame, column, full)
        made.append(make_column(column, scanned.sample, ordered, personal=column.leaf.name in personal))
        if not _in_doubt(made[-1]):
            column.drop_arrays()
    habits = _habits(made)
    for place, column in enumerate(scanned.columns):
        if habits != Habits() and _in_doubt(made[place]):
            again = _ordered(frame, column, full)
            known = column.leaf.name in personal
            made[place] = make_column(column, scanned.sample, again, habits, personal=known)
        column.drop_arrays()
    return made


def _in_doubt(made: Made) -> bool:
    dates, numbers = made.facts.dates, made.facts.numbers
    return any(d.status == "assumed" for d in dates) or any(n.status == "assumed" for n in numbers)


def _habits(made: list[Made]) -> Habits:
    """What columns prove, where they agree."""
    orders = {order_of(d.format) for c in made for d in c.facts.dates if d.status == "proven"}
    signs = {
        n.decimal for c in made for n in c.facts.numbers if n.status == "proven" and c.facts.type.kind == "decimal"
    }
    orders, signs = orders - {""}, signs - {""}
    return Habits(orders.pop() if len(orders) == 1 else "", signs.pop() if len(signs) == 1 else "")


def _ordered(frame: Frame, column: Gathered, full: bool) -> Hashes | None:
    """The hashes of a column in order: kept, or read again where a key is plausible; else none."""
    if column.distincts is None:
        return None
    kept = column.distincts.sorted()
    if kept is not None:
        return kept
    seen = column.distincts.seen
    plausible = column.distincts.estimate().value >= 0.75 * seen and not column.leaf.dtype.is_float()
    if column.kind == "opaque" or not (full or (plausible and not column.leaf.in_list)):
        return None
    return in_order_owned(every_hash(frame, column.leaf, seen))
