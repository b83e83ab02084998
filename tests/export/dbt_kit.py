"""dbt in an environment of its own, since its packages clash with ours: built once, kept in the user's cache.

Run: python tests/export/dbt_kit.py, to build it before the tests. WORKBENCH_DBT_PYTHON names another environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Container
from pathlib import Path

__all__ = ["DbtMissing", "build", "dbt_python"]

PINS = Path(__file__).with_name("dbt.txt")
# Each project in a process of its own, from one that has dbt loaded: loading it takes longer than the work.
_BUILD = """
import json, os, sys
from dbt.adapters.duckdb import Plugin
from dbt.cli.main import dbtRunner
children, ended = {}, {}
def finished():
    child, status = os.wait()
    ended[children[child]] = os.waitstatus_to_exitcode(status)


for number, folder in enumerate(sys.argv[1:]):
    if number >= 2:  # two at a time
        finished()
    if child := os.fork():
        children[child] = folder
    else:
        os.chdir(folder)
        log = os.open("dbt.log", os.O_WRONLY | os.O_CREAT)
        os.dup2(log, 1), os.dup2(log, 2)
        told = ["--project-dir", folder, "--profiles-dir", folder, "--no-use-colors", "--no-partial-parse"]
        done = dbtRunner().invoke(["build", *told])  # parses, runs and tests
        sys.stdout.flush()
        os._exit(0 if done.success else 1)
for _ in sys.argv[1:][:2]:
    finished()
print(json.dumps(ended))
"""


class DbtMissing(Exception):  # noqa: N818 - a reason to skip
    """dbt cannot be installed here, and why."""


def dbt_python() -> Path:
    """The Python of an environment with dbt; installed on first use.

    Raises:
        DbtMissing: The package registry cannot be reached, or has not what is needed.
    """
    if named := os.environ.get("WORKBENCH_DBT_PYTHON"):
        return Path(named)
    told = PINS.read_bytes() + sys.version.encode()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mapping-workbench"
    place = cache / f"dbt-{hashlib.sha256(told).hexdigest()[:12]}"
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="dbt-", dir=cache))
        try:
            _install(made)
            made.rename(place)
        except OSError:
            if not place.exists():  # otherwise another process was faster
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return place / "bin" / "python"


def _install(place: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    done = subprocess.run([*pip, "-r", PINS], capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise DbtMissing(f"dbt cannot be installed here: {done.stderr.strip().splitlines()[-1]}")


def build(projects: list[Path], failing: Container[Path] = ()) -> dict[Path, str]:
    """Let dbt parse, run and test projects; what it said, by project.

    Args:
        projects: Their folders.
        failing: Those that dbt must find a fault in.

    Raises:
        AssertionError: dbt found a fault in another, or none in one of those.
    """
    env = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    command = [dbt_python(), "-c", _BUILD, *projects]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=env, check=False)
    said = {p: (p / "dbt.log").read_text(encoding="utf-8") for p in projects if (p / "dbt.log").exists()}
    assert done.returncode == 0, done.stderr[-2000:]
    ended = json.loads(done.stdout.splitlines()[-1])
    wrong = [p for p in projects if (ended[str(p)] != 0) != (p in failing)]
    assert not wrong, "\n".join(f"{p.name}: {said.get(p, done.stderr)[-1500:]}" for p in wrong)
    return said


if __name__ == "__main__":
    print(dbt_python())
