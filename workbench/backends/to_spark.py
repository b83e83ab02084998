"""Run a plan on Spark: compiled to Spark SQL, Python-only functions as Arrow functions, Parquet in and out."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Container
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.errors import MissingExtraError
from workbench.model import Lookup, Plan, Union

from .outcome import Applied, Counts, stop_if_fatal
from .proving import prove
from .sql_run import Tables, book, conform, duplicate_key_error, measured, reference, reject_types, select_source
from .to_sql import Fact, SqlScript, compile_sql

if TYPE_CHECKING:
    from workbench.model import Expr

__all__ = ["local_session", "run_spark", "run_spark_files"]


def local_session(cores: int = 2, memory: str = "2g", **settings: str) -> Any:
    """A Spark session in this machine's processes, in UTC and on loopback only.

    Raises:
        MissingExtraError: PySpark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError.of("pyspark", "spark", "running on Spark") from None
    # Workers must run this Python, which has Arrow and the workbench.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    told = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(cores),
        "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
        **settings,
    }
    builder = SparkSession.builder.master(settings.get("spark.master", f"local[{cores}]")).appName("workbench")
    for key, value in told.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def run_spark(
    plan: Plan,
    session: Any,
    frame: pl.LazyFrame | pl.DataFrame,
    tables: Tables | None = None,
    *,
    facts: Container[Fact] | None = None,
) -> Applied:
    """Run a plan on Spark and bring the answer back.

    Args:
        plan: What to run.
        session: A Spark session; its workers must have the workbench installed.
        frame: The source; handed over as Parquet.
        tables: Gives the frame of a table that a lookup or union names.
        facts: What is proven of the source; None proves it of the frame.

    Raises:
        NotPortableError: Spark cannot keep a pinned meaning.
        SourceError: A column is missing, or a reference table cannot be used.
    """
    with TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "source.parquet"
        rows = select_source(plan, frame).collect()
        facts = prove(plan, rows, "spark") if facts is None else facts
        rows.write_parquet(path, row_group_size=250_000)
        run = _Run(plan, session, str(path), tables, facts, Path(folder))
        try:
            out = run.session.sql(run.everything())
            got = pl.DataFrame(pl.from_arrow(out.toArrow()))
            values = {f.name: f.value.type for f in plan.computed}
            types = reject_types(run.pipe.columns)
            bad = got["__fault"].is_not_null()
            passed = got.lazy().filter(~bad).select(pl.col(f"v{i}").alias(n) for i, n in enumerate(values)).collect()
            rejected = got.filter(bad).select(pl.col(f"r{i}").alias(n) for i, n in enumerate(types))
            return book(plan, run.rows, run.pipe.measures, conform(passed, values), conform(rejected, types))
        finally:
            run.close()


def run_spark_files(
    plan: Plan,
    session: Any,
    source: str,
    passed: str,
    rejects: str,
    tables: Tables | None = None,
    *,
    facts: Container[Fact] = (),
) -> Counts:
    """Run a plan from Parquet to Parquet; nothing passes through this process.

    Args:
        plan: What to run.
        session: A Spark session.
        source: Folder or file to read.
        passed: Folder to write the rows that passed to; it is replaced.
        rejects: Folder to write rejected rows to; it is replaced.
        tables: Gives the frame of a table that a lookup or union names.
        facts: What is proven of the source.

    Raises:
        NotPortableError: Spark cannot keep a pinned meaning.
        FlowError: A field with ``on_error: fail`` found a fault.
    """
    with TemporaryDirectory(prefix="workbench-") as folder:
        run = _Run(plan, session, source, tables, facts, Path(folder))
        try:
            run.keep("mapped")
            books = session.sql(f"SELECT `_code`, count(*) AS n FROM ({run.script.parts[-1][1]}) GROUP BY `_code`")
            first = Counter({r["_code"]: r["n"] for r in books.collect()})
            stop_if_fatal(plan, first)
            session.sql(run.script.parts[-2][1]).write.mode("overwrite").parquet(passed)
            session.sql(run.script.parts[-1][1]).write.mode("overwrite").parquet(rejects)
            counts = Counts(rows_in=run.rows("source"), rejected=first)
            counts.rows_out = session.read.parquet(passed).count()
            measured(plan, run.rows, run.pipe.measures, counts)
            run.replaced(counts)
            stop_if_fatal(plan, counts.replaced)
            counts.reasons.update({code: plan.reasons[code] for code in first})
            return counts.check()
        finally:
            run.close()


