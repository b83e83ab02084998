"""A file as people have it: semicolons, Latin-1, broken lines. What is no row is told and kept, never dropped."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from workbench.sources import scan

from .conftest import Cli

ROWS = [f"K{i};Größe, Ärmin;{i % 27 + 1:02}.03.1980;1.{i:03},50" for i in range(40)]


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    lines = ["Nr;Name;Geboren;Umsatz", *ROWS]
    lines.insert(9, "K98;zu wenig")
    lines.insert(21, "K99;zu;01.01.1990;1,00;viel;zu;viel")
    path = tmp_path / "kunden.csv"
    path.write_bytes("\r\n".join(lines).encode("latin-1"))
    return path


def test_profile_says_which_lines_are_no_rows(cli: Cli, messy: Path):
    done = cli("profile", messy)
    assert done.returncode == 0
    assert "1 line could not be read as rows" in done.stderr
    assert "line 10: 2 cells where 4 were expected" in done.stderr
    assert "line 22: 7 cells where 4 were expected: rejected" in done.stderr
    assert "K99" not in done.stderr, "what a line holds may be personal"


def test_apply_keeps_the_lines_that_are_no_rows_and_does_not_call_that_fine(cli: Cli, messy: Path, tmp_path: Path):
    assert cli("contract", "infer", messy, "--entity", "Kunde", "-o", "Kunde.odcs.yaml").returncode == 0
    assert cli("match", messy, "Kunde.odcs.yaml", "-o", "spec.yaml").returncode == 0
    done = cli("apply", "spec.yaml", messy, "out.parquet", "--entity", "Kunde.odcs.yaml", "--json")
    books = json.loads(done.stdout)
    assert done.returncode == 1
    assert books["rows_in"] == 41
    assert books["unreadable_lines"] == 1
    assert pl.read_csv(tmp_path / "dead_letters" / "unreadable.csv")["line"].to_list() == [22]


def test_a_file_that_is_not_there_is_told_as_a_file_with_the_nearest_name(cli: Cli, retail: Path):
    done = cli("apply", retail / "specs" / "crm-customers.yaml", retail / "crm" / "custmers.csv", "out.csv")
    assert done.returncode == 1
    assert "there is no such file" in done.stderr
    assert "customers.csv'" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x]\nb: [*a, *a]\n", "other.yaml:2: not YAML: aliases"),
        ("name: x\nflwos: []\n", "unknown key 'flwos'"),
        ("landscape: 1\nname: x\n", "call the file landscape.yaml"),
    ],
)
def test_run_says_what_is_wrong_with_a_file_that_is_no_landscape(cli: Cli, retail: Path, text: str, said: str):
    (retail / "other.yaml").write_text(text)  # a landscape lies beside it: that one is not meant
    done = cli("run", "all", retail / "other.yaml")
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("out", "read"), [("o.duckdb", "o.duckdb::Customer"), ("o.db::people", "o.db::people"),
                                           ("o.xlsx", "o.xlsx"), ("o.ndjson", "o.ndjson")])  # fmt: skip
def test_apply_writes_databases_and_workbooks(cli: Cli, retail: Path, tmp_path: Path, out: str, read: str):
    done = cli("apply", retail / "specs" / "crm-customers.yaml", "crm.customers", tmp_path / out, "--json")
    assert done.returncode == 1, done.stderr  # some rows are rejected
    file, _, table = read.partition("::")
    rows = scan(tmp_path / file, table=table or None).collect()
    assert rows.height == json.loads(done.stdout)["rows_out"]
    assert "customer_id" in rows.columns


def test_a_spec_is_exported_for_an_entity_that_lies_anywhere(cli: Cli, messy: Path, tmp_path: Path):
    entity = tmp_path / "elsewhere" / "Kunde.odcs.yaml"
    entity.parent.mkdir()
    cli("contract", "infer", messy, "--entity", "Kunde", "-o", entity)
    cli("match", messy, entity, "-o", tmp_path / "deep" / "spec.yaml")
    done = cli("export", tmp_path / "deep" / "spec.yaml", "out.py", "--to", "python", "--entity", entity)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.py").is_file()
