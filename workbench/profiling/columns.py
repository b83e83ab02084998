"""From what was gathered about a column to its facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from workbench.model import BOOLEAN, DATE, FLOAT, INTEGER, NULL, TEXT, TIME, DataType, decimal, list_of, struct_of

from .basics import Basics, basics_of
from .counted import Counted
from .dataset import Problem
from .dates import date_formats
from .distinct import Hashes, runs
from .facts import ColumnProfile, Lengths, SemanticGuess, ValueCount
from .gather import Gathered
from .leaves import Leaf
from .number import EXACT_ZERO, Number
from .problems import column_problems
from .recognise import Panel
from .semantics import DECIDED, PERSONAL, guess
from .shapes import level_of, shapes_of
from .spread import as_text, spread_of
from .tally import COUNT, VALUE
from .texts import Habits, Shaped, casing_of, padded_of, patterns_of, placeholders_of, read, typed

__all__ = ["Made", "logical", "make_column"]

TOP = 50
SAMPLE = 500
PANEL = 250
FORMATS = 10_000  # different values whose formats are looked at
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Made:
    """A column's facts, what is wrong with it, and what only the search for keys needs.

    Attributes:
        facts: The facts.
        problems: What is wrong.
        filled: Filled rows, exact.
        exact: Whether the number of distinct values is exact.
        repeats: Values that stand in more than one row, where exact.
        kind: See `basics.ColumnKind`.
    """

    facts: ColumnProfile
    problems: tuple[Problem, ...]
    filled: int
    exact: bool
    repeats: int
    leaf: Leaf
    kind: str


def make_column(
    gathered: Gathered, sample: pl.DataFrame, ordered: Hashes | None, habits: Habits | None = None, *,
    personal: bool = False,
) -> Made:  # fmt: skip
    """Make the facts of a column.

    Args:
        gathered: What was counted.
        sample: Whole rows, for what was not counted over all rows.
        ordered: The hashes of all filled values in order, where they were kept or read again.
        habits: What other columns prove about the writing of dates and numbers.
        personal: Whether it is known to hold personal data.
    """
    leaf = gathered.leaf
    if gathered.tally is not None:
        counted, found = Counted.of(gathered.tally, gathered.tally.rows)
        basics = basics_of(leaf, counted.values, counted.counts, found)
        distinct, repeats, repeated = Number(len(counted)), int((counted.counts > 1).sum()), None
    else:
        basics, repeats = gathered.basics, 0
        counted = Counted.of_values(leaf.values(sample), basics.rows)
        repeated = None
        if ordered is not None:
            times = runs(ordered)
            distinct = Number(len(times))
            repeated = _repeated(ordered, times)
            repeats = len(repeated[0])
        else:
            distinct = gathered.distincts.estimate() if gathered.distincts else EXACT_ZERO
    facts = _plain(leaf, gathered.kind, basics, distinct)
    facts = replace(facts, top=_top(counted, repeated), personal=personal)
    if gathered.kind in ("text", "number", "time", "boolean") and len(counted):
        facts, problems = _meant(facts, gathered, counted, habits or Habits())
    else:
        problems = column_problems(facts, None)
    if gathered.kind == "list":
        lengths = spread_of(counted)
        facts = replace(facts, top=(), distinct=EXACT_ZERO, length_histogram=lengths.histogram)
        problems = ()
    return Made(facts, problems, basics.filled, distinct.exact, repeats, leaf, gathered.kind)


def logical(dtype: pl.DataType) -> DataType:
    """The logical type of an engine's type."""
    if isinstance(dtype, pl.List | pl.Array):
        inner = dtype.inner
        assert isinstance(inner, pl.DataType)
        return list_of(logical(inner))
    if isinstance(dtype, pl.Struct):
        return struct_of(**{field.name: logical(field.dtype) for field in dtype.fields})  # type: ignore[arg-type]
    if isinstance(dtype, pl.Decimal):
        return decimal(dtype.scale or 0)
    if isinstance(dtype, pl.Datetime):
        return DataType("timestamp", local=dtype.time_zone is None)
    if dtype in (pl.Int128, pl.UInt64):
        return decimal(0)
    if dtype.is_integer():
        return INTEGER
    if dtype.is_float() or isinstance(dtype, pl.Duration):  # a duration is its seconds
        return FLOAT
    plain = {pl.Boolean: BOOLEAN, pl.Date: DATE, pl.Time: TIME, pl.Null: NULL}
    return next((kind for known, kind in plain.items() if dtype == known), TEXT)


