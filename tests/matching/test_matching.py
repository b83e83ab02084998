"""The matcher: what it proposes, that order does not matter, that decisions count, that nothing is an answer."""

from __future__ import annotations

import importlib
import json
import pickle
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import UnknownNameError, UsageError
from workbench.matching import Decision, Decisions, Match, Pairing, Scorer, load_model, match, scorers
from workbench.model import TEXT, Contract, DataType, Field
from workbench.profiling import profile

from .tables import crm, customer, shuffled

NO_VOWELS = str.maketrans("", "", "aeiou")
WANTED = {
    "customer_id": "cust_no",
    "full_name": "CustomerName",
    "gender": "sex",
    "born_on": "dob",
    "email": "eMail",
    "balance": "saldo",
    "postcode": "zip",
}


def proposed(found: object) -> dict[str, str]:
    return {m.target: m.source for m in found.best}  # type: ignore[attr-defined]


def test_every_field_finds_its_column_and_one_without_finds_none() -> None:
    found = match(crm(), customer(), source_name="crm.customers")
    assert proposed(found) == WANTED
    assert found.missing == ("loyalty_tier",)
    assert found.left_over == ("fax",)


def test_a_profile_gives_the_same_matches_as_its_frame() -> None:
    found = match(profile(crm(), name="crm.customers"), customer())
    assert proposed(found) == WANTED
    assert found.source == "crm.customers"
    assert found.target == "Customer"


def test_a_coded_source_is_matched_by_its_contract() -> None:
    coded = Contract(
        id="erp",
        name="erp",
        version="1.0.0",
        fields=(
            Field("KUNNR", TEXT, description="Customer number."),
            Field("GBDAT", TEXT, description="Date of birth; eight digits."),
            Field("X1", TEXT, semantic_type="email", description="Where mail is sent."),
        ),
    )
    assert proposed(match(coded, customer()))["customer_id"] == "KUNNR"
    assert proposed(match(coded, customer()))["born_on"] == "GBDAT"


def test_contract_and_sample_are_seen_together() -> None:
    source = Contract(id="c", name="c", version="1.0.0", fields=(Field("cust_no", TEXT, description="Key."),))
    found = match(source, customer(), source_sample=crm())
    assert {v.name for v in found.columns} == set(crm().columns)
    assert found.columns[0].description == "Key."
    assert found.columns[0].seen.values


@settings(deadline=None, max_examples=8)
@given(st.permutations(range(8)))
def test_the_order_of_columns_does_not_matter(order: list[int]) -> None:
    plain, mixed = match(crm(), customer()), match(shuffled(crm(), order), customer())
    assert np.allclose(plain.scores[order], mixed.scores)
    assert proposed(plain) == proposed(mixed)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1),
        min_size=1,
        max_size=5,
        unique=True,
    ),
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=3, max_size=3), min_size=5, max_size=5),
)
def test_scores_are_probabilities_whatever_the_data(names: list[str], rows: list[list[str | None]]) -> None:
    frame = pl.DataFrame({n: pl.Series(rows[k], dtype=pl.String) for k, n in enumerate(names)})
    found = match(frame, frame)
    assert found.scores.shape == (len(names), len(names))
    assert ((found.scores >= 0) & (found.scores <= 1)).all()
    assert all(((m >= 0) & (m <= 1) | np.isnan(m)).all() for m in found.details.values())


def test_the_same_input_gives_the_same_scores() -> None:
    assert np.array_equal(match(crm(), customer()).scores, match(crm(), customer()).scores)


@pytest.mark.parametrize(
    "rename",
    [
        str.upper,
        lambda n: f"tbl_{n}",
        lambda n: n.replace("_", ""),
        lambda n: n.translate(NO_VOWELS),
    ],
    ids=["upper", "prefix", "no separator", "no vowels"],
)
def test_a_table_renamed_by_rule_is_found_again(rename: object) -> None:
    frame = pl.DataFrame(
        {n: [f"{n}{i}" for i in range(5)] for n in ("customer_number", "street", "birth_date", "amount", "department")}
    )
    other = frame.rename({n: rename(n) for n in frame.columns})  # type: ignore[operator]
    assert proposed(match(frame, other)) == {rename(n): n for n in frame.columns}  # type: ignore[operator]


