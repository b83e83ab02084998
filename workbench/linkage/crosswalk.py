"""The crosswalk: which record is which entity, with ids that stay when data is added, merged or split."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import SourceError
from workbench.model import write_text

from .pipeline import KnownPairs
from .records import Records
from .scoring import Scored

__all__ = ["Crosswalk", "load_crosswalk", "next_crosswalk"]

ENTRIES = {
    "entity": pl.String,
    "canonical_id": pl.String,
    "system": pl.String,
    "source_id": pl.String,
    "probability": pl.Float64,
    "content": pl.UInt64,
}
HISTORY = {
    "canonical_id": pl.String,
    "valid_from": pl.Int64,
    "retired": pl.Int64,
    "merged_into": pl.String,
    "split_from": pl.String,
}
PAIRS = {"system_l": pl.String, "id_l": pl.String, "system_r": pl.String, "id_r": pl.String, "pattern": pl.UInt64}


@dataclass(frozen=True)
class Crosswalk:
    """Entries of now, and the history of ids.

    Attributes:
        entity: The entity's name.
        run: Number of the run that made it, from 1.
        entries: entity, canonical_id, system, source_id, probability (of the record's best link inside its
            cluster; 1 for a record alone), content (hash of what was compared).
        history: One row per id ever given: canonical_id, valid_from (run), retired (run, or null), merged_into,
            split_from.
        pairs: Compared pairs worth keeping, so that the next run compares only what is new.
        evidence: What the pairs were compared by; another model compares everything again.
    """

    entity: str
    run: int
    entries: pl.DataFrame
    history: pl.DataFrame
    pairs: pl.DataFrame
    evidence: str

    def current_id(self, canonical_id: str) -> str | None:
        """What an id, perhaps retired, goes by now; None when its records are gone or it was never given."""
        into = dict(self.history.select("canonical_id", "merged_into").iter_rows())
        retired = set(self.history.filter(pl.col("retired").is_not_null())["canonical_id"])
        found: str | None = canonical_id if canonical_id in into else None
        while found is not None and found in retired:
            found = into.get(found)
        return found

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write it as Parquet files; the last one written makes it valid, so that a reader never sees a mixture."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, frame in (("entries", self.entries), ("history", self.history), ("pairs", self.pairs)):
            part = target / f".{name}.{self.run}.parquet.part"
            frame.write_parquet(part)
            os.replace(part, target / f"{name}.{self.run}.parquet")
        write_text(
            target / "crosswalk.json", json.dumps({"entity": self.entity, "run": self.run, "evidence": self.evidence})
        )
        for name in ("entries", "history", "pairs"):  # of earlier runs; whatever else lies here is not ours
            for old in target.glob(f"{name}.*.parquet"):
                if old.name != f"{name}.{self.run}.parquet":
                    old.unlink()
        return target

    def _repr_html_(self) -> str:
        ids = self.entries["canonical_id"].n_unique()
        return f"<p>{self.entity}: {self.entries.height:,} records, {ids:,} ids, run {self.run}</p>"


def load_crosswalk(folder: str | os.PathLike[str]) -> Crosswalk:
    """Read a crosswalk that `Crosswalk.save` has written.

    Raises:
        SourceError: It is not there or damaged.
    """
    source = Path(folder)
    try:
        about = json.loads((source / "crosswalk.json").read_text(encoding="utf-8"))
        frames = [
            pl.read_parquet(source / f"{name}.{about['run']}.parquet") for name in ("entries", "history", "pairs")
        ]
        return Crosswalk(about["entity"], about["run"], frames[0], frames[1], frames[2], about["evidence"])
    except (OSError, KeyError, ValueError, pl.exceptions.PolarsError) as e:
        raise SourceError(
            f"no crosswalk can be read here: {e}", where=str(source), cure="give a folder that save() wrote"
        ) from None


def next_crosswalk(
    records: Records, label: NDArray[np.int64], scored: Scored, *, entity: str, evidence: str, before: Crosswalk | None
) -> Crosswalk:
    """Give each cluster its id: the one most of its records had, or a new one.

    An id stays with the cluster that holds most of its records; of equal claims the older id wins. Ids that
    no cluster keeps are retired, and say what they were merged into.
    """
    run = before.run + 1 if before else 1
    keys = records.keys().with_columns(label=pl.Series(label))
    old = (
        before.entries.select("system", "source_id", old="canonical_id")
        if before
        else pl.DataFrame(schema={"system": pl.String, "source_id": pl.String, "old": pl.String})
    )
    history = before.history if before else pl.DataFrame(schema=HISTORY)
    had = keys.join(old, on=["system", "source_id"], how="left", maintain_order="left")
    kept = _kept(had, history)
    named = keys.group_by("label").agg(first=pl.concat_str("system", "source_id", separator="\x1f").min())
    named = named.join(kept, on="label", how="left").sort("label")
    fresh = named.filter(pl.col("old").is_null())
    ids = _new_ids(entity, fresh["first"].to_list(), set(history["canonical_id"]))
    given = pl.concat(
        [
            named.filter(pl.col("old").is_not_null()).select("label", canonical_id="old"),
            fresh.select("label").with_columns(canonical_id=pl.Series(ids, dtype=pl.String)),
        ]
    )
    entries = keys.join(given, on="label", how="left", maintain_order="left").with_columns(
        entity=pl.lit(entity),
        probability=pl.Series(_belonging(records, label, scored)),
        content=pl.Series(records.fingerprints()),
    )
    new_ids = fresh.select("label").with_columns(canonical_id=pl.Series(ids, dtype=pl.String))
    return Crosswalk(
        entity,
        run,
        entries.select(*ENTRIES),
        _history(history, had, given, new_ids, run),
        _pairs(records, scored),
        evidence,
    )


def _kept(had: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Which cluster keeps which old id: greedily by shared records, then age, then name."""
    age = history.select(old="canonical_id", age="valid_from")
    claims = had.drop_nulls("old").group_by("label", "old").agg(shared=pl.len()).join(age, on="old", how="left")
    claims = claims.sort("shared", "age", "old", "label", descending=[True, False, False, False])
    won = []
    while claims.height:
        # the first claim of both its cluster and its id cannot be beaten
        best = claims.filter(pl.col("label").is_first_distinct() & pl.col("old").is_first_distinct())
        won.append(best.select("label", "old"))
        claims = claims.join(best, on="label", how="anti", maintain_order="left").join(
            best, on="old", how="anti", maintain_order="left"
        )
    return pl.concat(won) if won else pl.DataFrame(schema={"label": pl.Int64, "old": pl.String})


