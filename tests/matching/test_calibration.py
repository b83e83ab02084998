"""Learning the weights: they learn what is to be learned, and the shipped ones fit the scorers there are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import workbench.matching
from workbench.matching import (
    Case,
    Model,
    Pairing,
    Reliability,
    case_of,
    fit_model,
    judge,
    load_model,
    match,
    reliability,
    scorers,
    views,
)
from workbench.matching.combining import CHOICE, FINAL
from workbench.matching.deriving import BY_NAME, DERIVED
from workbench.profiling import wilson


def cases() -> list[Case]:
    frame = pl.DataFrame({n: [f"{n}{i % 7}" for i in range(20)] for n in ("city", "street", "phone", "price")})
    out = []
    for k in range(4):
        names = {n: n if k % 2 else f"t_{n}" for n in frame.columns}
        pairing = Pairing(views(frame.head(10 + k)), views(frame.tail(12).rename(names)))
        out.append(case_of(pairing, np.eye(4, dtype=bool)))
    return out


def test_the_truth_it_learned_from_is_found_again() -> None:
    model = fit_model(cases())
    assert all(w >= 0 for n, w in model.weights.items() if n not in ("no_values", "barred"))
    assert all(w >= 0 for w in model.choice.values())


def test_every_shipped_weight_belongs_to_something() -> None:
    model = load_model()
    assert model.silent is not None
    for part in (model, model.silent):
        assert set(part.weights) <= set(scorers) | set(DERIVED)
        assert all(w >= 0 for n, w in part.weights.items() if n not in ("no_values", "barred"))
        assert set(part.choice) == set(CHOICE)
        assert set(part.final) == set(FINAL)
    assert not BY_NAME & set(model.silent.weights)


def test_the_shipped_model_was_calibrated_on_what_it_had_not_seen() -> None:
    path = Path(workbench.matching.__file__).with_name("weights.json")
    tables = json.loads(path.read_text())["held_out_reliability"]
    for kind in ("pairs", "dictionary"):
        rows = [row for row in tables[kind] if row["from"] >= 0.6 and row["pairs"] >= 10]
        assert rows
        for row in rows:
            least, most = wilson(row["right"], row["pairs"])
            assert least <= row["said"] <= most, (kind, row)


def test_the_shipped_model_is_not_too_sure_where_names_say_nothing() -> None:
    path = Path(workbench.matching.__file__).with_name("weights.json")
    rows = [row for row in json.loads(path.read_text())["held_out_reliability"]["blind"] if row["from"] >= 0.2]
    assert len(rows) == 6
    assert all(row["right"] > row["said"] - 0.05 for row in rows)


def test_a_crowd_of_likely_looking_rivals_makes_a_score_less_sure() -> None:
    """Half of what looks sure is wrong in dictionaries here, and all of it right in tables of equal size."""
    even, crowded = cases(), []
    for k, case in enumerate(cases()):
        wide = {n: np.hstack([m, m[:, ::-1] if k % 2 else m, np.zeros((4, 12))]) for n, m in case.scores.items()}
        truth = np.hstack([np.zeros((4, 4)), np.eye(4), np.zeros((4, 12))]).astype(bool)
        crowded.append(Case(wide, truth, (case.kinship[0], np.zeros((20, 20)))))
    groups = [f"g{i}" for i in range(8)]
    model = fit_model([*even, *crowded], groups=groups)
    assert set(model.final) == set(FINAL)
    model = replace(model, silent=None)
    plain = replace(model, final={})

    def top(case: Case, of: Model) -> float:
        return float(judge(case.scores, case.kinship, of).max())

    assert top(even[0], model) >= top(even[0], plain) - 0.05
    assert top(crowded[1], model) < 0.9


def test_the_last_stage_keeps_the_order_of_scores() -> None:
    model = load_model()
    assert model.silent is not None
    for part in (model, model.silent):
        assert all(w >= 0 for n, w in part.final.items() if not n.endswith("always"))


def test_a_share_of_few_pairs_has_wide_bounds() -> None:
    """Figures of Wilson's interval for 8 of 10 and 800 of 1,000."""
    few, many = Reliability(0.6, 0.8, 10, 0.7, 0.8), Reliability(0.6, 0.8, 1000, 0.7, 0.8)
    assert few.bounds == pytest.approx((0.490, 0.943), abs=1e-3)
    assert many.bounds == pytest.approx((0.774, 0.824), abs=1e-3)


