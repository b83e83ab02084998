"""What it costs to read: `scan` against bare Polars on the same files, each in a process of its own.

Run: python tests/benchmarks/reading_csv.py [--rows 1000000] [--only csv,sqlite,…]
Prints seconds, processor seconds (the ones to compare on a busy machine) and peak memory, which counts
files that Polars maps. Each case collects the null counts of all columns by streaming.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from workbench.sources import scan, write

NAMES = np.array(["Müller, Ann", "Smith John", 'Lee "Bo" Kim', "Garcia", "O'Neil, Pat"])


def make(folder: Path, rows: int) -> None:
    """Write the same rows in every format, clean and spoilt."""
    rng = np.random.default_rng(1)
    columns = {f"n{i}": rng.integers(0, 10**9, rows) for i in range(8)}
    columns |= {f"t{i}": NAMES[rng.integers(0, len(NAMES), rows)] for i in range(4)}
    frame = pl.DataFrame(columns)
    for name in ("clean.csv", "x.parquet", "x.ndjson", "x.json"):
        write(frame, folder / name)
    write(frame, folder / "x.sqlite", table="t")
    write(frame, folder / "x.duckdb", table="t")
    text = (folder / "clean.csv").read_bytes()
    (folder / "foreign.csv").write_bytes(text.decode().encode("cp1252"))
    lines = text.split(b"\n")
    for i in range(1000, rows, 5000):
        lines[i] = b'5" ' + lines[i]
        lines[i + 500] += b",surplus"
    (folder / "faulty.csv").write_bytes(b"\n".join(lines))


def nulls(frame: pl.LazyFrame) -> None:
    """Touch every value."""
    frame.select(pl.all().null_count()).collect(engine="streaming")


CASES: dict[str, Callable[[Path], object]] = {
    "csv: bare pl.scan_csv as text": lambda d: nulls(pl.scan_csv(d / "clean.csv", infer_schema=False)),
    "csv: scan, unchecked": lambda d: nulls(scan(d / "clean.csv", check=False).frame),
    "csv: scan": lambda d: nulls(scan(d / "clean.csv").frame),
    "csv: scan, faulty": lambda d: nulls(scan(d / "faulty.csv").frame),
    "csv: scan, cp1252": lambda d: nulls(scan(d / "foreign.csv").frame),
    "ndjson: bare pl.scan_ndjson": lambda d: nulls(pl.scan_ndjson(d / "x.ndjson", infer_schema_length=None)),
    "ndjson: scan": lambda d: nulls(scan(d / "x.ndjson").frame),
    "json: bare pl.read_json": lambda d: nulls(pl.read_json(d / "x.json", infer_schema_length=None).lazy()),
    "json: scan": lambda d: nulls(scan(d / "x.json").frame),
    "parquet: scan": lambda d: nulls(scan(d / "x.parquet").frame),
    "sqlite: scan": lambda d: nulls(scan(d / "x.sqlite").frame),
    "duckdb: scan": lambda d: nulls(scan(d / "x.duckdb").frame),
    "csv: write": lambda d: write(pl.scan_parquet(d / "x.parquet"), d / "out.csv"),
    "csv: bare sink_csv": lambda d: pl.scan_parquet(d / "x.parquet").sink_csv(d / "bare.csv"),
    "sqlite: write": lambda d: write(pl.scan_parquet(d / "x.parquet"), d / "out.sqlite", table="t"),
}


def measured(name: str, folder: Path) -> None:
    """Run a case and print what it took."""
    start, before = time.perf_counter(), time.process_time()
    CASES[name](folder)
    seconds, cpu = time.perf_counter() - start, time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:34} {seconds:7.2f} s {cpu - before:7.2f} s CPU {peak:7.0f} MiB", flush=True)


def main() -> None:
    """Measure the cases asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="formats, separated by commas")
    options = parser.parse_args()
    wanted = tuple(options.only.split(",")) if options.only else ("",)
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        maker = context.Process(target=make, args=(folder, options.rows))
        maker.start()
        maker.join()
        for path in sorted(folder.iterdir()):
            print(f"{path.name}: {path.stat().st_size / 2**20:.0f} MiB")
        for case in CASES:
            if case.startswith(wanted):
                worker = context.Process(target=measured, args=(case, folder))
                worker.start()
                worker.join()


if __name__ == "__main__":
    main()
