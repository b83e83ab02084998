"""How much of a spec that people wrote is in the draft? Both are run on the sample's rows, cell by cell.

Run: python tests/benchmarks/draft_quality.py [--seed 1] [--rows 1000] [--linked] [--json]

For every flow of the sample the workbench drafts a spec from the source and the entity's contract alone, then each
field of the draft is run on every row beside the same field of the sample's own spec. A field is *right* when all
cells that the sample's spec fills agree. With --linked the drafts may look at the records that the crosswalk links,
as `workbench match --crosswalk` does.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import polars as pl

from workbench.errors import WorkbenchError
from workbench.mapping import field_values
from workbench.matching import Decisions
from workbench.model import Spec, load_spec
from workbench.project import Project, open_project
from workbench.sample import generate, true_crosswalk

ROW = "__row"
NUMBERS = frozenset({"balance", "quantity", "unit_price", "line_total", "total", "weight_kg", "line_no"})


def agreement(project: Project, draft: Spec, written: Spec, name: str) -> float:
    """Share of the cells filled by the written spec that the draft fills alike."""
    rows = project.frame(written.source.dataset)
    number = name in NUMBERS
    sides = []
    for spec in (written, draft):
        if name not in spec.fields:
            return 0.0
        try:
            made = field_values(spec, [name], rows, project.table, project.table_schema)
        except WorkbenchError:
            return 0.0
        value = pl.col(name).cast(pl.Float64).round(6).cast(pl.String) if number else pl.col(name)
        sides.append(made.select(ROW, pl.int_range(pl.len()).over(ROW).alias("item"), value.alias("value")))
    wanted, made = sides
    both = wanted.drop_nulls("value").join(made, on=(ROW, "item"), how="left", suffix="_made")
    return float(both.select((pl.col("value") == pl.col("value_made")).fill_null(False).mean()).item() or 0.0)


def judge(root: Path, *, linked: bool) -> dict[str, dict[str, float]]:
    """By dataset and field of its own spec, the agreement."""
    project = open_project(root)
    links = true_crosswalk(root)
    out: dict[str, dict[str, float]] = {}
    for path in sorted((root / "specs").glob("*.yaml")):
        written = load_spec(path)
        crosswalk = links if linked and written.target.name == "Customer" else None
        # The specs that are there are what is asked for: they must not decide.
        draft = project.propose(
            written.source.dataset, written.target.name, decisions=Decisions(), crosswalk=crosswalk
        ).spec
        out[f"{written.source.dataset} → {written.target.name}"] = {
            name: round(agreement(project, draft, written, name), 4)
            for name, field in written.fields.items()
            if field.value is None
        }
    return out


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--linked", action="store_true", help="let the drafts of customers look at linked records")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        generate(Path(folder), args.rows, args.seed)
        started = perf_counter()
        found = judge(Path(folder), linked=args.linked)
        seconds = perf_counter() - started
    fields = [share for shares in found.values() for share in shares.values()]
    right = sum(share == 1.0 for share in fields)
    if args.json:
        print(json.dumps({"fields": len(fields), "right": right, "seconds": round(seconds, 1), "agreement": found}))
        return
    for flow, shares in found.items():
        print(f"{flow}: {sum(s == 1.0 for s in shares.values())} of {len(shares)} right")
        for name, share in shares.items():
            if share < 1.0:
                print(f"    {name}: {100 * share:.1f} % of the cells")
    print(f"{right} of {len(fields)} fields right, in {seconds:.1f} s")


if __name__ == "__main__":
    main()
