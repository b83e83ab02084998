"""A real standalone Spark: a master and two workers on loopback, Parquet in, Parquet out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from engine_kit import Cluster
from parity_kit import nasty_frame, resolved

from workbench.mapping import apply

JOB = """
import pickle, sys
from workbench.backends import local_session, run_spark_files
plan = pickle.load(open(sys.argv[2], "rb"))
told = {"spark.master": sys.argv[1], "spark.executor.memory": "700m", "spark.cores.max": "2"}
session = local_session(memory="1g", **told)
counts = run_spark_files(plan, session, sys.argv[3], sys.argv[4], sys.argv[5])
print("ROWS", counts.rows_out, counts.total_rejected, len(session._jsc.sc().statusTracker().getExecutorInfos()))
session.stop()
"""
FIELDS = {
    "id": {"from": "id"},
    "who": {"from": "t", "steps": ["trim", "title"]},
    "amount": {
        "from": "n",
        "steps": [{"parse_number": {"decimal": ",", "group": "."}}, {"round": "2"}],
        "on_error": "null",
    },
    "born": {"from": "d", "steps": [{"parse_date": ["%d/%m/%Y", "%Y-%m-%d"]}]},
    "key": {"from": ["t", "key"], "steps": [{"uuid5": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}]},
}


@pytest.mark.spark
@pytest.mark.slow
def test_a_cluster_writes_the_rows_that_polars_gives(tmp_path: Path):
    pytest.importorskip("pyspark", reason="needs pyspark")
    frame = nasty_frame(2000, seed=4).drop("items", "place", "f")
    plan = resolved(FIELDS, frame).plan
    want = apply(plan, frame)
    (tmp_path / "source").mkdir()
    for part in range(4):
        frame.slice(part * 500, 500).write_parquet(tmp_path / "source" / f"{part}.parquet")
    import pickle

    (tmp_path / "plan.pickle").write_bytes(pickle.dumps(plan))
    cluster = Cluster(tmp_path)
    cluster.start()
    try:
        paths = [str(tmp_path / n) for n in ("plan.pickle", "source", "passed", "rejects")]
        env = cluster.env | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        done = subprocess.run(
            [sys.executable, "-c", JOB, cluster.url, *paths],
            env=env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert "ROWS" in done.stdout, done.stderr[-3000:]
    finally:
        cluster.stop()
    passed = pl.read_parquet(tmp_path / "passed" / "*.parquet").sort("id")
    rejects = pl.read_parquet(tmp_path / "rejects" / "*.parquet").sort("id")
    expected = want.passed.sort("id")
    assert passed.select(pl.col(n).cast(t) for n, t in expected.schema.items()).equals(expected)
    assert rejects["_faults"].equals(want.rejected.sort("id")["_faults"])
    assert f"ROWS {want.passed.height} {want.rejected.height}" in done.stdout
