"""A run on PostgreSQL asks for no more rights than a session's own temporary things, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import polars as pl
from parity_kit import differences, resolved

from workbench.backends import run_postgres
from workbench.mapping import apply

FRAME = pl.DataFrame(
    {
        "t": ["ada  b", " o'neill ", "ǆungla 1st", "STRASSE pÖlten", ""],
        "d": ["2024-01-31", "2024-1-2", "2024-02-30", None, "x"],
    }
)
FIELDS = {
    "title": {"from": "t", "steps": ["collapse_space", "title"]},
    "day": {"from": "d", "steps": [{"parse_date": "%Y-%m-%d"}]},
}


def test_who_may_only_make_temporary_tables_can_run_a_spec(postgres_connection: Any):
    plan = resolved(FIELDS, FRAME).plan
    with postgres_connection.transaction(force_rollback=True):
        postgres_connection.execute("CREATE ROLE wb_reader")
        postgres_connection.execute("SET LOCAL ROLE wb_reader")
        applied = run_postgres(plan, postgres_connection, FRAME)
    assert differences(apply(plan, FRAME), applied) == []


def test_a_run_leaves_nothing_behind(postgres_connection: Any):
    asked = "SELECT count(*) FROM pg_class UNION ALL SELECT count(*) FROM pg_proc"
    run_postgres(resolved(FIELDS, FRAME).plan, postgres_connection, FRAME)
    before = postgres_connection.execute(asked).fetchall()
    run_postgres(resolved(FIELDS, FRAME).plan, postgres_connection, FRAME)
    assert postgres_connection.execute(asked).fetchall() == before


def test_a_source_in_the_server_is_read_there(postgres_connection: Any):
    plan = resolved(FIELDS, FRAME).plan
    with postgres_connection.transaction(force_rollback=True):
        postgres_connection.execute("CREATE TEMPORARY TABLE customers (t TEXT, d TEXT)")
        for row in FRAME.iter_rows():
            postgres_connection.execute("INSERT INTO customers VALUES (%s, %s)", row)
        applied = run_postgres(plan, postgres_connection, source_table="customers")
    assert differences(apply(plan, FRAME), applied) == []
