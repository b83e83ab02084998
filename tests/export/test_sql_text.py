"""The very text of exported scripts, executed statement by statement, gives the rows, rejects and books of apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import psycopg
import pytest

from workbench.backends import compile_sql, function, load_postgres
from workbench.export import artefact
from workbench.mapping import Applied, apply
from workbench.model import Expr

from .conftest import BOTH_WAYS, Case

Answers = dict[str, pl.DataFrame]
Tables = Mapping[str, pl.DataFrame]
ANSWERS = ("passed", "rejects", "counts")


def troubled(rows: pl.DataFrame) -> pl.DataFrame:
    """A few rows as they are, and some of them with one text after the other spoilt, then all blank."""
    texts = [n for n, t in rows.schema.items() if t == pl.String]
    spoilt = [rows.slice(i, 1).with_columns(pl.lit("~").alias(n)) for i, n in enumerate(texts)]
    blank = rows.tail(1).with_columns(pl.lit(" \u00a0").alias(n) for n in texts)
    return pl.concat([rows.head(60), *spoilt, blank])


def statements(text: str) -> Iterator[tuple[str, str]]:
    """What the comment above each statement says, and the statement."""
    for statement in text.rstrip().removesuffix(";").split(";\n\n"):
        yield statement.partition("\n")[0].removeprefix("-- "), statement


def place_of(name: str) -> list[str]:
    """A dataset as a database finds it: a table of its system, or a table of its file's name."""
    return [name] if "/" in name else name.split(".")


def on_duckdb(case: Case, text: str, tables: Tables, folder: Path) -> Answers:
    from workbench.backends.duckdb_run import _register

    with duckdb.connect() as connection:
        for name, rows in tables.items():
            path = [f'"{part}"' for part in place_of(name)]
            if path[1:]:
                connection.execute(f"CREATE SCHEMA {path[0]}")
            connection.register("incoming", rows.to_arrow())
            connection.execute(f"CREATE TABLE {'.'.join(path)} AS SELECT * FROM incoming")
        for name, node in compile_sql(case.resolved.plan, "duckdb").functions.items():
            _register(connection, name, node)
        answers = {}
        for says, statement in statements(text):
            if says in ANSWERS:
                answers[says] = pl.DataFrame(pl.from_arrow(connection.sql(statement).to_arrow_table()))
            else:
                connection.execute(statement)
        return answers


def on_postgres(address: str, case: Case, text: str, tables: Tables, folder: Path) -> Answers:
    """Tables of answers are filled from the queries that the script has for them."""
    calls = {call[0]: call[1] for call in compile_sql(case.resolved.plan, "postgres")._pipe.calls}  # type: ignore[union-attr]
    answers: Answers = {}
    with psycopg.connect(address) as connection, connection.cursor() as cursor:
        for name, rows in tables.items():
            path = [f'"{part}"' for part in place_of(name)]
            load_postgres(cursor, rows, "incoming")
            if path[1:]:
                # Another test may have left one on the server; the rollback brings it back.
                cursor.execute(f"DROP SCHEMA IF EXISTS {path[0]} CASCADE")
                cursor.execute(f"CREATE SCHEMA {path[0]}")
            cursor.execute(f"CREATE TABLE {'.'.join(path)} AS SELECT * FROM incoming")
            cursor.execute("DROP TABLE incoming")
        for says, statement in statements(text):
            cursor.execute(statement)
            if says.startswith("asks for "):
                table = says.removeprefix("asks for ").partition(":")[0]
                fill(cursor, table, calls[table])
            if says in ANSWERS:
                schema = [c.name for c in cursor.description or ()]
                answers[says] = pl.DataFrame(cursor.fetchall(), schema, orient="row", infer_schema_length=None)
        connection.rollback()
    return answers


def fill(cursor: Any, table: str, call: Expr) -> None:
    """Give the rows at hand to a function and make the table of its answers."""
    run, width = function(str(call["function"]), dict(call["options"])), len(call.args)
    rows = [(*row[width:], run(*row[:width])) for row in cursor.fetchall()]
    keys = [f"k{i}" for i in range(width)]
    cursor.execute(f'CREATE TABLE "{table}" ({", ".join(f"{n} TEXT" for n in [*keys, "value"])})')
    with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)


def on_spark(session: Any, case: Case, text: str, tables: Tables, folder: Path) -> Answers:
    from workbench.backends.to_spark import _register

    for number, (name, rows) in enumerate(tables.items()):
        folder_of = folder / f"{number}"
        folder_of.mkdir()
        rows.write_parquet(folder_of / "rows.parquet")
        path = [f"`{part}`" for part in place_of(name)]
        if path[1:]:
            session.sql(f"CREATE DATABASE IF NOT EXISTS {path[0]} LOCATION '{folder}'")
        session.sql(f"DROP TABLE IF EXISTS {'.'.join(path)}")
        session.sql(f"CREATE TABLE {'.'.join(path)} USING parquet LOCATION '{folder_of}'")
    session.conf.unset("spark.sql.decimalOperations.allowPrecisionLoss")  # as on a SQL warehouse
    for name, node in compile_sql(case.resolved.plan, "databricks").functions.items():
        _register(session, name, node)
    done = {says: session.sql(statement) for says, statement in statements(text)}
    return {says: pl.DataFrame(pl.from_arrow(done[says].toArrow())) for says in ANSWERS}


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Callable[..., Answers]:
    """What executes the scripts of a dialect."""
    if request.param == "duckdb":
        return on_duckdb
    if request.param == "postgres":
        address = request.getfixturevalue("postgres")
        return lambda *told: on_postgres(address, *told)
    session = request.getfixturevalue("spark")
    return lambda *told: on_spark(session, *told)


def books(want: Applied) -> dict[tuple[str, str], int]:
    """The books as a script's last query gives them."""
    counts = want.counts
    return {
        ("in", ""): counts.rows_in, ("added", ""): counts.added, ("out", ""): counts.rows_out,
        **{("booked", name): n for name, n in counts.booked.items()},
        **{("rejected", code): n for code, n in counts.rejected.items()},
        **{("replaced", code): n for code, n in counts.replaced.items()},
    }  # fmt: skip


@pytest.mark.parametrize("name", BOTH_WAYS)
@pytest.mark.parametrize(
    ("dialect", "engine"),
    [("duckdb", "duckdb"), ("postgres", "postgres"), pytest.param("databricks", "spark", marks=pytest.mark.spark)],
    indirect=["engine"],
)
def test_a_script_gives_the_rows_rejects_and_books_of_apply(
    name: str, dialect: str, engine: Callable[..., Answers], both_ways: dict[str, Case], tmp_path: Path
) -> None:
    case = both_ways[name]
    rows = troubled(case.rows)
    want = apply(case.resolved.plan, rows, case.project.table)
    assert want.passed.height > 0
    assert name.endswith(".back") or want.rejected.height > 0
    ((_, text),) = artefact(case.spec, f"sql:{dialect}", resolved=case.resolved, target=case.target).items()
    got = engine(case, text, {case.spec.source.dataset: rows} | case.tables, tmp_path)
    for answer, frame in (("passed", want.passed), ("rejects", want.rejected)):
        assert got[answer].columns == frame.columns
        theirs = got[answer].select(pl.col(n).cast(t) for n, t in frame.schema.items())
        assert sorted(theirs.rows(), key=repr) == sorted(frame.rows(), key=repr)
    told: Counter[tuple[str, str]] = Counter()
    for kind, reason, number in got["counts"].rows():
        told[kind, reason] += number
    assert +told == +Counter(books(want))
