"""Where the sample's tables go: a SQLite file with the same bytes everywhere, or a schema in a PostgreSQL."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from workbench.errors import SourceError, UsageError
from workbench.sources import connect_postgresql, locate

__all__ = ["SCHEMA", "Database", "address_in", "postgresql", "sqlite_file"]

SCHEMA = "erp"
_MARK = "Sample of the Mapping Workbench: made anew by every run of the generator"
_SQLITE_VERSION = (3_040_000).to_bytes(4, "big")


class Database(Protocol):
    """An open database; what was put in is there for others once it closes without an error."""

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Append rows of texts to a table, made when it is new."""


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        columns = ", ".join(f'"{c}" TEXT' for c in frame.columns)
        self._connection.execute(f'create table if not exists "{table}" ({columns})')
        values: Sequence[list[Any]] = [column.to_list() for column in frame]
        marks = ", ".join("?" * frame.width)
        self._connection.executemany(f'insert into "{table}" values ({marks})', zip(*values, strict=True))


@contextmanager
def sqlite_file(path: Path) -> Iterator[Database]:
    """A SQLite file, made anew.

    Raises:
        SourceError: It cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as e:
        raise SourceError(f"cannot write the database: {e}", where=str(path)) from e
    try:
        for pragma in ("page_size=4096", "journal_mode=off", "synchronous=off", "cache_size=-65536"):
            connection.execute(f"pragma {pragma}")
        connection.execute("begin")
        yield _Sqlite(connection)
        connection.execute("commit")
    finally:
        connection.close()
    _pin_version(path)


def _pin_version(path: Path) -> None:
    """Write a fixed library version into the header, which would differ from machine to machine.

    Bytes 96 to 99 of a SQLite file name the library that wrote it last; nothing reads them to decide.
    """
    with path.open("r+b") as f:
        f.seek(96)
        f.write(_SQLITE_VERSION)


class _Postgresql:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        columns = ", ".join(f'"{c}" text' for c in frame.columns)
        self._connection.execute(f'CREATE TABLE IF NOT EXISTS "{SCHEMA}"."{table}" ({columns})')
        command = f'COPY "{SCHEMA}"."{table}" FROM STDIN (FORMAT csv)'
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            copy.write(frame.write_csv(include_header=False).encode())


@contextmanager
def postgresql(address: str) -> Iterator[Database]:
    """A schema of a PostgreSQL, made anew in one transaction: others see the old sample or the new one.

    Args:
        address: As in ``postgresql://user@host/database``.

    Raises:
        UsageError: The database has a schema of this name that no sample made.
        SourceError: The server cannot be reached or refuses.
        MissingExtraError: psycopg is not installed.
    """
    place = locate(address, to_write=True)
    with connect_postgresql(place, to_write=True) as connection:
        found = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA]
        ).fetchone()
        if found is not None and found[0] != _MARK:
            what = f"the database has a schema '{SCHEMA}' that is no sample"
            raise UsageError(what, where=place.shown, cure="name another database")
        connection.execute(f'DROP SCHEMA IF EXISTS "{SCHEMA}" CASCADE')
        connection.execute(f'CREATE SCHEMA "{SCHEMA}"')
        connection.execute(f"COMMENT ON SCHEMA \"{SCHEMA}\" IS '{_MARK}'")
        yield _Postgresql(connection)


def address_in(variable: str) -> str:
    """The address that an environment variable holds; messages name the variable, never what it holds.

    Raises:
        UsageError: It is not set or holds no address of a PostgreSQL.
    """
    cure = "export {}=postgresql://user@host/database"
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
        what = "the name of an environment variable that holds the address is asked for, not the address itself"
        raise UsageError(what, where="--postgres", cure=cure.format("RETAIL_ERP") + " and --postgres RETAIL_ERP")
    address = os.environ.get(variable, "")
    if not re.match(r"postgres(ql)?://", address):
        what = "is not set" if not address else "holds no address of a PostgreSQL"
        raise UsageError(f"the environment variable {variable} {what}", cure=cure.format(variable))
    return address