def _new_ids(entity: str, firsts: list[str], taken: set[str]) -> list[str]:
    """Ids from the first record of each cluster: the same data gives the same ids, on any machine."""
    made = []
    for first in firsts:
        attempt = 0
        while True:
            salt = f"\x1f{attempt}" if attempt else ""
            found = f"{entity}-{hashlib.blake2b((first + salt).encode(), digest_size=7).hexdigest()}"
            if found not in taken:
                break
            attempt += 1
        taken.add(found)
        made.append(found)
    return made


def _belonging(records: Records, label: NDArray[np.int64], scored: Scored) -> NDArray[np.float64]:
    inside = label[scored.left] == label[scored.right]
    best = np.zeros(len(records))
    probability = scored.probability[inside]
    np.maximum.at(best, scored.left[inside], probability)
    np.maximum.at(best, scored.right[inside], probability)
    alone = np.bincount(label, minlength=len(records))[label] == 1
    # a record joined by hand alone has no computed link
    best[alone | (best == 0)] = 1.0
    return best


def _history(
    history: pl.DataFrame, had: pl.DataFrame, given: pl.DataFrame, new_ids: pl.DataFrame, run: int
) -> pl.DataFrame:
    where = had.join(given, on="label", how="left")
    largest = where.drop_nulls("old").group_by("old", "canonical_id").agg(n=pl.len())
    largest = largest.sort("n", "canonical_id", descending=[True, False]).group_by("old", maintain_order=True).first()
    living = given["canonical_id"].implode()
    gone = pl.col("retired").is_null() & ~pl.col("canonical_id").is_in(living)
    aged = history.join(largest.select("old", into="canonical_id"), left_on="canonical_id", right_on="old", how="left")
    aged = aged.with_columns(
        merged_into=pl.when(gone).then("into").otherwise("merged_into"),
        retired=pl.when(gone).then(pl.lit(run, pl.Int64)).otherwise("retired"),
    )
    origin = where.drop_nulls("old").group_by("label", "old").agg(n=pl.len()).sort("n", "old", descending=[True, False])
    origin = origin.group_by("label", maintain_order=True).first()
    fresh = new_ids.join(origin, on="label", how="left").select(
        "canonical_id",
        valid_from=pl.lit(run, pl.Int64),
        retired=pl.lit(None, pl.Int64),
        merged_into=pl.lit(None, pl.String),
        split_from="old",
    )
    return pl.concat([aged.select(*HISTORY), fresh.select(*HISTORY)]).sort("valid_from", "canonical_id")


def _pairs(records: Records, scored: Scored) -> pl.DataFrame:
    keys = records.keys()
    left, right = keys[scored.left.astype(np.int64)], keys[scored.right.astype(np.int64)]
    return pl.DataFrame(
        {
            "system_l": left["system"],
            "id_l": left["source_id"],
            "system_r": right["system"],
            "id_r": right["source_id"],
            "pattern": scored.pattern,
        },
        schema=PAIRS,
    )


def known_pairs(records: Records, before: Crosswalk) -> tuple[NDArray[np.bool_], KnownPairs]:
    """Which records are new or changed since a run, and the pairs of the others that it compared."""
    rows = records.keys().with_row_index("row").with_columns(content=pl.Series(records.fingerprints()))
    same = rows.join(before.entries, on=["system", "source_id", "content"], how="semi")
    new = np.ones(len(records), bool)
    new[same["row"].to_numpy()] = False
    place = same.select("system", "source_id", "row")
    pairs = before.pairs.join(place, left_on=["system_l", "id_l"], right_on=["system", "source_id"])
    pairs = pairs.join(place, left_on=["system_r", "id_r"], right_on=["system", "source_id"], suffix="_r")
    left, right = (pairs[c].to_numpy().astype(np.uint32) for c in ("row", "row_r"))
    return new, (np.minimum(left, right), np.maximum(left, right), pairs["pattern"].to_numpy())
