"""A plan as SQL: readable, quoted, with the pinned meaning of every primitive, or not at all."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

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
    if dialect not in DIALECTS:
        raise UnknownNameError.of("SQL dialect", dialect, DIALECTS)
    told = facts if isinstance(facts, Hashable) else frozenset(fact for fact in cast(Iterable[Fact], facts))
    return _compiled(plan, dialect, source_table, tuple((tables or {}).items()), told, temporary=temporary)


# The batches of a source mostly prove the same facts, and a script is never changed.
@lru_cache(maxsize=16)
def _compiled(
    plan: Plan, dialect: str, source: str, tables: tuple[tuple[str, str], ...], facts: Any, *, temporary: bool
) -> SqlScript:
    from .sql_compile import compiled, emitter_of  # sqlglot is loaded only where SQL is wanted

    return compiled(plan, emitter_of(dialect, facts, temporary=temporary), source, dict(tables))
