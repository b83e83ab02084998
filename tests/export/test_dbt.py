"""dbt projects: rendered and run on DuckDB here, and by dbt itself where it is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import polars as pl
import pytest
import yaml

from workbench.errors import UsageError
from workbench.export import artefact
from workbench.mapping import apply
from workbench.model import write_text

from .conftest import BOTH_WAYS, Case
from .dbt_kit import DbtMissing, build


def project(case: Case, rows: pl.LazyFrame | None = None) -> dict[str, str]:
    given = {"resolved": case.resolved, "target": case.target, "source": case.source}
    return dict(artefact(case.spec, "dbt", **given, rows=rows))


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
    before = [environment.from_string(macros + hook).render(known) for hook in hooks["pre_hook"]]
    return ";\n".join(before) or "SELECT 1", query


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


def test_models_that_rely_on_facts_come_with_a_test_of_them(retail: dict[str, Case]) -> None:
    case, name = retail["erp-products"], "erp_products"
    with duckdb.connect() as connection:
        rows = load(connection, case)
        given = {"resolved": case.resolved, "target": case.target, "source": case.source}
        files = dict(artefact(case.spec, "dbt", **given, rows=rows.lazy()))
        test = jinja2.Template(files[f"tests/{name}_facts_hold.sql"]).render(ref=lambda t: f'"{t}"')
        told = [line[3:] for line in test.splitlines() if line.startswith("-- ")][1:]

        def made(model: str) -> None:
            before, query = rendered(files, model)
            connection.execute(before)
            connection.execute(f'CREATE OR REPLACE TABLE "{model}" AS {query}')

        made(name)
        assert connection.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (case.want.counts.rows_out,)
        made(f"{name}_facts")
        assert connection.execute(test).fetchall() == []
        system, _, table = case.spec.source.dataset.partition(".")
        texts = [c for c, kind in rows.schema.items() if kind == pl.String]
        broken = rows.head(1).with_columns(pl.lit("\u00a0", pl.String).alias(c) for c in texts)
        connection.register(f"{system}__{table}", broken.to_arrow())
        made(f"{name}_facts")
        assert {fact for fact, _ in connection.execute(test).fetchall()} <= set(told) != set()
        assert connection.execute(test).fetchall() != []


def test_only_sql_relies_on_what_rows_prove(retail: dict[str, Case]) -> None:
    case = retail["erp-products"]
    with pytest.raises(UsageError, match="pyspark relies on nothing that rows prove"):
        artefact(case.spec, "pyspark", resolved=case.resolved, rows=case.rows.lazy())


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


# A project that relies on what its rows prove: as its rows are, and with a row that breaks it.
PROVEN, BROKEN = "erp-products --prove", "erp-products --prove, broken"


def _spoilt(case: Case, files: dict[str, str]) -> pl.DataFrame:
    """The rows with a blank that is no space behind the first value of a column that must have none."""
    told = files["tests/erp_products_facts_hold.sql"].splitlines()
    column = next(line.split()[1] for line in told if "no blanks but spaces" in line)
    first = pl.int_range(pl.len()) == 0
    return case.rows.with_columns(pl.when(first).then(pl.col(column) + "\u00a0").otherwise(column).alias(column))


@pytest.mark.parametrize(
    ("dialect", "head", "asked"),
    [
        (
            "bigquery",
            "{% call set_sql_header(config) %}{{ crm_customers_helpers() }};{% endcall %}",
            ["email", "phone"],
        ),
        (
            "postgres",
            'pre_hook=["{{ crm_customers_helper_1() }}", "{{ crm_customers_helper_2() }}"',
            ["email", "phone"],
        ),
        ("databricks", 'pre_hook=["{{ crm_customers_helper_1() }}", "{{ crm_customers_helper_2() }}"', []),
    ],
)
def test_another_dialect_has_its_helpers_where_they_live_and_the_queries_of_what_to_ask(
    dialect: str, head: str, asked: list[str], retail: dict[str, Case]
) -> None:
    case = retail["crm-customers"]
    files = artefact(case.spec, f"dbt:{dialect}", resolved=case.resolved, target=case.target, source=case.source)
    assert head in files["models/crm_customers.sql"]
    queries = {path: text for path, text in files.items() if path.startswith("analyses/")}
    for function in asked:
        text = next(text for path, text in queries.items() if path.startswith(f"analyses/{function}_of_"))
        assert text.startswith("{{ crm_customers_helper")
        assert 'source("crm", "customers")' in text
    assert bool(queries) == bool(asked)
    quote = '"' if dialect == "postgres" else "`"
    assert f"sum(case when {quote}kind{quote} in" in files["tests/crm_customers_books_balance.sql"]


@pytest.fixture(scope="module")
def built(both_ways: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every spec's project, and those that rely on facts, parsed, run and tested by dbt on DuckDB."""
    folders = {}
    proven = both_ways["erp-products"]
    for name, case in (both_ways | {PROVEN: proven, BROKEN: proven}).items():
        folder = folders[name] = tmp_path_factory.mktemp("".join(c if c.isalnum() else "_" for c in name))
        relied = name in (PROVEN, BROKEN)
        files = project(case, case.rows.lazy() if relied else None)
        for path, text in files.items():
            write_text(folder / path, text)
        rows = _spoilt(case, files) if name == BROKEN else case.rows
        with duckdb.connect(str(folder / "mapping.duckdb")) as connection:
            for dataset, frame in ({case.spec.source.dataset: rows} | case.tables).items():
                _provide(connection, folder, dataset, frame)
    try:
        build(list(folders.values()), failing=[folders[BROKEN]])
    except DbtMissing as e:
        if os.environ.get("WORKBENCH_NEEDS_DBT"):
            raise
        pytest.skip(str(e))
    return folders


