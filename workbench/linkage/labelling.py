"""A person in the loop: which pairs to label first, labels kept in a file, weights refitted from them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from workbench.errors import SourceError, UsageError
from workbench.model import write_text

from .linking import Linkage
from .training import fit_from_labels

__all__ = ["Label", "add_labels", "most_informative", "read_labels", "refit"]

COLUMNS = ("system_l", "id_l", "system_r", "id_r", "match", "by", "at")
KEYS = list(COLUMNS[:4])
SCHEMA = dict.fromkeys(COLUMNS, pl.String)


@dataclass(frozen=True)
class Label:
    """A person's verdict on a pair; the last one about a pair counts.

    Attributes:
        left, right: The records, as (system, id).
        match: Whether they are the same thing; None takes an earlier verdict back.
        by: Who says so.
    """

    left: tuple[str, str]
    right: tuple[str, str]
    match: bool | None
    by: str = ""


def read_labels(path: str | os.PathLike[str]) -> pl.DataFrame:
    """Labels of a file: system_l, id_l, system_r, id_r, match (true or false), by, at; none where there is no file.

    Raises:
        SourceError: It is not a labels file.
    """
    file = Path(path)
    if not file.exists():
        return _latest(pl.DataFrame(schema=SCHEMA))
    try:
        frame = pl.read_csv(file, schema_overrides=SCHEMA)
        return _latest(frame.select(COLUMNS))
    except pl.exceptions.PolarsError as e:
        cure = f"its header is {','.join(COLUMNS)}"
        raise SourceError(f"not a labels file: {str(e).splitlines()[0]}", where=str(file), cure=cure) from None


def add_labels(path: str | os.PathLike[str], labels: Sequence[Label]) -> Path:
    """Append labels; the file is replaced as a whole, so that a crash loses nothing."""
    file = Path(path)
    text = file.read_text(encoding="utf-8") if file.exists() else ",".join(COLUMNS) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for label in labels:
        left, right = sorted((label.left, label.right))
        verdict = "" if label.match is None else "true" if label.match else "false"
        writer.writerow([*left, *right, verdict, label.by, now])
    return write_text(file, text + ("" if text.endswith("\n") else "\n") + out.getvalue())


def _latest(frame: pl.DataFrame) -> pl.DataFrame:
    last = frame.group_by(KEYS, maintain_order=True).last().filter(pl.col("match").is_in(["true", "false"]))
    return last.with_columns(pl.col("match") == "true").select(COLUMNS)


def most_informative(pairs: pl.DataFrame, labels: pl.DataFrame, n: int = 20) -> pl.DataFrame:
    """Pairs whose labels would teach most: doubtful ones of many different outcomes, and a few to check the sure ends.

    Args:
        pairs: `Linkage.pairs`.
        labels: What is labelled already.
        n: How many.

    Returns:
        Rows of ``pairs``, the most informative first.
    """
    if n < 1:
        raise UsageError(f"{n} pairs cannot be asked for", cure="ask for one or more")
    open_ = _canonical(pairs).join(_canonical(labels).select(KEYS), on=KEYS, how="anti", maintain_order="left")
    levels = [c for c in pairs.columns if c.startswith("level:")]
    p = pl.col("probability").clip(1e-9, 1 - 1e-9)
    doubt = -(p * p.log(2) + (1 - p) * (1 - p).log(2))
    # the same outcome twice teaches little the second time: its worth is halved each time
    again = pl.int_range(pl.len()).over(levels) if levels else pl.lit(0)
    ranked = (
        open_.with_columns(doubt=doubt)
        .sort("doubt", *KEYS, descending=[True, *[False] * 4])
        .with_columns(worth=pl.col("doubt") * 0.5 ** again.cast(pl.Float64))
    )
    few = max(n // 5, 1) if n >= 5 else 0
    best = ranked.sort("worth", *KEYS, descending=[True, *[False] * 4]).head(n - few)
    rest = ranked.join(best.select(KEYS), on=KEYS, how="anti", maintain_order="left")
    spread = (
        rest.sort("probability", *KEYS, descending=[True, *[False] * 4])
        .gather_every(max(rest.height // max(few, 1), 1))
        .head(few)
    )
    return pl.concat([best, spread]).drop("doubt", "worth")


def _canonical(frame: pl.DataFrame) -> pl.DataFrame:
    """Left and right in one order, whichever way a pair was written."""
    left = pl.struct(system="system_l", id="id_l")
    right = pl.struct(system="system_r", id="id_r")
    swap = (pl.col("system_l") > pl.col("system_r")) | (
        (pl.col("system_l") == pl.col("system_r")) & (pl.col("id_l") > pl.col("id_r"))
    )
    a, b = pl.when(swap).then(right).otherwise(left), pl.when(swap).then(left).otherwise(right)
    return frame.with_columns(
        system_l=a.struct.field("system"),
        id_l=a.struct.field("id"),
        system_r=b.struct.field("system"),
        id_r=b.struct.field("id"),
    )


def labelled(linkage: Linkage, labels: pl.DataFrame) -> pl.DataFrame:
    """Labels with the scores of their pairs; probability 0 where the pair was not kept as a candidate."""
    scored = _canonical(linkage.pairs)
    return _canonical(labels).join(scored, on=KEYS, how="left").with_columns(pl.col("probability").fill_null(0.0))


def refit(linkage: Linkage, labels: pl.DataFrame, *, trust: float = 20.0) -> Linkage:
    """The linkage with weights refitted from labels and all pairs scored again, without comparing anything anew.

    Args:
        linkage: A run.
        labels: `read_labels`.
        trust: How many labels the present weights count for.

    Raises:
        UsageError: No label is about a pair of this run.
    """
    from .rescoring import rescored

    known = labelled(linkage, labels).filter(pl.col("weight").is_not_null())
    if not known.height:
        raise UsageError("no label is about a pair of this run", cure="label pairs that most_informative() proposes")
    digits = np.stack(
        [known[f"level:{c.id}"].fill_null(len(c.levels)).to_numpy().astype(np.uint8) for c in linkage.model.comparisons]
    )
    model = fit_from_labels(linkage.model, digits, known["match"].to_numpy(), trust=trust)
    return rescored(linkage, model)
