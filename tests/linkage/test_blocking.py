"""Blocking: each pair once, counted before anything runs, exploding blocks named."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.linkage.people import model, people
from workbench.errors import UsageError
from workbench.linkage import LinkModel
from workbench.linkage.blocking import block, candidate_pairs, count_pairs, guarded
from workbench.linkage.keys import Key
from workbench.linkage.records import Column, Records, read_records
from workbench.linkage.transforms import key_codes


def pairs_of(records: Records, m: LinkModel, new: np.ndarray | None = None) -> list[tuple[int, int]]:
    blocks = [block(records, r, m.scope, new) for r in m.blocking]
    return [
        p
        for _, a, b, _ in candidate_pairs(blocks, records, m.scope, size=7)
        for p in zip(a.tolist(), b.tolist(), strict=True)
    ]


def by_hand(records: Records, m: LinkModel, new: np.ndarray | None = None) -> set[tuple[int, int]]:
    codes = [[key_codes(k, records.column(k.field))[0] for k in r.keys] for r in m.blocking]
    found = set()
    for a, b in combinations(range(len(records)), 2):
        same = records.system[a] == records.system[b]
        allowed = m.scope == "all" or same == (m.scope == "within")
        fresh = new is None or new[a] or new[b]
        if allowed and fresh and any(all(c[a] == c[b] >= 0 for c in rule) for rule in codes):
            found.add((a, b))
    return found


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), scope=st.sampled_from(["within", "across", "all"]), partly=st.booleans())
def test_every_pair_that_a_rule_makes_comes_exactly_once(seed: int, scope: str, partly: bool):
    m = model(scope=scope)
    records = read_records({"crm": people(14, seed), "erp": people(9, seed + 1)}, m)
    new = np.random.default_rng(seed).random(len(records)) < 0.3 if partly else None
    found = pairs_of(records, m, new)
    assert len(found) == len(set(found))
    assert set(found) == by_hand(records, m, new)


def test_counts_are_known_before_anything_runs_and_are_exact():
    m = model()
    records = read_records({"crm": people(60, 1)}, m)
    counts = count_pairs(records, m, exact=True)
    assert counts.pairs == len(by_hand(records, m)) <= counts.upper_bound
    assert count_pairs(records, m).pairs is None


def test_an_exploding_block_is_refused_naming_its_value():
    m = model()
    m = m.model_copy(update={"limits": m.limits.model_copy(update={"block_pairs": 10})})
    frame = people(40, 1).with_columns(last=pl.lit("test"))
    records = read_records({"crm": frame}, m)
    with pytest.raises(UsageError, match="last = 'test' alone makes 780 pairs"):
        guarded(records, m, [block(records, r) for r in m.blocking])


def test_a_skipped_block_is_flagged_and_its_pairs_may_come_from_another_rule():
    m = model()
    m = m.model_copy(update={"limits": m.limits.model_copy(update={"block_pairs": 500, "oversized": "skip"})})
    records = read_records({"crm": people(40, 1).with_columns(last=pl.lit("test"))}, m)
    blocks, flags = guarded(records, m, [block(records, r) for r in m.blocking])
    assert len(flags) == 1
    found = [p for _, a, b, _ in candidate_pairs(blocks, records) for p in zip(a.tolist(), b.tolist(), strict=True)]
    rest = m.model_copy(update={"blocking": m.blocking[1:]})
    assert set(found) == by_hand(records, rest)


def test_too_many_pairs_in_all_are_refused():
    m = model()
    m = m.model_copy(update={"limits": m.limits.model_copy(update={"pairs": 5})})
    records = read_records({"crm": people(40, 1)}, m)
    with pytest.raises(UsageError, match="more than 5"):
        guarded(records, m, [block(records, r) for r in m.blocking])


def test_texts_that_share_a_rare_token_share_a_block_whatever_stands_around_it():
    common = ["black", "case", "kit", "pro"]
    texts = [f"{common[i % 4]} xk{i // 2} {common[i // 3 % 4]} only{i}" for i in range(800)] + ["black kit", None]
    column = Column("name", pl.Series(texts))
    codes, values = key_codes(Key.parse("rare_token(name, 1)"), column)
    assert values.sort().to_list() == sorted(f"xk{n}" for n in range(400))
    assert (codes[0:800:2] == codes[1:800:2]).all()
    assert codes[800] == -1  # of more texts than a hundred: too common for a block
    assert codes[801] == -1


def test_rare_tokens_are_drawn_anew_with_another_number():
    texts = [f"a{i // 2} b{i // 2} c{i}" for i in range(200)]
    drawn = [key_codes(Key.parse(f"rare_token(name, {n})"), Column("name", pl.Series(texts)))[1] for n in (1, 2)]
    assert set(drawn[0]) != set(drawn[1])
    assert {v[0] for v in drawn[0]} == {"a", "b"}
