"""The plain counts of a column: made for a batch of values, added up over batches."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import polars as pl

from .leaves import Leaf

__all__ = ["WHITESPACE", "Basics", "ColumnKind", "basics_of", "filled", "kind_of"]

ColumnKind = Literal["text", "number", "time", "boolean", "list", "opaque"]

# Unicode's White_Space property (PropList.txt): the same set that trims and blanks in mapping steps.
WHITESPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def kind_of(dtype: pl.DataType) -> ColumnKind:
    """Which family of facts a type has."""
    if dtype.is_numeric():
        return "number"
    if dtype.is_temporal():
        return "time"
    if isinstance(dtype, pl.String | pl.Categorical | pl.Enum):
        return "text"
    if isinstance(dtype, pl.Boolean):
        return "boolean"
    if isinstance(dtype, pl.List | pl.Array):
        return "list"
    return "opaque"


@dataclass(slots=True)
class Basics:
    """What can be counted value by value; minimum and maximum are the native values.

    Lengths are characters of text and items of lists; mean and squares (sum of squared deviations from the
    mean) are of numbers. Blanks and NaN have no part in any of them.
    """

    rows: int = 0
    nulls: int = 0
    blanks: int = 0
    nan: int = 0
    zeros: int = 0
    negatives: int = 0
    minimum: Any = None
    maximum: Any = None
    shortest: int | None = None
    longest: int | None = None
    characters: int = 0
    mean: float = 0.0
    squares: float = 0.0

    @property
    def filled(self) -> int:
        """Rows with a value worth looking at."""
        return self.rows - self.nulls - self.blanks - self.nan

    @property
    def deviation(self) -> float:
        """Standard deviation of the rows at hand."""
        return sqrt(self.squares / self.filled) if self.filled else 0.0

    def add(self, other: Basics) -> None:
        """Take in the counts of further rows."""
        one, two = self.filled, other.filled
        if two:  # Chan, Golub, LeVeque (1979): means and squares of two parts
            delta = other.mean - self.mean
            self.mean += delta * two / (one + two)
            self.squares += other.squares + delta * delta * one * two / (one + two)
        for name in ("rows", "nulls", "blanks", "nan", "zeros", "negatives", "characters"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, better in (("minimum", min), ("maximum", max), ("shortest", min), ("longest", max)):
            mine, theirs = getattr(self, name), getattr(other, name)
            setattr(self, name, theirs if mine is None else mine if theirs is None else better(mine, theirs))


def _blank(texts: pl.Series, low: str, high: str) -> pl.Series | None:
    """Which texts are empty or nothing but whitespace, given the first and the last; None if none is."""
    # Whitespace sorts below '!' or beyond ASCII: most columns need no look at their texts at all.
    doubtful = texts < "!" if low < "!" else None
    if high > "\x7f":
        beyond = texts > "\x7f"
        doubtful = beyond if doubtful is None else doubtful | beyond
    if doubtful is None:
        return None
    where = doubtful.arg_true()
    hit = where.filter(texts[where].str.strip_chars(WHITESPACE) == "")
    return pl.zeros(len(texts), pl.UInt8, eager=True).scatter(hit, 1).cast(pl.Boolean) if len(hit) else None


def filled(values: pl.Series, counts: pl.Series | None = None) -> tuple[pl.Series, pl.Series | None, Basics]:
    """Leave out nulls, blanks and NaN, and count them.

    Args:
        values: The values.
        counts: Rows each stands for; one when not given.
    """
    found = Basics(rows=len(values) if counts is None else int(counts.sum()))
    dtype = values.dtype

    def leave_out(mask: pl.Series) -> int:
        nonlocal values, counts
        hits = int(mask.sum()) if counts is None else int(counts.filter(mask).sum())
        if mask.any():
            values = values.filter(~mask)
            counts = None if counts is None else counts.filter(~mask)
        return hits

    if values.null_count():
        found.nulls = leave_out(values.is_null())
    if isinstance(dtype, pl.String) and len(values):
        low, high = str(values.min()), str(values.max())
        mask = _blank(values, low, high)
        if mask is None:
            found.minimum, found.maximum = low, high
        else:
            found.blanks = leave_out(mask)
    elif dtype.is_float():
        found.nan = leave_out(values.is_nan())
    return values, counts, found


def basics_of(leaf: Leaf, values: pl.Series, counts: pl.Series | None, found: Basics) -> Basics:
    """Complete the counts with what the filled values say.

    Args:
        leaf: The column.
        values: Filled values, see `filled`.
        counts: Rows each stands for; one when not given.
        found: The counts of what was left out.
    """
    if not len(values):
        return found
    kind = kind_of(leaf.dtype)
    if kind in ("text", "number", "time", "boolean") and found.minimum is None:
        found.minimum, found.maximum = values.min(), values.max()
    if kind in ("text", "list"):
        lengths = values.str.len_chars() if kind == "text" else values
        found.shortest, found.longest = int(lengths.min()), int(lengths.max())  # type: ignore[arg-type]
        found.characters = int((lengths.cast(pl.Int64) * counts).sum() if counts is not None else lengths.sum())
    if kind == "number":
        _moments(values, counts, found)
    return found


def _moments(values: pl.Series, counts: pl.Series | None, found: Basics) -> None:
    real = values.cast(pl.Float64)
    if counts is None:
        found.mean = float(real.mean())  # type: ignore[arg-type]
        found.squares = float(real.var(ddof=0) or 0.0) * len(real)  # type: ignore[arg-type]
        found.zeros = int((real == 0).sum())
        found.negatives = int((real < 0).sum())
        return
    weight = counts.cast(pl.Float64)
    found.mean = float((real * weight).sum()) / float(weight.sum())
    found.squares = float((((real - found.mean) ** 2) * weight).sum())
    found.zeros = int(counts.filter(real == 0).sum())
    found.negatives = int(counts.filter(real < 0).sum())
