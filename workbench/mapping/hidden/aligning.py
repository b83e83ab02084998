"""Which source rows stand behind which target row: the key of a feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import polars as pl

__all__ = ["Alignment", "align", "as_text", "beside", "once", "varying"]

ENOUGH = 0.9
SAMPLE = 20_000
KEY = "__key"
Normal = Callable[[pl.Expr], pl.Expr]

# Ways in which a key may be written on either side; the field's own rule is learned later.
_NORMALS: tuple[tuple[str, Normal], ...] = (
    ("as it is", lambda x: x),
    ("without case and marks", lambda x: x.str.to_lowercase().str.replace_all("[^a-z0-9]", "")),
    ("its digits", lambda x: x.str.replace_all("[^0-9]", "").str.strip_chars_start("0")),
)


@dataclass(frozen=True)
class Alignment:
    """How target rows are found again in the source.

    Attributes:
        source_key: Source columns of the key; empty when rows are paired by their order.
        target_key: Target columns of the key.
        how: In words, how the values of both sides are made alike.
        source: The source, with a column `KEY`.
        target: The target, with a column `KEY`.
        grouped: Several source rows make one target row.
        latest: Where of several source rows the latest is taken: the column that orders them, with its steps.
    """

    source_key: tuple[str, ...]
    target_key: tuple[str, ...]
    how: str
    source: pl.DataFrame
    target: pl.DataFrame
    grouped: bool
    latest: tuple[str, list[Any]] | None = None

    @property
    def words(self) -> str:
        """How rows are paired, in words."""
        if not self.source_key:
            return "rows are paired by their order: no column identifies them on both sides"
        pairs = " and ".join(f"{a} = {b}" for a, b in zip(self.source_key, self.target_key, strict=True))
        many = "; several source rows make one target row" if self.grouped else ""
        return f"rows are paired by {pairs}" + (f" ({self.how})" if self.how != "as it is" else "") + many


def as_text(frame: pl.DataFrame | pl.LazyFrame) -> pl.DataFrame:
    """Every column as text, blanks as nulls, which is how a spec reads them.

    Members of records become columns by their path ('who.first'), as a spec names them; lists have no text.
    """
    flat = frame.lazy().select(list(_scalars(frame.lazy().collect_schema()))).cast(pl.String).collect()
    return flat.select(pl.when(pl.col(c).str.strip_chars() != "").then(pl.col(c)).alias(c) for c in flat.columns)


def once(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each key, in the rows' order."""
    return rows.unique(KEY, keep="first", maintain_order=True)


def beside(wanted: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The row of each target row's key, in the target's order; nulls where there is none.

    Args:
        wanted: The target's rows with their key.
        rows: One row a key.
    """
    return wanted.select(KEY).join(rows, on=KEY, how="left", maintain_order="left")


def varying(rows: pl.DataFrame) -> set[str]:
    """The columns that have several values within a key."""
    names = [c for c in rows.columns if c != KEY]
    most = rows.group_by(KEY).agg(pl.col(names).n_unique()).select(pl.col(names).max()).row(0, named=True)
    return {name for name in names if most[name] != 1}


def _scalars(schema: Mapping[str, Any], path: str = "", inside: pl.Expr | None = None) -> Iterator[pl.Expr]:
    for name, type_ in schema.items():
        at = pl.col(name) if inside is None else inside.struct.field(name)
        if isinstance(type_, pl.Struct):
            yield from _scalars(dict(type_), f"{path}{name}.", at)
        elif not type_.is_nested():
            yield at.alias(f"{path}{name}")


def align(source: pl.DataFrame, target: pl.DataFrame) -> Alignment | None:
    """Find the key; None when nothing in the target identifies a row that the source knows."""
    for how, normal in _NORMALS:
        for names in _keys(target):
            found = _matching(source, target, names, normal)
            if found:
                return _aligned(source, target, found, names, how, normal)
    if source.height == target.height:
        rows = pl.int_range(source.height, eager=True).cast(pl.String).alias(KEY)
        return Alignment((), (), "row by row", source.with_columns(rows), target.with_columns(rows), False)
    return None


def _keys(target: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    """Columns, then pairs of columns, that identify a target row."""
    whole = [c for c in target.columns if not target[c].null_count()]
    counts = {c: target[c].n_unique() for c in whole}
    yield from ((c,) for c in whole if counts[c] == target.height)
    likely = [c for c in whole if counts[c] * 200 > target.height and counts[c] < target.height]
    for pair in combinations(likely[:8], 2):
        if counts[pair[0]] * counts[pair[1]] >= target.height and target.select(pair).n_unique() == target.height:
            yield pair


def _matching(
    source: pl.DataFrame, target: pl.DataFrame, names: tuple[str, ...], normal: Normal
) -> tuple[str, ...] | None:
    chosen: list[str] = []
    for name in names:
        wanted = target.select(normal(pl.col(name)).alias("k")).unique().head(SAMPLE)["k"]
        best, score = None, ENOUGH
        for column in source.columns:
            if column in chosen:
                continue
            values = source.select(normal(pl.col(column)).alias("k")).unique()["k"]
            if values.len() * 2 < wanted.len():
                continue
            share = float(wanted.is_in(values.implode()).mean() or 0.0)  # type: ignore[arg-type]
            # Of two that hold all values, the one that holds little else.
            worth = share + 0.05 * min(1.0, wanted.len() / max(1, values.len()))
            if share >= ENOUGH and worth > score:
                best, score = column, worth
        if best is None:
            return None
        chosen.append(best)
    return tuple(chosen)


def _aligned(
    source: pl.DataFrame, target: pl.DataFrame, ours: tuple[str, ...], theirs: tuple[str, ...], how: str, normal: Normal
) -> Alignment:
    def keyed(frame: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
        return frame.with_columns(pl.concat_str([normal(pl.col(n)) for n in names], separator="\x1f").alias(KEY))

    left, right = keyed(source, ours), keyed(target, theirs)
    seen = left.filter(pl.col(KEY).is_in(right[KEY].implode()))
    return Alignment(ours, theirs, how, left, right, seen[KEY].n_unique() < seen.height)
