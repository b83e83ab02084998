"""One 12-field spec over a million rows: every engine against the same mapping written by hand, in one run.

Run: python tests/benchmarks/engines_speed.py [--rows 1000000] [--engines polars,duckdb,postgres,spark]
The hand-written forms check and reject the same rows; the results are compared before anything is printed.
"""
# ruff: noqa: E402, E501 - the kits beside this file are found first; expressions stand as one would write them

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "backends")]

from by_hand_polars import by_hand_polars
from by_hand_sql import BY_HAND_DUCKDB, BY_HAND_POSTGRES
from engine_kit import local_spark, postgres

from workbench.backends import (
    Applied,
    load_postgres,
    prove,
    run_duckdb,
    run_postgres,
    run_spark,
    schema_of,
    to_dtype,
)
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


def check_by_hand(passed: pl.DataFrame, rejected: pl.DataFrame, want: Applied) -> None:
    """The hand-written SQL must pass the same rows and reject as many for each reason."""
    assert passed.sort("customer_id").equals(want.passed.sort("customer_id"))
    assert rejected["code"].sort().equals(want.rejected["_code"].sort())


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


def by_hand_postgres(con: Any, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The hand-written SQL between the same copying in and out."""
    kept = ", ".join(f'CASE WHEN fault IS NOT NULL THEN "{n}" END AS "{n}"' for n in frame.columns)
    buffer = io.BytesIO()
    with con.transaction(force_rollback=True), con.cursor() as cursor:
        load_postgres(cursor, frame, "hand")
        query = BY_HAND_POSTGRES.format(source="pg_temp.hand", rejects=kept)
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for block in copy:
                buffer.write(block)
    buffer.seek(0)
    types = {f.name: to_dtype(f.type) for f in ENTITY.fields}
    made = pl.read_csv(buffer, infer_schema=False, schema_overrides=types)
    bad = made["fault"].is_not_null()
    return made.filter(~bad).select(list(types)), made.filter(bad)


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
        check_by_hand(passed, rejected, out)
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
        in_postgres(frame, plan, out, args.times)
    if "spark" in args.engines:
        elsewhere("spark", frame, plan, out, lambda session: run_spark(plan, session, frame), local_spark())


def in_postgres(frame: pl.DataFrame, plan: Plan, out: Applied, times: int) -> None:
    """By hand, pinned and plain on one server: CPU seconds of this process and the server's together."""
    servers = postgres()
    con = next(servers)

    def server_cpu() -> float:
        spent = Path(f"/proc/{con.info.backend_pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")

    runs: dict[str, Callable[[], Any]] = {
        "by hand": lambda: by_hand_postgres(con, frame),
        "pinned": lambda: run_postgres(plan, con, frame, facts=()),
        "plain": lambda: run_postgres(plan, con, frame),
    }
    took: dict[str, float] = {}
    for name, run in runs.items():
        for _ in range(times):
            before = server_cpu()
            mine, got = cpu_timed(1, run)
            took[name] = min(took.get(name, float("inf")), mine + server_cpu() - before)
        check(got.passed, got.rejected, out) if isinstance(got, Applied) else check_by_hand(*got, out)
    said = [f"{name} {seconds:6.2f} s ({seconds / took['by hand']:.2f})" for name, seconds in took.items()]
    print(f"postgres  {'   '.join(said)}", flush=True)
    next(servers, None)


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
