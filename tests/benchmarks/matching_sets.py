"""The schema-matching sets on disk, read as cases: two tables and the pairs that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.model import Contract, DataType, Field

__all__ = ["Task", "tasks"]


@dataclass(frozen=True)
class Task:
    """Two tables and the truth.

    Attributes:
        name: FAMILY/PAIR or STUDY.
        group: What is held out together in cross-validation: the family, or the study.
        source: The source table.
        target: The target table, or a data dictionary as a contract.
        listed: Whether the target is a dictionary, whose fields list the values they allow.
        truth: Pairs of names that belong together.
    """

    name: str
    group: str
    source: pl.DataFrame
    target: pl.DataFrame | Contract
    listed: bool
    truth: frozenset[tuple[str, str]]


def dictionary(frame: pl.DataFrame) -> Contract:
    """A data dictionary as a contract: what stands in a column are the values its field allows."""
    fields = (Field(c.name, DataType("null"), enum=tuple(c.drop_nulls().unique(maintain_order=True))) for c in frame)
    return Contract("dictionary", "dictionary", "1.0.0", fields=tuple(fields))


def tasks(folder: Path) -> Iterator[Task]:
    """All cases under a folder.

    Either FAMILY/PAIR/{source,target,truth}.csv, or STUDY/{source,truth}.csv with one target.csv for all.
    """
    shared = folder / "target.csv"
    target = dictionary(_read(shared)) if shared.exists() else None
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
