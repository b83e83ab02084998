"""SQLite: tables read in bounded batches, each column typed by what it really holds."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.errors import SourceError, UsageError

from .lazy import lazy_batches
from .locations import Place, sniff_format
from .results import Problems, Scan
from .sql_text import choose, quoted

__all__ = ["connect_sqlite", "read_sqlite", "sqlite_errors", "sqlite_tables"]

_BATCH = 50_000
_AGGREGATES_AT_ONCE = 200
_FLOAT_WHOLE = 2**53
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_MOMENT = _DAY + "[ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9]"


@dataclass(frozen=True, slots=True)
class _Column:
    """How a column is read: the SQL that gives it, the type that arrives, the type it becomes."""

    name: str
    sql: str
    raw: pl.DataType
    type: pl.DataType
    remark: str = ""


def read_sqlite(place: Place, *, table: str | None = None, query: str | None = None, encoding: str = "utf-8") -> Scan:
    """Open a table, a view or a query of a SQLite database.

    SQLite lets every value have its own type. So the table is read once beforehand: a column is typed
    where all its values agree (and agree with the declared type), and is text where they do not.

    Args:
        place: The file.
        table: The table or view.
        query: A SELECT instead.
        encoding: What text was written in, where a program stored other bytes than UTF-8.

    Raises:
        SourceError: It is no SQLite database, or has no such table.
    """
    with closing(connect_sqlite(place)) as connection:
        name, source = choose(place, table, query, sqlite_tables(place), quoted)
        with sqlite_errors(place):
            declared = _declared(connection, source)
            columns, rows = _columns(connection, source, declared)
    problems = Problems()
    for column in columns:
        if column.remark:
            problems.add("mixed", None, f"'{column.name}' {column.remark}")
    schema = {c.name: c.type for c in columns}
    by_name = {c.name: c for c in columns}

    def fetch(wanted: list[str]) -> Iterator[pl.DataFrame]:
        return _batches(place, source, [by_name[n] for n in wanted], encoding)

    facts: dict[str, Any] = {"format": "sqlite", "path": place.shown, "table": name if query is None else "(query)"}
    facts["rows"] = rows
    if problems.counts:
        facts["problems"] = dict(problems.counts)
    return Scan(name, lazy_batches(schema, fetch, "SQLITE"), facts, tuple(problems.kept))


def connect_sqlite(place: Place, *, to_write: bool = False) -> sqlite3.Connection:
    """Open a database; for reading only unless told otherwise.

    Raises:
        SourceError: It cannot be opened, or is no database.
    """
    path = place.file
    if path.is_dir():
        raise SourceError("this is a folder", where=place.shown, cure="name the file")
    if not to_write and path.stat().st_size == 0:
        raise SourceError("the database is empty", where=place.shown, cure="check the path")
    if path.exists() and path.stat().st_size and sniff_format(path)[0] != "sqlite":
        what = sniff_format(path)[1] or "something else"
        raise SourceError(f"this is {what}, not a SQLite database", where=place.shown, cure="check the path")
    with sqlite_errors(place):
        uri = f"{path.absolute().as_uri()}?mode={'rwc' if to_write else 'ro'}"
        # Polars fetches from its own threads, one at a time
        return sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=30)


def sqlite_tables(place: Place) -> tuple[str, ...]:
    """Tables and views, in the order of their names."""
    with closing(connect_sqlite(place)) as connection, sqlite_errors(place):
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
            " AND substr(name, 1, 7) <> 'sqlite_' ORDER BY 1"
        ).fetchall()
    return tuple(row[0] for row in found)


@contextmanager
def sqlite_errors(place: Place) -> Iterator[None]:
    """Turn the errors of SQLite into ours."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as e:
        what, cure = str(e), "check the database"
        if what.startswith("Could not decode to UTF-8"):  # the message goes on with the text: perhaps personal
            what, cure = "a text is not UTF-8", "say what it was written in, as in encoding='cp1252'"
        elif "locked" in what:
            cure = "close the program that writes to it"
        elif "no such column" in what or "syntax" in what:
            cure = "mend the query"
        raise SourceError(what, where=place.shown, cure=cure) from None


def _declared(connection: sqlite3.Connection, source: str) -> list[tuple[str, str]]:
    """Names and declared types; a query has no declared types."""
    cursor = connection.execute(f"SELECT * FROM {source} LIMIT 0")
    names = [d[0] for d in cursor.description]
    if len(set(names)) < len(names):
        raise UsageError("two columns of the query have the same name", cure="rename one with AS")
    types = {}
    if not source.endswith("AS q"):
        types = {row[1]: row[2] or "" for row in connection.execute(f"PRAGMA table_xinfo({source})")}
    return [(n, types.get(n, "").upper()) for n in names]


