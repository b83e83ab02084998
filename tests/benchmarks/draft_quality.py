"""How much of a spec that people wrote is in the draft? Both are run on the sample's rows, cell by cell.

Run: python tests/benchmarks/draft_quality.py [--seed 1] [--rows 1000] [--linked] [--json]

For every flow of the sample the workbench drafts a spec from the source and the entity's contract alone, then each
field of the draft is run on every row beside the same field of the sample's own spec. A field is *right* when all
cells that the sample's spec fills agree. With --linked the drafts may look at the records that the crosswalk links,
as `workbench match --linked` does.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import polars as pl

from workbench.backends import schema_of
from workbench.errors import WorkbenchError
from workbench.mapping import apply, resolve
from workbench.model import FieldSpec, Spec, load_spec
from workbench.project import Project, open_project
from workbench.sample import generate

ROW = "row_of_source"


def cells(project: Project, spec: Spec, name: str) -> pl.DataFrame:
    """What one field of a spec makes of the source: its row, and the value as text; rejected rows are missing."""
    rows = project.frame(spec.source.dataset).with_row_index(ROW).cast({ROW: pl.Int64})
    kept = [r for r in spec.rows if r.explode]
    fields: dict[str, Any] = {ROW: FieldSpec.model_validate({"id": "row", "from": ROW}), name: spec.fields[name]}
    schema = schema_of(rows)
    # Named in the key, no column is one that nobody said anything about.
    update = {"fields": fields, "rows": kept, "row_key": list(schema), "checks": (), "unmapped": ()}
    resolved = resolve(spec.model_copy(update=update), schema, tables=project.table_schema)
    made = apply(resolved.plan, rows, project.table).passed
    value = pl.col(name)
    if made[name].dtype.is_numeric():
        value = value.cast(pl.Float64).round(6)
    return made.select(ROW, value.cast(pl.String).alias("value")).with_columns(
        pl.int_range(pl.len()).over(ROW).alias("item")
    )


def agreement(project: Project, draft: Spec, written: Spec, name: str) -> float:
    """Share of the cells filled by the written spec that the draft fills alike."""
    wanted = cells(project, written, name).drop_nulls("value")
    if name not in draft.fields:
        return 0.0
    try:
        made = cells(project, draft, name)
    except WorkbenchError:
        return 0.0
    both = wanted.join(made, on=(ROW, "item"), how="left", suffix="_made")
    return float(both.select((pl.col("value") == pl.col("value_made")).fill_null(False).mean()).item() or 0.0)


def judge(root: Path, **options: Any) -> dict[str, dict[str, float]]:
    """By dataset and field of its own spec, the agreement."""
    project = open_project(root)
    out: dict[str, dict[str, float]] = {}
    for path in sorted((root / "specs").glob("*.yaml")):
        written = load_spec(path)
        draft = project.propose(written.source.dataset, written.target.name, **options).spec
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
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        generate(Path(folder), args.rows, args.seed)
        started = perf_counter()
        found = judge(Path(folder))
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
