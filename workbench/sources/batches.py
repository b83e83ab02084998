"""Batches on their way out: brought into the form a target holds, refused where it holds none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workbench.errors import SourceError

__all__ = ["as_json_text", "batches", "refuse", "refuse_not_finite", "refuse_nul"]

_BATCH = 25_000


def batches(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows in bounded batches, in order; at least one batch, so that the columns are known."""
    found = False
    for batch in frame.collect_batches(chunk_size=_BATCH, engine="streaming"):
        found = True
        yield batch
    if not found:
        yield pl.DataFrame(schema=frame.collect_schema())


def as_json_text(name: str) -> pl.Expr:
    """A nested column as JSON text; null stays null."""
    column = pl.col(name)
    wrapped = pl.struct(column.alias("v")).struct.json_encode()
    return pl.when(column.is_not_null()).then(wrapped.str.strip_prefix('{"v":').str.strip_suffix("}")).alias(name)


def refuse(batch: pl.DataFrame, bad: Sequence[pl.Expr], what: str, where: str, cure: str) -> None:
    """Refuse a batch in which any of some boolean columns holds.

    Raises:
        SourceError: Naming the column and how many of its values.
    """
    if not bad:
        return
    counts = batch.select(e.sum() for e in bad).row(0, named=True)
    for name, count in counts.items():
        if count:
            raise SourceError(f"column '{name}' {what} ({count:,} values so far)", where=where, cure=cure)


def refuse_not_finite(batch: pl.DataFrame, where: str, target: str, *, infinite: bool = True) -> None:
    """Refuse NaN, and infinity too unless told otherwise."""
    floats = [n for n, t in batch.schema.items() if t.is_float()]
    bad = [(pl.col(n).is_nan() | (pl.col(n).is_infinite() if infinite else False)) for n in floats]
    what = f"holds {'NaN or infinity' if infinite else 'NaN'}, which {target} cannot hold"
    refuse(batch, bad, what, where, "replace them first, as in fill_nan(None)")


def refuse_nul(batch: pl.DataFrame, where: str, target: str) -> None:
    """Refuse NUL characters in text."""
    bad = [pl.col(n).str.contains("\0", literal=True) for n, t in batch.schema.items() if t == pl.String]
    refuse(batch, bad, f"holds a NUL character, which {target} cannot hold", where, "take them out first")
