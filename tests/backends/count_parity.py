"""Count, over nasty rows, the steps and row operations that an engine answers as Polars does.

Run: python tests/backends/count_parity.py [--rows 10000] [--engines duckdb,postgres,spark] [--seed 1]
Prints per engine how many cases are equal, how many are declared not portable, and every difference found.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from engine_kit import local_spark, postgres
from parity_kit import FIELD_CASES, ROW_CASES, STEP_CASES, differences, nasty_frame, references, resolved, row_fields

from workbench.backends import run_duckdb, run_postgres, run_spark
from workbench.errors import NotPortableError
from workbench.mapping import apply


def plans(frame: Any) -> Iterator[tuple[str, Any]]:
    """Every case as a plan."""
    for name, (source, steps) in STEP_CASES.items():
        yield name, resolved({"id": {"from": "id"}, "v": {"from": source, "steps": steps}}, frame).plan
    for name, field in FIELD_CASES.items():
        yield name, resolved({"id": {"from": "id"}, "v": field}, frame).plan
    for name, rows in ROW_CASES.items():
        yield name, resolved(row_fields(name), frame, rows).plan


def count(engine: str, run: Callable[..., Any], frame: Any) -> Counter[str]:
    """Run every case on Polars and on an engine."""
    found: Counter[str] = Counter()
    tables = references(frame)
    for name, plan in plans(frame):
        want = apply(plan, frame, tables)
        try:
            told = differences(want, run(plan, frame, tables))
        except NotPortableError as e:
            found["not portable"] += 1
            print(f"{engine}: {name}: {e}")
            continue
        found["different" if told else "equal"] += 1
        if told:
            print(f"{engine}: {name}", *told, sep="\n    ")
    return found


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", default="duckdb,postgres,spark")
    args = parser.parse_args()
    for engine in args.engines.split(","):
        # PostgreSQL has no NUL in a text, which is declared; the other rows are the same.
        frame = nasty_frame(args.rows, args.seed, nul=engine != "postgres")
        started: Iterator[Any] = (
            postgres() if engine == "postgres" else local_spark() if engine == "spark" else iter([None])
        )
        with_it = next(started)
        runs: dict[str, Callable[..., Any]] = {
            "duckdb": lambda p, f, t: run_duckdb(p, f, t),
            "postgres": lambda p, f, t: run_postgres(p, with_it, f, t),  # noqa: B023 - used before the next turn
            "spark": lambda p, f, t: run_spark(p, with_it, f, t),  # noqa: B023
        }
        print(f"{engine}: {args.rows:,} rows: {dict(count(engine, runs[engine], frame))}", flush=True)
        next(started, None)


if __name__ == "__main__":
    main()
