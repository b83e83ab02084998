"""From a plan to the trees of a dialect: its emitter, what it cannot say, the parts and the counts."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from sqlglot import exp

from workbench.errors import Fault, NotPortableError
from workbench.model import Expr, Lookup, Plan, PlannedField, RowStep, Union, walk

from .sql_bigquery import BigQueryEmitter
from .sql_duckdb import DuckEmitter
from .sql_emit import Emitter, Unportable
from .sql_fields import add_fields
from .sql_mysql import MySqlEmitter
from .sql_parts import table_of
from .sql_postgres import PostgresEmitter
from .sql_rows import Pipeline
from .sql_script import Fact, SqlScript, with_parts
from .sql_snowflake import SnowflakeEmitter
from .sql_spark import DatabricksEmitter, SparkEmitter
from .sql_tree import column, not_null, string
from .sql_tsql import TsqlEmitter
from .sql_writer import written_out

__all__ = ["compiled", "emitter_of"]

_CURE = "run it on Polars, or change the step"
EMITTERS: dict[str, type[Emitter]] = {
    "duckdb": DuckEmitter,
    "postgres": PostgresEmitter,
    "spark": SparkEmitter,
    "databricks": DatabricksEmitter,
    "snowflake": SnowflakeEmitter,
    "bigquery": BigQueryEmitter,
    "tsql": TsqlEmitter,
    "mysql": MySqlEmitter,
}


def emitter_of(dialect: str, facts: Container[Fact], *, temporary: bool) -> Emitter:
    """A fresh emitter of a dialect that knows the facts."""
    return EMITTERS[dialect](facts=facts, temporary=temporary)


def _source_part(plan: Plan, emitter: Emitter, table: str, tables: Mapping[str, str]) -> Pipeline:
    """A pipeline that has read the source."""
    located = {t.strip('"`[]').lower() for t in (table, *tables, *tables.values(), *_tables(plan))}
    pipe = Pipeline(emitter, dict(plan.source), tables, located=located)
    read = exp.select(*emitter.columns([n for n, _ in plan.source]))
    pipe.add("source", read.from_(exp.to_table(table, dialect=emitter.glot)), plan.name)
    return pipe


def _tables(plan: Plan) -> list[str]:
    """The reference tables that the row steps name."""
    return [step.table for step in plan.rows if isinstance(step, Lookup | Union)]


def _trial(plan: Plan, step: RowStep, emitter: Emitter) -> list[str]:
    """What a dialect cannot say of a row step."""
    pipe = Pipeline(emitter, dict(plan.source), {})
    pipe.add("source", exp.select(exp.Star()).from_("source"))
    try:
        pipe.step(step)
    except Unportable as e:
        return [f"{emitter.name} cannot: {e}"]
    return []


def compiled(plan: Plan, emitter: Emitter, source_table: str, tables: Mapping[str, str]) -> SqlScript:
    """The script of a plan.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning; every field, step and reason is named.
    """
    faults = _faults(plan, emitter)
    if faults:
        raise NotPortableError(faults)
    emitter.relied.clear()  # the search for faults tries forms that do not come to stand
    pipe = _source_part(plan, emitter, source_table, tables)
    try:
        for step in plan.rows:
            pipe.step(step)
        fields = add_fields(pipe, plan)
    except Unportable as e:  # what only the whole shows, as the type of a stored value
        raise NotPortableError([Fault(f"{emitter.name} cannot: {e}", plan.name, _CURE)]) from None
    parts = tuple((p.name, written_out(p.query, emitter.glot), p.says) for p in pipe.parts)
    counts, asks = _counts_query(pipe, plan, fields.told), _asks(pipe, parts)
    relies_on = tuple(sorted(emitter.relied))
    facts = _facts_query(relies_on, emitter, source_table)
    return SqlScript(
        emitter.name, plan, _prelude(emitter), parts, _stubs(pipe), counts, asks, relies_on, facts, pipe, fields
    )


def _faults(plan: Plan, emitter: Emitter) -> list[Fault]:
    """Everything that the dialect cannot say, found before anything is written."""
    found: dict[Fault, None] = {}
    for step in plan.rows:
        for what in _trial(plan, step, emitter):
            found.setdefault(Fault(f"row step {step.id}: {what}", plan.name, _CURE))
    for planned in plan.fields:
        for node in walk([planned.value, *(e for g in planned.guards for e in (g.condition, g.value))]):
            reason = _reason(node, emitter)
            if reason:
                where = f"field {planned.name}, step {_step_of(planned, node)}"
                found.setdefault(Fault(f"{where}: {emitter.name} {reason}", plan.name, _CURE))
    return list(found)


def _reason(node: Expr, emitter: Emitter) -> str:
    if emitter.joins_calls and emitter.asked(node) is not None:
        return ""
    try:
        emitter.emit(node, [column(f"x{i}") for i in range(len(node.args))])
    except Unportable as e:
        return f"cannot: {e} ({node.op})"
    return ""


def _step_of(planned: PlannedField, node: Expr) -> str:
    for guard in planned.guards:
        if node in set(walk([guard.condition])):
            return guard.step
    return node.op


def _prelude(emitter: Emitter) -> tuple[str, ...]:
    """Statements that define the helpers that were used."""
    return (*emitter.settings(), *(emitter.define(name) for name in emitter.used))


def _counts_query(pipe: Pipeline, plan: Plan, told: Sequence[str]) -> str:
    """Rows in, added, booked, rejected by reason, and out, and values replaced; counted by the engine itself."""
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
        kind = m.kind if m.kind in ("added", "replaced") else "booked"
        change = exp.Sub(this=rows(m.more), expression=rows(m.less)) if m.less else rows(m.more)
        query = exp.union(query, line(kind, m.name, change), distinct=False)
    mapped = exp.Table(this=exp.to_identifier("mapped", quoted=True))
    books = line("rejected", "", exp.Count(this=exp.Star())).from_(mapped.copy())
    fault = column("__fault")
    whens = [exp.If(this=exp.Literal.number(i), true=string(g.code)) for i, g in enumerate(plan.guards, 1)]
    if whens:
        books.expressions[1].set("this", exp.Case(this=fault.copy(), ifs=whens))
        books = books.where(not_null(fault.copy())).group_by(fault.copy())
        query = exp.union(query, books, distinct=False)
    passed = exp.Is(this=fault.copy(), expression=exp.null())
    good = exp.select(exp.Count(this=exp.Star())).from_(mapped.copy()).where(passed)
    query = exp.union(query, line("out", "", good.subquery()), distinct=False)
    for name in told:
        why = line("replaced", "", exp.Count(this=exp.Star())).from_(mapped.copy())
        why.expressions[1].set("this", column(name))
        there = not_null(column(name))
        query = exp.union(query, why.where(passed.copy(), there).group_by(column(name)), distinct=False)
    return written_out(query, glot)


def _asks(pipe: Pipeline, parts: Sequence[tuple[str, str, str]]) -> tuple[tuple[str, str], ...]:
    """Per table of a Python-only function's answers the query of its distinct arguments, with their keys."""
    names, emitter, out = [n for n, _, _ in parts], pipe.emitter, []
    for table, node, before, args in pipe.calls:
        keys = [emitter.call_key(a.copy(), n.type) for a, n in zip(args, node.args, strict=True)]
        items = [a.copy().as_(f"a{i}", quoted=True) for i, a in enumerate(args)]
        items += [k.as_(f"k{i}", quoted=True) for i, k in enumerate(keys)]
        query = exp.select(*items).from_(table_of(before)).distinct()
        asked = parts[: names.index(before) + 1]
        out.append((table, with_parts(asked, written_out(query, emitter.glot), emitter.name)))
    return tuple(out)


