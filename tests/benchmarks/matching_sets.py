"""The schema-matching sets on disk, read as cases: two tables and the pairs that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from workbench.matching import ColumnView, views

__all__ = ["Task", "tasks"]


@dataclass(frozen=True)
class Task:
    """Two tables and the truth.

    Attributes:
        name: FAMILY/PAIR or STUDY.
        group: What is held out together in cross-validation: the family, or the study.
        source: The source table.
        target: The target table.
        listed: Whether the target is a dictionary: each column lists the values its field allows.
        truth: Pairs of names that belong together.
    """

    name: str
    group: str
    source: pl.DataFrame
    target: pl.DataFrame
    listed: bool
    truth: frozenset[tuple[str, str]]

    def sides(self) -> tuple[Any, Any]:
        """What is given to `match`: two frames, or a frame and a data dictionary."""
        return self.source, listed_views(self.target) if self.listed else self.target


def listed_views(frame: pl.DataFrame) -> tuple[ColumnView, ...]:
    """A data dictionary's columns: what stands in a column are the values its field allows."""
    return tuple(
        replace(v, closed=bool(v.seen.values), seen=replace(v.seen, nulls=None, uniqueness=None)) for v in views(frame)
    )


def tasks(folder: Path) -> Iterator[Task]:
    """All cases under a folder.

    Either FAMILY/PAIR/{source,target,truth}.csv, or STUDY/{source,truth}.csv with one target.csv for all.
    """
    shared = folder / "target.csv"
    target = _read(shared) if shared.exists() else None
    for truth in sorted(folder.rglob("truth.csv")):
        place = truth.parent
        own = place / "target.csv"
        name = place.relative_to(folder).as_posix()
        pairs = frozenset((a.strip(), b.strip()) for a, b in _read(truth).iter_rows())
        if own.exists():
            yield Task(name, name.split("/")[0], _read(place / "source.csv"), _read(own), False, pairs)
        elif target is not None:
            yield Task(name, name, _read(place / "source.csv"), target, True, pairs)


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
