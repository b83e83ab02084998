"""Golden records: which value of a cluster survives, where it came from, and where the sources disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from workbench.errors import UsageError
from workbench.registry import Registry

from .display import golden_html
from .facts import date_formats
from .model import LinkModel, Survivor, SystemRule
from .records import Frames, Records, id_column, raw_value, source_columns

__all__ = ["Golden", "golden_records", "survivors"]

SurvivorRule = Callable[[Survivor], "list[pl.Expr]"]
survivors: Registry[SurvivorRule] = Registry("survivor")
"""Rules a field may name under 'survivorship: take': what to sort a cluster's values by, greatest first.

The expressions see the columns canonical_id, system, source_id, value, standard (the value standardised),
changed_at (text or null) and filled (how many fields the record has a value for).
"""


@survivors.register("most_recent")
def _most_recent(_: Survivor) -> list[pl.Expr]:
    return [pl.col("changed_at")]


@survivors.register("most_complete")
def _most_complete(_: Survivor) -> list[pl.Expr]:
    return [pl.col("filled"), pl.col("value").str.len_chars()]


@survivors.register("source_order")
def _source_order(about: Survivor) -> list[pl.Expr]:
    return [trust(about)]


@survivors.register("majority")
def _majority(_: Survivor) -> list[pl.Expr]:
    return [pl.len().over("canonical_id", "standard")]


@survivors.register("longest")
def _longest(_: Survivor) -> list[pl.Expr]:
    return [pl.col("value").str.len_chars()]


def trust(about: Survivor) -> pl.Expr:
    """How far up in the order a system stands; below all others when it is not named."""
    places = {system: len(about.order) - i for i, system in enumerate(about.order)}
    return pl.col("system").replace_strict(places, default=0, return_dtype=pl.Int32) if places else pl.lit(0)


@dataclass(frozen=True, repr=False)
class Golden:
    """The surviving values.

    Attributes:
        records: One row per canonical id: canonical_id, records (how many it was made of), every field.
        provenance: One row per surviving value: canonical_id, field, system, source_id, rule.
        conflicts: One row per field on which a cluster's records disagree once standardised: canonical_id,
            field, values (distinct), kept.
    """

    records: pl.DataFrame
    provenance: pl.DataFrame
    conflicts: pl.DataFrame

    def __repr__(self) -> str:
        several = int((self.records["records"] > 1).sum())
        clash = self.conflicts["canonical_id"].n_unique()
        return f"{self.records.height:,} golden records, {several:,} of several records, {clash:,} with conflicts"

    def _repr_html_(self) -> str:
        return golden_html(self)


def golden_records(frames: Frames, records: Records, model: LinkModel, entries: pl.DataFrame) -> Golden:
    """Build golden records.

    Args:
        frames: System → its records, as they were linked.
        records: The same, standardised.
        model: The link model; fields without a survivorship rule take the most complete record's value.
        entries: The crosswalk's entries.
    """
    raw = pl.concat([_raw(s, frames, model) for s in sorted(frames)]).collect()
    ids = entries.select("system", "source_id", "canonical_id")
    raw = raw.join(ids, on=["system", "source_id"], how="inner")
    raw = raw.with_columns(filled=pl.sum_horizontal(pl.col(f).is_not_null() for f in model.fields))
    standard = records.frame()
    out = raw.group_by("canonical_id").agg(records=pl.len().cast(pl.Int64)).sort("canonical_id")
    origins, conflicts = [], []
    for name in model.fields:
        about = model.survivorship.get(name, Survivor())
        values = _values(raw, standard, name)
        best = _best(values, about)
        out = out.join(
            best.select("canonical_id", pl.col("value").alias(name)),
            on="canonical_id",
            how="left",
            maintain_order="left",
        )
        origins.append(
            best.select(
                "canonical_id", pl.lit(name).alias("field"), "system", "source_id", pl.lit(about.take).alias("rule")
            )
        )
        conflicts.append(_disagreements(values, best, name))
    return Golden(
        out, pl.concat(origins).sort("canonical_id", "field"), pl.concat(conflicts).sort("canonical_id", "field")
    )


def _raw(system: str, frames: Frames, model: LinkModel) -> pl.LazyFrame:
    about = model.systems.get(system, SystemRule())
    lazy = frames[system].lazy()
    key = id_column(lazy, about)
    assert key is not None  # read_records has refused it otherwise
    changed = _moment(lazy, about.changed_at, system) if about.changed_at else pl.lit(None, pl.String)
    fields = [
        raw_value(source_columns(n, rule, about)).str.strip_chars().replace("", None).alias(n)
        for n, rule in model.fields.items()
    ]
    return lazy.select(
        pl.lit(system).alias("system"),
        pl.col(key).cast(pl.String).alias("source_id"),
        changed.alias("changed_at"),
        *fields,
    )


def _moment(lazy: pl.LazyFrame, column: str, system: str) -> pl.Expr:
    """When a record was changed, as text that sorts by time; the format of text is decided once per column.

    Raises:
        UsageError: The column holds no dates.
    """
    kind, value = lazy.collect_schema()[column], pl.col(column)
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        value = value.dt.convert_time_zone("UTC")
    if kind.is_temporal():
        return value.cast(pl.Datetime).dt.to_string("iso") if kind != pl.Time else value.cast(pl.String)
    if kind.is_numeric():  # seconds since some moment, or years
        return value.cast(pl.Decimal(38, 9)).cast(pl.String).str.zfill(40)
    known = lazy.select(value.cast(pl.String).str.strip_chars()).collect().to_series().drop_nulls()
    known = known.filter(known != "")
    if len(known) and known.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}").mean() == 1:
        return value.cast(pl.String)
    formats = date_formats(known)
    if len(known) and not formats:
        what = f"'{column}' does not say when a record was changed"
        raise UsageError(what, where=f"systems: {system}: changed_at", cure="name a column of dates or times")
    text = value.cast(pl.String).str.strip_chars()
    parsed = [text.str.to_datetime(f, strict=False, time_unit="us") for f in formats]
    return pl.coalesce(parsed).dt.to_string("iso") if parsed else text


def _values(raw: pl.DataFrame, standard: pl.DataFrame, name: str) -> pl.DataFrame:
    known = raw.filter(pl.col(name).is_not_null()).select(
        "canonical_id", "system", "source_id", "changed_at", "filled", pl.col(name).alias("value")
    )
    same = standard.select("system", "source_id", pl.col(name).cast(pl.String).alias("standard"))
    return known.join(same, on=["system", "source_id"], how="left")


def _best(values: pl.DataFrame, about: Survivor) -> pl.DataFrame:
    """The greatest by the rule; ties by trust, then recency, then system and id, so that order of input is nothing."""
    rank = [*survivors[about.take](about), trust(about), pl.col("changed_at")]
    names = [f"rank:{i}" for i in range(len(rank))]
    ranked = values.with_columns(e.alias(n) for n, e in zip(names, rank, strict=True))
    down = [True] * len(rank)
    ordered = ranked.sort(*names, "system", "source_id", descending=[*down, False, False], nulls_last=True)
    return ordered.drop(names).group_by("canonical_id", maintain_order=True).first()


def _disagreements(values: pl.DataFrame, best: pl.DataFrame, name: str) -> pl.DataFrame:
    apart = values.filter(pl.col("standard").drop_nulls().n_unique().over("canonical_id") > 1)
    listed = apart.sort("value").group_by("canonical_id").agg(values=pl.col("value").unique(maintain_order=True))
    kept = best.select("canonical_id", kept="value")
    joined = listed.join(kept, on="canonical_id", how="left")
    return joined.select("canonical_id", pl.lit(name).alias("field"), "values", "kept")
