"""A source of few rows, an entity, a drafted spec in a file, and a review over them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import dedent

import polars as pl
import pytest

from workbench.model import DATE, TEXT, Contract, Field, decimal
from workbench.widgets import MappingReview
from workbench.widgets.drafting import drafter
from workbench.widgets.preview import Previewer

ENTITY = Contract(
    id="Customer",
    name="Customer",
    version="1.4.0",
    tags=("canonical",),
    fields=(
        Field("customer_id", TEXT, required=True, key=1),
        Field("full_name", TEXT, personal=True),
        Field("gender", TEXT, enum=("Male", "Female")),
        Field("born_on", DATE),
        Field("balance", decimal(2)),
        Field("city", TEXT),
    ),
)
SPEC = """\
# Customers of the CRM. Comments survive a review.
spec: 1
name: crm-customers
version: 1.0.0
semantics: core-1
source: {dataset: crm.customers}
target: {entity: Customer}
maintainer: crm-team
status: draft
row_key: [no]
rows:
# test records stay out
- {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
fields:
  customer_id: {id: f1, from: no, steps: [trim, {prefix: "CRM-"}]}
  # agreed with sales
  full_name: {id: f2, from: name, steps: [{reorder_name: {from: "Last, First", to: First Last}}]}
  gender: {id: f3, from: sex, steps: [{translate: {values: {M: Male, F: Female}}}]}
  born_on: {id: f4, from: born, steps: [{parse_date: ["%d/%m/%Y"]}]}
unmapped: [saldo, town, remark]
evidence:
  f1: {match: "0.99", why: [same name]}
  f2: {match: "0.93"}
  f3: {match: "0.71"}
"""
ROWS = [
    ("1", "Lovelace, Ada", "F", "10/12/1815", "1.234,50", "N", "London", None),
    ("2", "Turing, Alan", "M", "23/06/1912", "7,00", "N", "London", "x"),
    ("3", "Hopper, Grace", "F", "1906-12-09", "0,50", "N", "New York", None),
    ("4", "Test, Test", "M", "01/01/2000", "0,00", "Y", "Nowhere", None),
    ("5", "Curie, Marie", "X", "07/11/1867", "12,00", "N", "Paris", None),
]
COLUMNS = ("no", "name", "sex", "born", "saldo", "test", "town", "remark")


@pytest.fixture
def source() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


@pytest.fixture
def spec_file(tmp_path: Path) -> Path:
    path = tmp_path / "crm-customers.yaml"
    path.write_text(dedent(SPEC), encoding="utf-8")
    return path


@pytest.fixture
def open_review(spec_file: Path, source: pl.DataFrame) -> Callable[..., MappingReview]:
    """Opens the review, as often as wanted: each time as a kernel just started would."""

    def open_(**more: object) -> MappingReview:
        from workbench.profiling import profile

        facts = profile(source, name="crm.customers")
        options: dict[str, object] = {
            "target": ENTITY,
            "columns": COLUMNS,
            "previewer": Previewer(source, target=ENTITY),
            "draft": drafter(facts, ENTITY, "crm.customers"),
            "by": "ada",
            "today": lambda: date(2026, 11, 22),
            "delay": 0,
        }
        return MappingReview(spec_file, **{**options, **more})  # type: ignore[arg-type]

    return open_


@pytest.fixture
def review(open_review: Callable[..., MappingReview]) -> MappingReview:
    return open_review()
