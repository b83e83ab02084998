"""A dbt project: the mapping as models, the contract as tests, the books and the rejects beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from workbench.backends import REQUIREMENTS, SqlScript, compile_sql, helper_source, quoted
from workbench.errors import UsageError
from workbench.model import Expr, Field, dump_yaml

from .material import EXPORTERS, Material
from .origins import tables_of

__all__ = ["to_dbt"]

# Dialects that dbt has an adapter for.
_ADAPTERS = ("duckdb", "postgres", "snowflake", "bigquery", "databricks", "spark")
_SOURCE, _TABLE = "wb_source_placeholder", "wb_table_placeholder_"


@EXPORTERS.register("dbt")
def to_dbt(material: Material) -> Mapping[str, str]:
    """A small dbt project that can be run alone or copied into another.

    Models: the passed rows under the spec's name, ``…_rejects`` and ``…_books``. Tests: the target's contract
    (not_null, unique, accepted_values, the key) and that the books balance. The option names
    the dialect, DuckDB unless given; there a plugin holds the Python-only functions.

    Raises:
        NotPortableError: The dialect cannot keep the meaning of a step.
    """
    dialect = material.option or "duckdb"
    if dialect not in _ADAPTERS:
        raise UsageError(f"dbt has no adapter for '{dialect}'", cure=f"one of {', '.join(_ADAPTERS)}")
    plan, name = material.resolved.plan, material.file_name
    tables = {t: f"{_TABLE}{i}" for i, t in enumerate(tables_of(plan))}
    script = compile_sql(plan, dialect, _SOURCE, tables=tables, facts=material.facts(dialect))
    links = {_SOURCE: _link(material.spec.source.dataset)} | {p: _link(t) for t, p in tables.items()}
    hook = _hook(name, script)
    files = {
        "dbt_project.yml": _project(material),
        f"macros/{name}_helpers.sql": _helpers(name, script),
        f"models/{name}.sql": hook + _jinja(script.query("passed"), links),
        f"models/{name}_rejects.sql": hook + _jinja(script.query("rejects"), links),
        f"models/{name}_books.sql": hook + _jinja(script.query("counts"), links),
        "models/schema.yml": _schema(material, sorted(links.values())),
        f"tests/{name}_books_balance.sql": _balance(name, dialect),
    }
    for table, query in script.asks:
        files[f"analyses/{table}.sql"] = _all_helpers(name, script) + _jinja(query, links)
    if script.facts:
        files[f"models/{name}_facts.sql"] = hook + _jinja(script.query("facts"), links)
        files[f"tests/{name}_facts_hold.sql"] = _facts_hold(name, script)
    if len(material.target.key) > 1:
        files[f"tests/{name}_key_is_unique.sql"] = _key(name, material.target.key, dialect)
    if dialect == "duckdb":
        files["profiles.yml"] = _profile(material, bool(script.functions))
        if script.functions:
            files["plugins/workbench_functions.py"] = _plugin(script.functions)
    elif script.stubs:
        files["NEEDS.md"] = _needs(script)
    return files


def _needs(script: SqlScript) -> str:
    """What a person must provide."""
    told = "What must be there before the models run:\n\n" + "".join(f"- {s}\n" for s in script.stubs)
    if script.asks:
        told += (
            "\n`dbt compile` writes into target/ the queries of analyses/, one per table: what to ask the function.\n"
        )
    return told


def _link(dataset: str) -> str:
    """A dataset as dbt names it: a source of its system, or a seed of its file's name."""
    if "/" in dataset or dataset.count(".") != 1:
        return f'{{{{ ref("{PurePosixPath(dataset).stem}") }}}}'
    system, _, table = dataset.partition(".")
    return f'{{{{ source("{system}", "{table}") }}}}'


def _jinja(query: str, links: Mapping[str, str]) -> str:
    """A query with its tables as links; what only looks like a template is marked as text."""
    cut = re.split('["`]?(' + "|".join(map(re.escape, links)) + ')["`]?', query)
    return "".join(links[part] if i % 2 else _raw(part) for i, part in enumerate(cut)) + "\n"


def _raw(text: str) -> str:
    return f"{{% raw %}}{text}{{% endraw %}}" if re.search(r"\{[{%#]", text) else text


def _hook(name: str, script: SqlScript) -> str:
    """What a model says first: which statements go before its own."""
    if script.dialect == "bigquery":  # its functions live as long as the statement that they stand before
        table = '{{ config(materialized="table") }}\n'
        if not script.prelude:
            return table + "\n"
        return f"{table}{{% call set_sql_header(config) %}}{{{{ {name}_helpers() }}}};{{% endcall %}}\n\n"
    # One by one: not every adapter takes several statements at once.
    calls = ", ".join(f'"{{{{ {name}_helper_{i}() }}}}"' for i, _ in enumerate(script.prelude, 1))
    return f'{{{{ config(materialized="table", pre_hook=[{calls}]) }}}}\n\n'


def _helpers(name: str, script: SqlScript) -> str:
    """Macros that make the helpers the models call."""
    said = [_raw(statement) for statement in script.prelude]
    if script.dialect == "bigquery":
        return _macro(f"{name}_helpers", ";\n".join(said))
    return "\n".join(_macro(f"{name}_helper_{i}", statement) for i, statement in enumerate(said, 1))


def _all_helpers(name: str, script: SqlScript) -> str:
    """Calls of the macros, for a query that a person runs alone."""
    calls = [f"{name}_helper_{i}" for i, _ in enumerate(script.prelude, 1)]
    calls = [f"{name}_helpers"] if script.dialect == "bigquery" and calls else calls
    return "".join(f"{{{{ {call}() }}}};\n" for call in calls)


def _macro(name: str, text: str) -> str:
    return f"{{% macro {name}() %}}\n{text}\n{{% endmacro %}}\n"