def _plain(leaf: Leaf, kind: str, basics: Basics, distinct: Number) -> ColumnProfile:
    numeric = kind == "number" and basics.filled > 0
    lengths = None
    if basics.shortest is not None and basics.longest is not None and basics.filled:
        lengths = Lengths(basics.shortest, basics.longest, round(basics.characters / basics.filled, 4))
    low, high = _bounds(leaf, basics.minimum, basics.maximum)
    return ColumnProfile(
        name=leaf.name,
        physical=str(leaf.dtype),
        path=(leaf.column, *leaf.steps),
        type=logical(leaf.dtype),
        rows=Number(basics.rows),
        nulls=Number(basics.nulls),
        blanks=Number(basics.blanks),
        nan=Number(basics.nan),
        distinct=distinct,
        zeros=Number(basics.zeros) if numeric else None,
        negatives=Number(basics.negatives) if numeric else None,
        minimum=low,
        maximum=high,
        mean=float(f"{basics.mean:.12g}") if numeric else None,
        deviation=float(f"{basics.deviation:.12g}") if numeric else None,
        lengths=lengths,
    )


def _bounds(leaf: Leaf, low: Any, high: Any) -> tuple[str | None, str | None]:
    if low is None:
        return None, None
    dtype = pl.String if isinstance(low, str) else leaf.dtype
    first, last = as_text(pl.Series([low, high], dtype=dtype)).to_list()
    return first[:200], last[:200]


def _repeated(ordered: Hashes, times: Rows) -> tuple[Hashes, Rows]:
    """The hashes that stand more than once, in order, and how often each does."""
    often = times > 1
    starts = np.cumsum(times)[often] - times[often]
    return ordered[starts], times[often]


def _top(counted: Counted, repeated: tuple[Hashes, Rows] | None) -> tuple[ValueCount, ...]:
    """The most frequent values; of a sample, those that stand out or whose rows can be counted."""
    if repeated is not None and not counted.complete:
        known, times = repeated
        if not len(known):
            return ()
        at = np.searchsorted(known, counted.hashes).clip(max=len(known) - 1)
        often = known[at] == counted.hashes
        counted = Counted(counted.values.filter(pl.Series(often)), pl.Series(times[at][often]), 0, 0)
    top = counted.frequent(TOP)
    texts = as_text(top.get_column(VALUE)).to_list()
    least = 1 if counted.complete else 3  # twice in a sample is chance
    pairs = zip(texts, top.get_column(COUNT).to_list(), strict=True)
    return tuple(ValueCount(text[:200], counted.number(n)) for text, n in pairs if n >= least)


def _meant(
    facts: ColumnProfile, gathered: Gathered, counted: Counted, habits: Habits
) -> tuple[ColumnProfile, tuple[Problem, ...]]:
    """Add what the values look like, what they are when read, and what they mean."""
    sample = as_text(counted.some(SAMPLE).values).sort().to_list()
    facts = replace(facts, sample=tuple(value[:200] for value in sample))
    if gathered.kind == "text":
        facts, counted = _textual(facts, gathered, counted, habits)
    elif gathered.kind in ("number", "time"):
        spread = spread_of(counted, gathered.numbers())
        facts = replace(facts, quantiles=spread.quantiles, histogram=spread.histogram, outliers=spread.outliers)
        if (
            gathered.leaf.dtype.is_integer()
            and int(facts.minimum or 0) >= 19_000_101
            and int(facts.maximum or 0) <= 20_991_231
        ):
            texts = counted.like(counted.values.cast(pl.String))
            facts = replace(facts, dates=date_formats(texts, shapes_of(texts.values), ["9"]))
    panel = _panel(facts, counted)
    guesses = guess(panel)
    best = guesses[0] if guesses and guesses[0].confidence >= DECIDED else None
    personal = facts.personal or any(g.type in PERSONAL and g.confidence >= DECIDED for g in guesses)
    facts = replace(facts, semantic=best, guesses=guesses, personal=personal, type=_settled(facts, best))
    return facts, column_problems(facts, counted)


def _settled(facts: ColumnProfile, best: SemanticGuess | None) -> DataType:
    """The type once the meaning is known: digits that mean a code stay text."""
    if facts.physical == "String" and best is not None:
        if best.type in ("phone", "postcode", "card", "iban", "isbn", "ean", "national_id"):
            return TEXT
        if best.type == "boolean" and best.confidence >= 0.8 and facts.distinct.value <= 2:
            return BOOLEAN
    return facts.type


