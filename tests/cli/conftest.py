"""The command line as its user runs it: a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run a verb in an empty folder."""

    def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workbench.cli", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd or tmp_path, timeout=300)

    return run


@pytest.fixture
def retail(root: Path, tmp_path: Path) -> Path:
    """A copy of the sample landscape."""
    return Path(shutil.copytree(root / "data" / "retail", tmp_path / "retail"))
