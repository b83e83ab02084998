"""Dialects whose servers are not here: what they keep is parsed, held by golden files and run for its structure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlglot
from parity_kit import FIELD_CASES, ROW_CASES, STEP_CASES, nasty_frame, resolved, row_fields

from workbench.backends import Fact, compile_sql, schema_of
from workbench.errors import NotPortableError
from workbench.mapping import apply, resolve
from workbench.model import Plan, parse_spec, read_document

GOLDEN = Path(__file__).parent.parent / "golden" / "sql"
DIALECTS = ("snowflake", "bigquery", "mysql", "tsql")
FRAME = pl.DataFrame(
    {
        "no": [" 1 ", "2", "3", None, "5"],
        "name": ["Lovelace, Ada", "van Dyk,Jan", "Turing", "Hopper, Grace", " Noether ,\u00a0Emmy "],
        "sex": ["M", "F", "m", "", "D"],
        "city": ["New\u3000York", " Leeds", None, "Bad  Homburg", "Köln"],
        "test": ["N", "Y", None, "N", " "],
    }
)
# The steps that every dialect keeps.
SPEC = """
spec: 1
name: everywhere
version: 1.0.0
source: {dataset: crm.customers}
target: {entity: Customer}
row_key: [no]
rows:
- {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
fields:
  id: {id: f1, from: no, steps: [trim, {prefix: "CRM-'"}]}
  sex: {id: f2, from: sex, steps: [{translate: {values: {M: Männlich, F: Female}}}]}
  address: {id: f3, from: [city, name], steps: [{concat: ", "}]}
  kind: {id: f4, case: [{when: {field: city, is_null: true}, then: unknown}], else: known}
"""


def plan_of(text: str) -> Plan:
    return resolve(parse_spec(text), schema_of(FRAME)).plan


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_script_is_as_its_golden_file(dialect: str):
    assert str(compile_sql(plan_of(SPEC), dialect, "crm.customers")) == (GOLDEN / f"{dialect}.sql").read_text()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_queries_parse_in_their_dialect(dialect: str):
    script = compile_sql(plan_of(SPEC), dialect, "crm.customers")
    for query in (script.query("passed"), script.query("rejects"), script.query("counts")):
        assert isinstance(sqlglot.parse_one(query, dialect=dialect), sqlglot.exp.Query)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_case_parses_or_is_refused_by_field_step_and_reason(dialect: str):
    """Nothing is emitted half: a case is whole, or its refusal says which field, which step and why."""
    frame = nasty_frame(150)
    cases: list[tuple[dict[str, Any], Any]] = [
        ({"id": {"from": "id"}, "v": {"from": source, "steps": steps}}, None) for source, steps in STEP_CASES.values()
    ]
    cases += [({"id": {"from": "id"}, "v": field}, None) for field in FIELD_CASES.values()]
    cases += [(row_fields(name), rows) for name, rows in ROW_CASES.items()]
    kept = 0
    for fields, rows in cases:
        plan = resolved(fields, frame, rows).plan
        try:
            script = compile_sql(plan, dialect, "s")
        except NotPortableError as e:
            for fault in e.faults:
                assert f"{dialect} cannot: " in fault.what
                assert fault.what.startswith(("field ", "row step "))
            continue
        kept += 1
        for part in ("passed", "rejects", "counts"):
            sqlglot.parse_one(script.query(part), dialect=dialect)
    assert kept >= {"snowflake": 90, "bigquery": 115, "mysql": 60, "tsql": 15}[dialect]


def test_parts_are_named_by_what_they_compute_and_take_the_name_of_no_table():
    def names(table: str) -> list[str]:
        return [name for name, _, _ in compile_sql(plan_of(SPEC), "postgres", table).parts]

    assert names("crm.customers") == ["source", "r1_filter", "given", "sex_translated", "mapped", "passed", "rejects"]
    assert names('"Given"')[2] == "given_2"


def every_plan() -> Iterator[tuple[str, Plan]]:
    """Every golden case of the meanings, every case of a step, a field or a row operation."""
    for file in sorted((GOLDEN.parent / "semantics").glob("*.yaml")):
        for case in read_document(file).data:
            yield case["name"], resolved({"v": {"from": "t", "steps": case["steps"]}}, nasty_frame(5)).plan
    frame = nasty_frame(20)
    fields = {n: {"from": source, "steps": steps} for n, (source, steps) in STEP_CASES.items()} | FIELD_CASES
    yield from ((name, resolved({"v": field}, frame).plan) for name, field in fields.items())
    yield from ((name, resolved(row_fields(name), frame, rows).plan) for name, rows in ROW_CASES.items())


def test_databricks_is_given_the_text_that_spark_is_tested_with():
    refused = []
    for name, plan in every_plan():
        ours = compile_sql(plan, "spark", temporary=True)
        try:
            theirs = compile_sql(plan, "databricks")
        except NotPortableError as e:
            refused.append((name, e.faults[0].what))
            continue
        assert (theirs.parts, theirs.counts) == (ours.parts, ours.counts)
        helpers = [s for s in theirs.prelude if "FUNCTION" in s]
        assert helpers == [s.replace(" TEMPORARY ", " ") for s in ours.prelude if "FUNCTION" in s]
    assert [name for name, _ in refused] == ["multiply field"]
    assert "databricks cannot: it shortens the fraction of a product" in refused[0][1]


@pytest.mark.parametrize("dialect", ["snowflake", "bigquery"])
def test_the_structure_gives_the_rows_of_polars(dialect: str):
    """The queries are translated to DuckDB, whose own helpers have the same names; helpers are not tested so."""
    import duckdb

    from workbench.backends.sql_duckdb import DuckEmitter

    plan = plan_of(SPEC)
    script = compile_sql(plan, dialect, "source_rows")
    with duckdb.connect() as con:
        con.register("source_rows", FRAME.to_arrow())
        for name in DuckEmitter.helpers:
            con.execute(DuckEmitter().define(name))

        def run(part: str) -> list[tuple[Any, ...]]:
            return con.execute(sqlglot.transpile(script.query(part), read=dialect, write="duckdb")[0]).fetchall()

        want = apply(plan, FRAME)
        assert sorted(map(str, run("passed"))) == sorted(map(str, want.passed.rows()))
        assert sorted(map(str, run("rejects"))) == sorted(map(str, want.rejected.rows()))
        books = {(kind, name): rows for kind, name, rows in run("counts")}
    assert books[("in", "")] == 5
    assert books[("booked", "out_of_scope")] == 1
    assert books[("out", "")] == want.passed.height
    assert books[("rejected", "f2.1")] == want.counts.rejected["f2.1"] == 2


def test_a_profile_lets_a_dialect_keep_more():
    plan = plan_of(SPEC.replace("steps: [trim,", "steps: [upper,"))
    with pytest.raises(NotPortableError, match=r"field id, step change_case: mysql cannot: its mapping of letters"):
        compile_sql(plan, "mysql")
    script = compile_sql(plan, "mysql", facts={Fact("no", "ascii")})
    assert "upper(" in script.query("passed")
