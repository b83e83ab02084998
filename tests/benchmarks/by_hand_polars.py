"""The 12-field mapping of engines_speed as one would write it in Polars, checks and rejects included."""
# ruff: noqa: E501 - expressions stand as one would write them

from __future__ import annotations

import polars as pl

__all__ = ["by_hand_polars"]

FAULTS = (
    ("f1.required", "customer_id", "required", "is required but empty", "no"),
    ("f2.1", "full_name", "reorder_name", "is not a name in the form 'Last, First'", "name"),
    ("f3.1", "gender", "translate", "has no translation", "sex"),
    ("f4.1", "born_on", "parse_date", "is not a date like 31/12/2024", "born"),
    ("f5.1", "balance", "parse_number", "is not a number like -1.234,5678", "saldo"),
    ("f7.2", "country", "translate", "has no translation", "land"),
    ("f10.1", "postcode", "extract", "does not match '([0-9]{5})'", "zip"),
    ("f11.1", "changed_at", "parse_timestamp", "is not a time like 2024-12-31 14:05:09", "changed"),
)


def by_hand_polars(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same mapping as one would write it in Polars, checks and rejects included."""
    text = lambda name: pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name))  # noqa: E731
    given = frame.lazy().with_columns(text(n).alias(f"_{n}") for n in frame.columns)
    name = pl.col("_name").str.replace_all(r"\s+", " ").str.strip_chars()
    last = name.str.extract("^([^,]+),").str.strip_chars()
    first = name.str.extract("^[^,]+,([^,]+)$").str.strip_chars()
    saldo = pl.col("_saldo").str.strip_chars()
    plain = saldo.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    number = r"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?$"
    form = r"^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$"
    land = (
        pl.col("_land").str.to_uppercase().replace_strict({"D": "DE", "A": "AT", "GB": "GB", "F": "FR"}, default=None)
    )
    born = pl.col("_born").str.strip_chars()
    out = given.with_columns(
        customer_id="CRM-" + pl.col("_no").str.strip_chars(),
        full_name=first + " " + last,
        gender=pl.col("_sex").replace_strict({"M": "Male", "F": "Female", "D": "Diverse"}, default=None),
        born_on=pl.when(born.str.contains(form)).then(born).str.to_date("%d/%m/%Y", strict=False),
        balance=pl.when(saldo.str.contains(number)).then(plain).cast(pl.Decimal(38, 10), strict=False)
        .round(2, mode="half_away_from_zero").cast(pl.Decimal(38, 2)),
        email_=pl.col("_email").str.strip_chars().str.to_lowercase(),
        country=land,
        city_=pl.col("_city").str.replace_all(r"\s+", " ").str.strip_chars().str.to_titlecase(),
        address=pl.when(pl.col("_street").is_not_null() | pl.col("_city").is_not_null())
        .then(pl.concat_str("_street", "_city", separator=", ", ignore_nulls=True)),
        postcode=pl.col("_zip").str.extract("([0-9]{5})"),
        changed_at=pl.col("_changed").str.strip_chars().str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"),
        status=pl.when(pl.col("_closed").is_null()).then(pl.lit("active")).otherwise(pl.lit("closed")),
    )  # fmt: skip
    fault = [pl.col("customer_id").is_null()]
    pairs = [("full_name", "_name"), ("gender", "_sex"), ("born_on", "_born"), ("balance", "_saldo"), ("country", "_land"),
             ("postcode", "_zip"), ("changed_at", "_changed")]  # fmt: skip
    fault += [pl.col(a).is_null() & pl.col(b).is_not_null() for a, b in pairs]
    done = out.with_columns(f.alias(f"__{i}") for i, f in enumerate(fault)).collect()
    flags = [f"__{i}" for i in range(len(fault))]
    bad = done.select(pl.any_horizontal(flags)).to_series()
    names = ["customer_id", "full_name", "gender", "born_on", "balance", "email_", "country", "city_", "address", "postcode",
             "changed_at", "status"]  # fmt: skip
    passed = done.lazy().filter(~bad).select(names).rename({"email_": "email", "city_": "city"}).collect()
    rows = done.filter(bad)

    def chain(values: list[pl.Expr]) -> pl.Expr:
        whole: pl.Expr = pl.lit(None, pl.String)
        for flag, value in reversed(list(zip(flags, values, strict=True))):
            whole = pl.when(pl.col(flag)).then(value).otherwise(whole)
        return whole

    told = [[pl.lit(f[i]) for f in FAULTS] for i in range(4)] + [[pl.col(f"_{f[4]}") for f in FAULTS]]
    said = [pl.when(pl.col(n)).then(pl.lit(f"{f[0]} {f[1]} {f[3]}")) for n, f in zip(flags, FAULTS, strict=True)]
    books = [chain(v).alias(f"_{n}") for v, n in zip(told, ("code", "field", "step", "reason", "value"), strict=True)]
    faults = pl.concat_str(said, separator="; ", ignore_nulls=True).alias("_faults")
    return passed, rows.select(*frame.columns, *books, faults, pl.lit("speed 1.0.0").alias("_spec"))