def test_values_carry_a_match_where_no_name_says_anything() -> None:
    frame = pl.DataFrame({"city": [f"town {i}" for i in range(50)], "sku": [f"A-{i * 31}" for i in range(50)]})
    other = frame.rename({"city": "T01", "sku": "Q77"})
    found = match(frame.head(40), other)
    assert proposed(found) == {"T01": "city", "Q77": "sku"}
    assert all(m.score < 0.97 for m in found.best)  # 62 of 62 pairs over 0.95 were right where names said nothing


def test_where_nothing_but_names_is_known_only_names_speak() -> None:
    frame = pl.DataFrame({n: [n * k for k in range(1, 6)] for n in ("qxv", "zzk", "phone")})
    bare = Contract(
        id="e", name="E", version="1.0.0", fields=tuple(Field(n, DataType("null")) for n in ("wvb", "jjq", "phone"))
    )
    found = match(frame, bare)
    assert {m.target: m.source for m in found.best} == {"phone": "phone"}
    assert (found.scores[:2, :2] < 0.01).all()


def test_tables_without_anything_in_common_do_not_match() -> None:
    other = pl.DataFrame({"altitude": ["812.5", "3.1"], "iceberg": ["Q", "Z"]})
    assert match(crm(), other).best == ()


@pytest.mark.parametrize("empty", [pl.DataFrame(), pl.DataFrame({"a": pl.Series([], dtype=pl.String)})])
def test_empty_tables_are_no_trouble(empty: pl.DataFrame) -> None:
    assert match(empty, customer()).best == ()
    assert match(crm(), empty).best == ()


def test_nested_and_typed_columns_are_no_trouble() -> None:
    frame = pl.DataFrame({"customer_id": [1, 2], "items": [[{"qty": 1}], []], "at": [None, None]})
    assert "customer_id" in proposed(match(frame, customer()))


def test_an_accepted_decision_settles_the_pair_and_frees_no_rival() -> None:
    known = Decisions([Decision("crm.customers.fax", "Customer.postcode", "accepted", by="ada", on="2026-11-22")])
    found = match(crm(), customer(), source_name="crm.customers", decisions=known)
    taken = found.of("postcode")
    assert taken is not None
    assert taken.source == "fax"
    assert taken.score == pytest.approx(0.99)
    assert taken.evidence[0] == "accepted by ada on 2026-11-22"
    assert "zip" in found.left_over


def test_a_rejected_decision_takes_the_pair_away() -> None:
    known = Decisions([Decision("crm.customers.zip", "Customer.postcode", "rejected")])
    assert match(crm(), customer(), source_name="crm.customers", decisions=known).of("postcode") is None


def test_a_decision_elsewhere_speaks_for_columns_of_the_same_name() -> None:
    frame = crm().rename({"saldo": "konto_wert"})
    before = match(frame, customer(), source_name="crm")
    known = Decisions([Decision("erp.x.KontoWert", "Customer.balance", "accepted"),
                       Decision("web.y.konto_wert", "Customer.balance", "accepted")])  # fmt: skip
    after = match(frame, customer(), source_name="crm", decisions=known)
    at = (frame.columns.index("konto_wert"), 5)
    assert after.scores[at] > before.scores[at]


def test_what_other_sources_decided_is_not_told_of_a_pair_that_was_decided_itself() -> None:
    elsewhere = Decision("erp.x.zip", "Customer.postcode", "rejected")
    known = Decisions([elsewhere, Decision("crm.customers.zip", "Customer.postcode", "accepted")])
    taken = match(crm(), customer(), source_name="crm.customers", decisions=known).of("postcode")
    assert taken is not None
    assert "accepted" in taken.evidence
    assert not any("another source" in line for line in taken.evidence)
    open_ = match(crm(), customer(), source_name="shop.customers", decisions=Decisions([elsewhere]))
    told = next(m for m in open_.candidates("postcode") if m.source == "zip")
    assert "a column of this name was rejected for it in another source" in told.evidence


