"""A plan as SQL: readable, quoted, with the pinned meaning of every primitive, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.errors import Fault, NotPortableError, UnknownNameError
from workbench.model import Expr, Plan, PlannedField, RowStep, row_expressions, walk

if TYPE_CHECKING:
    from .sql_emit import Emitter
    from .sql_fields import FieldParts
    from .sql_rows import Pipeline

__all__ = ["DIALECTS", "ColumnFacts", "SqlScript", "compile_sql", "to_sql"]

DIALECTS = ("duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery", "tsql", "mysql")


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What a profile proves of a source column, so that a plain form of a primitive is safe.

    Attributes:
        ascii: Every value is ASCII.
        full: No value is null or blank.
        time_format: The one date format that every value has.
    """

    ascii: bool = False
    full: bool = False
    time_format: str | None = None


@dataclass(frozen=True)
class SqlScript:
    """What a plan becomes in a dialect.

    Attributes:
        dialect: Which.
        plan: What it was compiled from.
        prelude: Statements that define the helpers, to run once.
        parts: Names and queries in order: source, row steps, cleaned, mapped, passed, rejects.
        stubs: What must be there before it runs: Python-only functions, or tables of their answers.
    """

    dialect: str
    plan: Plan
    prelude: tuple[str, ...]
    parts: tuple[tuple[str, str, str], ...]
    stubs: tuple[str, ...] = ()
    _pipe: Pipeline | None = field(default=None, repr=False, compare=False)
    _fields: FieldParts | None = field(default=None, repr=False, compare=False)

    @property
    def functions(self) -> Mapping[str, Expr]:
        """Python-only functions that the script calls, by the name it calls them."""
        return dict(self._pipe.emitter.functions) if self._pipe is not None else {}

    def query(self, name: str) -> str:
        """One query with what it needs as named parts: 'passed', 'rejects', 'counts', or any part.

        Raises:
            UnknownNameError: There is no such part.
        """
        if name == "counts":
            return self._with(self.parts[:-2], self._counts())
        known = [n for n, _, _ in self.parts]
        if name not in known:
            raise UnknownNameError.of("part", name, [*known, "counts"])
        at = known.index(name)
        before = self.parts[:at] if name != "rejects" else self.parts[:-2]
        return self._with(before, self.parts[at][1])

    def _with(self, parts: Sequence[tuple[str, str, str]], last: str) -> str:
        from .sql_script import with_parts

        return with_parts(parts, last, self.dialect)

    def _counts(self) -> str:
        from .sql_script import counts_query

        assert self._pipe is not None
        return counts_query(self._pipe, self.plan)

    def __str__(self) -> str:
        from .sql_script import script_text

        return script_text(self)


def to_sql(plan: Plan, dialect: str, source_table: str = "source", **options: Any) -> str:
    """A plan as one SQL script; see `compile_sql` for the options.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning; every field, step and reason is named.
    """
    return str(compile_sql(plan, dialect, source_table, **options))


def compile_sql(
    plan: Plan,
    dialect: str,
    source_table: str = "source",
    *,
    tables: Mapping[str, str] | None = None,
    facts: Mapping[str, ColumnFacts] | None = None,
    temporary: bool = False,
) -> SqlScript:
    """Compile a plan for a dialect.

    Args:
        plan: What to compile.
        dialect: One of `DIALECTS`.
        source_table: The table to read, as the dialect writes it.
        tables: Per location of a reference table, the table that holds it; otherwise the location itself.
        facts: What a profile proves of columns; lets plain forms stand where they are equal.
        temporary: Helpers live as long as the session only.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning; every field, step and reason is named.
        UnknownNameError: There is no such dialect.
    """
    from .sql_fields import add_fields
    from .sql_script import emitter_of, prelude, source_part, stubs

    if dialect not in DIALECTS:
        raise UnknownNameError.of("SQL dialect", dialect, DIALECTS)
    emitter = emitter_of(dialect, facts or {}, temporary=temporary)
    faults = _faults(plan, emitter)
    if faults:
        raise NotPortableError(faults)
    pipe = source_part(plan, emitter, source_table, tables or {})
    for step in plan.rows:
        pipe.step(step)
    fields = add_fields(pipe, plan)
    parts = tuple(
        (p.name, p.query.sql(emitter.glot, pretty=True, normalize_functions=False), p.says) for p in pipe.parts
    )
    return SqlScript(dialect, plan, prelude(emitter), parts, stubs(pipe, plan), pipe, fields)


def _faults(plan: Plan, emitter: Emitter) -> list[Fault]:
    """Everything that the dialect cannot say, found before anything is written."""
    from .sql_script import trial

    found: dict[Fault, None] = {}
    for step in plan.rows:
        for what in trial(plan, step, emitter):
            found.setdefault(Fault(f"row step {step.id}: {what}", plan.name, "run it on Polars, or change the step"))
    for planned in plan.fields:
        for node in walk([planned.value, *(e for g in planned.guards for e in (g.condition, g.value))]):
            reason = _reason(node, emitter)
            if reason:
                where = f"field {planned.name}, step {_step_of(planned, node)}"
                found.setdefault(
                    Fault(f"{where}: {emitter.name} {reason}", plan.name, "run it on Polars, or change the step")
                )
    return list(found)


def _reason(node: Expr, emitter: Emitter) -> str:
    from .sql_emit import Unportable
    from .sql_tree import column

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


def row_nodes(step: RowStep) -> list[Expr]:
    """Every node of a row step's expressions."""
    return list(walk(row_expressions(step)))
