"""A failure of PostgreSQL is told as what it is, with its place and its cure, and without secrets."""

from __future__ import annotations

import pytest

from workbench.sources import postgres_error

psycopg = pytest.importorskip("psycopg")


def told(address: str, *statements: str, **options: object) -> str:
    """What is said when these statements are run on a connection of their own."""

    def run() -> None:
        with psycopg.connect(address, **options) as connection:
            for statement in statements:
                connection.execute(statement)

    with pytest.raises(psycopg.Error) as failed:
        run()
    return str(postgres_error(failed.value, address, "THE_PLACE"))


def test_no_server_there():
    said = told("postgresql://ann:s3cret@127.0.0.1:1/shop")
    assert said.startswith("THE_PLACE: no PostgreSQL server answers there: ")
    assert said.endswith("start it, or check host and port")
    assert "s3cret" not in said


@pytest.mark.parametrize("address", ["ann:s3cret@host/shop", "postgresql://ann:s3cret@[broken:1/shop"])
def test_an_address_that_is_none_is_not_repeated(address: str):
    said = told(address)
    assert "the address of PostgreSQL is not understood" in said
    assert "s3cret" not in said


def test_no_such_host():
    assert "the host of PostgreSQL is not known" in told("postgresql://host.invalid/shop")


def test_no_such_user_or_database(postgres: str):
    assert "PostgreSQL does not let this user in" in told(postgres, user="nobody_here")
    assert "PostgreSQL has no such database" in told(postgres, dbname="nothing_here")


def test_a_lost_connection(postgres: str):
    said = told(postgres, "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1")
    assert "the connection to PostgreSQL was lost" in said
    assert said.endswith("see the server's log, then run it again: nothing was kept")


def test_a_statement_that_is_stopped(postgres: str):
    said = told(postgres, "SET LOCAL statement_timeout = 50", "SELECT pg_sleep(20)")
    assert "PostgreSQL stopped a statement" in said
    assert "raise statement_timeout" in said


def test_what_is_not_allowed(postgres: str):
    said = told(postgres, "CREATE TABLE secret (a int)", "CREATE ROLE poor", "SET ROLE poor", "SELECT * FROM secret")
    assert "PostgreSQL does not allow it: permission denied for table secret" in said
    assert said.endswith("ask for the right to it")


def test_a_statement_that_is_not_understood(postgres: str):
    assert told(postgres, "SELECT nothing FROM nowhere").endswith("mend the query")


def test_another_refusal_is_told_in_the_servers_words(postgres: str):
    said = told(postgres, "SELECT 1 / 0")
    assert said == "THE_PLACE: PostgreSQL refuses a statement: division by zero → see the server's log"
