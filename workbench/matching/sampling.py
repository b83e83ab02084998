"""Which values of a large table are looked at: so many that they stand for all, and the same ones of two tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

__all__ = ["Part", "sample"]

_ROWS = 1_000  # rows of a table that are looked at; on public tables of 50,000 rows more found no more
_DIFFERENT = 0.5  # distinct values per filled row from which a column's values are sampled by hash


@dataclass(frozen=True, eq=False)
class Part:
    """The values of a column that are looked at.

    Attributes:
        values: As text, repeated as often as they occur.
        rows: How many rows they stand for, those without a value included.
    """

    values: pl.Series
    rows: float


def sample(frame: pl.DataFrame | pl.LazyFrame, names: Sequence[str]) -> list[Part]:
    """The values of some columns that are looked at: all, or of a large table those of rows drawn from all over.

    Such rows of two large tables have hardly any customer number in common, though the tables may have all.
    So where most values are different, the values of least hash are taken instead: the same ones in both tables.
    """
    texts = pl.col(names).cast(pl.String)
    total = frame.height if isinstance(frame, pl.DataFrame) else int(frame.select(pl.len()).collect().item())
    if total <= _ROWS:
        if isinstance(frame, pl.LazyFrame) or set(frame.dtypes) != {pl.String}:
            frame = frame.lazy().select(texts).collect()
        return [Part(frame.get_column(name), total) for name in names]
    columns = _spaced(frame, names, total).select(texts).get_columns()
    few = {name: filled for name, column in zip(names, columns, strict=True) if len(filled := _filled(column))}
    hashed = [name for name, filled in few.items() if filled.n_unique() > _DIFFERENT * len(filled)]
    least = (_least(name, total, few[name]).implode() for name in hashed)
    kept = frame.lazy().select(texts).select(least).collect()
    out = []
    for name, column in zip(names, columns, strict=True):
        values = _filled(kept[name].explode()) if name in hashed else column
        share = len(few[name]) / len(column) if name in hashed else 1.0
        out.append(Part(values, len(values) / share))
    return out


def _spaced(frame: pl.DataFrame | pl.LazyFrame, names: Sequence[str], rows: int) -> pl.DataFrame:
    """One row of each of `_ROWS` equal stretches, drawn: what repeats at equal distances is not seen in part only."""
    drawn = np.random.default_rng(7).random(_ROWS)
    places = pl.Series(((np.arange(_ROWS) + drawn) * (rows / _ROWS)).astype(np.int64))
    if isinstance(frame, pl.DataFrame):
        return frame.select(names)[places]
    return frame.select(pl.col(names).gather(places)).collect()


def _least(name: str, rows: int, some: pl.Series) -> pl.Expr:
    """The values of a column whose hash is below a bound that about `_ROWS` of so many rows keep.

    Blanks around a value and capitals make no difference; what `some` of the values do not have is not looked for.
    """
    plain = pl.col(name)
    if (some.str.strip_chars() != some).any():
        plain = plain.str.strip_chars()
    if (some.str.to_lowercase() != some).any():
        plain = plain.str.to_lowercase()
    return pl.col(name).filter(plain.hash(7) <= int(_ROWS / rows * 2**64))


def _filled(column: pl.Series) -> pl.Series:
    return column.filter(column.str.strip_chars() != "")
