"""Peak memory of a spec streamed over a Parquet file larger than one would want in memory.

Run: python tests/benchmarks/streaming_memory.py [--rows 20000000]
The source is written first, in row groups; the passed rows go to Parquet, batch by batch.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from engines_speed import planned, source

from workbench.mapping import stream


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
    args = parser.parse_args()
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "source"
        write_source(path, args.rows)
        plan = planned(source(10))
        start, out, rejected, read = time.perf_counter(), 0, 0, 0
        target = Path(folder) / "target"
        target.mkdir()
        for number, applied in enumerate(stream(plan, pl.scan_parquet(path / "*.parquet"))):
            applied.passed.write_parquet(target / f"{number:06}.parquet")
            read += applied.counts.rows_in
            out += applied.counts.rows_out
            rejected += applied.counts.total_rejected
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        assert read == args.rows == out + rejected
        print(f"{read:,} rows in {seconds:.0f} s: {out:,} out, {rejected:,} rejected; peak RSS {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
