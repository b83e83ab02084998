"""One sample for all tests that only look at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.sample import generate

Read = Callable[[str], pl.DataFrame]
_TABLES = {"erp.customers": "KNA1", "erp.orders": "AUFK", "erp.order_lines": "AUFP", "erp.products": "MARA"}


@pytest.fixture(scope="session")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("retail"), 2000, 11).root


@pytest.fixture(scope="session")
def read(retail: Path) -> Read:
    """Read a dataset, or a file of the ground truth, as text."""

    def _read(name: str) -> pl.DataFrame:
        system, _, rest = name.partition(".")
        if name in _TABLES:
            import sqlite3

            with sqlite3.connect(retail / "erp" / "erp.sqlite") as connection:
                cursor = connection.execute(f"select * from {_TABLES[name]}")
                names = [c[0] for c in cursor.description]
                return pl.DataFrame(cursor.fetchall(), schema=dict.fromkeys(names, pl.String), orient="row")
        if system == "shop":
            return pl.read_ndjson(retail / system / f"{rest}.ndjson")
        if system == "warehouse":
            return pl.read_parquet(retail / system / f"{rest}.parquet")
        if name == "legacy.feed_in":
            return pl.read_csv(retail / "legacy/feed_in.csv", separator=";", encoding="cp1252", infer_schema=False)
        separator = ";" if system == "crm" else ","
        return pl.read_csv(retail / system / f"{rest}.csv", separator=separator, infer_schema=False)

    return _read