def _facts_query(facts: Sequence[Fact], emitter: Emitter, source_table: str) -> str:
    """A row for each fact that rows of the source break, with their number."""
    pinned = emitter_of(emitter.name, (), temporary=emitter.temporary)
    pinned.used = emitter.used  # what it needs is defined too
    lines = []
    for fact in facts:
        rows = exp.Count(this=exp.Star())
        said = (emitter.text(str(fact)).as_("fact", quoted=True), rows.as_("rows", quoted=True))
        query = exp.select(*said).from_(exp.to_table(source_table, dialect=emitter.glot)).where(pinned.broken(fact))
        lines.append(query.having(exp.GT(this=rows.copy(), expression=exp.Literal.number(0))))
    if not lines:
        return ""
    whole = exp.union(*lines, distinct=False) if len(lines) > 1 else lines[0]
    return written_out(whole, emitter.glot)


def _stubs(pipe: Pipeline) -> tuple[str, ...]:
    """What must be there before the script runs, as comments."""
    out = []
    for table, node, _, args in pipe.calls:
        keys = ", ".join(f"k{i}" for i in range(len(args)))
        out.append(
            f"table {table} ({keys}, value): answers of the Python function '{node['function']}' "
            f"{dict(node['options'])} per distinct arguments; a key is '=' and the argument, '' for null"
        )
    return (*out, *pipe.emitter.function_stubs())
