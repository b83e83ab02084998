"""Are the hidden rules of the sample's legacy feed recovered, all of them and no others?

Run: python tests/benchmarks/rules_quality.py [--seeds 1 2 3] [--rows 1000] [--json]

The feed is generated; its rules stand in truth/legacy_rules.yaml, which only this benchmark reads. A rule is
recovered *exactly* when one found has its kind, its target and its source columns and explains every row of
this feed; it is *equivalent* when only kind or sources differ and every row still comes out. The spec found
is also run on a feed of another seed, never seen: every cell must come out there too.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import polars as pl

from workbench.mapping.hidden.aligning import as_text
from workbench.mapping.rules import Rule, Rules, find_rules
from workbench.mapping.rules_checked import run_spec
from workbench.model import read_document
from workbench.sample import generate

REFS = "refs/countries.csv"


def read_feed(root: Path) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, pl.DataFrame]]:
    """The feed's input, its output, and the reference tables beside it."""
    source = pl.read_csv(root / "legacy/feed_in.csv", separator=";", encoding="cp1252", infer_schema=False)
    target = pl.read_csv(root / "legacy/feed_out.csv", infer_schema=False)
    return source, target, {REFS: pl.read_csv(root / REFS, infer_schema=False)}


def judge(found: Rules, truth: list[dict[str, Any]]) -> dict[str, Any]:
    """Hold the rules found against those that are there."""
    left = list(found.rules)
    exact, equivalent, missed = [], [], []
    for rule in truth:
        same = [r for r in left if _same(r, rule)]
        if not same or same[0].coverage < 1:
            missed.append(rule["id"])
            continue
        left.remove(same[0])
        (exact if _exact(same[0], rule) else equivalent).append(rule["id"])
    return {"exact": len(exact), "equivalent": equivalent, "missed": missed, "invented": [r.text for r in left]}


def _same(found: Rule, rule: dict[str, Any]) -> bool:
    target = rule["target"] if rule["target"] not in ("null", "", None) else None
    return found.target == target and (target is not None or set(found.sources) == set(rule["from"]))


def _exact(found: Rule, rule: dict[str, Any]) -> bool:
    counted = found.kind == "aggregation" and "number of rows" in found.text
    return found.kind == rule["kind"] and (counted or set(found.sources) == set(rule["from"]))


def measure(seed: int, rows: int, folder: Path) -> dict[str, Any]:
    """Generate, find, judge, and run what was found on a feed of another seed."""
    generate(folder / "seen", rows=rows, seed=seed)
    generate(folder / "unseen", rows=1000, seed=seed + 1000)
    source, target, tables = read_feed(folder / "seen")
    start = perf_counter()
    found = find_rules(source, target, tables=tables)
    seconds = perf_counter() - start
    truth = read_document(folder / "seen/truth/legacy_rules.yaml").data
    facts = {"seed": seed, "rows_in": source.height, "rows_out": target.height, "rules": len(truth)}
    facts |= judge(found, truth)
    fresh, wanted, tables = read_feed(folder / "unseen")
    made = run_spec(found.spec, fresh, tables) if found.spec else pl.DataFrame()
    wanted = as_text(wanted)
    both = wanted.join(made, on="ORDER_ID", how="left", suffix="_made") if found.spec else wanted
    wrong = {
        c: int(both.select((~pl.col(c).eq_missing(pl.col(f"{c}_made"))).sum()).item())
        for c in wanted.columns
        if f"{c}_made" in both.columns
    }
    return facts | {
        "unseen_rows": wanted.height,
        "unseen_wrong": {c: n for c, n in wrong.items() if n}
        | ({"rows": made.height} if made.height != wanted.height else {}),
        "seconds": round(seconds, 1),
    }


def main() -> None:
    """Read the arguments, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    runs = []
    for seed in args.seeds:
        with TemporaryDirectory(prefix="workbench-") as folder:
            runs.append(measure(seed, args.rows, Path(folder)))
            if not args.json:
                print(runs[-1], flush=True)
    if args.json:
        print(json.dumps({"runs": runs}))


if __name__ == "__main__":
    main()
