"""Verbs to start with: a project of one's own, and JupyterLab on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from workbench.cli.start import lab_command
from workbench.errors import UsageError
from workbench.model import load_landscape
from workbench.notebooks import read_parameters

CUSTOMERS = "cust no,name,born\n" + "".join(f'K{1000 + i},"Lovelace, Ada",{i % 27 + 1:02}/12/1915\n' for i in range(60))


@pytest.fixture
def made(cli, tmp_path: Path) -> Path:
    (tmp_path / "My Customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    done = cli("init", "shop", "My Customers.csv", "--entity", "Customer")
    assert done.returncode == 0, done.stderr
    return tmp_path / "shop"


def test_a_new_project_has_everything_and_its_landscape_is_valid(made: Path):
    landscape = load_landscape(made / "landscape.yaml")
    assert [d.id for d in landscape.datasets] == ["files.my_customers"]
    assert landscape.entity("Customer").name == "Customer"
    assert {p.name for p in made.iterdir()} >= {
        "README.md",
        "contracts",
        "data",
        "notebooks",
        "specs",
        "landscape.yaml",
    }


def test_its_notebooks_point_to_its_own_files(made: Path):
    said = {p.name: p.default for p in read_parameters(made / "notebooks" / "4_map.ipynb")}
    assert said["landscape"] == "../landscape.yaml"
    assert said["dataset"] == "files.my_customers"
    assert said["entity"] == "Customer"
    assert not any("data/retail" in p.read_text("utf-8") for p in (made / "notebooks").glob("*.ipynb"))


def test_its_first_spec_is_drafted_and_applied(made: Path, cli):
    drafted = cli("match", "landscape.yaml:files.my_customers", "Customer", "-o", "specs/my-customers.yaml", cwd=made)
    assert drafted.returncode == 0, drafted.stderr
    verified = cli("verify", "specs/my-customers.yaml", cwd=made)
    assert verified.returncode == 0, verified.stderr + verified.stdout


def test_a_folder_with_something_in_it_is_left_alone(cli, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine", encoding="utf-8")
    done = cli("init", "full")
    assert done.returncode == 2
    assert "not empty" in done.stderr
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["x"]


def test_an_empty_project_is_fine_too(cli, tmp_path: Path):
    assert cli("init", "new").returncode == 0
    load_landscape(tmp_path / "new" / "landscape.yaml")


def test_lab_opens_the_first_notebook_of_the_story_on_this_machine_only(tmp_path: Path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("4_map", "2_profile", "scratch"):
        (folder / f"{name}.ipynb").write_text(json.dumps({}), encoding="utf-8")
    command = lab_command(folder, 8888, browser=False)
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in command
    assert f"--ServerApp.root_dir={tmp_path}" in command
    assert "--LabApp.default_url=/lab/tree/notebooks/2_profile.ipynb" in command


def test_lab_hands_options_on_also_where_the_folder_is_left_out(cli, tmp_path: Path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "2_profile.ipynb").write_text("{}", encoding="utf-8")
    done = cli("lab", "--no-browser", "--show-config", "--ServerApp.quit_button=False", cwd=tmp_path)
    assert "quit_button = False" in done.stdout
    assert f"root_dir = '{tmp_path}'" in done.stdout


def test_lab_says_how_to_get_a_project(tmp_path: Path):
    with pytest.raises(UsageError, match="workbench init"):
        lab_command(tmp_path, 8888, browser=False)
