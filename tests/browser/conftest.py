"""A JupyterLab of its own for each test session: own settings, loopback only, ended with everything it started."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import absent


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab.

    Attributes:
        url: Where it listens.
        folder: The folder it shows: a project with the sample landscape and the notebooks.
    """

    url: str
    folder: Path


@pytest.fixture
def lab(tmp_path: Path, root: Path) -> Iterator[Lab]:
    if find_spec("jupyterlab") is None:
        absent("JupyterLab is not installed", "pip install -e '.[test]'")
    folder = tmp_path / "project"
    shutil.copytree(root / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(root / "data" / "retail", folder / "data" / "retail")
    with running_lab(folder, tmp_path) as url:
        yield Lab(url, folder)


@contextmanager
def running_lab(folder: Path, own: Path) -> Iterator[str]:
    """Start JupyterLab on a project, by the product's own verb.

    Args:
        folder: The project.
        own: Where its settings and its log go.
    """
    own.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with (own / "lab.log").open("w") as log:
        server = subprocess.Popen(
            _command(folder, port), cwd=folder, env=_environment(own), start_new_session=True,
            stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, server, own / "lab.log")
        yield url
    finally:
        _end(server)


def _command(folder: Path, port: int) -> list[str]:
    """The product's own verb; the rest goes to JupyterLab as it is."""
    more = [
        "--allow-root",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--LabApp.expose_app_in_browser=True",
    ]
    return [sys.executable, "-m", "workbench.cli", "lab", str(folder), "--port", str(port), "--no-browser", *more]


def _environment(base: Path) -> dict[str, str]:
    settings = base / "lab" / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}), encoding="utf-8")
    own = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "run",
        "JUPYTERLAB_SETTINGS_DIR": "lab/settings", "JUPYTERLAB_WORKSPACES_DIR": "lab/workspaces",
        "IPYTHONDIR": "ipython",
    }  # fmt: skip
    folders = {name: str(base / where) for name, where in own.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **folders, "PATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path, patience: float = 120) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text('utf-8')[-3000:]}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server and its kernels: its own process group, which we made."""
    for what in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, what)
        except ProcessLookupError:
            break
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            continue
    server.wait(20)
