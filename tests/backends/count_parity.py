"""Count, over nasty rows, the steps and row operations that an engine answers as Polars does.

Run: python tests/backends/count_parity.py [--rows 10000] [--engines duckdb,postgres,spark] [--seed 1]
Prints per engine how many cases are equal, how many are declared not portable, and every difference found.
On Spark, which takes seconds to plan a query, several fields share a plan: one run that empties what is at fault and
counts it by its reason, one that rejects it; a case that is not equal there is run again alone.
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
from parity_kit import (
    FIELD_CASES,
    ROW_CASES,
    STEP_CASES,
    differences,
    nasty_frame,
    references,
    resolved,
    row_fields,
    together,
)

from workbench.backends import run_duckdb, run_postgres, run_spark
from workbench.errors import NotPortableError
from workbench.mapping import apply

FIELDS = {n: {"from": source, "steps": steps} for n, (source, steps) in STEP_CASES.items()} | FIELD_CASES
Run = Callable[..., Any]


def fields_together(names: list[str], frame: Any) -> Iterator[Any]:
    """Several cases in one plan, once with what is at fault emptied, once with it rejected."""
    for on_error in ("null", "reject"):
        yield resolved(together({n: FIELDS[n] for n in names}, on_error), frame).plan


def plans(frame: Any, at_once: int) -> Iterator[tuple[list[str], list[Any]]]:
    """Cases with the plans that try them."""
    names = list(FIELDS)
    for start in range(0, len(names), at_once):
        some = names[start : start + at_once]
        yield some, list(fields_together(some, frame))
    for name, rows in ROW_CASES.items():
        yield [name], [resolved(row_fields(name), frame, rows).plan]


def tried(run: Run, plans: list[Any], frame: Any, tables: Any) -> tuple[str, list[str]]:
    """What some plans are on an engine: 'equal', 'not portable' or 'different', and what was said."""
    for plan in plans:
        try:
            told = differences(apply(plan, frame, tables), run(plan, frame, tables))
        except NotPortableError as e:
            return "not portable", [str(e)]
        if told:
            return "different", told
    return "equal", []


def count(engine: str, run: Run, frame: Any, at_once: int) -> Counter[str]:
    """Run every case on Polars and on an engine."""
    found: Counter[str] = Counter()
    tables = references(frame)
    for names, some in plans(frame, at_once):
        result, told = tried(run, some, frame, tables)
        if result == "equal" or len(names) == 1:
            found[result] += len(names)
        for name in names if result != "equal" else ():
            if len(names) > 1:
                result, told = tried(run, list(fields_together([name], frame)), frame, tables)
                found[result] += 1
            if told:
                print(f"{engine}: {name}: {result}", *told, sep="\n    ", flush=True)
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
        at_once = 16 if engine == "spark" else 1
        print(f"{engine}: {args.rows:,} rows: {dict(count(engine, runs[engine], frame, at_once))}", flush=True)
        next(started, None)


if __name__ == "__main__":
    main()