def _columns(
    connection: sqlite3.Connection, source: str, declared: Sequence[tuple[str, str]]
) -> tuple[list[_Column], int]:
    """How to read each column: its kinds of values first, then what only some kinds need to be asked."""
    rows, kinds = _ask(connection, source, [f"group_concat(DISTINCT typeof({quoted(n)}))" for n, _ in declared])
    held = [frozenset((k or "").split(",")) - {"", "null"} for k in kinds]
    tests = [_tests(quoted(name), type_, found) for (name, type_), found in zip(declared, held, strict=True)]
    answers = iter(_ask(connection, source, [sql for test in tests for sql in test.values()])[1])
    columns = [
        _decide(name, type_, found, {key: next(answers) or 0 for key in test})
        for (name, type_), found, test in zip(declared, held, tests, strict=True)
    ]
    return columns, rows


def _ask(connection: sqlite3.Connection, source: str, aggregates: Sequence[str]) -> tuple[int, list[Any]]:
    """The rows and the aggregates; SQLite limits how many one query may have."""
    rows, answers = 0, []
    for start in range(0, len(aggregates), _AGGREGATES_AT_ONCE):
        wanted = ", ".join(aggregates[start : start + _AGGREGATES_AT_ONCE])
        rows, *some = connection.execute(f"SELECT count(*), {wanted} FROM {source}").fetchone()
        answers += some
    return int(rows), answers


def _scale(declared: str) -> int | None:
    """The digits after the point a declared decimal has."""
    match = re.match(r"(?:DECIMAL|NUMERIC|DEC)\w*\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", declared)
    return min(int(match[2] or 0), 37) if match else None


def _tests(c: str, declared: str, kinds: frozenset[str]) -> dict[str, str]:
    """The aggregates that tell what a column of these kinds means."""
    tests: dict[str, str] = {}
    scale = _scale(declared)
    numeric = kinds <= {"integer", "real"}
    if "integer" in kinds and numeric and (len(kinds) > 1 or declared.startswith("BOOL")):
        tests["largest"] = f"max(CASE WHEN typeof({c}) = 'integer' THEN {c} END)"
        tests["smallest"] = f"min(CASE WHEN typeof({c}) = 'integer' THEN {c} END)"
    if scale is not None and numeric and "real" in kinds:
        unfit = f"round({c}, {scale}) <> {c} OR abs({c}) >= 1e15"
        tests["unfit"] = f"sum(CASE typeof({c}) WHEN 'real' THEN {unfit} ELSE 0 END)"
    if kinds != {"text"}:
        return tests
    tests["count"] = f"count({c})"
    if scale is not None:
        bare = f"ltrim({c}, '-')"
        whole = f"length(CASE WHEN instr({bare}, '.') THEN substr({bare}, 1, instr({bare}, '.') - 1) ELSE {bare} END)"
        tests["unfit"] = (
            f"sum({bare} GLOB '*[^0-9.]*' OR {c} GLOB '*.*.*' OR {c} GLOB '--*' OR {bare} NOT GLOB '[0-9]*'"
            f" OR {whole} > {38 - scale} OR (instr({c}, '.') AND length({c}) - instr({c}, '.') > {scale}))"
        )
    if "DATE" in declared or "TIME" in declared:
        tests |= _moment_tests(c)
    return tests


def _moment_tests(c: str) -> dict[str, str]:
    """Whether texts are days or moments in ISO form that exist: SQLite gives others back changed."""
    day, clock = f"substr({c}, 1, 10)", f"substr({c}, 12, 8)"
    exists = f"{c} >= '0001' AND date(julianday({day})) = {day}"

    def moment(text: str, end: str) -> str:
        fraction = f"{text} GLOB '{_MOMENT}.[0-9]*' AND substr({text}, 21) NOT GLOB '*[^0-9]*' AND length({text}) <= 26"
        good = f"{c} GLOB '{_MOMENT}*{end}' AND {exists} AND time({clock}) = {clock}"
        return f"sum({good} AND (length({text}) = 19 OR ({fraction})))"

    return {
        "day": f"sum({c} GLOB '{_DAY}' AND {exists})",
        "moment": moment(c, ""),
        "instant": moment(f"substr({c}, 1, length({c}) - 6)", "+00:00"),
    }


