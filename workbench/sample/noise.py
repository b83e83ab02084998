"""The errors that systems hold: typos, swaps, gaps, duplicates, what has changed since."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from .draw import Draw, Flags
from .people import TODAY

__all__ = ["RATES", "copies", "spoil", "typos"]

RATES: Mapping[str, float] = {
    "first_typo": 0.015, "last_typo": 0.015, "swapped_names": 0.007, "initial": 0.01, "former_name": 0.5,
    "day_month": 0.006, "year_off": 0.005, "no_birthday": 0.05, "street_typo": 0.02, "city_typo": 0.01,
    "no_postcode": 0.015, "old_address": 0.4, "no_phone": 0.08, "phone_typo": 0.01, "no_email": 0.05,
    "email_typo": 0.008, "other_email": 0.05, "no_gender": 0.02, "wrong_gender": 0.002, "spaces": 0.008,
}  # fmt: skip
"""Share of a system's records with each error; former_name and old_address count among those concerned."""


def copies(draw: Draw, n: int, share: float, duplicates: float) -> pl.DataFrame:
    """Choose who is known to a system and who is known twice.

    Args:
        draw: The stream.
        n: How many people there are.
        share: Share of them the system knows.
        duplicates: Share of those it knows twice.

    Returns:
        One row a record: index of the person, and whether the record is a second one.
    """
    known = np.flatnonzero(draw.chance(share, n))
    return doubled(draw, known, duplicates)


def doubled(draw: Draw, known: np.ndarray, duplicates: float) -> pl.DataFrame:
    """The people known, some of them twice."""
    twice = known[draw.chance(duplicates, len(known))]
    return pl.DataFrame(
        {
            "index": np.concatenate([known, twice]).astype(np.int64),
            "again": np.concatenate([np.zeros(len(known), dtype=bool), np.ones(len(twice), dtype=bool)]),
        }
    )


def typos(draw: Draw, texts: pl.Series, where: Flags) -> pl.Series:
    """Mistype the texts chosen: two letters swapped, one left out, doubled or wrong."""
    chosen = np.flatnonzero(where & (texts.str.len_chars().fill_null(0) > 3).to_numpy())
    if not len(chosen):
        return texts
    old = texts.gather(chosen)
    n = len(old)
    place = (draw.unit(n) * (old.str.len_chars().to_numpy() - 2)).astype(np.int64) + 1
    frame = pl.DataFrame(
        {
            "old": old,
            "place": place,
            "kind": draw.below(4, n),
            "letter": pl.Series(list("abdeghiklmnoprstu")).gather(draw.below(17, n)),
        }
    )
    text, at = pl.col("old").str, pl.col("place")
    before, here, next_ = text.slice(0, at), text.slice(at, 1), text.slice(at + 1, 1)
    new = (
        pl.when(pl.col("kind") == 0).then(pl.concat_str(before, next_, here, text.slice(at + 2)))
        .when(pl.col("kind") == 1).then(pl.concat_str(before, text.slice(at + 1)))
        .when(pl.col("kind") == 2).then(pl.concat_str(before, here, text.slice(at)))
        .otherwise(pl.concat_str(before, "letter", text.slice(at + 1)))
    )  # fmt: skip
    return _put(texts, chosen, frame.select(new).to_series())


def _put(texts: pl.Series, where: np.ndarray, new: pl.Series) -> pl.Series:
    """The texts with new ones at some places."""
    take = np.arange(len(texts))
    take[where] = np.arange(len(texts), len(texts) + len(new))
    return pl.concat([texts, new]).gather(take)


def spoil(draw: Draw, records: pl.DataFrame, rates: Mapping[str, float] = RATES) -> pl.DataFrame:
    """Give a system's records their errors.

    Args:
        draw: The stream of the system.
        records: People as they are; second records of somebody are marked in the column ``again``.
        rates: Share of records with each error; second records have four times as many.
    """
    n = len(records)
    # A record is made a second time because the first was not found: it looks different.
    more = np.where(records["again"].to_numpy(), 4.0, 1.0)
    drawn = {name: draw.chance(rate * more, n) for name, rate in rates.items()}
    flags = pl.DataFrame({name: flag for name, flag in drawn.items() if not name.endswith("typo")})
    frame = pl.concat([records, flags], how="horizontal")
    frame = frame.with_columns(
        # Every system makes and touches its records at times of its own; a second record has no history.
        pl.Series("made", draw.unit(n)), pl.Series("touched", draw.unit(n) ** 2),
        balance=pl.when("again").then(0).otherwise("balance"),
    )  # fmt: skip
    frame = frame.with_columns(created=_later("created", "updated", "made"))
    frame = frame.with_columns(updated=_later("created", pl.lit(TODAY), "touched"))
    born, first, last = pl.col("born"), pl.col("first"), pl.col("last")
    born = pl.when("year_off").then(born.dt.offset_by("1y")).otherwise(born)
    crossed = pl.date(born.dt.year(), pl.when(born.dt.day() <= 12).then(born.dt.day()).otherwise(born.dt.month()),
                      pl.when(born.dt.day() <= 12).then(born.dt.month()).otherwise(born.dt.day()))  # fmt: skip
    former = pl.col("former_last").is_not_null() & pl.col("former_name")
    moved = pl.col("old_street").is_not_null() & pl.col("old_address")
    other_email = pl.concat_str(
        pl.col("email").str.extract("^([a-z]+)"), pl.col("created").dt.year(), pl.lit("@example.net")
    )
    gender = pl.col("female") ^ pl.col("wrong_gender")
    frame = frame.with_columns(
        last=pl.when(former).then("former_last").otherwise(last),
        first=pl.when("initial").then(first.str.slice(0, 1) + ".").otherwise(first),
        born=pl.when("no_birthday").then(None).when("day_month").then(crossed).otherwise(born),
        street=pl.when(moved).then("old_street").otherwise("street"),
        city=pl.when(moved).then("old_city").otherwise("city"),
        postcode=pl.when("no_postcode").then(None).when(moved).then("old_postcode").otherwise("postcode"),
        national=pl.when("no_phone").then(None).otherwise("national"),
        email=pl.when("no_email").then(None)
        .when("other_email").then(other_email).otherwise("email"),
        female=pl.when("no_gender").then(None).otherwise(gender),
    )  # fmt: skip
    frame = frame.with_columns(
        first=pl.when("swapped_names").then("last").otherwise("first"),
        last=pl.when("swapped_names").then("first").otherwise("last"),
    ).with_columns(city=pl.when("spaces").then(pl.col("city") + "  ").otherwise("city"))
    for column in ("first", "last", "street", "city", "email"):
        frame = frame.with_columns(typos(draw, frame[column], drawn[f"{column}_typo"]).alias(column))
    digits = pl.col("national").str
    frame = frame.with_columns(pl.Series("wrong", drawn["phone_typo"])).with_columns(
        national=pl.when("wrong").then(digits.slice(0, 5) + digits.slice(6, 1) + digits.slice(5, 1) + digits.slice(7))
        .otherwise("national")
    )  # fmt: skip
    return frame.drop(*flags.columns, "wrong", "made", "touched")


def _later(start: str, end: str | pl.Expr, share: str) -> pl.Expr:
    """A moment between two others."""
    end = pl.col(end) if isinstance(end, str) else end
    span = (end - pl.col(start)).dt.total_seconds() * pl.col(share)
    return pl.col(start) + pl.duration(seconds=span.cast(pl.Int64))
