"""Frames as tables: made, filled and committed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import polars as pl

from workbench.errors import SourceError

from .batches import as_json_text, batches, refuse, refuse_not_finite, refuse_nul
from .column_types import duckdb_type, family, postgresql_type, sqlite_type
from .db_duckdb import connect_duckdb
from .db_postgres import connect_postgresql
from .db_sqlite import connect_sqlite, sqlite_errors
from .locations import Place
from .sql_text import quoted, table_name

__all__ = ["write_duckdb", "write_postgresql", "write_sqlite"]

_EXACT = 10**15


def write_sqlite(frame: pl.LazyFrame, place: Place, *, mode: str, table: str) -> int:
    """Write a table of a SQLite database.

    Dates and times are stored as ISO text, decimals as numbers or, where one has more than 15 digits,
    the column as text: SQLite would round them.

    Args:
        frame: The rows.
        place: The file; it is made if it does not exist.
        mode: 'replace' or 'append'.
        table: The table.

    Raises:
        SourceError: The table cannot hold the rows; nothing was changed.
    """
    place.file.parent.mkdir(parents=True, exist_ok=True)
    long: set[str] = set()
    while True:
        try:
            return _fill_sqlite(frame, place, mode, table, long)
        except _LongDecimalError as e:
            long.add(e.column)


class _LongDecimalError(Exception):
    """A decimal has more digits than SQLite keeps in a number."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def _fill_sqlite(frame: pl.LazyFrame, place: Place, mode: str, table: str, long: set[str]) -> int:
    schema = frame.collect_schema()
    types = {n: sqlite_type(t, exact_text=n in long) for n, t in schema.items()}
    name = quoted(table)
    with closing(connect_sqlite(place, to_write=True)) as connection, sqlite_errors(place):
        connection.execute("BEGIN IMMEDIATE")
        try:
            there = {r[1]: str(r[2]).upper() for r in connection.execute(f"PRAGMA table_info({name})")}
            if _fits(there, types, mode, place, table):
                connection.execute(f"DELETE FROM {name}" if mode == "replace" else "SELECT 1")
            else:
                connection.execute(f"DROP TABLE IF EXISTS {name}")
                columns = ", ".join(f"{quoted(n)} {t}" for n, t in types.items())
                connection.execute(f"CREATE TABLE {name} ({columns})")
            names = ", ".join(map(quoted, types))
            insert = f"INSERT INTO {name} ({names}) VALUES ({', '.join('?' * len(types))})"
            rows = 0
            for batch in batches(frame):
                connection.executemany(insert, _for_sqlite(batch, place, long).rows())
                rows += batch.height
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    return rows


def _for_sqlite(batch: pl.DataFrame, place: Place, long: set[str]) -> pl.DataFrame:
    refuse_not_finite(batch, place.shown, "SQLite", infinite=False)
    changed = []
    for name, dtype in batch.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Decimal):
            digits = column.cast(pl.String).str.replace_all(r"\D", "").str.strip_chars_start("0").str.len_chars()
            if name not in long and (batch.select(digits.max()).item() or 0) > 15:
                raise _LongDecimalError(name)
            changed.append(column.cast(pl.String))
        elif isinstance(dtype, pl.Datetime):
            changed.append(_moment_text(name, dtype, "%Y-%m-%d %H:%M:%S"))
        elif dtype.is_temporal():
            changed.append(column.dt.to_string("iso"))
        elif dtype.is_nested():
            changed.append(as_json_text(name))
        elif dtype == pl.Boolean:
            changed.append(column.cast(pl.Int64))
        elif dtype in (pl.UInt64, pl.Int128, pl.UInt128):
            refuse(batch, [column.cast(pl.Int64, strict=False).is_null() & column.is_not_null()],
                   "holds integers beyond 64 bits", place.shown, "cast it to text first")  # fmt: skip
            changed.append(column.cast(pl.Int64))
        elif dtype in (pl.Categorical, pl.Enum):
            changed.append(column.cast(pl.String))
    return batch.with_columns(changed)


def _moment_text(name: str, dtype: pl.Datetime, form: str) -> pl.Expr:
    """A moment as text in one form for the whole column: with microseconds, instants with their offset."""
    column = pl.col(name)
    if dtype.time_zone:
        return column.dt.convert_time_zone("UTC").dt.to_string(form + "%.6f") + "+00:00"
    return column.dt.to_string(form + "%.6f")