def test_a_scorer_that_counts_nothing_is_worked_out_only_for_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def nothing(pairing: Pairing) -> np.ndarray:
        asked.append(pairing.shape)
        return np.ones(pairing.shape)

    monkeypatch.setitem(scorers._things, "mute", Scorer("mute", nothing, "a scorer that was learned to say nothing"))
    learned = replace(load_model(), weights={**load_model().weights, "mute": 0.0})
    monkeypatch.setattr(importlib.import_module("workbench.matching.matching"), "load_model", lambda: learned)
    found = match(crm(), customer())
    email = found.of("email")
    assert email is not None
    assert not asked
    assert email.evidence
    assert asked == [found.scores.shape]
    assert pickle.loads(pickle.dumps(email)) == email
    assert bool((found.details["mute"] == 1.0).all())


def test_a_plugin_scorer_takes_part() -> None:
    def says_fax(pairing: object) -> np.ndarray:
        wanted = [v.name == "fax" for v in pairing.sources]  # type: ignore[attr-defined]
        tier = [v.name == "loyalty_tier" for v in pairing.targets]  # type: ignore[attr-defined]
        return np.outer(wanted, tier).astype(float)

    scorers.add("says_fax", Scorer("says_fax", says_fax, "a plugin says so", weight=30.0))
    try:
        found = match(crm(), customer()).of("loyalty_tier")
        assert found is not None
        assert found.source == "fax"
        assert "a plugin says so (100 %)" in found.evidence
    finally:
        del scorers._things["says_fax"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: match(3, customer()), "cannot match a int"),
        (lambda: match(crm(), customer(), threshold=1.5), "is no probability"),
        (lambda: match(crm(), customer(), scorers=["speling"]), "did you mean 'spelling'"),
        (lambda: match(crm(), customer()).of("emial"), "did you mean 'email'"),
    ],
)
def test_mistakes_are_told(call: object, message: str) -> None:
    with pytest.raises((UsageError, UnknownNameError), match=message):
        call()  # type: ignore[operator]


def test_what_was_found_is_shown_without_values() -> None:
    found = match(crm(), customer())
    text = found._repr_html_()
    assert "no match" in text
    assert "eMail" in text
    shown = text + found.to_json() + repr(found)
    assert not any(str(v) in shown for v in crm()["CustomerName"].to_list() + crm()["eMail"].to_list())


def test_no_match_is_shown_as_certain() -> None:
    found = match(crm(), customer())
    sure = replace(found, scores=np.where(found.scores >= 0.5, 0.9999, found.scores))
    assert sure.best[0].score == 0.9999
    for shown in (repr(sure), sure._repr_html_(), sure.to_json()):
        assert "0.99" in shown
        assert "1.0" not in shown


def test_names_are_escaped_in_html() -> None:
    frame = pl.DataFrame({"<script>email": ["a@x.org"]})
    assert "<script>" not in match(frame, customer())._repr_html_()


def test_json_and_frame_tell_the_same_as_best() -> None:
    found = match(crm(), customer())
    assert {t: m["from"] for t, m in json.loads(found.to_json())["matches"].items()} == WANTED
    rows = found.to_frame().filter("proposed")
    assert dict(rows.select("target", "source").iter_rows()) == WANTED
    assert rows["score"].is_sorted(descending=True)
    assert found.draft()["gender"]["from"] == "sex"


def test_a_name_within_another_is_not_called_an_abbreviation() -> None:
    whole, short = (pl.DataFrame({n: []}) for n in ("order_provider_id", "ord_prov_id"))
    target = pl.DataFrame({"provider_id": []})
    told = [" ".join(match(side, target).candidates("provider_id")[0].evidence) for side in (whole, short)]
    assert "'order_provider_id' has all words of 'provider_id'" in told[0]
    assert "abbreviation" not in told[0]


def test_evidence_is_in_words() -> None:
    found = match(crm(), customer()).of("gender")
    assert isinstance(found, Match)
    assert any("sex" in line for line in found.evidence)
