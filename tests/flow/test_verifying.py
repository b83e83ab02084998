"""Specs verified on full volume: books, contract, checks, worst offenders, nothing personal shown."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from textwrap import dedent

import polars as pl
import pytest

from workbench.flow import Verdict, replay, verify
from workbench.mapping import apply, resolve
from workbench.model import DATE, TEXT, Contract, Field, Plan, Spec, parse_spec
from workbench.profiling import profile
from workbench.quality import DeadLetters

ENTITY = Contract(
    "Customer", "Customer", "1.4.0", tags=("canonical",),
    fields=(
        Field("customer_id", TEXT, required=True, key=1), Field("name", TEXT, personal=True),
        Field("gender", TEXT, enum=("Male", "Female")), Field("born_on", DATE, minimum="1800-01-01"),
    ),
)  # fmt: skip
SPEC = """
    name: crm
    version: 1.0.0
    source: {dataset: crm.customers}
    target: {entity: Customer}
    rows:
      - {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
    fields:
      customer_id: {id: f1, from: no, steps: [trim, {prefix: "C-"}]}
      name: {id: f2, from: name, steps: [{reorder_name: {from: "Last, First", to: "First Last"}}]}
      gender: {id: f3, from: sex, steps: [{translate: {values: {M: Male, F: Female}}}]}
      born_on: {id: f4, from: born, steps: [{parse_date: "%d/%m/%Y"}]}
    checks: CHECKS
"""
ROWS = [
    ("1", "Lovelace, Ada", "F", "10/12/1815", "N"),
    ("2", "Turing, Alan", "M", "23/06/1912", None),
    ("2", "Hopper, Grace", "F", "01/01/1700", "N"),
    ("4", "Babbage Charles", "M", "01/01/1900", "N"),
    ("5", "Test, Tom", "M", "01/01/1900", "Y"),
]


def spec(checks: str = "[]") -> Spec:
    return parse_spec(dedent(SPEC).replace("CHECKS", checks))


@pytest.fixture
def rows() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=dict.fromkeys(("no", "name", "sex", "born", "test"), pl.String), orient="row")


def test_the_books_the_contract_and_the_rejects_are_counted(rows: pl.DataFrame) -> None:
    verdict = verify(spec(), rows, ENTITY)
    assert not verdict.passed
    assert str(verdict.counts) == "5 in, 3 out, 1 rejected, 1 out_of_scope"
    assert {r.code: r.broken for r in verdict.rules if r.broken} == {"key": 1, "born_on.minimum": 1}
    assert verdict.offenders[0].startswith(("customer_id is the key", "born_on is at least"))


def test_personal_data_is_masked_in_every_form(rows: pl.DataFrame) -> None:
    verdict = verify(spec("[{id: c1, roundtrip: [f2]}]"), rows, ENTITY)
    shown = str(verdict) + verdict._repr_html_() + verdict.to_json()
    assert "abbage" not in shown
    assert "B•••••• C••••••" in str(verdict)


def test_json_says_what_the_verdict_says(rows: pl.DataFrame) -> None:
    said = json.loads(verify(spec(), rows, ENTITY).to_json())
    assert (said["passed"], said["counts"]["rows_out"], said["target"]) == (False, 3, "Customer 1.4.0")


@pytest.mark.parametrize(
    ("checks", "passed", "measured"),
    [
        ("[{id: c1, roundtrip: [f1, f3]}]", True, "no → customer_id → no: 4 of 4 equal"),
        ("[{id: c1, max_rejected: 0.2}]", True, "1 of 5 (0.200000)"),
        ("[{id: c1, max_rejected: 0.1}]", False, "1 of 5 (0.200000)"),
        ("[{id: c1, unique: [customer_id]}]", False, "1 of 3 rows repeat an earlier one"),
        ("[{id: c1, unique: [customer_id, name]}]", True, "0 of 3 rows repeat an earlier one"),
        ("[{id: c1, unique: [nobody]}]", None, "there is no column nobody"),
        ("[{id: c1, roundtrip: [f9]}]", False, "it has no way back"),
        ("[{id: c1, drift: {f3: new_values}}]", None, "there is no profile to compare with"),
    ],
)
def test_checks_of_the_spec(rows: pl.DataFrame, checks: str, passed: bool | None, measured: str) -> None:
    verdict = verify(spec(checks), rows, ENTITY)
    assert {c.passed for c in verdict.checks} == {passed}
    assert verdict.checks[0].measured == measured


def test_values_never_seen_before_are_drift(rows: pl.DataFrame) -> None:
    before = profile(rows.head(1).lazy(), name="crm", full=True)
    verdict = verify(spec("[{id: c1, drift: {f3: new_values}}]"), rows, ENTITY, baseline=before)
    assert verdict.checks[0].passed is False
    assert verdict.checks[0].measured == "sex: 1 new values in 3 rows, as 'M'"


def test_a_distribution_that_moved_is_drift() -> None:
    fields = "name: crm\nsource: {dataset: d}\ntarget: {entity: E}\nchecks: [{id: c1, drift: {f1: quantiles}}]\n"
    moving = parse_spec(fields + "fields: {x: {id: f1, from: a}}\n")
    old = pl.DataFrame({"a": list(range(1000))})
    baseline = profile(old.lazy(), name="d", full=True)
    assert verify(moving, old, baseline=baseline).passed
    assert not verify(moving, old + 300, baseline=baseline).passed


def test_batches_and_one_pass_give_one_verdict(rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    import workbench.flow.verifying as module

    stream = module.stream

    def shape(verdict: Verdict) -> tuple[object, ...]:
        return verdict.counts.to_dict(), [(r.code, r.broken, r.result) for r in verdict.rules]

    whole = verify(spec(), rows, ENTITY)
    monkeypatch.setattr(module, "stream", partial(stream, batch_rows=2))
    assert shape(verify(spec(), rows, ENTITY)) == shape(whole)


def plan_of(text_of_spec: Spec, rows: pl.DataFrame) -> Plan:
    return resolve(text_of_spec, dict.fromkeys(rows.columns, TEXT), ENTITY).plan


def test_dead_letters_pass_once_the_spec_is_mended(rows: pl.DataFrame, tmp_path: Path) -> None:
    letters, plan = DeadLetters(tmp_path), plan_of(spec(), rows)
    letters.keep(apply(plan, rows).rejected, run="r1")
    mended = spec().model_copy(update={"version": "1.1.0"})
    lenient = mended.fields["name"].model_copy(update={"on_error": "null"})
    mended = mended.model_copy(update={"fields": {**mended.fields, "name": lenient}})
    again = replay(letters, plan_of(mended, rows), run="r2")
    assert again.passed["customer_id"].to_list() == ["C-4"]
    letters.settle(again)
    assert letters.query().height == 0
    assert replay(letters, plan_of(mended, rows), run="r3").tried == 0


def test_a_letter_rejected_again_stays_with_its_new_reason(rows: pl.DataFrame, tmp_path: Path) -> None:
    letters, plan = DeadLetters(tmp_path), plan_of(spec(), rows)
    letters.keep(apply(plan, rows).rejected, run="r1")
    again = replay(letters, plan, run="r2")
    assert (again.passed.height, again.rejected["_code"].to_list(), again.letters) == (0, ["f2.1"], ())


def test_rows_made_by_explode_are_replayed_as_they_are(tmp_path: Path) -> None:
    text = """
        name: s
        source: {dataset: d}
        target: {entity: E}
        rows: [{id: r1, explode: {field: items, into: item}}]
        fields: {x: {id: f1, from: item, steps: [{cast: integer}]}}
    """
    frame = pl.DataFrame({"items": [["1", "a"], ["b"]]})
    from workbench.backends import schema_of

    plan = resolve(parse_spec(dedent(text)), schema_of(frame)).plan
    letters = DeadLetters(tmp_path)
    letters.keep(apply(plan, frame).rejected, run="r1")
    mended = resolve(parse_spec(dedent(text).replace("[{cast: integer}]", "[]")), schema_of(frame)).plan
    assert replay(letters, mended, run="r2").passed["x"].to_list() == ["a", "b"]
