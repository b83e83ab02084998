"""PySpark jobs: run by Spark without the workbench, they give what apply gives."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.errors import NotPortableError
from workbench.export import artefact
from workbench.mapping import resolve
from workbench.model import TEXT, parse_spec

from .conftest import BOTH_WAYS, Case

no_spark = shutil.which("java") is None or importlib.util.find_spec("pyspark") is None


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(frame.rows(), key=repr)


# Every job in one Python, as Spark takes longer to start than to run one.
_EACH = """
import contextlib, io, json, runpy, sys
for line in open(sys.argv[1]):
    sys.argv = json.loads(line)
    sys.path.insert(0, sys.argv[0].rpartition("/")[0])
    with contextlib.redirect_stdout(io.StringIO()) as said:
        runpy.run_path(sys.argv[0], run_name="__main__")
    print(json.dumps(json.loads(said.getvalue())), flush=True)
"""


@pytest.fixture(scope="module")
def ran(both_ways: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Any]]:
    """The folder and the books of every spec's job, run by Spark where the workbench cannot be imported."""
    place = tmp_path_factory.mktemp("jobs")
    (place / "alone" / "workbench").mkdir(parents=True)
    (place / "alone" / "workbench" / "__init__.py").write_text("raise ImportError('not here')")
    (place / "each.py").write_text(_EACH)
    calls = []
    for name, case in both_ways.items():
        ((file, text),) = artefact(case.spec, "pyspark", resolved=case.resolved, target=case.target).items()
        assert "import workbench" not in text
        folder = place / name
        folder.mkdir()
        (folder / file).write_text(text, encoding="utf-8")
        case.rows.write_parquet(folder / "in.parquet")
        call = [str(folder / n) for n in (file, "in.parquet", "out", "bad")]
        for number, (table, rows) in enumerate(case.tables.items()):
            rows.write_parquet(folder / f"{number}.parquet")
            call += ["--table", f"{table}={folder / f'{number}.parquet'}"]
        calls.append(json.dumps(call))
    (place / "calls").write_text("\n".join(calls))
    environment = os.environ | {
        "PYTHONPATH": str(place / "alone"), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_SUBMIT_ARGS": "--master local[2] --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2 "
        "--conf spark.driver.memory=1g pyspark-shell",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, place / "each.py", place / "calls"],
        capture_output=True, text=True, env=environment, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return {n: (place / n, json.loads(b)) for n, b in zip(both_ways, done.stdout.splitlines(), strict=True)}


@pytest.mark.spark
@pytest.mark.skipif(no_spark, reason="needs Java 17 and pyspark")
@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_job_runs_alone_on_spark_and_gives_what_apply_gives(
    name: str, ran: dict[str, tuple[Path, Any]], both_ways: dict[str, Case]
) -> None:
    want, (folder, books) = both_ways[name].want, ran[name]
    assert (books["rows_in"], books["rows_out"], books["rejected"], books["booked"], books["replaced"]) == (
        want.counts.rows_in, want.counts.rows_out, dict(want.counts.rejected), dict(want.counts.booked),
        dict(want.counts.replaced),
    )  # fmt: skip
    passed, rejected = pl.read_parquet(folder / "out" / "*.parquet"), pl.read_parquet(folder / "bad" / "*.parquet")
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