def _project(material: Material) -> str:
    return dump_yaml(
        {
            "name": material.file_name,
            "version": material.spec.version,
            "profile": "mapping_workbench",
            "model-paths": ["models"],
            "macro-paths": ["macros"],
            "analysis-paths": ["analyses"],
            "test-paths": ["tests"],
        }
    )


def _profile(material: Material, functions: bool) -> str:
    output: dict[str, Any] = {"type": "duckdb", "path": "{{ env_var('DBT_DUCKDB_PATH', 'mapping.duckdb') }}"}
    if functions:
        output |= {"module_paths": ["plugins"], "plugins": [{"module": "workbench_functions"}]}
    return dump_yaml({"mapping_workbench": {"target": "local", "outputs": {"local": output}}})


def _schema(material: Material, links: list[str]) -> str:
    spec, name = material.spec, material.file_name
    sources: dict[str, list[str]] = {}
    for link in links:
        if found := re.search(r'source\("(.*)", "(.*)"\)', link):
            sources.setdefault(found[1], []).append(found[2])
    mapped = {f.name for f in material.resolved.plan.fields}
    columns = [_column(f, material) for f in material.target.fields if f.name in mapped]
    model = {"name": name, "description": f"{material.target.name}, by {spec.title}", "columns": columns}
    rejects = {"name": f"{name}_rejects", "description": f"Rows that {spec.title} rejects, and why"}
    books = {"name": f"{name}_books", "description": "Where every row went; the test demands that they balance"}
    document: dict[str, Any] = {"version": "2"}
    if sources:
        named = {s: [{"name": t} for t in sorted(set(tables))] for s, tables in sorted(sources.items())}
        document["sources"] = [{"name": s, "tables": tables} for s, tables in named.items()]
    return (
        dump_yaml({**document, "models": [model, rejects, books]})
        .replace("version: '2'", "version: 2")
        .replace("quote: 'true'", "quote: true")
    )


def _column(field: Field, material: Material) -> dict[str, Any]:
    tests = list(_tests(field, material.target.key))
    out: dict[str, Any] = {"name": field.name, "quote": "true"}  # the models quote what they name
    if field.description:
        out["description"] = field.description
    return out | ({"data_tests": tests} if tests else {})


def _tests(field: Field, key: tuple[str, ...]) -> Iterator[Any]:
    if field.required or field.key is not None:
        yield "not_null"
    if field.unique or key == (field.name,):
        yield "unique"
    if field.enum and field.type.kind == "text":
        yield {"accepted_values": {"arguments": {"values": list(field.enum)}}}


def _balance(name: str, dialect: str) -> str:
    kind, rows = quoted("kind", dialect), quoted("rows", dialect)
    total = f"sum(case when {kind} in ('in', 'added') then {rows} else -{rows} end)"
    return (
        "-- Fails when a row was lost or invented: what came in is what went out.\n"
        f"select {total} as difference\n"
        f'from {{{{ ref("{name}_books") }}}}\n'
        f"where {kind} <> 'replaced'  -- values, not rows\n"
        f"having {total} <> 0\n"
    )


def _facts_hold(name: str, script: SqlScript) -> str:
    told = "".join(f"-- {f}\n" for f in script.relies_on)
    head = f"-- The models rely on what the source proved; where this fails, export them anew:\n{told}"
    return f'{head}select * from {{{{ ref("{name}_facts") }}}}\n'


def _key(name: str, key: tuple[str, ...], dialect: str) -> str:
    columns = ", ".join(quoted(k, dialect) for k in key)
    return f'select {columns}\nfrom {{{{ ref("{name}") }}}}\ngroup by {columns}\nhaving count(*) > 1\n'


def _packages(functions: Mapping[str, Expr]) -> list[str]:
    """What the functions need; DuckDB itself wants numpy for a function in Python."""
    return ["numpy", *sorted({p for n in functions.values() for p in REQUIREMENTS.get(str(n["function"]), ())})]


def _plugin(functions: Mapping[str, Expr]) -> str:
    """A dbt-duckdb plugin that registers the Python-only functions on the connection."""
    imports, definitions = helper_source(["function"], sorted({str(n["function"]) for n in functions.values()}))
    rows = "\n".join(
        f'    "{name}": ("{node["function"]}", {dict(node["options"])!r}, {len(node.args)}),'
        for name, node in functions.items()
    )
    own = "from functools import cache\nfrom typing import Any\n\nfrom dbt.adapters.duckdb.plugins import BasePlugin"
    lines = "\n".join(line for line in imports.splitlines() if "cache" not in line and "import Any" not in line)
    return f'''"""Python-only functions of the mapping, registered on DuckDB's connection.

Needs in dbt's environment: {", ".join(_packages(functions))}
"""

from __future__ import annotations

{lines}
{own}


{definitions}


# Name in SQL: function, options, number of arguments.
CALLS = {{
{rows}
}}


class Plugin(BasePlugin):
    """Registers the functions when dbt opens a connection."""

    def configure_connection(self, conn: Any) -> None:
        """Called by dbt-duckdb with each new connection."""
        for name, (called, options, width) in CALLS.items():
            run = cache(function(called, options))
            conn.create_function(
                name, _with_width(run, width), ["VARCHAR"] * width, "VARCHAR", null_handling="special"
            )


def _with_width(run: Callable[..., Any], width: int) -> Callable[..., Any]:
    """DuckDB counts the parameters of the signature."""
    if width == 1:
        return lambda a: run(a)
    names = ", ".join(f"a{{i}}" for i in range(width))
    made: dict[str, Any] = {{}}
    exec(f"def call({{names}}): return run({{names}})", {{"run": run}}, made)  # noqa: S102 - names of our own
    return made["call"]
'''
