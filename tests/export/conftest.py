"""The sample landscape's specs resolved, and scripts run where the workbench cannot be imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.mapping import Resolved
from workbench.model import Contract, Spec, load_spec
from workbench.project import Project, open_project

RETAIL = Path(__file__).parents[2] / "data" / "retail"
# Blocks the workbench before anything else is imported, then runs the script that follows.
_ALONE = """
import runpy, sys
sys.modules["workbench"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Case:
    """A spec of the sample landscape and what it resolves to."""

    spec: Spec
    resolved: Resolved
    target: Contract
    source: Contract | None
    project: Project


@pytest.fixture(scope="session")
def retail() -> dict[str, Case]:
    project = open_project(RETAIL / "landscape.yaml")
    out = {}
    for path in sorted((RETAIL / "specs").glob("*.yaml")):
        spec = load_spec(path)
        source = project.contract(spec.source.dataset)
        out[spec.name] = Case(spec, project.resolve(spec), project.target(spec), source, project)
    return out


Alone = Callable[..., str]


@pytest.fixture
def run_alone() -> Alone:
    """Run a script in a fresh Python that has no workbench; gives what it prints."""

    def run(script: Path, *args: str | Path) -> str:
        command = [sys.executable, "-c", _ALONE, str(script), *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
