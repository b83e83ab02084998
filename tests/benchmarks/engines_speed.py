"""One 12-field spec over a million rows: every engine against the same mapping written by hand, in one run.

Run: python tests/benchmarks/engines_speed.py [--rows 1000000] [--engines polars,duckdb,postgres,spark]
The hand-written forms check and reject the same rows; the results are compared before anything is printed.
"""
# ruff: noqa: E402, E501 - the kits beside this file are found first; expressions stand as one would write them

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "backends")]

from by_hand_sql import BY_HAND_DUCKDB
from engine_kit import local_spark, postgres

from workbench.backends import Applied, prove, run_duckdb, run_postgres, run_spark, schema_of
from workbench.mapping import apply, resolve
from workbench.model import DATE, TEXT, Contract, DataType, Field, Plan, decimal, parse_spec

SPEC = """
spec: 1
name: speed
version: 1.0.0
source: {dataset: crm.customers}
target: {entity: Customer}
row_key: [no]
fields:
  customer_id: {id: f1, from: no, steps: [trim, {prefix: "CRM-"}]}
  full_name: {id: f2, from: name, steps: [{reorder_name: {from: "Last, First", to: "First Last"}}]}
  gender: {id: f3, from: sex, steps: [{translate: {values: {M: Male, F: Female, D: Diverse}}}]}
  born_on: {id: f4, from: born, steps: [{parse_date: "%d/%m/%Y"}]}
  balance: {id: f5, from: saldo, steps: [{parse_number: {decimal: ",", group: "."}}, {round: 2}]}
  email: {id: f6, from: email, steps: [trim, lower]}
  country: {id: f7, from: land, steps: [upper, {translate: {values: {D: DE, A: AT, GB: GB, F: FR}}}]}
  city: {id: f8, from: city, steps: [collapse_space, title]}
  address: {id: f9, from: [street, city], steps: [{concat: ", "}]}
  postcode: {id: f10, from: zip, steps: [{extract: "([0-9]{5})"}]}
  changed_at: {id: f11, from: changed, steps: [{parse_timestamp: "%Y-%m-%d %H:%M:%S"}]}
  status: {id: f12, case: [{when: {field: closed, is_null: true}, then: active}], else: closed}
"""
ENTITY = Contract(
    id="Customer", name="Customer", version="1.0.0", tags=("canonical",),
    fields=(
        Field("customer_id", TEXT, required=True, key=1), Field("full_name", TEXT), Field("gender", TEXT),
        Field("born_on", DATE), Field("balance", decimal(2)), Field("email", TEXT), Field("country", TEXT),
        Field("city", TEXT), Field("address", TEXT), Field("postcode", TEXT),
        Field("changed_at", DataType("timestamp", local=True)), Field("status", TEXT),
    ),
)  # fmt: skip


