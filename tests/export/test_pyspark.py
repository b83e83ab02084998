"""PySpark jobs: run by Spark without the workbench, they give what apply gives."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import NotPortableError
from workbench.export import artefact
from workbench.mapping import apply, resolve
from workbench.model import TEXT, parse_spec

from .conftest import Case

no_spark = shutil.which("java") is None or importlib.util.find_spec("pyspark") is None


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(frame.rows(), key=repr)


@pytest.mark.spark
@pytest.mark.skipif(no_spark, reason="needs Java 17 and pyspark")
def test_a_job_runs_alone_on_spark_and_gives_what_apply_gives(retail: dict[str, Case], tmp_path: Path) -> None:
    case = retail["crm-customers"]  # a filter, a shuffle for keep_latest, Python-only functions, every type
    text = next(iter(artefact(case.spec, "pyspark", resolved=case.resolved, target=case.target).values()))
    assert "import workbench" not in text
    (tmp_path / "alone" / "workbench").mkdir(parents=True)
    (tmp_path / "alone" / "workbench" / "__init__.py").write_text("raise ImportError('not here')")
    job = tmp_path / "customers_job.py"
    job.write_text(text, encoding="utf-8")
    rows = case.project.frame(case.spec.source.dataset).collect()
    rows.write_parquet(tmp_path / "in.parquet")
    environment = os.environ | {
        "PYTHONPATH": str(tmp_path / "alone"), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=3 "
        "--conf spark.driver.memory=1g pyspark-shell",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, job, tmp_path / "in.parquet", tmp_path / "out", tmp_path / "bad"],
        capture_output=True, text=True, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    want = apply(case.resolved.plan, rows, case.project.table)
    books = json.loads(done.stdout)
    assert (books["rows_in"], books["rows_out"], books["rejected"], books["booked"], books["replaced"]) == (
        want.counts.rows_in, want.counts.rows_out, dict(want.counts.rejected), dict(want.counts.booked),
        dict(want.counts.replaced),
    )  # fmt: skip
    passed, rejected = pl.read_parquet(tmp_path / "out" / "*.parquet"), pl.read_parquet(tmp_path / "bad" / "*.parquet")
    assert rows_of(passed.select(want.passed.columns)) == rows_of(want.passed)
    assert rows_of(rejected.select(want.rejected.columns)) == rows_of(want.rejected)


def test_a_union_is_refused_with_its_step() -> None:
    text = """
        name: s
        source: {dataset: d}
        target: {entity: E}
        rows: [{id: r1, union: {table: more}}]
        fields: {x: {id: f1, from: a}}
    """
    spec = parse_spec(text)
    with pytest.raises(NotPortableError, match="row step r1: a union cannot run partition by partition"):
        artefact(spec, "pyspark", resolved=resolve(spec, {"a": TEXT}, tables=lambda _: {"a": TEXT}))


def test_every_spec_of_the_sample_landscape_becomes_a_job(retail: dict[str, Case]) -> None:
    for case in retail.values():
        text = next(iter(artefact(case.spec, "pyspark", resolved=case.resolved, target=case.target).values()))
        assert "PHASES = [" in text
