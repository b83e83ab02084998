"""The people of the sample: who really exists, before any system gets to know them."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import polars as pl

from .draw import Draw, Flags, Numbers
from .words import Words

__all__ = ["TODAY", "make_people"]

TODAY = datetime(2026, 6, 30)
"""The day the sample pretends to be made on."""

_FIRST_DAY = datetime(2015, 1, 5)
_MAILERS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "web.example.net")
_MAILER_WEIGHTS = (40, 20, 15, 12, 8, 5)
_NUMBER_FIRST = ("GB", "FR", "US")
_POSTCODE_LENGTH = {"DE": 5, "FR": 5, "US": 5, "ES": 5, "IT": 5}
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_LANDLINE_LENGTH = {"GB": 10, "FR": 9, "US": 10, "NL": 9, "ES": 9, "IT": 10}


def make_people(words: Words, first: int, n: int, seed: int, block: int) -> pl.DataFrame:
    """Make n people.

    Args:
        words: The word lists.
        first: Number of the first person.
        n: How many.
        seed: The seed of the landscape.
        block: Which block of people.

    Returns:
        One row a person: number, country and everything the systems may know, with former surname and
        former address where there was one.
    """
    draw = Draw(seed, "people", block)
    country = draw.weighted(words.weights, n)
    # Some people live with the one before: same surname, same address, another given name.
    home = np.arange(n, dtype=np.int64)
    home[1:] -= draw.chance(0.15, n)[1:]
    address = _addresses(words, draw, country).gather(home)
    surnames = _surnames(words, draw, country).gather(home)
    country = country[home]
    female = draw.chance(0.52, n)
    former = words.last.take(words.last.numbers(draw, country, skewed=True))
    renamed = pl.Series(female & draw.chance(0.03, n)) & (former != surnames["last"])
    first_number = np.where(
        female, words.female.numbers(draw, country, skewed=True), words.male.numbers(draw, country, skewed=True)
    )
    given = _either(female, words.female.words, words.male.words, first_number)
    folded = _either(female, words.female.folded().words, words.male.folded().words, first_number)
    moved = draw.chance(0.08, n)
    older = _addresses(words, draw, country).rename(lambda c: f"old_{c}")
    created = _moments(draw, n)
    return pl.DataFrame(
        {
            "person": np.arange(first, first + n, dtype=np.int64),
            "country": pl.Series(words.countries, dtype=pl.String).gather(country),
            "country_number": country,
            "female": female,
            "first": given,
            "last": surnames["last"],
            "former_last": _where(renamed, former),
            "born": _birthdays(draw, n),
            **{c: address[c] for c in address.columns},
            **{c: _where(pl.Series(moved), older[c]) for c in older.columns},
            "national": _phones(words, draw, country),
            "email": _emails(draw, folded, surnames["folded"], n),
            "created": created,
            "updated": created + pl.Series(draw.unit(n)) * (pl.Series([TODAY] * n, dtype=pl.Datetime("us")) - created),
            "closed": draw.chance(0.05, n),
            "balance": _balances(draw, n),
        }
    )


def _either(flags: Flags, yes: pl.Series, no: pl.Series, numbers: Numbers) -> pl.Series:
    return pl.concat([yes, no]).gather(np.where(flags, numbers, numbers + len(yes)))


def _where(flags: pl.Series, values: pl.Series) -> pl.Series:
    """The values where the flag is set, nothing elsewhere."""
    return pl.select(pl.when(pl.lit(flags)).then(values)).to_series()


def _surnames(words: Words, draw: Draw, country: Numbers) -> pl.DataFrame:
    """Surnames, with their form in e-mail addresses."""
    one, two = (words.last.numbers(draw, country, skewed=True) for _ in range(2))
    frame = pl.DataFrame(
        {
            "one": words.last.take(one),
            "two": words.last.take(two),
            "doubled": np.asarray(words.doubled)[country],
            "folded": words.last.folded().take(one),
        }
    )
    both = pl.concat_str("one", "two", separator=" ")
    return frame.select(last=pl.when("doubled").then(both).otherwise("one"), folded="folded")


def _addresses(words: Words, draw: Draw, country: Numbers) -> pl.DataFrame:
    n = len(country)
    city = words.city.numbers(draw, country, skewed=True)
    digits = [draw.below(10, n) for _ in range(3)]
    letters = pl.Series(list(_LETTERS))
    number = pl.Series(1 + draw.skewed(180, n)).cast(pl.String)
    suffix = pl.Series(["", "a", "b"]).gather(draw.weighted((95, 3, 2), n))
    raw = pl.DataFrame(
        {
            "country": pl.Series(words.countries, dtype=pl.String).gather(country),
            "name": words.street.take(words.street.numbers(draw, country)),
            "number": number,
            "suffix": suffix,
            "city": words.city.take(city),
            "prefix": words.city_prefix.take(city),
            "digits": pl.Series(digits[0] * 100 + digits[1] * 10 + digits[2]).cast(pl.String).str.zfill(3),
            "letters": letters.gather(draw.below(len(_LETTERS), n)) + letters.gather(draw.below(len(_LETTERS), n)),
            "district": pl.Series(1 + draw.below(20, n)).cast(pl.String),
        }
    )
    code = pl.col("country")
    number_first = pl.concat_str("number", "name", separator=" ")
    street = (
        pl.when(code.is_in(_NUMBER_FIRST)).then(number_first)
        .when(code == "ES").then(pl.concat_str("name", "number", separator=", "))
        .otherwise(pl.concat_str(pl.concat_str("name", "number", separator=" "), "suffix"))
    )  # fmt: skip
    short = pl.col("digits").str.slice(0, 1)
    plain = pl.concat_str("prefix", "digits").str.slice(0, 5)
    postcode = (
        pl.when(code == "GB").then(pl.concat_str("prefix", "district", pl.lit(" "), short, "letters"))
        .when(code == "NL").then(pl.concat_str("prefix", pl.col("digits").str.slice(0, 2), pl.lit(" "), "letters"))
        .otherwise(plain)
    )  # fmt: skip
    return raw.select(street=street, city="city", postcode=postcode)


def _phones(words: Words, draw: Draw, country: Numbers) -> pl.Series:
    """National numbers without the trunk prefix, of the lengths and ranges of each country."""
    n = len(country)
    code = pl.Series(words.countries, dtype=pl.String).gather(country)
    mobile = words.mobile.take(words.mobile.numbers(draw, country)).str.split_exact("|", 1).struct.unnest()
    rest = pl.Series(10**9 + draw.below(10**9, n)).cast(pl.String)
    # Exchanges start with 2 to 8 and avoid a 1 in second and third place: no service number is hit.
    start = pl.Series(draw.between(2, 8, n) * 100 + draw.between(2, 9, n) * 10 + draw.between(2, 9, n))
    frame = pl.DataFrame(
        {
            "is_mobile": draw.chance(0.7, n),
            "prefix": mobile["field_0"],
            "digits": mobile["field_1"].cast(pl.Int64),
            "area": words.city_area.take(words.city_area.numbers(draw, country, skewed=True)),
            "code": code,
            "rest": rest,
            "start": start.cast(pl.String),
        }
    )
    length = pl.col("code").replace_strict(_LANDLINE_LENGTH, default=0, return_dtype=pl.Int64)
    area_length = pl.col("area").str.len_chars().cast(pl.Int64)
    local = pl.when(length > 0).then(length - area_length).otherwise(7)
    start_ = pl.when((pl.col("code") == "GB") & (pl.col("area") == "20")).then(
        pl.lit("7") + pl.col("start").str.slice(1)
    )
    landline = pl.concat_str(
        "area", start_.otherwise("start"), pl.col("rest").str.slice(1, (local - 3).cast(pl.UInt64))
    )
    cell = pl.when(pl.col("code") == "US").then(
        pl.concat_str("prefix", "start", pl.col("rest").str.slice(1, pl.col("digits") - 3))
    )
    mobile_number = cell.otherwise(pl.concat_str("prefix", pl.col("rest").str.slice(1, pl.col("digits"))))
    return frame.select(pl.when("is_mobile").then(mobile_number).otherwise(landline)).to_series()


def _emails(draw: Draw, first: pl.Series, last: pl.Series, n: int) -> pl.Series:
    form = draw.weighted((40, 20, 15, 15, 10), n)
    frame = pl.DataFrame(
        {
            "f": first, "l": last, "form": form,
            "no": pl.Series(draw.between(1, 99, n)).cast(pl.String),
            "numbered": draw.chance(0.55, n),
            "domain": pl.Series(_MAILERS).gather(draw.weighted(_MAILER_WEIGHTS, n)),
        }
    )  # fmt: skip
    initial = pl.col("f").str.slice(0, 1)
    local = (
        pl.when(pl.col("form") == 0).then(pl.concat_str("f", "l", separator="."))
        .when(pl.col("form") == 1).then(pl.concat_str(initial, "l", separator="."))
        .when(pl.col("form") == 2).then(pl.concat_str("l", "f", separator="."))
        .when(pl.col("form") == 3).then(pl.concat_str("f", "l", separator="_"))
        .otherwise(pl.concat_str("f", initial))
    )  # fmt: skip
    number = pl.when("numbered").then("no").otherwise(pl.lit(""))
    return frame.select(pl.concat_str(local, number, pl.lit("@"), "domain")).to_series()


def _birthdays(draw: Draw, n: int) -> pl.Series:
    # The mean of two draws makes middle ages commoner than the young and the old.
    days = (draw.unit(n) + draw.unit(n)) / 2 * (date(2007, 12, 31) - date(1936, 1, 1)).days
    return pl.Series(days.astype(np.int32) + (date(1936, 1, 1) - date(1970, 1, 1)).days).cast(pl.Date)


def _moments(draw: Draw, n: int) -> pl.Series:
    seconds = draw.unit(n) * (TODAY - _FIRST_DAY).total_seconds()
    start = int((_FIRST_DAY - datetime(1970, 1, 1)).total_seconds())
    return (pl.Series(seconds.astype(np.int64) + start) * 1_000_000).cast(pl.Datetime("us"))


def _balances(draw: Draw, n: int) -> Numbers:
    """Cents: most accounts are even, some owe, few are owed."""
    size = draw.unit(n) ** 3 * 250_000
    sign = np.where(draw.chance(0.2, n), -1, 1)
    return np.where(draw.chance(0.6, n), 0, (size * sign).astype(np.int64))