def _textual(
    facts: ColumnProfile, gathered: Gathered, counted: Counted, habits: Habits
) -> tuple[ColumnProfile, Counted]:
    places = counted.chosen(FORMATS)
    some = counted.at(places)
    if gathered.shapes is not None:
        every = gathered.shapes.counts()
        rows = gathered.basics.rows
        shaped = Shaped(every, gathered.shapes.level, rows, rows, gathered.shapes.lost)
        shapes = shapes_of(some.values)
    else:
        shapes = shapes_of(counted.values)
        level = level_of(shapes)
        shaped = Shaped.of(counted, shapes if level == "runs" else shapes_of(counted.values, level), level)
        shapes = shapes if places is None else shapes[pl.Series(places)]
    coded = facts.lengths is not None and facts.lengths.minimum == facts.lengths.maximum == 2
    marks = placeholders_of(counted, coded)
    empty = sum(int(m.count.value) for m in marks)
    if not counted.complete:
        empty = round(empty * counted.seen / counted.rows)
    hollow = round(empty * some.filled / max(1, counted.filled))
    kind, dates, numbers = typed(some, shapes, hollow, habits)
    lengths = spread_of(counted.like(counted.values.str.len_chars()))
    facts = replace(
        facts, type=kind, dates=dates, numbers=numbers, placeholders=marks,
        patterns=patterns_of(shaped, counted), padded=padded_of(shaped),
        casing=casing_of(shaped if shaped.level == "runs" else Shaped.of(some, shapes, "runs")),
        length_histogram=lengths.histogram,
    )  # fmt: skip
    if kind != TEXT:
        facts = _as_read(facts, read(counted, kind, dates, numbers))
    return facts, counted


def _as_read(facts: ColumnProfile, real: Counted) -> ColumnProfile:
    """Bounds and spread of what the texts say."""
    if not len(real):
        return facts
    spread = spread_of(real)
    low, high = as_text(pl.Series([real.values.min(), real.values.max()], dtype=real.values.dtype)).to_list()
    facts = replace(
        facts, quantiles=spread.quantiles, histogram=spread.histogram, outliers=spread.outliers,
        minimum=low, maximum=high, bounds="exact" if real.complete else "sampled",
    )  # fmt: skip
    if not facts.type.is_numeric:
        return facts
    weights = real.counts.cast(pl.Float64)
    floats = real.values.cast(pl.Float64)
    mean = float((floats * weights).sum()) / float(weights.sum())
    square = float((((floats - mean) ** 2) * weights).sum()) / float(weights.sum())
    return replace(
        facts, mean=float(f"{mean:.12g}"), deviation=float(f"{square**0.5:.12g}"),
        zeros=real.where(floats == 0), negatives=real.where(floats < 0),
    )  # fmt: skip


def _panel(facts: ColumnProfile, counted: Counted) -> Panel:
    """Some different values for the recognisers."""
    if len(counted) <= TOP:  # a word or two astray among a few that repeat have no say
        counted = counted.only(counted.counts > 0.005 * counted.filled)
    some = as_text(counted.some(PANEL).values).str.strip_chars()
    hollow = {mark.value.strip().casefold() for mark in facts.placeholders}
    values = tuple(v[:300] for v in dict.fromkeys(some.to_list()) if v and v.casefold() not in hollow)
    numeric = facts.type.is_numeric and facts.filled > 0
    best = facts.numbers[0] if facts.numbers else None
    digits = facts.type.scale or (best.digits if best else 0) or (6 if facts.type == FLOAT else 0)
    return Panel(
        name=facts.name,
        values=values,
        distinct=int(facts.distinct.value),
        unique=min(1.0, facts.distinct.value / facts.filled) if facts.filled else 0.0,
        numeric=numeric,
        dated=facts.type.kind in ("date", "timestamp", "time") or bool(facts.likely_dates),
        low=float(facts.minimum or 0) if numeric else 0.0,
        high=float(facts.maximum or 0) if numeric else 0.0,
        digits=digits,
        marks=f"{best.prefix} {best.suffix}".strip() if best else "",
        gaps=1 - facts.filled / facts.rows.value if facts.rows.value else 0.0,
    )
