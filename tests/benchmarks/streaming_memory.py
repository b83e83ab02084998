"""Peak memory of a spec streamed over a Parquet file larger than one would want in memory.

Run: python tests/benchmarks/streaming_memory.py [--rows 20000000] [--engine duckdb] [--whole]
The source is written first, in row groups; the passed rows go to one Parquet file, as in `workbench apply`. With
--whole a row step needs all rows at once. Beside what was seen stands what `footprint` expected.
"""
# ruff: noqa: E402 - the kits beside this file are found first

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "backends")]

from engine_kit import postgres
from engines_speed import ENTITY, SPEC, source

from workbench.backends import schema_of
from workbench.flow import ENGINES, run_spec
from workbench.mapping import footprint, resolve
from workbench.model import parse_spec

WHOLE = "rows: [{id: r1, keep_latest: {by: [no], order_by: changed}, book_as: merged}]\n"


def write_source(path: Path, rows: int, chunk: int = 500_000) -> None:
    """Many files of one chunk each, so that writing needs no memory either."""
    path.mkdir()
    whole = source(chunk)
    for number in range(0, rows, chunk):
        part = whole.head(min(chunk, rows - number))
        part.write_parquet(path / f"{number:012}.parquet", row_group_size=100_000)


def main() -> None:
    """Print rows, seconds and the peak of resident memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--engine", choices=ENGINES, default="polars")
    parser.add_argument("--whole", action="store_true")
    args = parser.parse_args()
    with TemporaryDirectory(prefix="workbench-") as name:
        folder = Path(name)
        writer = get_context("spawn").Process(target=write_source, args=(folder / "source", args.rows))
        writer.start()  # its memory is none of the run's
        writer.join()
        spec = parse_spec(SPEC + WHOLE * args.whole)
        frame = pl.scan_parquet(folder / "source" / "*.parquet")
        plan = resolve(spec, schema_of(frame), ENTITY).plan
        expected = footprint(plan, frame, engine=args.engine)
        servers = postgres()
        if args.engine == "postgres":
            os.environ["WORKBENCH_POSTGRES"] = next(servers).info.dsn
        start = time.perf_counter()
        counts = run_spec(plan, frame, folder / "target.parquet", folder / "dead", engine=args.engine)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert counts.rows_in == args.rows
        assert pl.scan_parquet(folder / "target.parquet").select(pl.len()).collect().item() == counts.rows_out
        print(f"{args.engine}: {counts} in {seconds:.0f} s; peak RSS {peak:,.0f} MiB\nexpected: {expected}")


if __name__ == "__main__":
    main()
