"""Proposals: sensible from facts alone, and good on public data with known truth."""

from __future__ import annotations

import numpy as np
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
        ("price", ["$1,250.50", "€ 22.10"], "number"),
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


def test_systems_that_agree_on_no_name_are_aligned_by_their_values():
    frame = doubled(300, 3).drop("truth")
    words = pl.Series(
        "title", [f"{a} {b} {c}" for a, b, c in frame.select("first", "last", "city").fill_null("").rows()]
    )
    crm = frame.with_columns(words).head(300)
    other = frame.with_columns(words, born=pl.col("born").str.to_date().dt.to_string("%d.%m.%Y")).tail(250)
    erp = other.rename({"first": "vorname", "last": "nachname", "born": "geboren", "title": "wer", "id": "nr"})
    model = propose_model({"crm": crm, "erp": erp})
    assert (
        model.systems["erp"].columns == {"first": "vorname", "last": "nachname", "born": "geboren", "title": "wer"}
        or "title" not in model.fields
    )  # a text that only repeats its parts is left out
    assert model.systems["erp"].columns["born"] == "geboren"
    assert set(model.fields["born"].formats) == {"%Y-%m-%d", "%d.%m.%Y"}


def test_two_orders_of_day_and_month_are_never_both_taken():
    mixed = pl.Series(["31/12/1980", "12/31/1980"] * 20)
    assert len(column_facts(mixed, name="born").formats) < 2


def test_when_a_record_was_written_is_no_evidence_but_tells_the_most_recent():
    frame = doubled(90, 3).drop("truth").with_row_index("n")
    moment = pl.format("2026-01-{} 10:00:00", (pl.col("n") % 28 + 1).cast(pl.String).str.zfill(2))
    model = propose_model({"crm": frame.with_columns(updated_at=moment, loaded_at=moment).drop("n")})
    assert model.systems["crm"].changed_at == "updated_at"
    assert not {"updated_at", "loaded_at"} & {f for c in model.comparisons for f in c.fields}
    assert not [r for r in model.blocking if "updated_at" in r.name or "loaded_at" in r.name]
    assert model.survivorship["updated_at"].take == "most_recent"


def test_one_text_column_is_enough():
    frame = doubled(400, 5)
    text = pl.concat_str("first", "last", "city", separator=" ", ignore_nulls=True)
    one = frame.select("id", "truth", line=text)
    done = link({"a": one.drop("truth")}, propose_model({"a": one.drop("truth")}))
    truth = dict(one.select("id", "truth").iter_rows())
    linked = done.pairs.filter("linked").select("id_l", "id_r").rows()
    right = sum(truth[a] == truth[b] for a, b in linked)
    # three short words, of which a pair has two in common by chance: no more can be told, but not nothing either
    assert 2 * right / (len(linked) + one.height - one["truth"].n_unique()) > 0.5


def test_products_are_blocked_on_the_rare_words_of_their_names():
    rng = np.random.default_rng(4)
    brands, words = (
        ["sony", "bosch", "canon"],
        ["black", "silver", "pro", "kit", "camera", "drill", "tv", "lens", "compact", "wireless"],
    )

    def shop(prefix: str, order: slice) -> pl.DataFrame:
        names = [" ".join([brands[i % 3], *rng.choice(words, 4, replace=False), f"m{i}x"][order]) for i in range(300)]
        prices = [f"{10 + i % 40}.90" for i in range(300)]
        return pl.DataFrame({"id": [f"{prefix}{i}" for i in range(300)], "name": names, "price": prices})

    frames = {"a": shop("a", slice(None)), "b": shop("b", slice(None, None, -1))}
    model = propose_model(frames)
    assert any("rare_token(name" in str(k) for rule in model.blocking for k in rule.keys)
    reached = link(
        frames, model.model_copy(update={"thresholds": model.thresholds.model_copy(update={"keep": 0})})
    ).pairs
    assert reached.filter(pl.col("id_l").str.tail(-1) == pl.col("id_r").str.tail(-1)).height == 300
    assert reached.height < 600 * 20


def test_people_of_one_household_do_not_make_a_clean_system_look_unclean():
    people = doubled(300, 3).head(300).drop("truth").with_row_index("n")
    home = pl.format("{} long road", pl.col("n") // 4)
    shared = people.with_columns(street=home, phone=pl.format("0{}", pl.col("n") // 4 + 5550000)).drop("n")
    model = propose_model({"a": shared, "b": shared.head(200)})
    assert model.scope == "across"
    assert all(s.clean for s in model.systems.values())


def test_a_wide_table_keeps_the_comparisons_that_tell_most():
    frame = doubled(90, 3).drop("truth")
    wide = frame.with_columns(pl.col("last").str.slice(i % 4).alias(f"part{i}") for i in range(40))
    model = propose_model({"a": wide})
    assert 15 < len(model.comparisons) < 44
    assert link({"a": wide}, model).counts["clusters"] < wide.height
    with pytest.raises(UsageError, match="more outcomes together"):
        link(
            {"a": wide},
            model.model_copy(
                update={
                    "comparisons": tuple(
                        c.model_copy(update={"id": f"{c.id}{n}"}) for c in model.comparisons for n in range(2)
                    )
                }
            ),
        )


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
