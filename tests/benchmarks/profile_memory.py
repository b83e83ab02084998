"""How much memory a profile of many rows takes: the peak of a process of its own that reads Parquet.

    python tests/benchmarks/profile_memory.py --rows 20000000 --columns 8 --json

The rows are written in parts of a million each, the profile reads them as one; the peak is that of the
profiling process alone (ru_maxrss), everything included: interpreter, libraries, kept hashes, sample.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from profile_speed import make

PART = 1_000_000
COLUMNS = [
    "customer_id", "email", "full_name", "born", "country", "order_no", "amount", "balance", "session", "phone",
    "postcode", "street", "remark", "age", "score", "status", "city", "sku", "given_name", "family_name",
]  # fmt: skip
CHILD = """
import json, resource, sys, time
import polars as pl
from workbench.profiling import profile
begin = time.perf_counter()
facts = profile(pl.scan_parquet(sys.argv[1] + "/*.parquet"), full=sys.argv[2] == "full")
print(json.dumps({
    "rows": facts.rows.value,
    "seconds": time.perf_counter() - begin,
    "cpu_seconds": time.process_time(),
    "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "distinct": {c.name: [c.distinct.value, c.distinct.how] for c in facts.columns},
    "keys": [k.columns for k in facts.keys if k.unique],
}))
"""


def write(folder: Path, rows: int, columns: int) -> None:
    """Write the parts; keys go on from part to part."""
    for at in range(0, rows, PART):
        size = min(PART, rows - at)
        frame = make(size, seed=at // PART).with_columns(
            customer_id="C" + (pl.int_range(pl.len()) + at).cast(pl.String).str.zfill(10),
            order_no=pl.col("order_no") + at,
        )
        frame.select(COLUMNS[:columns]).write_parquet(folder / f"part-{at // PART:03}.parquet")


def main() -> None:
    """Print the peak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--columns", type=int, default=8)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the parts here, and use those that are there")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if not any(folder.glob("*.parquet")):
            write(folder, options.rows, options.columns)
        mode = "full" if options.full else "default"
        run = [sys.executable, "-c", CHILD, str(folder), mode]
        found = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    if options.json:
        print(json.dumps({"mode": mode, "columns": options.columns, **found}))
        return
    print(f"{found['rows']:,} rows × {options.columns} columns, {mode}")
    print(f"peak {found['peak_mib']:,.0f} MiB, {found['seconds']:.1f} s, {found['cpu_seconds']:.1f} processor seconds")
    print("unique:", ", ".join("+".join(key) for key in found["keys"]))


if __name__ == "__main__":
    main()