def write_duckdb(frame: pl.LazyFrame, place: Place, *, mode: str, table: str) -> int:
    """Write a table of a DuckDB file.

    Args:
        frame: The rows.
        place: The file; it is made if it does not exist.
        mode: 'replace' or 'append'.
        table: The table, as ``table`` or ``schema.table``.

    Raises:
        SourceError: The table cannot hold the rows; nothing was changed.
        MissingExtraError: duckdb is not installed.
    """
    place.file.parent.mkdir(parents=True, exist_ok=True)
    types = {n: duckdb_type(t) for n, t in frame.collect_schema().items()}
    name = table_name(table)
    with connect_duckdb(place, to_write=True) as connection:
        connection.execute("BEGIN")
        schema, _, bare = table.rpartition(".")
        there = dict(
            connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_catalog = current_database()"
                " AND table_schema = ? AND table_name = ? ORDER BY ordinal_position",
                [schema or "main", bare],
            ).fetchall()
        )
        if _fits(there, types, mode, place, table):
            if mode == "replace":
                connection.execute(f"DELETE FROM {name}")
        else:
            columns = ", ".join(f"{quoted(n)} {t}" for n, t in types.items())
            connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
        names = ", ".join(map(quoted, types))
        rows = 0
        for batch in batches(frame):
            if batch.height:
                connection.register("workbench_batch", _for_duckdb(batch, place).to_arrow())
                connection.execute(f"INSERT INTO {name} ({names}) SELECT {names} FROM workbench_batch")
                connection.unregister("workbench_batch")
            rows += batch.height
        connection.execute("COMMIT")
    return rows


def _for_duckdb(batch: pl.DataFrame, place: Place) -> pl.DataFrame:
    changed = []
    for name, dtype in batch.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.Datetime):
            _refuse_finer(batch, name, dtype, place)
            moment = column.dt.convert_time_zone("UTC") if dtype.time_zone else column
            changed.append(moment.dt.cast_time_unit("us"))
        elif dtype in (pl.Categorical, pl.Enum, pl.Null) or dtype == pl.Int128:
            changed.append(column.cast(pl.String))
        elif dtype == pl.Duration:
            changed.append(column.dt.to_string("iso"))
    return batch.with_columns(changed)


def _refuse_finer(batch: pl.DataFrame, name: str, dtype: pl.Datetime, place: Place) -> None:
    if dtype.time_unit == "ns":
        bad = (pl.col(name).dt.timestamp("ns") % 1000 != 0).alias(name)
        refuse(batch, [bad], "holds moments finer than a microsecond", place.shown, "round them first")


def write_postgresql(frame: pl.LazyFrame, place: Place, *, mode: str, table: str) -> int:
    """Write a table of a PostgreSQL database through COPY.

    Args:
        frame: The rows.
        place: The address.
        mode: 'replace' or 'append'.
        table: The table, as ``table`` or ``schema.table``.

    Raises:
        SourceError: The server refuses, or the table cannot hold the rows; nothing was changed.
        MissingExtraError: psycopg is not installed.
    """
    types = {n: postgresql_type(t) for n, t in frame.collect_schema().items()}
    name = table_name(table)
    with connect_postgresql(place, to_write=True) as connection:
        there = dict(
            connection.execute(
                "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                [name],
            ).fetchall()
        )
        if _fits(there, types, mode, place, table):
            if mode == "replace":
                connection.execute(f"DELETE FROM {name}")  # not TRUNCATE: readers go on seeing the old rows
        else:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
            columns = ", ".join(f"{quoted(n)} {t}" for n, t in types.items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
        rows = 0
        names = ", ".join(map(quoted, types))
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN (FORMAT csv)") as copy:
            for batch in batches(frame):
                ready = _for_postgresql(batch, place)
                copy.write(ready.write_csv(include_header=False).encode())
                rows += batch.height
    return rows


def _for_postgresql(batch: pl.DataFrame, place: Place) -> pl.DataFrame:
    refuse_nul(batch, place.shown, "PostgreSQL")
    changed = []
    for name, dtype in batch.schema.items():
        column = pl.col(name)
        if dtype.is_nested():
            changed.append(as_json_text(name))
        elif dtype == pl.Binary:
            changed.append("\\x" + column.bin.encode("hex"))
        elif isinstance(dtype, pl.Datetime):
            _refuse_finer(batch, name, dtype, place)
            changed.append(_moment_text(name, dtype, "%Y-%m-%d %H:%M:%S"))
        elif dtype == pl.Duration:
            changed.append(column.dt.to_string("iso"))
    return batch.with_columns(changed)


def _fits(there: Mapping[str, str], types: Mapping[str, str], mode: str, place: Place, table: str) -> bool:
    """Whether the rows go into the table that is there, if one is.

    Raises:
        SourceError: They do not, and are to be appended.
    """
    if not there:
        return False
    faults = [f"no column '{n}' there" for n in types if n not in there]
    faults += [f"no column '{n}' here" for n in there if n not in types]
    for name in types.keys() & there.keys():
        mine, its = family(types[name]), family(there[name])
        wider = (mine, its) in (("integer", "decimal"), ("integer", "float")) or its == "text" != mine
        if mine != its and not wider:
            faults.append(f"'{name}' is {there[name]} there and {types[name]} here")
    if faults and mode == "append":
        what = f"the rows do not fit the table '{table}': " + "; ".join(sorted(faults)[:6])
        raise SourceError(what, where=place.shown, cure="rename or cast the columns first")
    return not faults