def _provide(connection: duckdb.DuckDBPyConnection, folder: Path, dataset: str, rows: pl.DataFrame) -> None:
    """Rows where the project looks for them: a table of a system, or a model of the dataset's name."""
    connection.register("incoming", rows.to_arrow())
    system, _, table = dataset.partition(".")
    if table and "/" not in dataset:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{system}"')
        connection.execute(f'CREATE TABLE "{system}"."{table}" AS SELECT * FROM incoming')
    else:
        rows.write_parquet(folder / f"{Path(dataset).stem}.parquet")
        write_text(folder / "models" / f"{Path(dataset).stem}.sql", f"select * from '{Path(dataset).stem}.parquet'")
    connection.unregister("incoming")


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_dbt_itself_parses_runs_and_tests_every_spec(name: str, built: dict[str, Path], both_ways: dict[str, Case]):
    case, folder = both_ways[name], built[name]
    assert "ERROR=0" in (folder / "dbt.log").read_text(encoding="utf-8")
    model = "".join(c if c.isalnum() else "_" for c in case.spec.name)
    with duckdb.connect(str(folder / "mapping.duckdb"), read_only=True) as connection:
        got = pl.DataFrame(pl.from_arrow(connection.sql(f'SELECT * FROM "{model}"').to_arrow_table()))
        rejects = connection.sql(f'SELECT _code, count(*) FROM "{model}_rejects" GROUP BY 1').fetchall()
    want = case.want.passed
    got = got.select(pl.col(n).cast(t) for n, t in want.schema.items())
    assert sorted(got.rows(), key=repr) == sorted(want.rows(), key=repr)
    assert dict(rejects) == dict(case.want.counts.rejected)


def test_dbt_itself_passes_the_facts_while_they_hold_and_fails_when_one_breaks(built: dict[str, Path]):
    said = {name: (built[name] / "dbt.log").read_text(encoding="utf-8") for name in (PROVEN, BROKEN)}
    assert "PASS erp_products_facts_hold" in said[PROVEN]
    assert "FAIL 1 erp_products_facts_hold" in said[BROKEN]
    assert "PASS erp_products_books_balance" in said[BROKEN]
    with duckdb.connect(str(built[BROKEN] / "mapping.duckdb"), read_only=True) as connection:
        facts = connection.sql("SELECT fact, rows FROM erp_products_facts").fetchall()
    assert [rows for _, rows in facts] == [1]
    assert facts[0][0].endswith("has no blanks but spaces")
