"""Learns the matching model from the development sets and writes workbench/matching/weights.json.

    python tests/benchmarks/matching_calibration.py DIR… [--write]

Each group (a Valentine family, a GDC study) is held out once: what is printed and kept as the reliability table
comes from models that have not seen the group. The weights written are learned from all.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from matching_sets import Task, tasks

import workbench.matching
from workbench.matching import Case, Model, Pairing, case_of, fit_model, posterior, reliability, strength

DICTIONARY_WEIGHT = 3.0  # a data dictionary with hundreds of fields teaches more than one of many like pairs


def to_case(task: Task) -> Case:
    left, right = task.sides()
    truth = np.array([[(a.name, b.name) in task.truth for b in right] for a in left])
    return case_of(Pairing(left, right), truth, DICTIONARY_WEIGHT if task.listed else 1.0)


def said(case: Case, model: Model) -> np.ndarray:
    return posterior(strength(case.scores, model), *case.kinship, model)


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help="write weights.json")
    options = parser.parse_args()
    cases = [(t, to_case(t)) for folder in options.folders for t in tasks(folder)]
    scores, truths, recalls = [], [], {}
    for group in sorted({t.group for t, _ in cases}):
        model = fit_model([c for t, c in cases if t.group != group])
        for task, case in cases:
            if task.group == group:
                found = said(case, model)
                best = np.argsort(-found.ravel(), kind="stable")[: len(task.truth)]
                recalls[task.name] = case.truth.ravel()[best].sum() / len(task.truth)
                kind = "dictionary" if task.listed else "pairs"
                scores.append(found.ravel())
                truths.append(case.truth.ravel())
                recalls.setdefault(f"all {kind}", []).append(recalls.pop(task.name))  # type: ignore[union-attr]
    table = reliability(np.concatenate(scores), np.concatenate(truths))
    held_out = {name: round(float(np.mean(values)), 3) for name, values in recalls.items()}
    print("held out, recall at ground truth:", held_out)
    for row in table:
        print(f"  {row.low:.2f} to {row.high:.2f}  {row.pairs:8d} pairs  said {row.said:.3f}  right {row.right:.3f}")
    model = fit_model([c for _, c in cases])
    document = {
        "about": "Weights of the matching scorers, learned by tests/benchmarks/matching_calibration.py",
        "learned_from": f"{len(cases)} pairs of tables in {len({t.group for t, _ in cases})} groups"
        " (Valentine and GDC development halves)",
        "held_out_recall_at_ground_truth": held_out,
        "held_out_reliability": [
            {"from": r.low, "to": r.high, "pairs": r.pairs, "said": round(r.said, 4), "right": round(r.right, 4)}
            for r in table
        ],
        "pair": {"intercept": round(model.intercept, 4), "weights": _short(model.weights)},
        "choice": {"intercept": round(model.choice_intercept, 4), "weights": _short(model.choice)},
    }
    print(json.dumps(document["pair"], indent=1), document["choice"])
    if options.write:
        target = Path(workbench.matching.__file__).with_name("weights.json")
        target.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _short(weights: dict[str, float]) -> dict[str, float]:
    # a learned 0 is written too: a scorer missing here counts as never learned
    return {name: round(max(value, 0.0) if abs(value) < 5e-4 else value, 4) for name, value in sorted(weights.items())}


if __name__ == "__main__":
    main()
