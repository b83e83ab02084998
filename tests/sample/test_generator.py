"""The sample as a whole: the same bytes for a seed, the committed edition, the numbers asked for."""

from __future__ import annotations

import filecmp
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.errors import UsageError
from workbench.model import load_landscape
from workbench.sample import generate, generator

RETAIL = Path(__file__).parents[2] / "data" / "retail"


def files(root: Path) -> list[str]:
    return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())


def differing(one: Path, two: Path) -> list[str]:
    return filecmp.cmpfiles(one, two, files(one), shallow=False)[1]


def dump(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        return list(connection.iterdump())


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (generate(tmp_path / name, 300, 5) for name in ("one", "two"))
    assert files(one.root) == files(two.root)
    assert differing(one.root, two.root) == []
    assert one.rows == two.rows


def test_another_seed_gives_other_data(tmp_path: Path) -> None:
    one, two = (generate(tmp_path / str(seed), 300, seed) for seed in (5, 6))
    assert files(one.root) == files(two.root)
    written = set(files(Path(generator.__file__).parent / "template"))
    assert set(differing(one.root, two.root)) == set(files(one.root)) - written


def test_the_committed_edition_is_what_the_generator_makes(tmp_path: Path) -> None:
    made = generate(tmp_path / "retail", 1000, 1).root
    committed = [name for name in files(made) if (RETAIL / name).is_file()]
    assert committed == files(made)
    # Database and Parquet files carry the marks of the libraries that wrote them: their content counts.
    for name in differing(made, RETAIL):
        if name.endswith(".sqlite"):
            assert dump(made / name) == dump(RETAIL / name)
        elif name.endswith(".parquet"):
            assert_frame_equal(pl.read_parquet(made / name), pl.read_parquet(RETAIL / name))
        else:
            pytest.fail(f"{name} differs: run `workbench sample retail data/retail --rows 1000 --seed 1`")


def test_the_committed_edition_is_small() -> None:
    size = sum((RETAIL / name).stat().st_size for name in files(RETAIL) if not name.startswith(("specs", "links")))
    assert size < 3_000_000


def test_blocks_go_on_where_the_last_one_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "BLOCK", 120)
    root = generate(tmp_path, 300, 2).root
    assert not list(root.rglob("*.part*"))
    for path, key in (("crm/customers.csv", "cust_no"), ("truth/orders.csv", "order_id")):
        frame = pl.read_csv(root / path, separator=";" if "crm" in path else ",", infer_schema=False)
        assert frame[key].is_sorted()
    assert pl.read_csv(root / "truth" / "customers.csv", infer_schema=False)["customer_id"].n_unique() == 300
    keys = pl.read_parquet(root / "warehouse" / "dim_customer.parquet")["CUSTOMER_KEY"]
    assert keys.is_sorted()
    assert keys.n_unique() == len(keys)


def test_a_sample_is_replaced(tmp_path: Path) -> None:
    generate(tmp_path, 50, 1)
    assert generate(tmp_path, 60, 1).customers == 60
    assert len(pl.read_csv(tmp_path / "truth" / "customers.csv", infer_schema=False)) == 60


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="the folder holds something that is no sample"):
        generate(tmp_path, 10, 1)
    assert files(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("rows", [0, -1, 100_000_001])
def test_a_number_of_rows_that_makes_no_sense_is_refused(tmp_path: Path, rows: int) -> None:
    with pytest.raises(UsageError, match="a sample has 1 to 100,000,000 customers"):
        generate(tmp_path / "x", rows, 1)
    assert not (tmp_path / "x").exists()


def test_a_negative_seed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a seed is a whole number from 0, not -1"):
        generate(tmp_path / "x", 1, -1)


@pytest.mark.parametrize("rows", [1, 2, 3, 17])
def test_the_smallest_samples_are_whole(tmp_path: Path, rows: int) -> None:
    sample = generate(tmp_path, rows, 3)
    assert sample.rows["truth.customers"] == rows
    assert sample.rows["truth.orders"] == 2 * rows
    landscape = load_landscape(sample.landscape)
    assert all(Path(landscape.location(d)).is_file() for d in landscape.datasets)


def test_rows_are_counted_by_dataset(tmp_path: Path) -> None:
    sample = generate(tmp_path, 100, 1)
    written = pl.read_csv(tmp_path / "crm" / "customers.csv", separator=";", infer_schema=False)
    assert sample.rows["crm.customers"] == len(written)
    assert sample.total == sum(sample.rows.values())
