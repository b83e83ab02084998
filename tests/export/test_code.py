"""SQL scripts: every spec of the sample landscape, in every dialect that is ready, read back by a SQL parser."""

from __future__ import annotations

import pytest
import sqlglot

from workbench.errors import UnknownNameError
from workbench.export import artefact

from .conftest import Case


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_every_spec_of_the_sample_landscape_becomes_sql_that_parses(dialect: str, retail: dict[str, Case]) -> None:
    for case in retail.values():
        files = artefact(case.spec, f"sql:{dialect}", resolved=case.resolved, target=case.target)
        name, text = next(iter(files.items()))
        assert name == f"{case.spec.name.replace('-', '_')}.{dialect}.sql"
        start = text.index("-- passed")  # the helpers before it are the dialect's own
        assert len([s for s in sqlglot.parse(text[start:], dialect=dialect) if s is not None]) == 3


def test_an_unknown_dialect_names_those_there_are(retail: dict[str, Case]) -> None:
    case = retail["crm-customers"]
    with pytest.raises(UnknownNameError, match="there is no SQL dialect 'oracle'"):
        artefact(case.spec, "sql:oracle", resolved=case.resolved, target=case.target)
