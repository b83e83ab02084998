"""One table of standardised records over all systems, with dictionary-encoded columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import Fault, LinkModelError, UsageError, did_you_mean

from .model import FieldRule, LinkModel, SystemRule
from .standardising import standardised

__all__ = ["Column", "Frames", "Records", "read_records"]

Frames = Mapping[str, "pl.LazyFrame | pl.DataFrame"]
ROW_BITS = 31
KEY = re.compile(r"(^|_| |-)(id|key|no|nr|number|uuid|code)$|^(id|key|uid)(_| |$)")
"""Names that identify records go before other columns that happen to be unique."""


class Column:
    """One field of all records: a code per record (−1 = missing) and the distinct values.

    Facts that comparisons need of a value are computed once per distinct value and kept.
    """

    def __init__(self, name: str, series: pl.Series, order: NDArray[np.integer[Any]] | None = None) -> None:
        self.name = name
        self.values = series.drop_nulls().unique()
        lookup = pl.DataFrame({"v": self.values, "c": pl.int_range(len(self.values), dtype=pl.Int32, eager=True)})
        coded = pl.DataFrame({"v": series}).join(lookup, on="v", how="left", maintain_order="left")
        self.codes: NDArray[np.int32] = coded["c"].fill_null(-1).to_numpy().astype(np.int32, copy=False)
        if order is not None:
            self.codes = self.codes[order]
        self._facts: dict[str, Any] = {}
        self._lock = RLock()  # two threads compare; a fact may need another

    def series(self) -> pl.Series:
        """The value of each record."""
        wanted = pl.Series(self.codes, dtype=pl.Int32)
        return self.values.gather(wanted.set(wanted < 0, None)).rename(self.name)

    def fact(self, name: str, compute: Any) -> Any:
        """A fact per distinct value, computed at first need."""
        if name not in self._facts:
            with self._lock:
                if name not in self._facts:
                    self._facts[name] = compute(self)
        return self._facts[name]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Records per distinct value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @cached_property
    def known(self) -> int:
        """Records that have a value."""
        return int((self.codes >= 0).sum())


@dataclass(frozen=True)
class Records:
    """Standardised records of all systems, in an order that does not depend on the input's.

    Attributes:
        systems: Names of the systems, sorted.
        system: The index of each record's system.
        source_id: Each record's id in its system.
        columns: The fields, dictionary-encoded.
    """

    systems: tuple[str, ...]
    system: NDArray[np.uint16]
    source_id: pl.Series
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.source_id)

    def column(self, name: str) -> Column:
        """A field."""
        return self.columns[name]

    def keys(self) -> pl.DataFrame:
        """System and source id of each record."""
        names = pl.Series("system", self.systems, dtype=pl.String)
        return pl.DataFrame({"system": names.gather(self.system), "source_id": self.source_id})

    def frame(self) -> pl.DataFrame:
        """System, source id and every standardised field of each record."""
        return self.keys().with_columns(c.series() for c in self.columns.values())

    def fingerprints(self) -> NDArray[np.uint64]:
        """A hash of each record's standardised content."""
        out = np.zeros(len(self), np.uint64)
        for name in sorted(self.columns):
            column = self.columns[name]
            hashed = np.append(column.values.hash(seed=11).to_numpy(), np.uint64(7))[column.codes]
            out = out * np.uint64(0x9E3779B97F4A7C15) + hashed  # wraps around: a polynomial hash
        return out


def read_records(frames: Frames, model: LinkModel) -> Records:
    """Standardise and stack the systems' frames.

    Args:
        frames: System → its records.
        model: The link model.

    Raises:
        UsageError: No frames, too many records, or ids missing or repeated.
        LinkModelError: Columns the model names are missing; all of them at once.
    """
    if not frames:
        raise UsageError("there is nothing to link", cure="give at least one system's records")
    faults: list[Fault] = []
    parts = []
    for system in sorted(frames):
        lazy = frames[system].lazy()
        about = model.systems.get(system, SystemRule())
        parts.append(_part(lazy, system, about, model, faults))
    if faults:
        raise LinkModelError(faults)
    collected = [p.collect() for p in parts]
    for part in collected:
        _check_ids(part)
    sizes = [p.height for p in collected]
    if sum(sizes) >= 2**ROW_BITS:
        raise UsageError(f"{sum(sizes):,} records are more than {2**ROW_BITS:,}", cure="link them on Spark: to_splink")
    frame = pl.concat(collected)
    collected.clear()
    order = frame.select(pl.arg_sort_by("system", "source_id")).to_series()
    ids = frame["source_id"].gather(order)
    columns = {}
    for name in model.fields:  # column by column: the text of one is let go before the next is encoded
        columns[name] = Column(name, frame.drop_in_place(name), order.to_numpy())
    systems = tuple(sorted(frames))
    return Records(systems, np.repeat(np.arange(len(systems), dtype=np.uint16), sizes), ids, columns)


def id_column(lazy: pl.LazyFrame, about: SystemRule) -> str | None:
    """The column that identifies a system's records; None when it cannot be told."""
    if about.id is not None:
        return about.id
    names = lazy.collect_schema().names()
    facts = lazy.select(
        pl.len().alias("n"), pl.all().n_unique().name.prefix("u:"), pl.all().null_count().name.prefix("z:")
    )
    row = facts.collect().row(0, named=True)
    unique = [c for c in names if row[f"u:{c}"] == row["n"] and not row[f"z:{c}"]]
    return next((c for c in unique if KEY.search(c.lower())), unique[0] if unique else None)


def _part(lazy: pl.LazyFrame, system: str, about: SystemRule, model: LinkModel, faults: list[Fault]) -> pl.LazyFrame:
    names = lazy.collect_schema().names()
    key = id_column(lazy, about)
    if key is None or key not in names:
        cure = did_you_mean(key, names) if key else f"name it in the model: systems: {{{system}: {{id: …}}}}"
        faults.append(
            Fault(f"no column identifies the records ('{key}')" if key else "no column is unique", system, cure)
        )
        key = None
    columns = []
    for name, rule in model.fields.items():
        wanted = source_columns(name, rule, about)
        if missing := [c for c in wanted if c not in names]:
            faults += [Fault(f"field '{name}' needs the column '{c}'", system, did_you_mean(c, names)) for c in missing]
            continue
        columns.append(standardised(rule, raw_value(wanted), name))
    if key is None or len(columns) < len(model.fields):
        return lazy
    head = [pl.lit(system).alias("system"), pl.col(key).cast(pl.String).alias("source_id")]
    return lazy.select(*head, *columns)


def source_columns(name: str, rule: FieldRule, about: SystemRule) -> tuple[str, ...]:
    """The columns of one system that a field is made of."""
    if name in about.columns:
        return (about.columns[name],)
    return rule.source or (name,)


def raw_value(columns: tuple[str, ...]) -> pl.Expr:
    """A field's value before standardising, as text."""
    texts = [pl.col(c).cast(pl.String) for c in columns]
    return texts[0] if len(texts) == 1 else pl.concat_str(texts, separator=" ", ignore_nulls=True)


def _check_ids(part: pl.DataFrame) -> None:
    ids = part["source_id"]
    system = part["system"][0] if part.height else ""
    if missing := ids.null_count():
        raise UsageError(f"{missing:,} records have no id", where=system, cure="give each record an id, or filter them")
    if (double := ids.len() - ids.n_unique()) > 0:
        first = ids.filter(ids.is_duplicated())[0]
        cure = "an id names one record: choose another id column, or keep the latest of each first"
        raise UsageError(f"{double:,} records repeat an id, as '{first}'", where=system, cure=cure)
