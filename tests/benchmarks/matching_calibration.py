"""Learns the matching model from the development sets and writes workbench/matching/weights.json.

    python tests/benchmarks/matching_calibration.py DIR… [--write]

Each group (a Valentine family, a GDC study) is held out once: what is printed and kept as the reliability table
comes from models that have not seen the group; once for all pairs, and once for those that are proposed one to one,
which is what people are shown. The weights written are learned from all.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # many small products: waking the other processors costs more

import numpy as np
from scipy.optimize import linear_sum_assignment

sys.path.insert(0, str(Path(__file__).parent))
from matching_sets import Task, tasks

import workbench.matching
from workbench.matching import (
    Case,
    Model,
    Pairing,
    Reliability,
    case_of,
    fit_model,
    judge,
    reliability,
    views,
)

DICTIONARY_WEIGHT = 8.0  # a data dictionary with hundreds of fields teaches more than one of many like pairs


HIDDEN = {"blind": 1, "half": 2}  # names of targets that are made meaningless: all, every second


def to_case(task: Task) -> Case:
    left, right = (views(side) for side in (task.source, task.target))
    truth = np.array([[(a.name, b.name) in task.truth for b in right] for a in left])
    if every := HIDDEN.get(kind_of(task)):
        right = tuple(v if k % every else replace(v, name=f"{chr(65 + k % 26)}{k:03d}") for k, v in enumerate(right))
    weight = DICTIONARY_WEIGHT if task.listed else 1.0
    return case_of(Pairing(left, right), truth, weight)


def kind_of(task: Task) -> str:
    first = task.name.split()[0]
    return "dictionary" if task.listed else first if first in HIDDEN else "pairs"


def learn(cases: list[tuple[Task, Case]]) -> Model:
    seen = [(t, c) for t, c in cases if kind_of(t) not in HIDDEN]
    return fit_model([c for _, c in seen], [t.group for t, _ in seen])


def show(name: str, table: list[Reliability]) -> None:
    print(f"{name}: score, pairs, mean score, share that is right and its 95 % bounds")
    for row in table:
        least, most = row.bounds
        print(
            f"  {row.low:.2f} to {row.high:.2f} {row.pairs:8d} {row.said:.3f} {row.right:.3f} ({least:.2f}-{most:.2f})"
        )


def one_to_one(found: np.ndarray, case: Case) -> tuple[np.ndarray, np.ndarray]:
    """The scores of the best one-to-one pairs, and which are true."""
    pairs = linear_sum_assignment(-np.log1p(-np.minimum(found, 1 - 1e-9)), maximize=True)
    return found[pairs], case.truth[pairs]


def f1(found: np.ndarray, case: Case) -> float:
    """F1 of the best one-to-one pairs of at least 0.5."""
    said, right = one_to_one(found, case)
    chosen = said >= 0.5
    return float(2 * right[chosen].sum() / (chosen.sum() + case.truth.sum()))


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write weights.json")
    options = parser.parse_args()
    found_tasks = [t for folder in options.folders for t in tasks(folder)]
    cases = [(t, to_case(t)) for t in found_tasks]
    for kind in HIDDEN:
        hidden = [replace(t, name=f"{kind} {t.name}") for t in found_tasks if not t.listed]
        cases += [(t, to_case(t)) for t in hidden]
    scores, truths, recalls, f1s, proposed = [], [], {}, {}, {}
    order: list[tuple[Task, Case]] = []
    for group in sorted({t.group for t, _ in cases}):
        model = learn([(t, c) for t, c in cases if t.group != group])
        for task, case in cases:
            if task.group == group:
                found = judge(case.scores, case.kinship, model)
                best = np.argsort(-found.ravel(), kind="stable")[: len(task.truth)]
                recalls[task.name] = case.truth.ravel()[best].sum() / len(task.truth)
                kind = kind_of(task)
                order.append((task, case))
                scores.append(found.ravel())
                truths.append(case.truth.ravel())
                recalls.setdefault(f"all {kind}", []).append(recalls.pop(task.name))  # type: ignore[union-attr]
                f1s.setdefault(kind, []).append(f1(found, case))
                proposed.setdefault(kind, []).append(one_to_one(found, case))
    table = reliability(np.concatenate(scores), np.concatenate(truths))
    held_out = {name: round(float(np.mean(values)), 3) for name, values in recalls.items()}
    kinds = {}
    for kind in ("pairs", *HIDDEN, "dictionary"):
        chosen = [k for k, (t, _) in enumerate(order) if kind_of(t) == kind]
        kinds[kind] = reliability(
            np.concatenate([scores[k] for k in chosen]), np.concatenate([truths[k] for k in chosen])
        )
        show(kind, kinds[kind])
        said, right = (np.concatenate(parts) for parts in zip(*proposed[kind], strict=True))
        show(f"{kind}, one to one", reliability(said, right))
    print("held out, recall at ground truth:", held_out)
    print("held out, F1 of the one-to-one matches from 0.5:", {k: round(float(np.mean(v)), 3) for k, v in f1s.items()})
    show("all", table)
    model = learn(cases)
    document = {
        "about": "Weights of the matching scorers, learned by tests/benchmarks/matching_calibration.py",
        "learned_from": f"{len(found_tasks)} pairs of tables in {len({t.group for t, _ in cases})} groups"
        " (Valentine and GDC development halves), the former once more with meaningless target names",
        "held_out_recall_at_ground_truth": held_out,
        "held_out_reliability": {name: _rows(rows) for name, rows in {**kinds, "all": table}.items()},
        "named": _weights(model),
        "silent": _weights(model.silent),
    }
    print(json.dumps(document["named"]), json.dumps(document["silent"]), sep="\n")
    if options.write:
        target = Path(workbench.matching.__file__).with_name("weights.json")
        target.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _rows(table: list[Reliability]) -> list[dict[str, float]]:
    return [
        {"from": r.low, "to": r.high, "pairs": r.pairs, "said": round(r.said, 4), "right": round(r.right, 4)}
        for r in table
    ]


def _weights(model: Model) -> dict[str, object]:
    return {
        "pair": {"intercept": round(model.intercept, 4), "weights": _short(model.weights)},
        "choice": {"intercept": round(model.choice_intercept, 4), "weights": _short(model.choice)},
        "final": {name: round(value, 4) for name, value in model.final.items()},
    }


def _short(weights: dict[str, float]) -> dict[str, float]:
    # a learned 0 is written too: a scorer missing here counts as never learned
    return {name: round(max(value, 0.0) if abs(value) < 5e-4 else value, 4) for name, value in sorted(weights.items())}


if __name__ == "__main__":
    main()
