"""Code: a standalone Polars script, SQL in a dialect, a PySpark job."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.backends import DIALECTS, compile_sql, quoted
from workbench.errors import UsageError

from .material import EXPORTERS, Material
from .python import to_python

__all__: list[str] = []


@EXPORTERS.register("python")
def python_script(material: Material) -> Mapping[str, str]:
    """A script that runs with Polars alone."""
    return {f"{material.file_name}.py": to_python(material.spec, material.resolved)}


@EXPORTERS.register("sql")
def sql_script(material: Material) -> Mapping[str, str]:
    """A script in a dialect: helpers, then the queries of passed rows, rejected rows and the books."""
    dialect = material.option
    if not dialect:
        raise UsageError("SQL is written in a dialect", cure="name one, as in sql:duckdb: " + ", ".join(DIALECTS))
    plan, name = material.resolved.plan, material.spec.source.dataset
    table = ".".join(quoted(part, dialect) for part in ([name] if "/" in name else name.split(".")))
    script = compile_sql(plan, dialect, table, facts=material.facts(dialect))
    return {f"{material.file_name}.{dialect}.sql": str(script)}
