"""The ERP in a PostgreSQL: the same rows, the same bytes elsewhere, nothing of others touched, no secret written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from polars.testing import assert_frame_equal

from workbench.errors import SourceError, UsageError
from workbench.mapping import apply
from workbench.model import load_spec
from workbench.project import Project, open_project
from workbench.sample import generate

ROWS, SEED = 300, 5
TABLES = ("erp.customers", "erp.orders", "erp.order_lines", "erp.products")


@pytest.fixture
def variable(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An environment variable with the address of a server, cleared of samples at the end."""
    monkeypatch.setenv("RETAIL_ERP", postgres)
    yield "RETAIL_ERP"
    run(postgres, "DROP SCHEMA IF EXISTS erp CASCADE")


def run(address: str, sql: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute(sql)


@pytest.fixture
def both(tmp_path: Path, variable: str) -> tuple[Project, Project]:
    """The same sample with its ERP in a file and in a server."""
    here = generate(tmp_path / "here", ROWS, SEED)
    there = generate(tmp_path / "there", ROWS, SEED, postgres=variable)
    assert there.rows == here.rows
    return open_project(here.landscape), open_project(there.landscape)


def contents(project: Project) -> dict[str, bytes]:
    return {p.relative_to(project.root).as_posix(): p.read_bytes() for p in project.root.rglob("*") if p.is_file()}


@pytest.mark.parametrize("dataset", TABLES)
def test_a_server_holds_the_rows_of_the_file(both: tuple[Project, Project], dataset: str) -> None:
    one, two = (project.frame(dataset).collect() for project in both)
    assert_frame_equal(one, two, check_row_order=False)
    assert len(one)


def test_everything_else_has_the_same_bytes(both: tuple[Project, Project]) -> None:
    here, there = map(contents, both)
    differing = {name for name in here.keys() | there.keys() if here.get(name) != there.get(name)}
    assert differing == {"landscape.yaml", "erp/erp.sqlite"}
    assert "erp/erp.sqlite" not in there


def test_the_landscape_names_the_variable_and_no_address(both: tuple[Project, Project], postgres: str) -> None:
    text = (both[1].root / "landscape.yaml").read_text()
    assert text.count("location: ${RETAIL_ERP}\n  format: postgresql\n  table: erp.") == len(TABLES)
    assert postgres not in text
    assert "sqlite" not in text.lower()


def test_the_same_spec_maps_both_the_same(both: tuple[Project, Project]) -> None:
    results = []
    for project in both:
        spec = load_spec(project.root / "specs" / "erp-customers.yaml")
        results.append(apply(project.resolve(spec).plan, project.frame("erp.customers"), project.table))
    one, two = results
    assert one.counts == two.counts
    assert_frame_equal(one.passed, two.passed, check_row_order=False)


def test_a_sample_on_a_server_is_replaced(tmp_path: Path, variable: str) -> None:
    generate(tmp_path / "a", 40, 1)
    generate(tmp_path / "a", 50, 1, postgres=variable)
    assert not (tmp_path / "a" / "erp").exists() or not list((tmp_path / "a" / "erp").iterdir())
    made = generate(tmp_path / "a", 60, 1, postgres=variable)
    project = open_project(made.landscape)
    assert project.frame("erp.customers").collect().height == made.rows["erp.customers"]


def test_a_schema_that_is_no_sample_is_left_alone(tmp_path: Path, variable: str, postgres: str) -> None:
    run(postgres, "CREATE SCHEMA erp; CREATE TABLE erp.mine AS SELECT 1 AS x")
    with pytest.raises(UsageError, match="a schema 'erp' that is no sample"):
        generate(tmp_path / "a", 10, 1, postgres=variable)
    assert not (tmp_path / "a").exists()
    run(postgres, "SELECT x FROM erp.mine")


def test_a_failure_leaves_the_old_sample(
    tmp_path: Path, variable: str, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = generate(tmp_path / "a", 30, 1, postgres=variable)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "truth.csv")

    monkeypatch.setattr("workbench.sample.generator.write_truth", fail)
    with pytest.raises(SourceError, match="No space left"):
        generate(tmp_path / "a", 70, 1, postgres=variable)
    assert open_project(made.landscape).frame("erp.customers").collect().height == made.rows["erp.customers"]


def test_an_address_on_the_command_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name of an environment variable") as caught:
        generate(tmp_path / "a", 10, 1, postgres="postgresql://ann:s3cret@db/x")
    assert "s3cret" not in str(caught.value)


def test_a_variable_that_is_not_set_or_no_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RETAIL_ERP", raising=False)
    with pytest.raises(UsageError, match="RETAIL_ERP is not set → export RETAIL_ERP=postgresql://"):
        generate(tmp_path / "a", 10, 1, postgres="RETAIL_ERP")
    monkeypatch.setenv("RETAIL_ERP", "mysql://ann:s3cret@db/x")
    with pytest.raises(UsageError, match="RETAIL_ERP holds no address of a PostgreSQL") as caught:
        generate(tmp_path / "a", 10, 1, postgres="RETAIL_ERP")
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_down_is_told_without_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETAIL_ERP", "postgresql://ann:s3cret@127.0.0.1:1/x")
    with pytest.raises(SourceError, match=r"no PostgreSQL server answers there.*check host and port") as caught:
        generate(tmp_path / "a", 10, 1, postgres="RETAIL_ERP")
    assert "s3cret" not in str(caught.value)
