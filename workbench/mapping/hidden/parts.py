"""Translations of a part of a value: the country in a phone's first digits, the kind in a key's second letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from .candidates import Column, Explanation, Workbench
from .values import depends, table_rules

__all__ = ["translated_parts"]

MOST = 30  # different texts of a target that is a translation of a part
FAR = 12  # characters from either end in which a part is looked for
LONGEST = 4
MARKS = ("-", "/", ".", "_", " ", ":", "|")


def translated_parts(bench: Workbench, texts: pl.Series) -> Iterator[Explanation]:
    """The target as a translation of some characters of a column, or of what stands between two marks.

    The shortest part will do, and the one with the fewest different values: more of them would explain anything.
    """
    different = texts.n_unique()
    if not 2 <= different <= MOST or different * 10 > texts.len():
        return
    for column in bench.columns:
        if column.how != "value":
            continue
        xs = bench.data[column.name]
        fitting = (
            (step, part)
            for step, part in _parts(xs)
            if 2 <= part.n_unique() <= 3 * different and depends(part, texts) >= bench.enough
        )
        best = min(fitting, key=lambda f: f[1].n_unique(), default=None)
        if best is not None:
            yield from _rules(column, *best, texts, bench.enough)


def _parts(xs: pl.Series) -> Iterator[tuple[dict[str, Any], pl.Series]]:
    there = xs.drop_nulls()
    longest = int(there.str.len_chars().max() or 0)  # type: ignore[arg-type]
    for count in range(1, LONGEST + 1):
        for start in range(min(FAR, longest - count + 1)):
            yield {"substring": {"start": start, "count": count}}, xs.str.slice(start, count)
        yield {"substring": {"start": -count}}, xs.str.slice(-count)
    for mark in MARKS:
        if there.str.contains(mark, literal=True).all():
            pieces = xs.str.split(mark)
            for at in (0, 1, -1):
                if (pieces.list.len() > max(at, 0)).all():
                    yield {"split": {"separator": mark, "part": at}}, pieces.list.get(at, null_on_oob=True)


def _rules(
    column: Column, step: dict[str, Any], part: pl.Series, texts: pl.Series, enough: float
) -> Iterator[Explanation]:
    for rule in table_rules(column, part, texts, {}, enough):
        if rule.kind != "translation":
            continue
        name, args = next(iter(step.items()))
        words = f"{name} {' '.join(str(v) for v in args.values())} of {rule.text}"
        field = {**rule.field, "steps": [step, *rule.field["steps"]]}
        yield Explanation("translation", (column,), field, rule.cost + 1.0, rule.share, words)
