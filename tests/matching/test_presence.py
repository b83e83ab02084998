"""Fields that a column decides by being filled or not."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from workbench.matching import Decision, Decisions, Match, match, views
from workbench.model import BOOLEAN, DATE, INTEGER, TEXT, Contract, Field
from workbench.profiling import profile

STATUS = Field("status", TEXT, enum=("active", "closed"), labels={"active": "in use"})
DAYS = ["2026-01-05", None, None, "2026-02-11", None, None]


def entity(*fields: Field) -> Contract:
    return Contract(id="e", name="E", version="1.0.0", fields=fields)


def found(target: Field, column: str, values: list[str | None], **said: object) -> Match | None:
    frame = pl.DataFrame({column: values, "other": [f"v{n}" for n in range(len(values))]})
    facts = profile(frame)
    if not said:
        return match(facts, entity(target)).of(target.name)
    return match(entity(Field(column, TEXT, **said)), entity(target), source_sample=facts).of(target.name)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["closed_on", "closedAt", "account_closed_date"])
def test_a_day_whose_name_speaks_of_one_value_means_it(name: str) -> None:
    made = found(STATUS, name, DAYS)
    assert made is not None
    assert (made.sources, made.present) == ((name,), ("closed", "active"))
    assert f"'status' is closed where '{name}' is filled, active elsewhere: its name speaks of it" in made.evidence
    assert f"'{name}' is filled in 33 % of the rows" in made.evidence


def test_the_label_of_a_mark_says_what_it_means() -> None:
    made = found(STATUS, "LV", ["X", None, None, "X", None, None], enum=("", "X"), labels={"": "in use", "X": "closed"})
    assert made is not None
    assert made.present == ("closed", "active")
    assert "the label of its mark" in made.evidence[0]


def test_a_description_says_it_too() -> None:
    made = found(STATUS, "LV", ["X", None, None, "X", None, None], description="X for closed accounts.")
    assert made is not None
    assert made.present == ("closed", "active")


def test_what_a_description_says_of_an_empty_value_is_not_turned_round() -> None:
    assert found(STATUS, "d7", DAYS, description="Empty once it is closed.") is None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("closed_on", ["2026-01-05"] * 6),  # always filled
        ("closed_on", ["red", "blue", None, "green", None, None]),  # neither days nor one mark
        ("paid_on", DAYS),  # of something else
    ],
)
def test_nothing_is_concluded_from_other_columns(name: str, values: list[str | None]) -> None:
    made = found(STATUS, name, values)
    assert made is None or made.present is None


def test_a_flag_follows_from_the_day_of_the_same_event() -> None:
    made = found(Field("is_deleted", BOOLEAN), "deleted_at", DAYS)
    assert made is not None
    assert made.present == ("true", "false")


def test_a_decision_for_the_column_repeats_what_it_means() -> None:
    frame = pl.DataFrame({"closed_on": DAYS})
    decided = Decisions([Decision("s.closed_on", "E.status", "accepted")])
    made = match(profile(frame), entity(STATUS), source_name="s", decisions=decided).of("status")
    assert made is not None
    assert (made.present, made.score) == (("closed", "active"), 0.99)


def test_a_key_that_meets_a_key_is_surer() -> None:
    def two(**key: int) -> Contract:
        return Contract(
            id="s", name="s", version="1.0.0", fields=(Field("ORDER_KEY", TEXT, **key), Field("DAY", DATE))  # type: ignore[arg-type]
        )  # fmt: skip

    target = entity(Field("order_id", TEXT, key=1), Field("day", DATE))
    alone, keyed = (match(two(**k), target).candidates("order_id")[0] for k in ({}, {"key": 1}))
    assert alone.source == keyed.source == "ORDER_KEY"
    assert keyed.score > alone.score
    assert "both are the key of their side" in keyed.evidence


def test_a_key_that_meets_a_key_is_not_held_down_by_a_column_called_more_alike() -> None:
    fields = (Field("ORDER_KEY", TEXT, key=1), Field("ORDER_DATE_ID", INTEGER, format="%Y%m%d"))
    source = Contract(id="s", name="s", version="1.0.0", fields=fields)
    target = entity(Field("order_id", TEXT, key=1), Field("order_date", DATE))
    found = match(source, target)
    assert {m.target: m.source for m in found.best} == {"order_id": "ORDER_KEY", "order_date": "ORDER_DATE_ID"}


def test_a_number_that_a_contract_writes_as_a_day_is_a_date() -> None:
    written = {"%Y%m%d": "date", "%Y%m%d%H%M": "timestamp", None: "integer"}
    for format_, kind in written.items():
        contract = Contract(id="s", name="s", version="1.0.0", fields=(Field("d", INTEGER, format=format_),))
        assert views(contract)[0].kind == kind


def test_a_key_that_the_rows_show_meets_the_stated_key() -> None:
    rows = pl.DataFrame({"KUNNR": [f"00{n}" for n in range(60)], "LAND": ["DE", "FR"] * 30})
    target = entity(Field("customer_id", TEXT, key=1), Field("country", TEXT))
    facts = profile(rows)
    shown, hidden = (match(side, target) for side in (facts, replace(facts, keys=())))
    assert "'KUNNR' by telling all rows apart" in shown.candidates("customer_id")[0].evidence[0]
    assert shown.scores[0, 0] > hidden.scores[0, 0]
