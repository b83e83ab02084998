"""The 12-field spec of engines_speed.py on a Spark cluster of a master and two workers: the same rows as on Polars?

Run: python tests/benchmarks/spark_cluster.py [--rows 1000000]
Parquet in, Parquet out; both results are compared as sorted rows before anything is printed.
"""
# ruff: noqa: E402 - the kits beside this file are found first

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "backends")]

from engine_kit import Cluster
from engines_speed import check, planned, source

from workbench.backends import Applied, local_session, run_spark_files
from workbench.mapping import apply


def peaks(roots: list[int]) -> list[int]:
    """The most resident memory that each process had which some processes started, in MiB, greatest first."""
    parents, highest = {}, {}
    for place in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(line.split(":\t", 1) for line in place.read_text().splitlines() if ":\t" in line)
        except OSError:  # it has ended meanwhile
            continue
        parents[int(told["Pid"])] = int(told["PPid"])
        highest[int(told["Pid"])] = int(told.get("VmHWM", "0 kB").split()[0]) // 1024
    below = set(roots)
    while more := {p for p, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted((highest[p] for p in below - set(roots)), reverse=True)


def main() -> None:
    """Print the seconds and what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    args = parser.parse_args()
    frame = source(args.rows)
    plan = planned(frame)
    start = time.perf_counter()
    want = apply(plan, frame)
    polars = time.perf_counter() - start
    with TemporaryDirectory(prefix="workbench-") as name:
        folder = Path(name)
        (folder / "source").mkdir()
        for number, part in enumerate(frame.iter_slices(-(-args.rows // 8))):
            part.write_parquet(folder / "source" / f"{number}.parquet")
        cluster = Cluster(folder)
        cluster.start()
        try:
            told = {"spark.master": cluster.url, "spark.executor.memory": "700m", "spark.cores.max": "2"}
            start = time.perf_counter()
            session = local_session(memory="1g", **told)
            session.sparkContext.setLogLevel("OFF")
            up = time.perf_counter() - start
            places = [str(folder / n) for n in ("source", "passed", "rejects")]
            start = time.perf_counter()
            counts = run_spark_files(plan, session, *places)
            seconds = time.perf_counter() - start
            workers = session._jsc.sc().statusTracker().getExecutorInfos()
            executors = peaks([p.pid for p in cluster.processes])
            session.stop()
        finally:
            cluster.stop()
        passed, rejected = (pl.read_parquet(folder / n / "*.parquet") for n in ("passed", "rejects"))
        passed = passed.select(pl.col(n).cast(t) for n, t in want.passed.schema.items())
        check(passed, rejected, Applied(want.passed, want.rejected, want.counts))
    assert counts.to_dict() == want.counts.to_dict()
    print(f"{counts}: the same rows, rejects and books as on Polars, from {len(workers) - 1} workers")
    print(f"cluster {seconds:.1f} s wall (session {up:.1f} s before), Polars {polars:.1f} s just now")
    print(f"peak RSS of what the workers started: {', '.join(f'{m:,}' for m in executors)} MiB")


if __name__ == "__main__":
    main()