class _Run:
    """A plan on a session: each part a temporary view, those that are counted kept."""

    def __init__(
        self, plan: Plan, session: Any, source: str, tables: Tables | None, facts: Container[Fact], folder: Path
    ) -> None:
        self.plan, self.session = plan, session
        self.kept: list[str] = []
        names = {}
        for s in plan.rows:
            if isinstance(s, Lookup | Union):
                path = folder / f"reference_{s.id}.parquet"
                reference(tables, s.table).write_parquet(path)
                session.read.parquet(str(path)).createOrReplaceTempView(f"reference_{s.id}")
                names[s.table] = f"reference_{s.id}"
        session.read.parquet(source).createOrReplaceTempView("source_rows")
        self.script: SqlScript = compile_sql(plan, "spark", "source_rows", tables=names, facts=facts, temporary=True)
        assert self.script._pipe is not None
        self.pipe = self.script._pipe
        for statement in self.script.prelude:
            session.sql(statement)
        for name, node in self.pipe.emitter.functions.items():
            _register(session, name, node)
        counted = {p for m in self.pipe.measures for p in (m.more, m.less)} - {"source"}
        unique = {name: step for step, name in self.pipe.unique_keys}
        for name, query, _ in self.script.parts[:-2]:
            session.sql(query).createOrReplaceTempView(name)
            if name in counted:
                self.keep(name)
            if name in unique:
                self._check_keys(unique[name], name)

    def keep(self, name: str) -> None:
        """Compute a part once."""
        self.session.sql(f"CACHE LAZY TABLE `{name}`")
        self.kept.append(name)

    def rows(self, part: str) -> int:
        """The number of rows of a part."""
        return int(self.session.table(part).count())

    def replaced(self, counts: Counts) -> None:
        """Count the values that were replaced in rows that pass."""
        assert self.script._fields is not None
        for name in self.script._fields.told:
            asked = f"SELECT `{name}` AS code, count(*) AS n FROM `mapped` WHERE `__fault` IS NULL GROUP BY `{name}`"
            found = {r["code"]: r["n"] for r in self.session.sql(asked).collect() if r["code"] is not None}
            counts.replaced.update(found)
            counts.reasons.update({code: self.plan.reasons[code] for code in found})

    def close(self) -> None:
        """Forget what was kept."""
        for name in self.kept:
            self.session.sql(f"UNCACHE TABLE IF EXISTS `{name}`")

    def _check_keys(self, step: Lookup, table: str) -> None:
        keys = ", ".join(f"`__k{i}`" for i in range(len(step.on)))
        found = self.session.sql(f"SELECT `__k0` FROM `{table}` GROUP BY {keys} HAVING count(*) > 1").collect()
        if found:
            raise duplicate_key_error(step, [str(r[0]) for r in found])

    def everything(self) -> str:
        """One query: values, the number of the fault, and what a rejected row says."""
        assert self.script._fields is not None
        items = ["`__fault`"]
        items += [f"`{n}` AS `v{i}`" for i, (_, n) in enumerate(self.script._fields.values)]
        for i, e in enumerate(self.pipe.parts[-1].query.expressions):
            said = e.unalias().sql(self.pipe.emitter.glot, normalize_functions=False)
            items.append(f"CASE WHEN `__fault` IS NOT NULL THEN {said} END AS `r{i}`")
        return f"SELECT {', '.join(items)} FROM `mapped`"


def _register(session: Any, name: str, node: Expr) -> None:
    """A Python-only function over Arrow batches: each distinct combination is asked once per worker."""
    import pyarrow as pa
    from pyspark.sql.functions import arrow_udf

    wanted, options = str(node["function"]), dict(node["options"])
    known: dict[tuple[Any, ...], str | None] = {}
    ready: list[Any] = []

    def answers(*columns: pa.Array) -> pa.Array:
        if not ready:
            from workbench.backends.udfs import function

            ready.append(function(wanted, options))
        out = []
        for key in zip(*(c.to_pylist() for c in columns), strict=True):
            if key not in known:
                known[key] = ready[0](*key)
            out.append(known[key])
        return pa.array(out, pa.string())

    answers.__annotations__ = {"columns": pa.Array, "return": pa.Array}
    session.udf.register(name, arrow_udf(answers, "string"))
