"""SQLite, DuckDB and PostgreSQL: types kept, tables found, refusals in words."""

from __future__ import annotations

import builtins
import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import psycopg
import pytest

from workbench.errors import MissingExtraError, SourceError, UsageError
from workbench.sources import scan, tables, write


def sqlite_with(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def column(path: Path, declared: str, *values: str) -> pl.Series:
    rows = ", ".join(f"({v})" for v in values)
    path.unlink(missing_ok=True)
    insert = [f"INSERT INTO t VALUES {rows}"] if values else []
    return scan(sqlite_with(path, f'CREATE TABLE t ("a {{}}" {declared})', *insert)).collect().to_series()


@pytest.mark.parametrize(
    ("declared", "values", "dtype", "expected"),
    [
        ("INTEGER", ["1", "NULL"], pl.Int64, [1, None]),
        ("INTEGER", ["1", "'x'"], pl.String, ["1", "x"]),
        ("", ["1", "2.5", "'x'", "x'00ff'"], pl.String, ["1", "2.5", "x", "00ff"]),
        ("REAL", ["1", "0.1"], pl.Float64, [1.0, 0.1]),
        ("", ["9007199254740993", "0.5"], pl.String, ["9007199254740993", "0.5"]),
        ("TEXT", ["'007'", "''"], pl.String, ["007", ""]),
        ("BLOB", ["x'00ff'"], pl.Binary, [b"\x00\xff"]),
        ("BOOLEAN", ["1", "0", "NULL"], pl.Boolean, [True, False, None]),
        ("BOOLEAN", ["1", "2"], pl.Int64, [1, 2]),
        ("NUMERIC(10,2)", ["0.99", "1", "-12.5"], pl.Decimal(38, 2), [Decimal("0.99"), Decimal(1), Decimal("-12.5")]),
        ("DECIMAL(10,2)", ["0.999"], pl.Float64, [0.999]),
        ("DECIMAL_TEXT(38,2)", ["'-1.10'", "'1234567890123456789.25'"], pl.Decimal(38, 2), None),
        ("DECIMAL_TEXT(38,2)", ["'1.105'"], pl.String, ["1.105"]),
        ("DATE", ["'2026-02-28'"], pl.Date, [dt.date(2026, 2, 28)]),
        ("DATE", ["'2026-02-30'"], pl.String, ["2026-02-30"]),
        ("DATE", ["'28.02.2026'"], pl.String, ["28.02.2026"]),
        ("DATETIME", ["'2026-02-28 01:02:03'", "'2026-02-28T01:02:03.5'"], pl.Datetime("us"), None),
        ("DATETIME", ["'2026-02-28 25:02:03'"], pl.String, ["2026-02-28 25:02:03"]),
        ("TIMESTAMPTZ", ["'2026-02-28 01:02:03+00:00'"], pl.Datetime("us", "UTC"), None),
        ("INTEGER", [], pl.Int64, []),
        ("VARCHAR(9)", ["NULL"], pl.String, [None]),
        ("DATE", ["NULL"], pl.Date, [None]),
    ],
)
def test_sqlite_columns_are_typed_by_what_they_hold(tmp_path, declared, values, dtype, expected):
    found = column(tmp_path / "x.sqlite", declared, *values)
    assert found.dtype == dtype
    if expected is not None:
        assert found.to_list() == expected


def test_mixed_columns_are_reported(tmp_path):
    found = scan(sqlite_with(tmp_path / "x.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1), ('x')"))
    assert [p.what for p in found.problems] == ["'a' holds values of several types: kept as text"]


def test_sqlite_is_read_lazily_in_batches(tmp_path):
    path = sqlite_with(
        tmp_path / "x.db",
        "CREATE TABLE t (id INTEGER, name TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)"
        " INSERT INTO t SELECT i, 'name ' || i FROM n",
    )
    found = scan(path)
    assert found.facts["rows"] == 120_000
    assert found.frame.select(pl.len()).collect().item() == 120_000
    assert found.frame.head(2).collect().rows() == [(1, "name 1"), (2, "name 2")]
    assert found.frame.filter(pl.col("id") == 70_000).select("name").collect().rows() == [("name 70000",)]
    assert found.frame.select("name", "id").collect(engine="streaming").row(5) == ("name 6", 6)


def test_a_shop_of_real_data(real_data):
    path = real_data("messy/chinook.sqlite")
    assert {"Customer", "Invoice", "InvoiceLine"} <= set(tables(path))
    invoices = scan(path, table="Invoice").collect()
    assert invoices.schema["Total"] == pl.Decimal(38, 2)
    assert invoices.schema["InvoiceDate"] == pl.Datetime("us")
    assert invoices["Total"].sum() == Decimal("2328.60")
    by_sql = scan(path, query="SELECT count(*) AS n, sum(Total) AS s FROM Invoice").collect().row(0)
    assert by_sql[0] == invoices.height
    assert scan(path, table="customer").collect().height == 59


def test_a_table_is_found_or_the_tables_are_listed(tmp_path):
    path = sqlite_with(tmp_path / "x.db", "CREATE TABLE customers (a)", "CREATE TABLE orders (a)")
    with pytest.raises(SourceError, match=r"x\.db: there is no table 'customer' → did you mean 'customers'"):
        scan(path, table="customer")
    with pytest.raises(SourceError, match="the table is not said → give table='customers' or 'orders'"):
        scan(path)
    with pytest.raises(SourceError, match="the database has no table"):
        scan(sqlite_with(tmp_path / "y.db", "CREATE TABLE t (a)", "DROP TABLE t"))


@pytest.mark.parametrize("query", ["DELETE FROM t", "SELECT 1; DROP TABLE t", "PRAGMA user_version", "ATTACH 'x' AS y"])
def test_queries_only_read(tmp_path, query):
    with pytest.raises(UsageError, match="the query is not a single SELECT"):
        scan(sqlite_with(tmp_path / "x.db", "CREATE TABLE t (a)"), query=query)


def test_query_faults_are_told(tmp_path):
    path = sqlite_with(tmp_path / "x.db", "CREATE TABLE t (a)")
    with pytest.raises(SourceError, match="no such column: b → mend the query"):
        scan(path, query="SELECT b FROM t")
    with pytest.raises(UsageError, match="both table= and query="):
        scan(path, table="t", query="SELECT 1")


def test_text_that_is_not_utf_8_is_an_error_with_its_cure(tmp_path):
    path = sqlite_with(tmp_path / "x.db", "CREATE TABLE t (a)", "INSERT INTO t VALUES (CAST(x'636166e9' AS TEXT))")
    with pytest.raises(SourceError, match=r"a text is not UTF-8 → .*encoding='cp1252'"):
        scan(path).collect()
    assert scan(path, encoding="cp1252").collect().item() == "café"


@pytest.mark.parametrize("name", ["x.sqlite", "x.duckdb"])
def test_what_is_no_database_is_refused(written, name, tmp_path):
    with pytest.raises(SourceError, match="this is text, not a"):
        scan(written(name, "id,name\n1,Ann\n"), table="t")
    with pytest.raises(SourceError, match="is empty"):
        scan(written(name, b""), table="t")
    with pytest.raises(SourceError, match="there is no such file"):
        scan(f"{name.split('.')[1]}:///{tmp_path}/nowhere.file", table="t")


def test_addresses_of_files(tmp_path, monkeypatch):
    sqlite_with(tmp_path / "x.file", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
    monkeypatch.chdir(tmp_path)
    assert scan("sqlite:///x.file").collect().item() == 1
    assert scan(f"sqlite:///{tmp_path}/x.file").collect().item() == 1
    assert write(pl.DataFrame({"a": [1]}), "duckdb:///y.file", table="t") == 1
    assert scan("duckdb:///y.file").collect().item() == 1


# DuckDB


@pytest.fixture
def duck(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('ok', 'sad')")
        connection.execute(
            """CREATE TABLE kinds AS SELECT 1::TINYINT AS i8, 2::HUGEINT AS huge, (2::HUGEINT ** 100)::HUGEINT AS huger,
            1.50::DECIMAL(10,2) AS d, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID AS u, INTERVAL 1 DAY AS iv,
            TIMESTAMP '2026-01-02 03:04:05' AS ts, TIMESTAMPTZ '2026-01-02 03:04:05+02' AS tz, TIME '10:00' AS t,
            [1, 2] AS l, {'a': 1, 'B c': [{'x': 'y'}]} AS s, {'u': uuid()} AS su, MAP {'k': 1} AS m, 'ok'::mood AS e,
            '101'::BIT AS b, 'x'::BLOB AS bl, TIMESTAMP_S '2026-01-02 03:04:05' AS sec, [1, 2]::INTEGER[2] AS arr,
            NULL AS nothing, '{"a": 1}'::JSON AS j"""
        )
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.people AS SELECT range AS id FROM range(250000)")
    return tmp_path / "x.duckdb"


def test_duckdb_types(duck):
    frame = scan(duck, table="kinds").collect()
    text = {n for n, t in frame.schema.items() if t == pl.String}
    assert text == {"huger", "u", "iv", "su", "m", "e", "b", "j"} | (text & {"nothing"})
    schema = frame.schema
    assert (schema["huge"], schema["d"]) == (pl.Int64, pl.Decimal(10, 2))
    assert (schema["ts"], schema["sec"]) == (pl.Datetime("us"), pl.Datetime("us"))
    assert schema["tz"] == pl.Datetime("us", "UTC")
    assert schema["l"] == schema["arr"] == pl.List(pl.Int32)
    assert schema["s"] == pl.Struct({"a": pl.Int32, "B c": pl.List(pl.Struct({"x": pl.String}))})
    assert frame["huger"].item() == str(2**100)
    assert frame["tz"].item() == dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=dt.UTC)


def test_duckdb_schemas_and_batches(duck):
    assert tables(duck) == ("crm.people", "kinds")
    found = scan(duck, table="crm.people")
    assert found.frame.select(pl.col("id").sum(), pl.len()).collect().row(0) == (250_000 * 249_999 // 2, 250_000)
    assert found.frame.head(3).collect()["id"].to_list() == [0, 1, 2]


def test_a_duckdb_query_reads_no_other_files(duck, written):
    with pytest.raises(SourceError):
        scan(duck, query=f"SELECT * FROM read_csv('{written('x.csv', 'a,b')}')").collect()


def test_a_locked_duckdb_file_is_told(duck):
    with duckdb.connect(str(duck)), pytest.raises(SourceError, match="has the file open → close it first"):
        scan(duck, table="kinds")


# PostgreSQL


@pytest.fixture(scope="module")
def shop(postgres: str) -> str:
    with psycopg.connect(postgres) as connection:
        connection.execute(
            """CREATE TYPE mood AS ENUM ('ok', 'sad');
            CREATE TABLE kinds (i2 int2, i4 int4, i8 int8, money_ money, n numeric(10,2), free numeric, nan numeric,
              f4 real, f8 float8, b bool, d date, ts timestamp, tz timestamptz, t time, iv interval, u uuid, j jsonb,
              a int[], ta text[], da date[], by bytea, m mood, txt text, vc varchar(9), far date, odd numeric(4,-2));
            INSERT INTO kinds VALUES (1, 2, 3, 12.5, 1.10, 123.456, 'NaN', 1.5, 0.1, true, '2026-01-02',
              '2026-01-02 03:04:05.678', '2026-01-02 03:04:05+02', '10:11:12.5', '1 day 2 hours',
              'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{1,NULL}', '{"b c",NULL}', '{2026-01-01}', '\\x00ff',
              'ok', E'x"y,\\nz\\r', 'v', 'infinity', 1200), (NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, 'NaN', NULL,
              NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL);
            CREATE TABLE many AS SELECT i, md5(i::text) AS t FROM generate_series(1, 200000) AS i;
            CREATE SCHEMA crm; CREATE TABLE crm.customers (id int PRIMARY KEY, name text, fee numeric(8,2))"""
        )
    return postgres


def test_postgresql_types(shop):
    frame = scan(shop, table="kinds").collect()
    assert dict(frame.schema) == {
        "i2": pl.Int16, "i4": pl.Int32, "i8": pl.Int64, "money_": pl.String, "n": pl.Decimal(38, 2),
        "free": pl.Decimal(38, 3), "nan": pl.String, "f4": pl.Float32, "f8": pl.Float64, "b": pl.Boolean, "d": pl.Date,
        "ts": pl.Datetime("us"), "tz": pl.Datetime("us", "UTC"), "t": pl.Time, "iv": pl.String, "u": pl.String,
        "j": pl.String, "a": pl.List(pl.Int32), "ta": pl.List(pl.String), "da": pl.String, "by": pl.Binary,
        "m": pl.String, "txt": pl.String, "vc": pl.String, "far": pl.String, "odd": pl.String,
    }  # fmt: skip
    first, second = frame.rows(named=True)
    assert (first["n"], first["free"]) == (Decimal("1.10"), Decimal("123.456"))
    assert (first["tz"], first["iv"]) == (dt.datetime(2026, 1, 2, 1, 4, 5, tzinfo=dt.UTC), "P1DT2H")
    assert (first["a"], first["ta"], first["by"]) == ([1, None], ["b c", None], b"\x00\xff")
    assert (first["txt"], second["txt"], second["vc"]) == ('x"y,\nz\r', "", None)


def test_postgresql_is_read_lazily(shop):
    found = scan(shop, table="many")
    assert found.facts["rows"] == 200_000
    assert found.frame.head(1).collect().row(0)[0] == 1
    assert found.frame.select(pl.col("i").cast(pl.Int64).sum()).collect().item() == 200_000 * 200_001 // 2
    by_sql = scan(shop, query="SELECT sum(i)::numeric AS s FROM many WHERE t LIKE 'a%'").collect()
    assert by_sql.schema == {"s": pl.Decimal(38, 0)}


def test_postgresql_faults(shop):
    with pytest.raises(SourceError, match="there is no table 'manny' → did you mean 'many'"):
        scan(shop, table="manny")
    with pytest.raises(SourceError, match='relation "nix" does not exist'):
        scan(shop, query="SELECT * FROM nix")
    with pytest.raises(UsageError, match="two columns of the query have the same name"):
        scan(shop, query="SELECT i, i FROM many")
    with pytest.raises(SourceError, match=r"must be at the top level|read-only"):
        scan(shop, query="WITH gone AS (DELETE FROM many RETURNING *) SELECT * FROM gone")
    assert scan(shop, table="many").facts["rows"] == 200_000


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/shop",
        "postgresql://ann:s3%63ret@127.0.0.1:1/shop",
        "postgresql://127.0.0.1:1/shop?user=ann&password=s3cret",
        "postgresql://ann:s3cret@[broken:1/shop",
        "postgresql://ann:s3cret@host:notaport/shop",
    ],
)
def test_a_server_that_refuses_is_told_without_the_password(address):
    for act in (lambda: scan(address, table="t"), lambda: write(pl.DataFrame({"a": [1]}), address, table="t")):
        with pytest.raises(SourceError) as caught:
            act()
        assert "s3cret" not in str(caught.value)
        assert "s3%63ret" not in str(caught.value)
        assert caught.value.__cause__ is None


def test_postgresql_writes_in_one_transaction(shop):
    bad = pl.DataFrame({"id": [1, 2, 1], "name": ["a", "b", "c"], "fee": ["1.10", "2", "3"]})
    good = bad[:2].with_columns(pl.col("fee").cast(pl.Decimal(8, 2)))
    assert write(good, shop, table="crm.customers") == 2
    with pytest.raises(SourceError, match="duplicate key"):
        write(good, shop, table="crm.customers", mode="append")
    with pytest.raises(SourceError, match=r"'fee' is numeric\(8,2\) there and text here"):
        write(bad, shop, table="crm.customers", mode="append")
    with pytest.raises(SourceError, match="'name' holds a NUL character"):
        write(good.with_columns(name=pl.lit("a\0")), shop, table="crm.customers")
    assert scan(shop, table="crm.customers").collect().rows() == [(1, "a", Decimal("1.10")), (2, "b", Decimal("2.00"))]
    with psycopg.connect(shop) as connection:  # the table that fitted was kept with its key
        count = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'crm.customers'::regclass AND contype = 'p'"
        assert connection.execute(count).fetchone() == (1,)


@pytest.mark.parametrize(("module", "name", "extra"), [("duckdb", "x.duckdb", "sql"), ("psycopg", "", "postgres")])
def test_missing_packages_are_named_with_their_cure(duck, monkeypatch, module, name, extra):
    real = builtins.__import__

    def without(wanted: str, *args: object, **more: object) -> object:
        if wanted == module:
            raise ImportError(wanted, name=wanted)
        return real(wanted, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    location = duck.parent / name if name else "postgresql://localhost/x"
    with pytest.raises(MissingExtraError, match=rf"'{module}'.*pip install 'mapping-workbench\[{extra}\]'"):
        scan(location, table="t")
