"""dbt projects: rendered and run on DuckDB here, and by dbt itself where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import polars as pl
import pytest
import yaml

from workbench.export import artefact
from workbench.mapping import apply

from .conftest import Case


def project(case: Case) -> dict[str, str]:
    return dict(artefact(case.spec, "dbt", resolved=case.resolved, target=case.target, source=case.source))


def rendered(files: dict[str, str], name: str) -> tuple[str, str]:
    """A model's statements before it and its query, as dbt would render them."""
    hooks: dict[str, Any] = {}
    macros = "".join(text for path, text in files.items() if path.startswith("macros/"))

    def config(**given: Any) -> str:
        hooks.update(given)
        return ""

    known = {"config": config, "source": lambda s, t: f'"{s}__{t}"', "ref": lambda t: f'"{t}"'}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    query = environment.from_string(macros + files[f"models/{name}.sql"]).render(known)
    before = environment.from_string(macros + hooks["pre_hook"]).render(known)
    return before, query


def load(connection: Any, case: Case) -> pl.DataFrame:
    rows = case.project.frame(case.spec.source.dataset).collect()
    system, _, table = case.spec.source.dataset.partition(".")
    connection.register(f"{system}__{table}", rows.to_arrow())
    for step in case.resolved.plan.rows:
        if located := getattr(step, "table", None):
            connection.register(Path(located).stem, case.project.table(located).collect().to_arrow())
    return rows


def test_the_models_rendered_and_run_give_what_apply_gives(retail: dict[str, Case]) -> None:
    case = retail["erp-products"]
    files = project(case)
    name = "erp_products"
    with duckdb.connect() as connection:
        rows = load(connection, case)
        want = apply(case.resolved.plan, rows, case.project.table)
        for model in (name, f"{name}_rejects", f"{name}_books"):
            before, query = rendered(files, model)
            connection.execute(before)
            connection.execute(f'CREATE TABLE "{model}" AS {query}')
        assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (want.counts.rows_out,)
        bad = connection.execute(f'SELECT count(*) FROM "{name}_rejects"').fetchone()
        assert bad == (want.counts.total_rejected,)
        test = jinja2.Template(files[f"tests/{name}_books_balance.sql"]).render(ref=lambda t: f'"{t}"')
        assert connection.execute(test).fetchall() == []


def test_the_contract_becomes_tests_and_the_datasets_become_sources(retail: dict[str, Case]) -> None:
    schema = yaml.safe_load(project(retail["crm-customers"])["models/schema.yml"])
    assert schema["version"] == 2
    assert schema["sources"] == [{"name": "crm", "tables": [{"name": "customers"}]}]
    columns = {c["name"]: c.get("data_tests", []) for c in schema["models"][0]["columns"]}
    assert columns["customer_id"] == ["not_null", "unique"]
    assert {"accepted_values": {"arguments": {"values": ["active", "closed"]}}} in columns["status"]


def test_python_only_functions_come_as_a_plugin_that_needs_no_workbench(retail: dict[str, Case]) -> None:
    plugin = project(retail["crm-customers"])["plugins/workbench_functions.py"]
    assert "import workbench" not in plugin
    assert "from workbench" not in plugin
    assert '"wb_phone' in plugin
    compile(plugin, "plugin", "exec", dont_inherit=True)


def test_what_looks_like_a_template_in_sql_is_marked_as_text() -> None:
    from workbench.export.dbt import _jinja

    text = _jinja(
        "SELECT '{{ no }}' FROM \"wb_source_placeholder\"", {"wb_source_placeholder": '{{ source("a", "b") }}'}
    )
    assert jinja2.Template(text).render(source=lambda s, t: f"{s}.{t}") == "SELECT '{{ no }}' FROM a.b"


@pytest.mark.skipif(
    not (shutil.which("dbt") or os.environ.get("WORKBENCH_DBT")),
    reason="dbt is not installed (its packages clash with ours): point WORKBENCH_DBT to the dbt of another environment",
)
def test_dbt_itself_builds_and_tests_the_project(retail: dict[str, Case], tmp_path: Path) -> None:
    case, name = retail["crm-customers"], "crm_customers"
    for path, text in project(case).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    rows = case.project.frame(case.spec.source.dataset).collect()
    with duckdb.connect(str(tmp_path / "mapping.duckdb")) as connection:
        connection.register("incoming", rows.to_arrow())
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.customers AS SELECT * FROM incoming")
    dbt = os.environ.get("WORKBENCH_DBT") or "dbt"
    done = subprocess.run(
        [dbt, "build", "--project-dir", tmp_path, "--profiles-dir", tmp_path],
        capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert re.search(r"ERROR=0", done.stdout)
    want = apply(case.resolved.plan, rows, case.project.table)
    with duckdb.connect(str(tmp_path / "mapping.duckdb"), read_only=True) as connection:
        got = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    assert got == (want.counts.rows_out,)
