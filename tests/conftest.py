"""What every test may use: the project's folders, the real data sets, a spec in a few lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """A path inside the public data sets; the test skips, saying why, where they are absent."""

    def find(name: str) -> Path:
        base = Path(os.environ.get("WORKBENCH_REAL_DATA", ROOT.parent / "shared" / "data"))
        path = base / name
        if not path.exists():
            pytest.skip(f"the public data set {name} is not here (WORKBENCH_REAL_DATA names its folder)")
        return path

    return find
