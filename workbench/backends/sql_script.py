"""The text of a script: prelude, parts as CTEs, counts, stubs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from workbench.errors import Fault, NotPortableError
from workbench.model import Plan, RowStep

from .sql_duckdb import DuckEmitter
from .sql_emit import Emitter, Unportable
from .sql_postgres import PostgresEmitter
from .sql_rows import Pipeline
from .sql_spark import DatabricksEmitter, SparkEmitter
from .sql_tree import column, string

if TYPE_CHECKING:
    from .to_sql import ColumnFacts, SqlScript

__all__ = ["counts_query", "emitter_of", "prelude", "script_text", "source_part", "stubs", "trial", "with_parts"]

EMITTERS: dict[str, type[Emitter]] = {
    "duckdb": DuckEmitter,
    "postgres": PostgresEmitter,
    "spark": SparkEmitter,
    "databricks": DatabricksEmitter,
}


def emitter_of(dialect: str, facts: Mapping[str, ColumnFacts], *, temporary: bool) -> Emitter:
    """A fresh emitter of a dialect that knows the facts."""
    if dialect not in EMITTERS:
        known = ", ".join(EMITTERS)
        what = f"no primitive is pinned for {dialect} yet, so a script for it might mean something else"
        raise NotPortableError([Fault(what, "export", f"export for one of {known}")])
    return EMITTERS[dialect](
        ascii_columns=frozenset(n for n, f in facts.items() if f.ascii),
        full_columns=frozenset(n for n, f in facts.items() if f.full),
        formats={n: f.time_format for n, f in facts.items() if f.time_format},
        temporary=temporary,
    )


def source_part(plan: Plan, emitter: Emitter, table: str, tables: Mapping[str, str]) -> Pipeline:
    """A pipeline that has read the source."""
    pipe = Pipeline(emitter, dict(plan.source), tables)
    read = exp.select(*emitter.columns([n for n, _ in plan.source]))
    pipe.add("source", read.from_(exp.to_table(table, dialect=emitter.glot)), plan.name)
    return pipe


def trial(plan: Plan, step: RowStep, emitter: Emitter) -> list[str]:
    """What a dialect cannot say of a row step."""
    pipe = Pipeline(emitter, dict(plan.source), {})
    pipe.add("source", exp.select(exp.Star()).from_("source"))
    try:
        pipe.step(step)
    except Unportable as e:
        return [f"{emitter.name} cannot: {e}"]
    return []


def prelude(emitter: Emitter) -> tuple[str, ...]:
    """Statements that define the helpers that were used."""
    return (*emitter.settings(), *(emitter.define(name) for name in emitter.used))


def with_parts(parts: Sequence[tuple[str, str, str]], last: str, dialect: str) -> str:
    """A query with the parts before it as CTEs, each with a comment that says what it is."""
    glot = EMITTERS[dialect].glot
    if not parts:
        return last
    ctes = []
    for name, query, says in parts:
        quoted = exp.to_identifier(name, quoted=True).sql(glot)
        comment = f"  -- {says}\n" if says else ""
        ctes.append(f"{quoted} AS (\n{comment}" + "\n".join("  " + line for line in query.split("\n")) + "\n)")
    return "WITH " + ", ".join(ctes) + "\n" + last


def counts_query(pipe: Pipeline, plan: Plan) -> str:
    """Rows in, added, booked, rejected by reason, and out; counted by the engine itself."""
    glot = pipe.emitter.glot

    def rows(part: str) -> exp.Expr:
        return (
            exp.select(exp.Count(this=exp.Star()))
            .from_(exp.Table(this=exp.to_identifier(part, quoted=True)))
            .subquery()
        )

    def line(kind: str, name: str, count: exp.Expr) -> exp.Select:
        named = ((string(kind), "kind"), (string(name), "name"), (count, "rows"))
        return exp.select(*(v.as_(n, quoted=True) for v, n in named))

    query: exp.Query = line("in", "", rows("source"))
    for m in pipe.measures:
        kind = m.kind if m.kind == "added" else "booked"
        less = exp.Sub(this=rows(m.more), expression=rows(m.less))
        query = exp.union(query, line(kind, m.name, less), distinct=False)
    books = line("rejected", "", exp.Count(this=exp.Star())).from_(
        exp.Table(this=exp.to_identifier("mapped", quoted=True))
    )
    fault = column("__fault")
    whens = [exp.If(this=exp.Literal.number(i), true=string(g.code)) for i, g in enumerate(plan.guards, 1)]
    if whens:
        books.expressions[1].set("this", exp.Case(this=fault.copy(), ifs=whens))
        books = books.where(exp.Not(this=exp.Is(this=fault.copy(), expression=exp.null()))).group_by(fault.copy())
        query = exp.union(query, books, distinct=False)
    good = exp.select(exp.Count(this=exp.Star())).from_(exp.Table(this=exp.to_identifier("mapped", quoted=True)))
    good = good.where(exp.Is(this=fault.copy(), expression=exp.null()))
    query = exp.union(query, line("out", "", good.subquery()), distinct=False)
    return query.sql(glot, pretty=True, normalize_functions=False)


def stubs(pipe: Pipeline, plan: Plan) -> tuple[str, ...]:
    """What must be there before the script runs, as comments."""
    out = []
    for table, node, _, args in pipe.calls:
        keys = ", ".join(f"k{i}" for i in range(len(args)))
        out.append(
            f"table {table} ({keys}, value): answers of the Python function '{node['function']}' "
            f"{dict(node['options'])} per distinct arguments; a key is '=' and the argument, '' for null"
        )
    return (*out, *pipe.emitter.function_stubs())


def script_text(script: SqlScript) -> str:
    """The whole script."""
    head = [f"-- {script.plan.name}, semantics {script.plan.semantics}, {script.dialect}"]
    head += [f"-- needs: {s}" for s in script.stubs]
    blocks = ["\n".join(head), *script.prelude]
    for name in ("passed", "rejects", "counts"):
        blocks.append(f"-- {name}\n{script.query(name)}")
    return ";\n\n".join(blocks).replace(";\n\n", "\n\n", 1) + ";\n"
