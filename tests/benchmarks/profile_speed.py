"""How dear a profile is: its processor time against a bare Polars pass and DuckDB's SUMMARIZE, in one run.

    python tests/benchmarks/profile_speed.py --rows 1000000 --repeat 3 --json

The floor is one lazy Polars pass over all columns: null count, exact distinct count, minimum, maximum. Times
are processor seconds of this process, the least of the repeats; the runs are interleaved so that a busy
machine does the same to all of them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from workbench.profiling import profile

GIVEN = ["John", "Mary", "Peter", "Anna", "Lucía", "James", "Linda", "Wei", "Olga", "Ahmed", "Noah", "Emma", "Zoë"]
STEMS = ["Smi", "Mül", "Gar", "Nov", "Joh", "Wil", "Bro", "Tay", "Kow", "Ros"]
ENDS = ["th", "ler", "cia", "ak", "son", "iams", "wn", "lor", "er", "ens", "ova", "berg", "mann", "ley", "ez"]


def make(rows: int, seed: int = 7) -> pl.DataFrame:
    """Twenty columns as a CRM has them: keys, names, addresses, codes, dates as text, numbers of each kind."""
    draw = np.random.default_rng(seed)

    def pick(values: list[str]) -> pl.Series:
        return pl.Series(values).gather(draw.integers(0, len(values), rows))

    def digits(low: int, high: int) -> pl.Series:
        return pl.Series(draw.integers(low, high, rows)).cast(pl.String)

    given = pick([name + tail for name in GIVEN for tail in ("", "a", "e", "ina", "o", "y", "ie", "us")])
    family = pick([stem + mid + end for stem in STEMS for mid in ("", "e", "i", "o") for end in ENDS])
    number = pl.Series(np.arange(rows))
    hexes = pl.Series([draw.bytes(16).hex() for _ in range(rows)])
    cut = [hexes.str.slice(at, size) for at, size in ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))]
    born = pl.Series(draw.integers(0, 22_000, rows)).cast(pl.Int32).cast(pl.Date)
    columns = {
        "customer_id": "C" + number.cast(pl.String).str.zfill(8),
        "full_name": family + ", " + given,
        "given_name": given,
        "family_name": family,
        "email": given.str.to_lowercase() + "." + family.str.to_lowercase() + (number % (rows // 2)).cast(pl.String)
        + "@example.org",
        "phone": "+49 30 " + digits(3_000_000, 99_999_999),
        "session": cut[0] + "-" + cut[1] + "-" + cut[2] + "-" + cut[3] + "-" + cut[4],
        "country": pick(["DE", "US", "GB", "FR", "ES", "IT", "PL"]),
        "city": pick([f"{stem}{end}stadt" for stem in STEMS for end in ENDS]),
        "postcode": digits(1_000, 99_999).str.zfill(5),
        "born": born.dt.strftime("%d/%m/%Y"),
        "street": pick(["Main St", "Oak Ave", "High Street", "Station Road"]) + " " + digits(1, 900),
        "sku": pick(["AB", "CD", "EF"]) + "-" + digits(1_000, 9_999),
        "status": pick(["active", "closed", "pending"]),
        "remark": "call about order " + digits(0, 1_000_000),
        "age": pl.Series(draw.integers(18, 95, rows)),
        "order_no": pl.Series(draw.permutation(rows)),
        "amount": pl.Series(np.round(draw.lognormal(3, 1, rows), 2)),
        "score": pl.Series(draw.normal(0, 1, rows)),
        "balance": pl.Series(draw.integers(-(10**6), 10**7, rows)).cast(pl.Decimal(18, 2)) / 100,
    }  # fmt: skip
    frame = pl.DataFrame(columns)
    sparse = pl.Series(draw.random(rows) < 0.8)
    return frame.with_columns(remark=pl.when(~sparse).then("remark")).rechunk()


def floor(frame: pl.DataFrame) -> None:
    """The bare pass that every profile has to pay for."""
    every = pl.all()
    frame.lazy().select(
        every.null_count().name.suffix("_nulls"), every.n_unique().name.suffix("_distinct"),
        every.min().name.suffix("_min"), every.max().name.suffix("_max"),
    ).collect()  # fmt: skip


def measure(runs: dict[str, Callable[[], object]], repeat: int) -> dict[str, float]:
    """The least processor seconds of each run, the runs taken in turn."""
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(repeat):
        for name, run in runs.items():
            begin = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - begin)
    return best


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import duckdb

    frame = make(options.rows, options.seed)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as duck:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path)
        duck.register("rows", frame.to_arrow())
        seconds = measure(
            {
                "floor": lambda: floor(frame),
                "full": lambda: profile(frame, full=True),
                "default": lambda: profile(frame),
                "summarize": lambda: duck.sql("SUMMARIZE rows").fetchall(),
                "default_parquet": lambda: profile(pl.scan_parquet(path)),
                "summarize_parquet": lambda: duck.sql(f"SUMMARIZE SELECT * FROM '{path}'").fetchall(),
            },
            options.repeat,
        )
    ratios = {
        "full / floor (at most 2.2, wanted 1.5)": seconds["full"] / seconds["floor"],
        "default / floor": seconds["default"] / seconds["floor"],
        "default / SUMMARIZE, in memory (at most 1)": seconds["default"] / seconds["summarize"],
        "default / SUMMARIZE, Parquet (at most 1)": seconds["default_parquet"] / seconds["summarize_parquet"],
    }
    if options.json:
        print(json.dumps({"rows": options.rows, "columns": frame.width, "cpu_seconds": seconds, "ratios": ratios}))
        return
    for name, value in seconds.items():
        print(f"{name:45s} {value:8.3f} s")
    for name, value in ratios.items():
        print(f"{name:45s} {value:8.2f}")


if __name__ == "__main__":
    main()