def test_reliability_counts_what_is_right_per_bin() -> None:
    table = reliability(np.array([0.99, 0.97, 0.5, 0.01]), np.array([True, False, True, False]))
    assert [(r.pairs, r.right) for r in table] == [(1, 0.0), (1, 1.0), (2, 0.5)]


@pytest.mark.real
@pytest.mark.parametrize("pair", ["tpch/prospect_horizontal_50_ac2_av_018", "opendata/miller2_vertical_50_ac3_av_013"])
def test_public_pairs(pair: str, real_data: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path(__file__).parent.parent / "benchmarks"), *sys.path])
    from matching_sets import tasks

    (task,) = tasks(real_data(f"matching/valentine/{pair}"))
    found = {(m.source, m.target) for m in match(task.source, task.target).best}
    assert len(found & task.truth) >= 0.9 * len(task.truth)


def test_values_find_columns_with_codes_for_names_beside_columns_with_names() -> None:
    rows = range(60)
    left = pl.DataFrame({"city": [f"Town {i % 9}" for i in rows], "code": [f"AB-{i:03d}" for i in rows]})
    right = pl.DataFrame({"F0071": [f"AB-{i:03d}" for i in reversed(rows)], "city": [f"Town {i % 7}" for i in rows]})
    found = match(left, right)
    assert ("city", "city") in {(m.source, m.target) for m in found.best}
    assert found.candidates("F0071")[0].source == "code"
    assert found.candidates("F0071")[0].score > 0.2


def beside_named(**values: list[str]) -> pl.DataFrame:
    """Columns beside three that names match."""
    named = {n: [f"{n} {i % 9}" for i in range(60)] for n in ("city", "street", "first name")}
    return pl.DataFrame({**named, **values})


def test_many_telling_values_prove_a_column_whose_name_cannot_be_read() -> None:
    mails = [f"p{i}@x.org" for i in range(60)]
    found = match(beside_named(email=mails), beside_named(SMTPADR=[f"q{m}" if m > "p4" else m for m in mails]))
    assert found.of("SMTPADR") is not None
    assert found.of("SMTPADR").source == "email"  # type: ignore[union-attr]
    said = found.of("SMTPADR").evidence  # type: ignore[union-attr]
    assert said[0] == "'SMTPADR' cannot be read as words: the values speak"
    assert "of the values of one occur in the other" in said[1]


def test_values_that_are_merely_alike_suggest_a_column_whose_name_cannot_be_read() -> None:
    left = beside_named(email=[f"p{i}@x.org" for i in range(60)])
    right = beside_named(SMTPADR=[f"q{i}@y.org" for i in range(60)])
    found = match(left, right)
    assert found.of("SMTPADR") is None
    first = found.candidates("SMTPADR")[0]
    assert first.source == "email"
    assert 0.1 < first.score <= 0.2


def test_where_most_names_speak_leftover_columns_of_like_values_stay_unmatched() -> None:
    names = ("city", "street", "first name")
    left = pl.DataFrame({n: [f"{n} {i % 9}" for i in range(60)] for n in names})
    right = pl.DataFrame({n: [f"{n} {i % 7}" for i in range(60)] for n in names})
    numbers = [str(40000 + 7 * i) for i in range(60)]
    found = match(left.with_columns(fax=pl.Series(numbers)), right.with_columns(weight=pl.Series(numbers)))
    assert {(m.source, m.target) for m in found.best} == {(n, n) for n in names}
