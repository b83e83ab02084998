"""Which column decides another: unary functional dependencies with few exceptions.

Exact discovery finds thousands of accidents. Here a dependency must hold among rows that share a value of
the deciding column, and hold far better than always guessing the commonest value would.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from .columns import Made
from .dataset import Dependency
from .distinct import Hashes, different, in_order, runs
from .gather import as_plain
from .number import Number
from .scan import Frame, batches_of

__all__ = ["dependencies"]

Codes = npt.NDArray[np.int64]
MIX = np.uint64(0x9E3779B97F4A7C15)
FEWEST = 20  # rows below which everything depends on everything
ROWS = 50_000  # rows looked at
GLANCE = 4_000  # rows that most pairs are dismissed by
WORST = 0.05  # g3 beyond which a dependency is none
REPEATED = 0.2  # share of rows whose deciding value stands in several of the rows looked at
FILLED = 0.3  # share of filled rows below which a column neither decides nor is decided
SPARE = 0.05  # share of rows without the commonest value, likewise
COLUMNS = 80  # looked at; among more, pairs are too many


def dependencies(
    frame: Frame, made: Sequence[Made], sample: pl.DataFrame, rows: int, full: bool
) -> tuple[Dependency, ...]:
    """Dependencies of one column on another, strictest first.

    Args:
        frame: The data, read again when ``full``.
        made: The columns.
        sample: Whole rows.
        rows: Rows in all.
        full: Count the exceptions over all rows.
    """
    some = sample.gather_every(max(1, -(-sample.height // ROWS)))
    columns = [c for c in made if not c.leaf.in_list and c.kind in ("text", "number", "time", "boolean")][:COLUMNS]
    columns = [c for c in columns if c.filled >= FILLED * rows]
    by_name = {c.facts.name: c for c in columns}
    codes = {c.facts.name: _codes(c.leaf.values(some)) for c in columns if some.height >= FEWEST}
    codes = {name: code for name, code in codes.items() if len(code) and code.max() + 1 > 1}
    sizes = {name: int(code.max()) + 1 for name, code in codes.items()}
    spare = {name: 1 - np.bincount(code).max() / len(code) for name, code in codes.items()}
    found = []
    for one, a in codes.items():
        if sizes[one] > 0.9 * some.height or spare[one] < SPARE or not _may_decide(by_name[one]):
            continue
        for other, b in codes.items():
            if one == other or sizes[other] > 1.5 * sizes[one] or spare[other] < SPARE:
                continue
            if not _at_a_glance(a[:GLANCE], b[:GLANCE]):
                continue
            broken, repeated = _violations(a, b)
            if repeated < REPEATED * some.height or broken > min(WORST, spare[other] / 3) * repeated:
                continue
            found.append(_counted(frame, made, one, other, broken, some.height, rows, full))
    return tuple(sorted((d for d in found if d.error <= WORST), key=lambda d: (d.error, d.determinant, d.dependent)))


def _may_decide(column: Made) -> bool:
    """Whether a column names things: measures with many values decide by accident only."""
    facts = column.facts
    named = facts.semantic is not None and facts.semantic.type not in ("money", "quantity", "percentage")
    return not facts.type.is_numeric or named or facts.distinct.value <= 100


def _codes(values: pl.Series) -> Codes:
    """The values as small numbers; null is a value like others."""
    _, codes = np.unique(as_plain(values).hash().to_numpy(), return_inverse=True, sorted=True)
    return codes.astype(np.int64)


def _at_a_glance(a: Codes, b: Codes) -> bool:
    """Whether a few rows leave the dependency possible: each further pair is one exception at least."""
    pairs = len(runs(in_order(a * (int(b.max()) + 1) + b)))
    return pairs - len(runs(in_order(a))) <= 1.5 * WORST * len(a)


def _violations(a: Codes, b: Codes) -> tuple[int, int]:
    """Rows to change for the dependency to hold, and rows whose deciding value is not alone."""
    width = int(b.max()) + 1
    ordered = in_order(a * width + b)
    times = runs(ordered)
    first = np.concatenate(([0], np.cumsum(times)[:-1]))
    group = ordered[first] // width
    starts = np.concatenate(([0], np.flatnonzero(group[1:] != group[:-1]) + 1))
    total, most = np.add.reduceat(times, starts), np.maximum.reduceat(times, starts)
    return int((total - most).sum()), int(total[total > 1].sum())


def _counted(
    frame: Frame, made: Sequence[Made], one: str, other: str, broken: int, seen: int, rows: int, full: bool
) -> Dependency:
    if not full or seen >= rows:
        number = Number.projected(broken, seen, rows)
        return Dependency(one, other, number, round(broken / seen, 6))
    leaves = {c.facts.name: c.leaf for c in made}
    columns = list({leaves[one].column, leaves[other].column})
    parts: tuple[list[Hashes], list[Hashes]] = ([], [])
    for batch in batches_of(frame, columns):
        for name, part in zip((one, other), parts, strict=True):
            part.append(leaves[name].values(batch).hash().to_numpy())
    a, b = (np.concatenate(part) for part in parts)
    if different(a ^ (b * MIX)) == different(a):  # as many pairs as deciding values: no exception
        return Dependency(one, other, Number(0), 0.0)
    pairs = pl.DataFrame({"a": a, "b": b}).group_by("a", "b").len()
    groups = pairs.group_by("a").agg(broken=pl.col("len").sum() - pl.col("len").max())
    exact = int(groups["broken"].sum())
    return Dependency(one, other, Number(exact), round(exact / rows, 6))
