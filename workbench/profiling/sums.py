"""What numbers of a dataset add up to: a column that is the product or the sum of two others, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from .dataset import Profile
from .facts import ColumnProfile
from .leaves import ITEMS, leaves_of
from .words import name_says

__all__ = ["Equation", "equations"]

Vector = npt.NDArray[np.float64]
ROWS = 2_000  # rows looked at, from the start
PROBED = 64  # rows that tell most pairs from others
MOST = 40  # numeric columns tried
ENOUGH = 20  # rows below which nothing is concluded
LEAST = 0.9  # share of the rows on which it must hold
TELLING = 0.05  # share of the rows on which the result is neither of the two: x × 1 says nothing


@dataclass(frozen=True, slots=True)
class Equation:
    """A column that two others make, or that their products over the items of a list add up to.

    Attributes:
        result: The column.
        left: The first of the two.
        operator: '×' or '+'.
        right: The second.
        over: The list whose items are summed up; '' where all three stand in one record.
        share: Of the rows looked at, those on which it holds, to half a unit of the last digit.
        rows: The rows looked at: those in which all are filled.
    """

    result: str
    left: str
    operator: Literal["×", "+"]
    right: str
    over: str
    share: float
    rows: int

    def __str__(self) -> str:
        made = f"{self.left} {self.operator} {self.right}"
        whole = f"the sum of {made} over all {self.over}" if self.over else made
        return f"'{self.result}' is {whole} in {100 * self.share:.1f} % of {self.rows:,} rows"


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    values: Vector
    digits: int


def equations(facts: Profile, rows: pl.LazyFrame) -> tuple[Equation, ...]:
    """Find what holds between the numeric columns of a dataset; on its first rows.

    Args:
        facts: Its profile: says which columns are numbers and how they are written.
        rows: Its rows.

    Returns:
        What holds on nearly all rows, the surest first.
    """
    if sum(_is_amount(c) for c in facts.columns) < 3:
        return ()
    frame = rows.head(ROWS).collect()
    if frame.height < ENOUGH:
        return ()
    homes, owners = _by_record(facts, frame)
    plain = homes.get("", [])
    found = [*_within(plain)]
    for home, columns in homes.items():
        if home:
            found += [*_within(columns), *_summed(home, columns, plain, owners[home], frame.height)]
    return tuple(sorted(found, key=lambda e: (-e.share, e.result, e.left, e.right)))


def _is_amount(facts: ColumnProfile) -> bool:
    if facts.physical == "String" and not facts.likely_numbers:
        return False
    number = facts.type.kind in ("decimal", "integer", "float")
    return number and not name_says(facts.name).get("id") and facts.distinct.value > 1


def _by_record(facts: Profile, frame: pl.DataFrame) -> tuple[dict[str, list[_Column]], dict[str, npt.NDArray[np.intp]]]:
    """The numeric columns by the list they stand in ('' for none), and the row of each item."""
    known: Mapping[str, ColumnProfile] = {c.name: c for c in facts.columns if _is_amount(c)}
    homes: dict[str, list[_Column]] = {}
    owners: dict[str, npt.NDArray[np.intp]] = {}
    for leaf in leaves_of(frame.schema):
        if leaf.name not in known or leaf.steps.count(ITEMS) > 1:
            continue
        home = leaf.name.partition(ITEMS)[0] if leaf.in_list else ""
        columns = homes.setdefault(home, [])
        if len(columns) < MOST:
            columns.append(_read(known[leaf.name], leaf.values(frame)))
        if home and home not in owners:
            items = frame.get_column(leaf.column)
            for step in leaf.steps[: leaf.steps.index(ITEMS)]:
                items = items.struct.field(step)
            lengths = (items.arr.to_list() if isinstance(items.dtype, pl.Array) else items).list.len().fill_null(0)
            owners[home] = np.repeat(np.arange(frame.height), lengths.to_numpy())
    return homes, owners


def _read(facts: ColumnProfile, values: pl.Series) -> _Column:
    """The numbers of a column, and how many digits they have after the decimal sign."""
    if values.dtype != pl.String:
        return _Column(facts.name, _floats(values), facts.type.scale or (0 if values.dtype.is_integer() else 2))
    form = facts.likely_numbers[0]
    texts = values.str.strip_chars().str.strip_prefix(form.prefix).str.strip_suffix(form.suffix).str.strip_chars()
    if form.group:
        texts = texts.str.replace_all(form.group, "", literal=True)
    if form.decimal:
        texts = texts.str.replace(form.decimal, ".", literal=True)
    return _Column(facts.name, _floats(texts), form.digits)


def _floats(values: pl.Series) -> Vector:
    return values.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()


def _within(columns: Sequence[_Column]) -> Iterator[Equation]:
    """Columns of one record that two others of it make."""
    if len(columns) < 3:
        return
    table = np.stack([c.values for c in columns])
    probe = table[:, :PROBED]
    slack = np.array([_slack(c) for c in columns])[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        for i, left in enumerate(columns):
            for operator in ("×", "+"):
                made = probe[i] * probe if operator == "×" else probe[i] + probe
                for j in range(i + 1, len(columns)):
                    close = np.abs(probe - made[j]) <= slack
                    seen = np.maximum((~np.isnan(probe) & ~np.isnan(made[j])).sum(axis=1), 1)
                    for k in np.flatnonzero(close.sum(axis=1) / seen >= LEAST - 0.1):
                        if k not in (i, j):
                            yield from _checked(columns[int(k)], left, operator, columns[j])


def _slack(result: _Column) -> float:
    return 0.5 * float(10.0**-result.digits) + 1e-9


def _checked(result: _Column, left: _Column, operator: str, right: _Column) -> Iterator[Equation]:
    made = left.values * right.values if operator == "×" else left.values + right.values
    others = (left.values, right.values)
    yield from _holding(result, made, others, (left.name, operator, right.name), "")


def _summed(
    home: str, items: Sequence[_Column], plain: Sequence[_Column], owners: npt.NDArray[np.intp], rows: int
) -> Iterator[Equation]:
    """Columns of a record that the products of its items add up to."""
    filled = np.bincount(owners, minlength=rows) > 0
    for i, left in enumerate(items):
        for right in items[i + 1 :]:
            made = np.where(filled, _sums(owners, left.values * right.values, rows), np.nan)
            sums = [_sums(owners, side.values, rows) for side in (left, right)]
            for result in plain:
                yield from _holding(result, made, sums, (left.name, "×", right.name), home)


def _sums(owners: npt.NDArray[np.intp], values: Vector, rows: int) -> Vector:
    return np.bincount(owners, values, minlength=rows).astype(np.float64)


def _holding(
    result: _Column, made: Vector, others: Sequence[Vector], names: tuple[str, str, str], over: str
) -> Iterator[Equation]:
    there = ~np.isnan(result.values) & ~np.isnan(made)
    rows = int(there.sum())
    if rows < ENOUGH:
        return
    slack = _slack(result)
    share = float((np.abs(result.values - made)[there] <= slack).mean())
    telling = min(float((np.abs(result.values - other)[there] > slack).mean()) for other in others)
    if share >= LEAST and telling >= TELLING:
        left, operator, right = names
        yield Equation(result.name, left, "×" if operator == "×" else "+", right, over, share, rows)
