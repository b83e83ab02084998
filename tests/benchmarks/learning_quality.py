"""How much is learned from how few examples, on a folder of transformation tasks.

Run: python tests/benchmarks/learning_quality.py --tasks DIR [--json] [--only PREFIX]

A task is a JSON file {"name": …, "examples": [{"input": [...], "output": …}, …]}. The learner is given the
first three examples as they stand in the file (also measured: the first three distinct ones), and the
inputs of the others without their outputs. Its first proposal is run by resolve and apply over all rows;
the task counts as solved only if every output comes out. If not, the first failing example is added, up
to four times. An output that is blank counts as none: the engines write a null. Whatever is not a text is
taken as JSON writes it; a file that is no task, and a task at which the learner fails, count as not solved.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from workbench.mapping.learner import learn

MOST_ADDED = 4


@dataclass
class Outcome:
    """How one task went."""

    name: str
    needed: int | None  # examples needed; None when it was not solved
    distinct: bool  # solved from the first three distinct examples
    seconds: list[float]
    reason: str


def _attempt(
    rows: list[list[str | None]], outputs: list[str | None], chosen: list[int]
) -> tuple[int | None, float, str]:
    """The first failing row (None: all right), seconds to learn, and why it failed."""
    start = perf_counter()
    others = [rows[i] for i in range(len(rows)) if i not in chosen]
    found = learn([(rows[i], outputs[i]) for i in chosen], inputs=others)
    seconds = perf_counter() - start
    if not found:
        wrong = next((i for i in range(len(rows)) if i not in chosen), None)
        return wrong if wrong is not None else -1, seconds, "nothing explains the examples"
    made = found[0].outputs(rows)
    wrong_at = [i for i, (a, b) in enumerate(zip(made, outputs, strict=True)) if a != b]
    if not wrong_at:
        return None, seconds, ""
    share = len(wrong_at) / len(rows)
    reason = (
        "rejects rows" if made[wrong_at[0]] is None else "wrong on most rows" if share > 0.5 else "wrong on some rows"
    )
    return wrong_at[0], seconds, reason


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_task(path: Path) -> tuple[list[list[str | None]], list[str | None]]:
    """The inputs of each example, and its output.

    Raises:
        ValueError: The file holds no task.
    """
    try:
        examples = json.loads(path.read_text(encoding="utf-8"))["examples"]
        given = [e["input"] if isinstance(e["input"], list) else [e["input"]] for e in examples]
        outputs = [_text(e["output"]) for e in examples]
    except (ValueError, KeyError, TypeError) as e:
        raise ValueError(f"no task: {type(e).__name__} {e}") from e
    width = max((len(g) for g in given), default=0)
    if not width:
        raise ValueError("no task: it has no examples")
    return [[_text(v) for v in g] + [None] * (width - len(g)) for g in given], outputs


def run_task(path: Path) -> Outcome:
    """Learn one task by the protocol of this file's head."""
    try:
        return _run(path.stem, *read_task(path))
    except Exception as e:  # one bad file or one defect of the learner must not hide what the others show
        return Outcome(path.stem, None, False, [0.0], f"failed with {type(e).__name__}: {e}"[:200])


def _run(name: str, rows: list[list[str | None]], outputs: list[str | None]) -> Outcome:
    chosen = list(range(min(3, len(rows))))
    seconds, reason, needed = [], "", None
    solved_distinct: bool | None = None
    first_distinct = list(
        {json.dumps([r, o]): i for i, (r, o) in reversed(list(enumerate(zip(rows, outputs, strict=True))))}.values()
    )
    distinct = sorted(first_distinct)[:3]
    if distinct != chosen:
        solved_distinct = _attempt(rows, outputs, distinct)[0] is None
    for added in range(MOST_ADDED + 1):
        wrong, took, reason = _attempt(rows, outputs, chosen)
        seconds.append(took)
        if added == 0 and solved_distinct is None:
            solved_distinct = wrong is None
        if wrong is None:
            needed = len(chosen)
            break
        if wrong in chosen or wrong < 0:
            break
        chosen.append(wrong)
    return Outcome(name, needed, bool(solved_distinct), seconds, reason)


def measure(folder: Path, only: str = "") -> dict[str, Any]:
    """Run every task of a folder."""
    outcomes = []
    for path in sorted(folder.glob("*.json")):
        if path.name.startswith(only):
            outcomes.append(run_task(path))
            last = outcomes[-1]
            why = last.reason if last.needed is None else ""
            print(last.name, last.needed, *(f"{s:.2f}" for s in last.seconds), why, file=sys.stderr, flush=True)
    n = len(outcomes)
    if not n:
        raise SystemExit(f"there are no tasks (*.json) in {folder}")
    first = [o.seconds[0] for o in outcomes]
    every = [s for o in outcomes for s in o.seconds]
    at_three = sum(o.needed is not None and len(o.seconds) == 1 for o in outcomes)
    solved = sum(o.needed is not None for o in outcomes)
    missed: dict[str, list[str]] = {}
    for o in outcomes:
        if o.needed is None:
            missed.setdefault(f"{o.reason}: {o.name.split('.')[0]}", []).append(o.name)
    return {
        "tasks": n,
        "solved": solved,
        "solved_share": round(solved / n, 4),
        "solved_from_3": at_three,
        "solved_from_3_share": round(at_three / n, 4),
        "solved_from_3_distinct": sum(o.distinct for o in outcomes),
        "solved_with_4_in_all": sum(o.needed is not None and o.needed <= 4 for o in outcomes),
        "solved_with_next_failing_up_to_4": solved,
        "examples_needed": dict(sorted(Counter(str(o.needed) for o in outcomes).items())),
        "failed": [f"{o.name}: {o.reason}" for o in outcomes if o.reason.startswith("failed")],
        "median_seconds": round(median(first), 3),
        "median_seconds_all_runs": round(median(every), 3),
        "worst_seconds": round(max(every), 2),
        "missed": missed,
    }


def main() -> None:
    """Read the arguments, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    facts = measure(args.tasks, args.only)
    print(json.dumps(facts, indent=None if args.json else 1, ensure_ascii=False))


if __name__ == "__main__":
    main()
