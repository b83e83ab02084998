"""The facts of text columns: shapes, cases, formats of dates and numbers, and what they hold when read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from workbench.model import DATE, FLOAT, INTEGER, TEXT, TIME, TIMESTAMP, DataType, decimal

from .counted import Counted
from .dates import date_formats, is_clock, is_instant, is_moment
from .distinct import Hashes
from .facts import Casing, DateFormat, NumberFormat, Pattern, ValueCount
from .number import Number
from .numbers import has_leading_zeros, number_formats
from .reference import alternatives
from .shapes import Level, shapes_of
from .tally import COUNT, VALUE

__all__ = ["Habits", "Shaped", "casing_of", "padded_of", "patterns_of", "placeholders_of", "read", "typed"]

TOP = 20
SHAPES = 200  # most frequent shapes among which dates and numbers are looked for
LENGTHS = 200  # values of a shape whose lengths are looked at
EXAMPLES = 1_000  # different values that examples and lengths of shapes are taken from
MOSTLY = 0.95  # share of the values from which a text column is of numbers
DATED = 0.9  # share from which it is of dates: nothing else looks like them


@dataclass(frozen=True)
class Habits:
    """How a dataset is used to write dates ('dm' or 'md') and decimals ('.' or ','), as its columns prove."""

    order: str = ""
    decimal: str = ""


@dataclass(frozen=True)
class Shaped:
    """The shapes of a column: a frame of shape and rows, and for how many rows it speaks.

    Attributes:
        counts: Columns 'shape' and 'count', most frequent first.
        level: See `shapes`.
        seen: Rows looked at.
        rows: Rows in all.
        lost: Rows of shapes too rare to be kept.
    """

    counts: pl.DataFrame
    level: Level
    seen: int
    rows: int
    lost: int = 0

    @classmethod
    def of(cls, counted: Counted, shapes: pl.Series, level: Level) -> Shaped:
        """From the shapes of the values at hand."""
        frame = pl.DataFrame([shapes.alias("shape"), counted.counts.alias("count")])
        sums = frame.group_by("shape").agg(pl.col("count").sum())
        return cls(sums.sort("count", "shape", descending=[True, False]), level, counted.seen, counted.rows)

    def number(self, hits: int) -> Number:
        """Rows of some shapes, projected to all."""
        if self.seen >= self.rows:
            return Number(hits, "approximate", float(self.lost)) if self.lost else Number(hits)
        return Number.projected(hits, self.seen, self.rows)

    def matching(self, pattern: str) -> Number:
        """Rows whose shape holds a regular expression."""
        hits = self.counts.filter(pl.col("shape").str.contains(pattern))
        return self.number(int(hits["count"].sum()))


def patterns_of(shaped: Shaped, counted: Counted) -> tuple[Pattern, ...]:
    """The most frequent shapes with an example and the lengths seen."""
    some = counted.some(EXAMPLES)
    shapes = shapes_of(some.values, shaped.level).to_list()
    by_rows = sorted(zip(some.counts.to_list(), some.values.to_list(), shapes, strict=True), key=_most_first)
    top = shaped.counts.head(TOP)
    examples: dict[str, list[str]] = {shape: [] for shape in top["shape"].to_list()}
    for _, value, shape in by_rows:
        if shape in examples:
            examples[shape].append(value)
    found = []
    for shape, count in top.iter_rows():
        values = examples[shape][:LENGTHS]
        regex = _regex(shape, values, shaped.level) if values else ""
        found.append(Pattern(shape, shaped.number(count), shaped.level, values[0][:200] if values else "", regex))
    return tuple(found)


def _most_first(row: tuple[int, str, str]) -> tuple[int, str]:
    return -row[0], row[1]


_RUNS = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|.", re.S)
_RUNS_X = re.compile(r"[A-Za-z0-9]+|.", re.S)


def _regex(shape: str, values: list[str], level: Level) -> str:
    """A regular expression for a shape, with the lengths that its values have; '' beyond ASCII."""
    if len(shape) > 40 or not all(value.isascii() for value in values):
        return ""
    runs = [(_RUNS if level == "runs" else _RUNS_X).findall(value) for value in values]
    if len({len(r) for r in runs}) != 1:
        return ""
    parts = []
    for column in zip(*runs, strict=True):
        sizes = {len(run) for run in column}
        parts.append(_class(column) + _times(min(sizes), max(sizes)))
    return "".join(parts)


def _class(column: tuple[str, ...]) -> str:
    joined = "".join(column)
    if joined.isdigit():
        return "[0-9]"
    if joined.isalnum():
        if re.fullmatch(r"[A-Z]+", joined):
            return "[A-Z]"
        if re.fullmatch(r"[a-z]+", joined):
            return "[a-z]"
        if re.fullmatch(r"[0-9a-f]+", joined):
            return "[0-9a-f]"
        return "[0-9A-Fa-f]" if re.fullmatch(r"[0-9A-Fa-f]+", joined) else "[0-9A-Za-z]"
    return re.escape(column[0]) if column[0] not in " -" else column[0]


def _times(low: int, high: int) -> str:
    if low == high:
        return "" if low == 1 else f"{{{low}}}"
    return f"{{{low},{high}}}"


def padded_of(shaped: Shaped) -> Number:
    """Rows with whitespace before or after."""
    return shaped.matching(r"^ | $")


def casing_of(shaped: Shaped) -> Casing | None:
    """How many rows are written in which case; None where nothing has letters with case."""
    if shaped.level != "runs":
        return None
    upper, lower = pl.col("shape").str.contains("A", literal=True), pl.col("shape").str.contains("a", literal=True)
    title = upper & lower & ~pl.col("shape").str.contains("(?:^|[^A])a")
    kind = (
        pl.when(upper & ~lower).then(pl.lit("upper")).when(lower & ~upper).then(pl.lit("lower"))
        .when(title).then(pl.lit("title")).when(upper | lower).then(pl.lit("other"))
    )  # fmt: skip
    sums = shaped.counts.group_by(kind.alias("kind")).agg(pl.col("count").sum())
    rows = {k: shaped.number(int(n)) for k, n in sums.iter_rows() if k}
    return Casing(**rows) if rows else None


def placeholders_of(counted: Counted, alpha_two: bool = False) -> tuple[ValueCount, ...]:
    """Values that stand for 'nothing'; days only where they repeat, digits where they do so far more than others.

    Args:
        counted: Texts.
        alpha_two: The values are two-letter codes: 'NA' is Namibia.
    """
    padded = (counted.values < "!") | counted.values.str.ends_with(" ") | counted.values.str.ends_with("\n")
    there = pl.Series(np.isin(counted.hashes, _placeholder_hashes())) | padded
    if not there.any():
        return ()
    few = pl.DataFrame(
        [counted.values.filter(there).str.strip_chars().alias(VALUE), counted.counts.filter(there).alias(COUNT)]
    )
    known = [p for p in alternatives("placeholders") if not (alpha_two and p == "na")]
    marks = few.filter(few.get_column(VALUE).str.to_lowercase().is_in(known))
    hits = marks.group_by(VALUE).agg(pl.col(COUNT).sum()).sort(COUNT, VALUE, descending=[True, False]).head(TOP)
    usual = counted.filled / max(1, len(counted))
    found = []
    for value, count in hits.iter_rows():
        wordy = not any(c.isdigit() for c in value) or value.startswith(("0000", "00/", "00."))
        day = len(value) >= 8 and any(year in value for year in ("1900", "1899", "9999")) and not value.isdigit()
        if wordy or (day and count > 1) or (count >= 3 and count > 10 * usual):
            found.append(ValueCount(value, counted.number(count)))
    return tuple(found)


@cache
def _placeholder_hashes() -> Hashes:
    """Placeholders in the usual cases: comparing hashes spares folding the case of every value."""
    known = alternatives("placeholders")
    written = {form for p in known for form in (p, p.upper(), p.capitalize(), p.title())}
    return np.sort(pl.Series(sorted(written)).hash().to_numpy())


def typed(
    counted: Counted, shapes: pl.Series, empty: int, habits: Habits
) -> tuple[DataType, tuple[DateFormat, ...], tuple[NumberFormat, ...]]:
    """The type that the texts have, with the formats that say so.

    Args:
        counted: The texts.
        shapes: Their shapes at the level 'runs'.
        empty: Rows looked at that hold a placeholder: they have no say.
        habits: What other columns prove.
    """
    usual = shapes.value_counts()
    if usual.height > SHAPES:
        usual = usual.top_k(SHAPES, by=["count", shapes.name])
    kinds = [kind for kind in usual[shapes.name].to_list() if "9" in kind]
    dates = date_formats(counted, shapes, kinds, habits.order)
    numbers = number_formats(counted, shapes, kinds, habits.decimal)
    told = counted.number(max(1, counted.filled - empty)).value
    kind = TEXT
    if dates and sum(d.matched.value for d in dates if d.status != "rival") >= DATED * told:
        sure = [d.format for d in dates if d.status != "rival"]
        if any(is_moment(f) for f in sure):
            kind = TIMESTAMP if all(is_instant(f) for f in sure) else DataType("timestamp", local=True)
        else:
            kind = TIME if all(is_clock(f) for f in sure) else DATE
    elif numbers and _numeric(numbers) >= MOSTLY * told and not has_leading_zeros(counted):
        best = numbers[0]
        kind = FLOAT if best.exponent else decimal(min(best.digits, 18)) if best.digits else INTEGER
        if kind == INTEGER and int(counted.values.str.len_chars().max() or 0) > 18:  # type: ignore[arg-type]
            kind = decimal(0)
    return kind, dates, numbers


def _numeric(numbers: tuple[NumberFormat, ...]) -> float:
    """Rows that are a number in the best format, or in the one that conflicts with it."""
    rows = numbers[0].matched.value
    return rows + (numbers[1].proven.value if numbers[0].status == "conflicting" and len(numbers) > 1 else 0)


def read(counted: Counted, kind: DataType, dates: tuple[DateFormat, ...], numbers: tuple[NumberFormat, ...]) -> Counted:
    """The texts as the dates or numbers they are; what does not fit is left out."""
    texts = counted.values.str.strip_chars()
    if kind.is_numeric and numbers:
        form = numbers[0]
        keep = f"[^0-9{re.escape(form.decimal)}" + ("eE+-]" if form.exponent else "]")
        plain = texts.str.replace_all(keep, "").str.replace(form.decimal or ".", ".", literal=True)
        exact = kind.kind == "decimal" and not form.exponent
        real = plain.cast(pl.Decimal(38, kind.scale or 0) if exact else pl.Float64, strict=False)
        for mark in {".", ","} - {form.decimal, form.group}:  # a number of the conflicting format
            real = real.set(texts.str.contains(mark, literal=True), None)
        real = (0 - real).zip_with(texts.str.contains(r"^\(|^\D{0,4}[-−]|-$"), real)
        if kind == INTEGER:
            real = real.cast(pl.Int64, strict=False)
    else:
        target = {"date": pl.Date, "time": pl.Time}.get(kind.kind, pl.Datetime("us", "UTC" if not kind.local else None))
        real = pl.Series([None] * len(texts), dtype=target)
        for date in (d for d in dates if d.status != "rival"):
            chrono = date.format.replace(".%f", "%.f")
            parsed = texts.str.strptime(target, chrono, strict=False, exact=True)
            real = real.fill_null(parsed) if real.null_count() else real
    made = Counted(real, counted.counts, counted.seen, counted.rows)
    return made.only(real.is_not_null())