def _decide(name: str, declared: str, kinds: frozenset[str], found: dict[str, int]) -> _Column:
    c = quoted(name)
    scale = _scale(declared)
    if not kinds:
        return _Column(name, c, pl.String(), _empty_type(declared, scale))
    if kinds == {"blob"}:
        return _Column(name, c, pl.Binary(), pl.Binary())
    if kinds == {"text"}:
        return _Column(name, c, pl.String(), _text_type(declared, scale, found))
    if not kinds <= {"integer", "real"}:
        return _Column(name, c, pl.Object(), pl.String(), "holds values of several types: kept as text")
    if scale is not None and not found.get("unfit"):
        sql = f"CASE typeof({c}) WHEN 'real' THEN printf('%!.{scale}f', {c}) ELSE CAST({c} AS TEXT) END"
        return _Column(name, sql, pl.String(), pl.Decimal(38, scale))
    if "real" in kinds:
        if max(abs(found.get("largest", 0)), abs(found.get("smallest", 0))) > _FLOAT_WHOLE:
            what = "holds fractions and whole numbers too long for them: kept as text"
            return _Column(name, c, pl.Object(), pl.String(), what)
        return _Column(name, f"CAST({c} AS REAL)" if "integer" in kinds else c, pl.Float64(), pl.Float64())
    is_flag = declared.startswith("BOOL") and found["smallest"] >= 0 and found["largest"] <= 1
    return _Column(name, c, pl.Int64(), pl.Boolean() if is_flag else pl.Int64())


def _empty_type(declared: str, scale: int | None) -> pl.DataType:
    """The type of a column without values: the declared one."""
    if scale is not None:
        return pl.Decimal(38, scale)
    for sign, type_ in (
        ("INT", pl.Int64()), ("CHAR", pl.String()), ("TEXT", pl.String()), ("BLOB", pl.Binary()),
        ("REAL", pl.Float64()), ("FLOA", pl.Float64()), ("DOUB", pl.Float64()), ("BOOL", pl.Boolean()),
        ("TIMESTAMPTZ", pl.Datetime("us", "UTC")), ("DATETIME", pl.Datetime("us")), ("TIMESTAMP", pl.Datetime("us")),
        ("DATE", pl.Date()),
    ):  # fmt: skip
        if sign in declared:
            return type_
    return pl.String()


def _text_type(declared: str, scale: int | None, found: dict[str, int]) -> pl.DataType:
    count = found["count"]
    if scale is not None and not found["unfit"]:
        return pl.Decimal(38, scale)
    if found.get("day") == count and "TIME" not in declared:
        return pl.Date()
    if found.get("moment") == count:
        return pl.Datetime("us")
    return pl.Datetime("us", "UTC") if found.get("instant") == count else pl.String()


def _batches(place: Place, source: str, columns: Sequence[_Column], encoding: str) -> Iterator[pl.DataFrame]:
    wanted = ", ".join(f"{c.sql} AS {quoted(c.name)}" for c in columns)
    with closing(connect_sqlite(place)) as connection, sqlite_errors(place):
        if encoding != "utf-8":
            connection.text_factory = _decoder(encoding)
        cursor = connection.execute(f"SELECT {wanted} FROM {source}")
        while rows := cursor.fetchmany(_BATCH):
            yield pl.DataFrame([_series(c, v) for c, v in zip(columns, zip(*rows, strict=True), strict=True)])


def _decoder(encoding: str) -> Callable[[bytes], str]:
    return lambda raw: raw.decode(encoding)


def _series(column: _Column, values: tuple[Any, ...]) -> pl.Series:
    if column.raw == pl.Object:  # mixed: Python writes numbers so that nothing is lost
        texts = [v if v is None or isinstance(v, str) else v.hex() if isinstance(v, bytes) else repr(v) for v in values]
        return pl.Series(column.name, texts, pl.String)
    raw = pl.Series(column.name, values, column.raw)
    if isinstance(column.type, pl.Datetime) and column.raw == pl.String:
        zone = column.type.time_zone
        return raw.str.replace("T", " ", literal=True).str.to_datetime(
            "%Y-%m-%d %H:%M:%S%.f" + ("%#z" if zone else ""), time_unit="us"
        )
    if column.type == pl.Date:
        return raw.str.to_date("%Y-%m-%d")
    return raw.cast(column.type)
