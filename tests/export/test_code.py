"""SQL scripts: every spec of the sample landscape, in every dialect that keeps it, read back by a SQL parser."""

from __future__ import annotations

import re

import pytest
import sqlglot

from workbench.backends import run_duckdb
from workbench.errors import NotPortableError, UnknownNameError
from workbench.export import artefact

from .conftest import BOTH_WAYS, Case

# Specs of the sample landscape that become SQL; the others are refused by field, step and reason.
KEPT = {"databricks": 8, "snowflake": 2, "bigquery": 6, "tsql": 0, "mysql": 0}


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark"])
@pytest.mark.parametrize("name", BOTH_WAYS)
def test_every_spec_of_the_sample_landscape_becomes_sql_that_parses(
    name: str, dialect: str, both_ways: dict[str, Case]
) -> None:
    case = both_ways[name]
    files = artefact(case.spec, f"sql:{dialect}", resolved=case.resolved, target=case.target)
    file, text = next(iter(files.items()))
    assert file == f"{case.spec.name.replace('-', '_').replace('.', '_')}.{dialect}.sql"
    start = text.index("-- passed")  # the helpers before it are the dialect's own
    assert len([s for s in sqlglot.parse(text[start:], dialect=dialect) if s is not None]) == 3


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_every_spec_runs_on_duckdb_as_it_does_here(name: str, both_ways: dict[str, Case]) -> None:
    case = both_ways[name]
    got = run_duckdb(case.resolved.plan, case.rows, case.project.table)
    for mine, theirs in ((case.want.passed, got.passed), (case.want.rejected, got.rejected)):
        assert sorted(theirs.rows(), key=repr) == sorted(mine.rows(), key=repr)
    assert got.counts.to_dict() == case.want.counts.to_dict()


@pytest.mark.parametrize("dialect", KEPT)
def test_every_spec_of_the_sample_landscape_becomes_sql_or_is_refused(dialect: str, retail: dict[str, Case]) -> None:
    kept, refused = 0, []
    for case in retail.values():
        try:
            files = artefact(case.spec, f"sql:{dialect}", resolved=case.resolved, target=case.target)
        except NotPortableError as e:
            refused += [f.what for f in e.faults]
            continue
        kept += 1
        name, text = next(iter(files.items()))
        assert name == f"{case.spec.name.replace('-', '_')}.{dialect}.sql"
        start = text.index("-- passed")  # the helpers before it are the dialect's own
        parsed = sqlglot.parse(text[start:], dialect=dialect)
        assert len([s for s in parsed if s is not None]) == 3
    assert kept == KEPT[dialect]
    assert all(re.match(rf"(field \w+, step \w+|row step \w+): {dialect} cannot: ", what) for what in refused)


def test_an_unknown_dialect_names_those_there_are(retail: dict[str, Case]) -> None:
    case = retail["crm-customers"]
    with pytest.raises(UnknownNameError, match="there is no SQL dialect 'oracle'"):
        artefact(case.spec, "sql:oracle", resolved=case.resolved, target=case.target)