def source(rows: int, seed: int = 1) -> pl.DataFrame:
    """Plain rows, one in a hundred faulty."""
    rng = np.random.default_rng(seed)
    pick = lambda pool: pl.Series(pool).gather(rng.integers(0, len(pool), rows))  # noqa: E731
    number = lambda low, high: pl.Series(rng.integers(low, high, rows))  # noqa: E731
    bad = pl.Series(rng.random(rows) < 0.01)
    frame = pl.DataFrame({
        "at": np.arange(rows), "last": pick(["Lovelace", "Turing", "Hopper", "Noether", "Curie", "van Dyk"]),
        "first": pick(["Ada", "Alan", "Grace", "Emmy", "Marie", "Jan"]), "d": number(1, 29), "m": number(1, 13),
        "y": number(1930, 2005), "cents": number(-10**8, 10**8), "zip": number(10000, 99999), "h": number(0, 24),
        "sex": pick(["M", "F", "D"]), "land": pick(["D", "a", "GB", "f"]), "house": number(1, 200),
        "city": pick(["BERLIN", "new  york", "LEEDS", " bad homburg", "sankt pölten"]), "bad": bad,
        "street": pick(["High St", "Main Street", "Lindenweg"]), "closed": pick(["", "2024-01-01", " "]),
    })  # fmt: skip
    two = lambda name: pl.col(name).cast(pl.String).str.zfill(2)  # noqa: E731
    euros = (pl.col("cents").abs() // 100).cast(pl.String)
    grouped = pl.when(euros.str.len_chars() > 3).then(euros.str.head(-3) + "." + euros.str.tail(3)).otherwise(euros)
    return frame.select(
        no=pl.format(" {} ", pl.col("at") + 1),
        name=pl.when(pl.col("bad")).then(pl.col("last")).otherwise(pl.format("{}, {}", "last", "first")),
        sex="sex",
        born=pl.concat_str(two("d"), pl.lit("/"), two("m"), pl.lit("/"), pl.col("y").cast(pl.String)),
        saldo=pl.when(pl.col("cents") < 0).then(pl.lit("-")).otherwise(pl.lit("")) + grouped + pl.lit(",")
        + (pl.col("cents").abs() % 100).cast(pl.String).str.zfill(2),
        email=pl.format("{}.{}@Example.ORG", "first", "at"),
        land="land",
        city="city",
        street=pl.format("{} {}", "house", "street"),
        zip=pl.format("D-{}", "zip"),
        changed=pl.format("{}-{}-{} {}:15:00", "y", two("m"), two("d"), two("h")),
        closed="closed",
    )  # fmt: skip


def planned(frame: pl.DataFrame) -> Plan:
    """The spec's plan."""
    return resolve(parse_spec(SPEC), schema_of(frame), ENTITY).plan


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


def timed(times: int, run: Callable[[], Any]) -> tuple[float, Any]:
    """The least of several runs in seconds, and what the last gave."""
    best, out = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        out = run()
        best = min(best, time.perf_counter() - start)
    return best, out


def check(passed: pl.DataFrame, rejected: pl.DataFrame, want: Applied) -> None:
    """The hand-written form must give the same rows."""
    for got, expected in ((passed, want.passed), (rejected, want.rejected)):
        key = "customer_id" if "customer_id" in got.columns else "no"
        a, b = got.select(expected.columns).sort(key), expected.sort(key)
        assert a.equals(b), (a.height, b.height, [c for c in b.columns if not a[c].equals(b[c])])


def cpu_timed(times: int, run: Callable[[], Any]) -> tuple[float, Any]:
    """The least CPU seconds of this process, all threads together: a busy machine does not change them much."""
    best, out = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        out = run()
        best = min(best, time.process_time() - start)
    return best, out


def by_hand_duckdb(con: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The hand-written SQL and the same split of its rows."""
    frame = pl.DataFrame(pl.from_arrow(con.sql(BY_HAND_DUCKDB.format(source="hand")).to_arrow_table()))
    bad = frame["fault"].is_not_null()
    names = [f.name for f in ENTITY.fields]
    return frame.filter(~bad).select(names), frame.filter(bad)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--engines", default="polars,duckdb,postgres,spark")
    args = parser.parse_args()
    frame = source(args.rows)
    plan = planned(frame)
    mine, out = cpu_timed(args.times, lambda: apply(plan, frame))
    print(f"{args.rows:,} rows, {len(plan.fields)} fields: {out.counts}; CPU seconds, wall where said")
    if "polars" in args.engines:
        hand, (passed, rejected) = cpu_timed(args.times, lambda: by_hand_polars(frame))
        check(passed, rejected, out)
        print(f"polars    spec {mine:6.2f} s   by hand {hand:6.2f} s   ratio {mine / hand:.2f}", flush=True)
    if "duckdb" in args.engines:
        import duckdb

        con = duckdb.connect()
        con.register("hand", frame.to_arrow())
        hand, (passed, rejected) = cpu_timed(args.times, lambda: by_hand_duckdb(con))
        assert passed.sort("customer_id").equals(out.passed.sort("customer_id"))
        assert rejected["code"].sort().equals(out.rejected["_code"].sort())
        pinned, got = cpu_timed(args.times, lambda: run_duckdb(plan, frame, facts=()))
        check(got.passed, got.rejected, out)
        plain, got = cpu_timed(args.times, lambda: run_duckdb(plan, frame))
        check(got.passed, got.rejected, out)
        proof, facts = cpu_timed(args.times, lambda: prove(plan, frame, "duckdb"))
        print(
            f"duckdb    by hand {hand:6.2f} s   pinned {pinned:6.2f} s ({pinned / hand:.2f})   plain {plain:6.2f} s ({plain / hand:.2f}), of which the proof of {len(facts)} facts {proof:.2f} s",
            flush=True,
        )
    if "postgres" in args.engines:
        elsewhere("postgres", frame, plan, out, lambda con: run_postgres(plan, con, frame, facts=()), postgres())
        elsewhere("proven", frame, plan, out, lambda con: run_postgres(plan, con, frame), postgres())
    if "spark" in args.engines:
        elsewhere("spark", frame, plan, out, lambda session: run_spark(plan, session, frame), local_spark())


def elsewhere(
    name: str, frame: pl.DataFrame, plan: Plan, out: Applied, run: Callable[[Any], Applied], started: Any
) -> None:
    """An engine in processes of its own: wall seconds, beside those of Polars just now."""
    with_it = next(started)
    wall, _ = timed(1, lambda: apply(plan, frame))
    seconds, got = timed(1, lambda: run(with_it))
    check(got.passed, got.rejected, out)
    print(f"{name:9} {seconds:6.1f} s wall, Polars just now {wall:5.1f} s: {seconds / wall:.1f} times", flush=True)
    next(started, None)


if __name__ == "__main__":
    main()
