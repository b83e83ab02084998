"""Run a plan on DuckDB, in the process, without copying the source."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Container
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.errors import MissingExtraError
from workbench.model import DataType, Lookup, Plan, Union

from .outcome import Applied
from .proving import prove
from .sql_run import Tables, book, conform, duplicate_key_error, reference, reject_types, select_source
from .sql_script import Fact, SqlScript, with_parts
from .to_sql import compile_sql
from .udfs import function

if TYPE_CHECKING:
    from workbench.model import Expr

__all__ = ["run_duckdb"]


def run_duckdb(
    plan: Plan,
    frame: pl.LazyFrame | pl.DataFrame | None = None,
    tables: Tables | None = None,
    *,
    source_table: str = "source_rows",
    connection: Any = None,
    facts: Container[Fact] | None = None,
) -> Applied:
    """Run a plan on DuckDB.

    Args:
        plan: What to run.
        frame: The source; None to read `source_table` of the connection.
        tables: Gives the frame of a table that a lookup or union names.
        source_table: What to read in DuckDB: a table or a function such as read_parquet('…').
        connection: An open DuckDB connection; a new one in memory unless given.
        facts: What is proven of the source; None proves it of the frame, which costs less than it saves.

    Raises:
        MissingExtraError: DuckDB is not installed.
        NotPortableError: DuckDB cannot keep a pinned meaning.
        SourceError: A column is missing, or a reference table cannot be used.
    """
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError.of("duckdb", "sql", "running on DuckDB") from None
    con = connection or duckdb.connect()
    try:
        if frame is not None:
            rows = select_source(plan, frame).collect()
            facts = prove(plan, rows, "duckdb") if facts is None else facts
            # Texts stay as Polars holds them: DuckDB reads views too, and nothing is copied.
            con.register(source_table, rows.to_arrow(compat_level=pl.CompatLevel.newest()))
        names = {s.table: f"reference_{s.id}" for s in plan.rows if isinstance(s, Lookup | Union)}
        for location, name in names.items():
            con.register(name, reference(tables, location).to_arrow())
        script = compile_sql(plan, "duckdb", source_table, tables=names, facts=facts or ())
        return _Run(con, script).go()
    finally:
        if connection is None:
            con.close()


class _Run:
    """One run: row steps as temporary tables, so that their rows are counted; then one query for the fields."""

    def __init__(self, con: Any, script: SqlScript) -> None:
        self.con, self.script = con, script
        assert script._pipe is not None
        assert script._fields is not None
        self.pipe, self.fields, self.plan = script._pipe, script._fields, script.plan

    def go(self) -> Applied:
        for statement in self.script.prelude:
            self.con.execute(statement)
        for name, node in self.pipe.emitter.functions.items():
            _register(self.con, name, node)
        done = self._rows()
        out = self.con.sql(self._everything(done)).to_arrow_table()
        frame = pl.DataFrame(pl.from_arrow(out))
        bad = frame["__fault"].is_not_null()
        values = {f.name: f.value.type for f in self.plan.computed}
        named = {n: f for f, n in self.fields.values}
        passed = frame.lazy().filter(~bad).select(list(named)).rename(named).collect()
        types = reject_types(self.pipe.columns)
        told = frame.filter(bad)["__reject"].explode().struct.unnest()
        rejected = told.select(pl.col(f"r{i}").alias(n) for i, n in enumerate(types))
        counts = {"source": frame.height} if len(done) == 1 and not self.plan.rows else {}

        def rows(part: str) -> int:
            if part not in counts:
                counts[part] = self.con.execute(f'SELECT count(*) FROM "{part}"').fetchone()[0]
            return counts[part]

        applied = book(self.plan, rows, self.pipe.measures, conform(passed, values), conform(rejected, types))
        for name in done[1:]:
            self.con.execute(f'DROP TABLE IF EXISTS temp."{name}"')
        self.con.execute('DROP VIEW IF EXISTS temp."source"')
        return applied

    def _rows(self) -> list[str]:
        """Run the row steps; the names of the parts that are there now."""
        done: list[str] = []
        unique = {name: step for step, name in self.pipe.unique_keys}
        for name, query, _ in self.script.parts[: self.pipe.row_parts]:
            kind = "TEMPORARY VIEW" if not done else "TEMPORARY TABLE"
            self.con.execute(f'CREATE OR REPLACE {kind} "{name}" AS {query}')
            done.append(name)
            if name in unique:
                self._check_keys(unique[name], name)
        return done

    def _check_keys(self, step: Lookup, table: str) -> None:
        keys = ", ".join(f'"__k{i}"' for i in range(len(step.on)))
        found = self.con.execute(f'SELECT "__k0" FROM "{table}" GROUP BY {keys} HAVING count(*) > 1').fetchall()
        if found:
            raise duplicate_key_error(step, [str(r[0]) for r in found])

    def _everything(self, done: list[str]) -> str:
        """One query: values, the number of the fault, and what a rejected row says."""
        from sqlglot import exp

        from .sql_tree import case, column

        bad = exp.Not(this=exp.Is(this=column("__fault"), expression=exp.null()))
        rejects = self.pipe.parts[-1].query.expressions
        assert len(rejects) == len(reject_types(self.pipe.columns))
        told = exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier(f"r{i}"), expression=e.unalias().copy())
                for i, e in enumerate(rejects)
            ]
        )
        # A list with a record, or null: so nothing is kept for the rows that passed, which are nearly all.
        said = case([(bad, exp.Array(expressions=[told]))]).as_("__reject", quoted=True)
        items = [column("__fault"), *(column(n) for _, n in self.fields.values), said]
        last = exp.select(*items).from_(exp.Table(this=exp.to_identifier("mapped", quoted=True)))
        parts = [p for p in self.script.parts[:-2] if p[0] not in done]
        return with_parts(parts, last.sql("duckdb", normalize_functions=False), "duckdb")


def _register(con: Any, name: str, node: Expr) -> None:
    """A Python-only function over Arrow columns: each distinct combination of arguments is asked once."""
    import duckdb
    import pyarrow as pa

    run = function(node["function"], dict(node["options"]))
    known: dict[tuple[Any, ...], str | None] = {}

    def answers(*columns: Any) -> Any:
        out = []
        for key in zip(*(c.to_pylist() for c in columns), strict=True):
            if key not in known:
                known[key] = run(*key)
            out.append(known[key])
        return pa.array(out, pa.string())

    # DuckDB counts the parameters of the signature.
    kind = inspect.Parameter.POSITIONAL_ONLY
    answers.__signature__ = inspect.Signature([inspect.Parameter(f"a{i}", kind) for i in range(len(node.args))])  # type: ignore[attr-defined]
    with contextlib.suppress(duckdb.Error):  # there may be none of this name
        con.remove_function(name)
    types = [_duck_type(a.type) for a in node.args]
    con.create_function(name, answers, types, "VARCHAR", type="arrow", null_handling="special", side_effects=False)


def _duck_type(type_: DataType) -> str:
    from .sql_duckdb import DuckEmitter

    return "VARCHAR" if type_.kind in ("text", "null") else DuckEmitter().type_name(type_)
