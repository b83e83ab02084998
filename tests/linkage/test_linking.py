"""Linking from front to back: its laws, its crosswalk, its golden records."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linkage.people import doubled, model, partition, people
from workbench.errors import LinkModelError, SourceError, UsageError
from workbench.linkage import Override, Overrides, link, load_crosswalk, load_overrides, save_overrides, train
from workbench.linkage.model import BlockingRule, Comparison, SystemRule, Thresholds

LAW = settings(deadline=None, max_examples=12)


@LAW
@given(st.integers(0, 10_000))
def test_the_order_of_input_does_not_matter(seed: int):
    a, b = people(18, seed), people(10, seed + 1)
    straight = link({"crm": a, "erp": b}, model())
    shuffled = link({"erp": b.reverse(), "crm": a.sample(fraction=1, shuffle=True, seed=seed)}, model())
    assert straight.crosswalk.entries.equals(shuffled.crosswalk.entries)
    assert straight.pairs.equals(shuffled.pairs)
    assert straight.golden.records.equals(shuffled.golden.records)


@LAW
@given(st.integers(0, 10_000))
def test_left_and_right_are_alike(seed: int):
    """Systems named the other way round swap left and right in every pair across them.

    Components are compared: where cohesive clusters have to choose between equal links, the names decide.
    """
    a, b, plain = people(12, seed, "x"), people(10, seed + 1, "y"), model(clustering="components")
    one = link({"crm": a, "erp": b}, plain)
    other = link({"crm": b, "erp": a}, plain)
    turned = {frozenset(("erp" if s == "crm" else "crm", i) for s, i in c) for c in partition(other)}
    assert partition(one) == turned
    assert sorted(one.pairs["weight"].round(9)) == sorted(other.pairs["weight"].round(9))


@LAW
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_incremental_equals_full(seed: int, first: int):
    frame = people(26, seed)
    before = link({"crm": frame.head(first)}, model())
    full = link({"crm": frame}, model())
    step = link({"crm": frame}, model(), crosswalk=before.crosswalk)
    assert partition(step) == partition(full)
    assert step.pairs.equals(full.pairs)
    assert before.compared + step.compared == full.compared


def plain(**changes: object):
    """A model whose weights depend on a pair alone, not on how common its values are."""
    m = model(**changes)
    alone = tuple(c.model_copy(update={"term_frequency": False}) for c in m.comparisons)
    return m.model_copy(update={"comparisons": alone})


@LAW
@given(st.integers(0, 10_000), st.integers(1, 25), st.sampled_from([0.0, 0.01, 0.3]))
def test_incremental_equals_full_at_any_threshold_where_a_pair_is_judged_by_itself(seed: int, first: int, keep: float):
    m, frame = plain(thresholds=Thresholds(match=0.5, keep=keep)), people(26, seed)
    full = link({"crm": frame}, m)
    step = link({"crm": frame}, m, crosswalk=link({"crm": frame.head(first)}, m).crosswalk)
    assert step.pairs.equals(full.pairs)
    assert partition(step) == partition(full)


@LAW
@given(st.integers(0, 10_000), st.integers(1, 25))
def test_incremental_misses_only_what_an_earlier_run_forgot_and_anew_finds_it(seed: int, first: int):
    """How common values are changes with the data: a pair once below 'keep' may rise above it later."""
    m, frame = model(thresholds=Thresholds(match=0.5, keep=0.3)), people(26, seed)
    before, full = link({"crm": frame.head(first)}, m), link({"crm": frame}, m)
    step = link({"crm": frame}, m, crosswalk=before.crosswalk)
    keys = ["system_l", "id_l", "system_r", "id_r"]
    assert step.pairs.join(full.pairs, on=step.pairs.columns, how="anti", nulls_equal=True).is_empty()
    missed = full.pairs.join(step.pairs, on=keys, how="anti")
    old = set(frame.head(first)["id"])
    assert all(a in old and b in old for a, b in missed.select("id_l", "id_r").iter_rows())
    assert missed.join(before.pairs, on=keys, how="semi").is_empty()
    again = link({"crm": frame}, m, crosswalk=before.crosswalk, anew=True)
    assert again.pairs.equals(full.pairs)
    assert again.crosswalk.run == 2


def test_a_pair_keeps_the_outcome_of_the_word_frequencies_of_its_time_until_it_is_compared_anew():
    levels = [{"test": "token_cosine", "at": 0.2, "m": 0.9, "u": 0.1}, {"test": "else", "m": 0.1, "u": 0.9}]
    words = Comparison.model_validate({"id": "last", "fields": "last", "levels": levels})
    m = plain(blocking=(BlockingRule(same=("city",)),), comparisons=(words,))

    def lines(*texts: str) -> pl.DataFrame:
        rows = {"id": [str(i) for i in range(len(texts))], "last": list(texts)}
        return pl.DataFrame({**rows, "first": "a", "born": "1980-01-01", "city": "rome"})

    few, more = ("red box", "red lamp"), [f"red thing{i}" for i in range(20)]
    before = link({"crm": lines(*few)}, m)
    step = link({"crm": lines(*few, *more)}, m, crosswalk=before.crosswalk)
    again = link({"crm": lines(*few, *more)}, m, crosswalk=before.crosswalk, anew=True)
    told = [r.pairs.filter(id_l="0", id_r="1")["level:last"].item() for r in (before, step, again)]
    assert told[0] == told[1] != told[2]


@LAW
@given(st.integers(0, 10_000))
def test_changed_and_vanished_records_are_seen_by_the_next_run(seed: int):
    frame = people(20, seed)
    changed = frame.head(18).with_columns(city=pl.when(pl.col("id") == "r3").then(pl.lit("bonn")).otherwise("city"))
    step = link({"crm": changed}, model(), crosswalk=link({"crm": frame}, model()).crosswalk)
    assert partition(step) == partition(link({"crm": changed}, model()))


@LAW
@given(st.integers(0, 10_000), st.integers(0, 12), st.sampled_from(["within", "across", "all"]))
def test_every_source_row_is_in_exactly_one_cluster(seed: int, size: int, scope: str):
    done = link({"crm": people(15, seed), "erp": people(size, seed)}, model(scope=scope))
    assert done.counts["rows:crm"] + done.counts["rows:erp"] == 15 + size
    assert sum(len(c) for c in partition(done)) == 15 + size
    assert done.clusters["records"].sum() == 15 + size


def test_ids_stay_when_records_are_added():
    frame = doubled(120, 5).drop("truth")
    trained, _ = train({"crm": frame}, model(prior=None))
    before = link({"crm": frame.head(150)}, trained)
    after = link({"crm": frame}, trained, crosswalk=before.crosswalk)
    moved = before.crosswalk.entries.join(after.crosswalk.entries, on=["system", "source_id"])
    changed = moved.filter(pl.col("canonical_id") != pl.col("canonical_id_right"))
    retired = after.crosswalk.history.filter(pl.col("retired").is_not_null())
    assert set(changed["canonical_id"]) <= set(retired["canonical_id"])
    for old, new in changed.select("canonical_id", "canonical_id_right").iter_rows():
        assert after.crosswalk.current_id(old) == new


def test_merged_and_split_ids_are_in_the_history():
    frame = pl.DataFrame({"id": ["1", "2", "3", "4"], "first": ["anna"] * 4, "last": ["smith"] * 4,
                          "born": ["1980-01-11"] * 4, "city": ["rome"] * 4})  # fmt: skip
    parted = Overrides(cannot_link=tuple(Override(pair=(f"crm:{a}", f"crm:{b}")) for a in "12" for b in "34"))
    split = link({"crm": frame}, model(), overrides=parted)
    assert len(partition(split)) == 2
    merged = link({"crm": frame}, model(), crosswalk=split.crosswalk)
    gone = merged.crosswalk.history.filter(pl.col("retired") == 2)
    assert gone.height == 1
    assert gone["merged_into"][0] == merged.crosswalk.entries["canonical_id"][0]
    again = link({"crm": frame}, model(), crosswalk=merged.crosswalk, overrides=parted)
    fresh = again.crosswalk.history.filter(pl.col("valid_from") == 3)
    assert fresh["split_from"].to_list() == [merged.crosswalk.entries["canonical_id"][0]]
    assert gone["canonical_id"][0] not in set(again.crosswalk.entries["canonical_id"])


def test_a_crosswalk_survives_saving_and_loading(tmp_path):
    done = link({"crm": people(20, 1)}, model()).crosswalk
    done.save(tmp_path)
    back = load_crosswalk(tmp_path)
    assert back.entries.equals(done.entries)
    assert back.pairs.equals(done.pairs)
    with pytest.raises(SourceError, match="give a folder"):
        load_crosswalk(tmp_path / "none")


def test_saving_again_removes_the_earlier_run_and_nothing_else(tmp_path):
    first = link({"crm": people(20, 1)}, model()).crosswalk
    first.save(tmp_path)
    (tmp_path / "golden.parquet").write_bytes(b"of somebody else")
    link({"crm": people(20, 1)}, model(), crosswalk=first).crosswalk.save(tmp_path)
    left = {p.name for p in tmp_path.iterdir()}
    assert left == {"entries.2.parquet", "history.2.parquet", "pairs.2.parquet", "crosswalk.json", "golden.parquet"}


def test_overrides_are_honoured_and_missing_records_flagged():
    frame = people(20, 3)
    rules = Overrides(
        must_link=(Override(pair=("crm:r1", "crm:r2")),), cannot_link=(Override(pair=("crm:r0", "crm:gone")),)
    )
    done = link({"crm": frame}, model(), overrides=rules)
    together = next(c for c in partition(done) if ("crm", "r1") in c)
    assert ("crm", "r2") in together
    assert any("crm:gone" in f.text for f in done.flags)


def test_overrides_that_contradict_each_other_are_refused_with_their_line(tmp_path):
    both = Overrides(must_link=(Override(pair=("a:1", "a:2")),), cannot_link=(Override(pair=("a:2", "a:1")),))
    save_overrides(both, tmp_path / "o.yaml")
    with pytest.raises(LinkModelError, match=r"o\.yaml:\d+.*must and cannot"):
        load_overrides(tmp_path / "o.yaml")


def test_an_explanation_adds_up_to_the_pairs_weight_and_masks_people():
    done = link({"crm": people(20, 1)}, model())
    top = done.pairs.row(0, named=True)
    told = done.explain(f"crm:{top['id_l']}", f"crm:{top['id_r']}")
    assert told.weight == pytest.approx(top["weight"])
    assert told.parts[0].name == "prior"
    assert all("•" in v for p in told.parts for v in p.values if v)
    bundle = told._repr_mimebundle_()
    assert bundle["text/html"].count("<tr>") == 1 + len(told.parts)
    assert len(bundle["text/plain"].splitlines()) == 1 + len(told.parts)
    with pytest.raises(UsageError, match="no record 'crm:zz'"):
        done.explain("crm:zz", "crm:r1")


def test_the_report_shows_no_personal_value():
    frame = doubled(60, 2).drop("truth")
    done = link({"crm": frame}, model(prior=None))
    seen = " ".join([repr(done), *done._repr_mimebundle_().values()])
    shown = done.golden.records.filter(pl.col("records") > 1)
    assert shown.height
    assert not [v for v in shown["last"].drop_nulls() if v in seen]


def test_the_report_says_what_became_of_the_records_in_both_forms():
    done = link({"crm": people(30, 1), "erp": people(5, 2)}, model())
    for form in done._repr_mimebundle_().values():
        assert f"35 records of 2 systems are {done.counts['clusters']:,} different ones" in form
        assert f"{done.counts['linked']:,}" in form


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (people(3, 1).with_columns(id=pl.lit("7")), "repeat an id, as '7'"),
        (people(3, 1).with_columns(id=pl.lit(None, pl.String)), "3 records have no id"),
    ],
)
def test_records_without_a_usable_id_are_refused(frame: pl.DataFrame, says: str):
    with pytest.raises(UsageError, match=says):
        link({"crm": frame}, model())


def test_missing_columns_are_told_all_at_once():
    m = model(systems={"crm": SystemRule(id="idd")})
    with pytest.raises(LinkModelError) as caught:
        link({"crm": people(3, 1).rename({"city": "town", "last": "family"})}, m)
    assert len(caught.value.faults) == 3


def test_nothing_to_link_is_no_crash():
    assert link({"crm": people(0, 1)}, model()).counts["clusters"] == 0
    assert link({"crm": people(1, 1)}, model()).counts["clusters"] == 1
    with pytest.raises(UsageError, match="nothing to link"):
        link({}, model())
