"""A plan as SQL: readable, quoted, with the pinned meaning of every primitive, or not at all."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from workbench.errors import UnknownNameError
from workbench.model import Plan

from .sql_script import Fact, SqlScript

__all__ = ["DIALECTS", "Fact", "SqlScript", "compile_sql", "to_sql"]

DIALECTS = ("duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery", "tsql", "mysql")


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
    facts: Container[Fact] = (),
    temporary: bool = False,
) -> SqlScript:
    """Compile a plan for a dialect.

    Args:
        plan: What to compile.
        dialect: One of `DIALECTS`.
        source_table: The table to read, as the dialect writes it.
        tables: Per location of a reference table, the table that holds it; otherwise the location itself.
        facts: What is proven of the source, see `prove`; lets plain forms stand where they are equal. The script says
            which it relies on.
        temporary: Helpers live as long as the session only.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning; every field, step and reason is named.
        UnknownNameError: There is no such dialect.
    """
    from .sql_compile import compiled, emitter_of  # sqlglot is loaded only where SQL is wanted

    if dialect not in DIALECTS:
        raise UnknownNameError.of("SQL dialect", dialect, DIALECTS)
    emitter = emitter_of(dialect, facts, temporary=temporary)
    return compiled(plan, emitter, source_table, tables or {})
