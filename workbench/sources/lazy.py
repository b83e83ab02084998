"""A lazy frame over batches that Python fetches: nothing is read before it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
from polars.io.plugins import register_io_source

__all__ = ["lazy_batches"]


def lazy_batches(
    schema: dict[str, pl.DataType], fetch: Callable[[list[str]], Iterator[pl.DataFrame]], name: str
) -> pl.LazyFrame:
    """A lazy frame whose rows come in batches.

    Args:
        schema: The columns.
        fetch: Yields batches with just the columns asked for, in the order asked for.
        name: What query plans call it.
    """
    names = list(schema)

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        # a query without columns (a count) still needs rows: the first column stands for them
        wanted = names if columns is None else [n for n in names if n in set(columns)] or names[:1]
        for batch in fetch(wanted):
            kept = batch if rows is None else batch.head(rows)
            rows = None if rows is None else rows - kept.height
            yield kept if predicate is None else kept.filter(predicate)
            if rows == 0:
                return

    return register_io_source(batches, schema=schema, validate_schema=True, is_pure=True, explain_name=name)
