"""How often are proposals right that are more than one column for one field? By kind and by score.

    python tests/benchmarks/composing_quality.py DIR [--seeds 1 2 3] [--json]

No public set has truth for them, so it is made of public tables (pairs as for matching_quality.py): *as they are*,
where every composition is wrong; *joined*, where columns of the target are made one (first and last name under the name
'Name', parts of an address under 'Address', any two columns of texts under a name that says nothing; there also with
the source itself as the target, so that the rows are the same); *split*, where columns of the source are. And the
flows of the sample, held against the specs that people wrote. What counts is what is proposed: a composition that is
less sure than a single column is not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from matching_sets import Task, tasks

from workbench.matching import Decisions, Match, match
from workbench.model import Contract, FieldSpec, load_spec
from workbench.profiling import wilson
from workbench.project import open_project
from workbench.sample import generate

LEAST = 0.2
BINS = (0.2, 0.5, 0.7, 0.9, 0.97, 1.01)
WHOLES = (("Name", ("FirstName", "LastName")), ("Address", ("AddressLine1", "PostalCode", "City")))
Truth = frozenset[tuple[frozenset[str], str]]


@dataclass(frozen=True)
class Proposed:
    """A proposal with whether it is right, and where it was made."""

    where: str
    kind: str
    score: float
    right: bool


def kind_of(m: Match) -> str:
    if m.operator or m.present:
        return "computed" if m.operator else "filled or not"
    if len(m.sources) > 1:
        return "joined"
    return "day" if m.part == "day" else "split" if m.part else "held already"


def joined(frame: pl.DataFrame, parts: tuple[str, ...], name: str, separator: str = " ") -> pl.DataFrame:
    whole = pl.concat_str([pl.col(p).cast(pl.String) for p in parts], separator=separator, ignore_nulls=True)
    return frame.with_columns(whole.alias(name)).drop(parts)


def made(task: Task, chance: random.Random) -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame | Contract, Truth]]:
    """The cases that one pair of tables gives: what was done, source, target, and the compositions that are true."""
    target = task.target
    yield "as they are", task.source, target, frozenset()
    if not isinstance(target, pl.DataFrame):
        return
    partner = dict(task.truth)
    for name, parts in WHOLES:
        there = tuple(p for p in parts if p in partner and p in task.source.columns)
        if there == parts:
            other = tuple(partner[p] for p in there)
            yield "joined", task.source, joined(target, other, name), frozenset({(frozenset(there), name)})
            split = frozenset((frozenset({name}), p) for p in other)
            yield "split", joined(task.source, there, name), target, split
    texts = [a for a, b in task.truth if wordy(task.source[a]) and wordy(target[b])]
    for _ in range(3 if len(texts) >= 2 else 0):
        pair = tuple(chance.sample(sorted(texts), 2))
        other = tuple(partner[p] for p in pair)
        yield "joined, no name", task.source, joined(target, other, "x1"), frozenset({(frozenset(pair), "x1")})
        same = joined(task.source, pair, "x1")
        yield "joined, no name, same rows", task.source, same, frozenset({(frozenset(pair), "x1")})


def wordy(values: pl.Series) -> bool:
    return values.dtype == pl.String and values.n_unique() >= 20 and not values.drop_nulls().str.contains(r"\d").any()


def public(folder: Path) -> tuple[list[Proposed], dict[str, list[int]]]:
    """The proposals on public tables, and by what was done how many true compositions were proposed, of how many."""
    chance = random.Random(7)
    found: list[Proposed] = []
    recall: dict[str, list[int]] = {}
    for task in tasks(folder):
        for where, source, target, truth in made(task, chance):
            matches = match(source, target, threshold=LEAST)
            proposals = [m for m in matches.best if m in matches.compositions]
            said = [(frozenset(m.sources), m.target) for m in proposals]
            found += [
                Proposed(where, kind_of(m), m.score, pair in truth) for m, pair in zip(proposals, said, strict=True)
            ]
            counts = recall.setdefault(where, [0, 0])
            counts[0] += len(truth & set(said))
            counts[1] += len(truth)
    return found, recall


def reads(field: FieldSpec) -> frozenset[str]:
    """All columns that a field of a spec reads, but for those that only help (a phone's country)."""
    beside = [s.args["field"] for s in field.steps if isinstance(s.args, dict) and "field" in s.args]
    cases = [p for b in field.case or () for p in (b.when.field, *(b.from_ or ()))]
    return frozenset(p for p in (*(field.from_ or ()), *beside, *cases) if p)


def sample(seed: int) -> list[Proposed]:
    """The proposals on the flows of the sample."""
    found = []
    with TemporaryDirectory() as folder:
        generate(Path(folder), 1000, seed)
        project = open_project(folder)
        for path in sorted((Path(folder) / "specs").glob("*.yaml")):
            written = load_spec(path)
            proposal = project.propose(written.source.dataset, written.target.name, decisions=Decisions())
            for m in proposal.matches.best:
                if m not in proposal.matches.compositions:
                    continue
                field = written.fields.get(m.target)
                sources = frozenset(s.replace("items[]", "item") for s in m.sources)
                right = field is not None and reads(field) == sources
                found.append(Proposed("sample", kind_of(m), m.score, right))
    return found


def table(found: list[Proposed]) -> list[dict[str, Any]]:
    rows = []
    for kind in sorted({p.kind for p in found}):
        for low, high in pairwise(BINS):
            here = [p for p in found if p.kind == kind and low <= p.score < high]
            if here:
                right = sum(p.right for p in here)
                least, most = wilson(right / len(here), len(here))
                said = sum(p.score for p in here) / len(here)
                rows.append({
                    "kind": kind, "from": low, "to": min(high, 1.0), "proposals": len(here), "said": round(said, 3),
                    "right": round(right / len(here), 3), "least": round(least, 2), "most": round(most, 2),
                })  # fmt: skip
    return rows


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found, recall = public(args.folder)
    made_up = [p for seed in args.seeds for p in sample(seed)]
    if args.json:
        print(json.dumps({"public": table(found), "sample": table(made_up), "recall": recall}))
        return
    for title, part in (("public tables", found), ("sample", made_up)):
        print(f"{title}: kind, score, proposals, mean score, share that is right and its 95 % bounds")
        for r in table(part):
            print("  {kind:14} {from:.2f}-{to:.2f} {proposals:5} {said:.3f} {right:.3f} ({least}-{most})".format(**r))
    for where, (hits, of) in recall.items():
        wrong = [p.score for p in found if p.where == where and not p.right]
        sure = sum(score >= 0.5 for score in wrong)
        print(f"{where}: {hits} of {of} true ones proposed, {len(wrong)} wrong, {sure} of them at 0.5 or more")


if __name__ == "__main__":
    main()
