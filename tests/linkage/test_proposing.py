"""Proposals: sensible from facts alone, and good on public data with known truth."""

from __future__ import annotations

import polars as pl
import pytest

from tests.linkage.people import doubled
from workbench.errors import UsageError
from workbench.linkage import dump_link_model, link, parse_link_model, propose_model
from workbench.linkage.facts import column_facts
from workbench.model import TEXT, Contract, Field


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("mail", ["a@x.org", "b@y.org"], "email"),
        ("born", ["31/01/1980", "01/12/1999"], "date"),
        ("phone", ["+31 6 1234 5678", "0612345678"], "phone"),
        ("zip", ["1012 AB", "9999 ZZ"], "code"),
        ("surname", ["smith", "jones"], "name"),
        ("title", ["a study of many words", "another study of it"], "text"),
        ("lat", ["52.3", "51.5"], "coordinate"),
        ("price", ["1.50", "22.10"], "number"),
        ("fixed", ["x", "x"], "none"),
    ],
)
def test_a_column_is_told_by_its_values_and_name(name: str, values: list[str], kind: str):
    assert column_facts(pl.Series(values * 10) if kind != "none" else pl.Series(values), name=name).kind == kind


def test_a_proposal_is_a_whole_model_and_a_stable_file():
    frame = doubled(150, 3).drop("truth")
    model = propose_model({"crm": frame}, entity="Person")
    assert parse_link_model(dump_link_model(model)) == model
    assert model.systems["crm"].id == "id"
    assert set(model.fields) == {"first", "last", "born", "city"}


def test_a_contract_names_columns_and_kinds():
    frame = doubled(90, 3).drop("truth").rename({"last": "nachname"})
    fields = (Field("family_name", TEXT, synonyms=("nachname",), semantic_type="family_name"), Field("born", TEXT))
    model = propose_model({"crm": frame}, Contract(id="Person", name="Person", version="1.0.0", fields=fields))
    assert model.entity == "Person"
    assert model.systems["crm"].columns["family_name"] == "nachname"


def test_clean_systems_are_linked_one_to_one():
    frame = doubled(400, 3).drop("truth")
    model = propose_model({"a": frame.head(400), "b": frame.tail(134)})
    assert model.scope == "across"
    assert all(s.clean for s in model.systems.values())


def test_nothing_fit_for_comparing_is_said():
    with pytest.raises(UsageError, match="no column"):
        propose_model({"a": pl.DataFrame({"id": ["1", "2"], "x": ["same", "same"]})})
    with pytest.raises(UsageError, match="share no column"):
        propose_model({"a": pl.DataFrame({"id": ["1"], "x": ["y"]}), "b": pl.DataFrame({"id": ["1"], "z": ["y"]})})


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "truth", "least"), [("fake_1000.csv", "cluster", 0.92), ("early_childhood_true_ids.csv", "True Id", 0.85)]
)
def test_a_proposal_alone_finds_the_duplicates_of_public_data(real_data, name: str, truth: str, least: float):
    frame = pl.read_csv(real_data(f"linkage/{name}"), infer_schema=False)
    key = next(c for c in frame.columns if frame[c].n_unique() == frame.height)
    done = link({"a": frame.drop(truth)}, propose_model({"a": frame.drop(truth)}))
    both = done.crosswalk.entries.join(
        frame.select(pl.col(key).alias("source_id"), pl.col(truth).alias("true")), on="source_id"
    )
    n = pl.len().cast(pl.Int64)

    def pairs(*by: str) -> int:
        return int(both.group_by(by).agg(n=n * (n - 1) // 2)["n"].sum())

    f1 = 2 * pairs("canonical_id", "true") / (pairs("canonical_id") + pairs("true"))
    assert f1 > least
