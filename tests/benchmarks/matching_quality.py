"""How well matching finds known matches: recall at ground truth, MRR, F1, CPU seconds, calibration; beside its peers.

    python tests/benchmarks/matching_quality.py --pairs DIR [--pairs DIR…] [--json] [--peers-python PYTHON…]

DIR holds FAMILY/PAIR/{source,target,truth}.csv, or STUDY/{source,truth}.csv with one target.csv for all. Measures as
Valentine defines them: recall among as many best-scored pairs as the truth has; mean reciprocal rank of the first
true target of each source column; F1 of the pairs proposed one to one (ours: those at 0.5 or above). Seconds are of
the processor, all threads together, for the one call that matches two tables read before; every matcher has matched
the first case once before it counts, so that nobody's loading does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from matching_sets import Task, tasks

from workbench.matching import match, reliability, views_of

HERE = Path(__file__).parent


def measure(task: Task) -> dict[str, Any]:
    """Match one case and compare with its truth."""
    started = time.process_time()
    found = match(task.source, task.target)
    best = found.best
    seconds = time.process_time() - started
    sources = {v.name: i for i, v in enumerate(found.columns)}
    targets = {v.name: j for j, v in enumerate(found.fields)}
    truth = np.zeros(found.scores.shape, dtype=bool)
    for a, b in task.truth:
        if a in sources and b in targets:
            truth[sources[a], targets[b]] = True
    ranked = np.argsort(-found.scores.ravel(), kind="stable")[: len(task.truth)]
    ranks = []
    for i in np.flatnonzero(truth.any(axis=1)):
        order = np.argsort(-found.scores[i], kind="stable")
        ranks.append(1 / (1 + np.flatnonzero(truth[i][order])[0]))
    proposed = {(m.sources[0], m.target) for m in best if len(m.sources) == 1 and m.part is None}
    hits = len(proposed & task.truth)
    return {
        "pair": task.name,
        "recall_at_truth": float(truth.ravel()[ranked].sum() / len(task.truth)),
        "mrr": float(np.mean(ranks)) if ranks else 0.0,
        "f1": 2 * hits / (len(proposed) + len(task.truth)),
        "seconds": seconds,
        "_said": found.scores.ravel(),
        "_right": truth.ravel(),
    }


def at_once(cases: list[Task]) -> float:
    """CPU seconds when the tables of all cases are measured together, each once, before they are matched."""
    started = time.process_time()
    sides = {id(side): side for task in cases for side in (task.source, task.target)}
    seen = dict(zip(sides, views_of(*((side, None) for side in sides.values())), strict=True))
    for task in cases:
        _ = match(seen[id(task.source)], seen[id(task.target)]).best
    return round(time.process_time() - started, 2)


def average(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Means over the pairs; seconds are summed."""
    out = {name: round(float(np.mean([r[name] for r in rows])), 4) for name in ("recall_at_truth", "mrr", "f1")}
    return {"pairs": len(rows), **out, "seconds": round(sum(r["seconds"] for r in rows), 2)}


def ours(folder: Path) -> dict[str, Any]:
    """Our own figures on a folder."""
    cases = list(tasks(folder))
    for task in cases[:1]:
        measure(task)
    rows = [measure(task) for task in cases]
    table = reliability(np.concatenate([r.pop("_said") for r in rows]), np.concatenate([r.pop("_right") for r in rows]))
    return {
        "folder": str(folder),
        "workbench": {**average(rows), "seconds_measured_at_once": at_once(cases)},
        "calibration": [
            {"from": b.low, "to": b.high, "pairs": b.pairs, "said": round(b.said, 3), "right": round(b.right, 3)}
            for b in table
        ],
        "each": rows,
    }


def peers(folder: Path, python: str, only: str | None, limit: float) -> dict[str, Any]:
    """The peers' figures, from whatever matchers the given interpreter has."""
    command = [python, str(HERE / "matching_peers.py"), str(folder), "--limit", str(limit)]
    command += ["--only", only] if only else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason given"
        return {python: {"not run": reason}}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def table(result: dict[str, Any]) -> None:
    """One line per matcher: its figures, and how many times ours its CPU seconds per pair are."""
    rows = {"workbench": result["workbench"], **result.get("peers", {})}
    each = rows["workbench"]["seconds"] / rows["workbench"]["pairs"]
    print(f"  {'':28s} pairs  recall at truth    MRR     F1   CPU sec  times ours")
    for name, row in rows.items():
        if "pairs" not in row:
            print(f"  {name:28s} {', '.join(f'{k}: {v}' for k, v in row.items())}")
            continue
        print(
            f"  {name:28s} {row['pairs']:5d} {row['recall_at_truth']:16.3f} {row['mrr']:6.3f} {row['f1']:6.3f}"
            f" {row['seconds']:9.1f} {row['seconds'] / row['pairs'] / each:11.1f}"
        )


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, action="append", required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument(
        "--peers-python", action="append", default=[], help="an interpreter that has peers; see matching_peers.py"
    )
    parser.add_argument("--peers-only", help="names of peers, by commas")
    parser.add_argument("--peers-limit", type=float, default=900.0, help="CPU seconds a peer may take on a folder")
    options = parser.parse_args()
    results = []
    for folder in options.pairs:
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}")
        if not any(tasks(folder)):
            parser.error(f"{folder} has no case: put source.csv, target.csv and truth.csv in FAMILY/PAIR")
        result = ours(folder)
        for python in options.peers_python:
            found = peers(folder, python, options.peers_only, options.peers_limit)
            result["peers"] = {**result.get("peers", {}), **found}
        results.append(result)
    if options.json:
        print(json.dumps(results if len(results) > 1 else results[0], indent=1))
        return
    for result in results:
        for row in result["each"]:
            print(
                f"  {row['recall_at_truth']:.3f} {row['mrr']:.3f} {row['f1']:.3f}"
                f" {row['seconds']:6.2f} s  {row['pair']}"
            )
        print(result["folder"])
        table(result)
        print(f"  with all tables measured at once {result['workbench']['seconds_measured_at_once']:.1f} CPU seconds")
        for b in result["calibration"]:
            print(
                f"  {b['from']:.2f} to {b['to']:.2f}: {b['pairs']:7d} pairs,"
                f" said {b['said']:.3f}, right {b['right']:.3f}"
            )


if __name__ == "__main__":
    main()
