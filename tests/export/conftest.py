"""The sample landscape's specs resolved, in both directions, and scripts run where the workbench cannot be imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "backends"))  # engine_kit is shared with the tests of backends

from engine_kit import local_spark

from workbench.backends import schema_of
from workbench.mapping import Applied, Resolved, apply, invert, resolve
from workbench.model import Contract, Spec, load_spec
from workbench.project import Project, open_project

RETAIL = Path(__file__).parents[2] / "data" / "retail"
SPECS = sorted(p.stem for p in (RETAIL / "specs").glob("*.yaml"))
BOTH_WAYS = [name + way for name in SPECS for way in ("", ".back")]
# Blocks the workbench before anything else is imported, then runs the script that follows.
_ALONE = """
import runpy, sys
sys.modules["workbench"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@dataclass(frozen=True)
class Case:
    """A spec of the sample landscape and what it resolves to.

    Attributes:
        spec: The spec.
        resolved: What it resolves to.
        target: The contract of the target; none on the way back, which writes a system's own texts.
        source: The contract of the source.
        project: The landscape.
        forth: The spec it is the way back of, if it is one.
    """

    spec: Spec
    resolved: Resolved
    target: Contract | None
    source: Contract | None
    project: Project
    forth: Case | None = None

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows to map: the dataset's, or on the way back the canonical ones that the way there gives."""
        return self.forth.want.passed if self.forth else self.project.frame(self.spec.source.dataset).collect()

    @cached_property
    def want(self) -> Applied:
        """What `apply` gives."""
        return apply(self.resolved.plan, self.rows, self.project.table)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """The reference tables that its row steps name."""
        named = sorted({t for s in self.resolved.plan.rows if (t := getattr(s, "table", None))})
        return {t: self.project.table(t).collect() for t in named}


@pytest.fixture(scope="session")
def both_ways() -> dict[str, Case]:
    """Every spec, and under its name with '.back' the spec that leads back."""
    project = open_project(RETAIL / "landscape.yaml")
    out = {}
    for name in SPECS:
        spec = load_spec(RETAIL / "specs" / f"{name}.yaml")
        source, target = project.contract(spec.source.dataset), project.target(spec)
        case = out[name] = Case(spec, project.resolve(spec), target, source, project)
        back = invert(spec, case.resolved, source).spec
        resolved = resolve(back, schema_of(case.want.passed), source_contract=target)
        out[f"{name}.back"] = Case(back, resolved, None, target, project, case)
    return out


@pytest.fixture(scope="session")
def retail(both_ways: dict[str, Case]) -> dict[str, Case]:
    """Every spec of the landscape as it is."""
    return {name: both_ways[name] for name in SPECS}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """The Spark session of this process."""
    yield from local_spark()


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
