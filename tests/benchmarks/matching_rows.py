"""Makes pairs of tables of growing size, to see how the time of matching goes with rows; then run matching_quality.py.

    python tests/benchmarks/matching_rows.py OUT [--rows 1000 --rows 100000] [--seed 1]
    python tests/benchmarks/matching_quality.py --pairs OUT/100000 [--peers-python PYTHON]

The tables are the sample landscape's customers of the CRM and of the ERP system; the truth is its own field mapping:
fields that alone make the same field of the entity.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path

import polars as pl

from workbench.sample import generate


def make(folder: Path, rows: int, seed: int) -> None:
    """Write FOLDER/customers/crm_erp/{source,target,truth}.csv, each table of at least so many rows."""
    place = folder / "customers" / "crm_erp"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        generate(made, rows=2 * rows, seed=seed)
        pl.read_csv(f"{made}/crm/customers.csv", separator=";", infer_schema=False).head(rows).write_csv(
            place / "source.csv"
        )
        with sqlite3.connect(f"{made}/erp/erp.sqlite") as erp:
            pl.read_database("SELECT * FROM KNA1", erp).head(rows).write_csv(place / "target.csv")
        mapping = pl.read_csv(f"{made}/truth/field_mapping.csv", infer_schema=False).drop_nulls("entity_field")
    alone = mapping.filter(~pl.col("field").str.contains(";"))
    once = alone.filter(pl.len().over("dataset", "field") == 1)
    sides = [once.filter(pl.col("dataset") == name) for name in ("crm.customers", "erp.customers")]
    truth = sides[0].join(sides[1], on=["entity", "entity_field"], suffix="_right")
    truth.select(source="field", target="field_right").write_csv(place / "truth.csv")


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, action="append", help="rows of each table")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for rows in options.rows or [1_000, 100_000]:
        make(options.out / str(rows), rows, options.seed)


if __name__ == "__main__":
    main()
