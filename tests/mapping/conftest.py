"""A small source, a small entity and a spec between them."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import polars as pl
import pytest

from workbench.mapping import Applied, Resolved, apply, resolve
from workbench.model import DATE, TEXT, Contract, DataType, Field, Spec, decimal, parse_spec

ENTITY = Contract(
    id="Customer",
    name="Customer",
    version="1.4.0",
    tags=("canonical",),
    fields=(
        Field("customer_id", TEXT, required=True, key=1),
        Field("full_name", TEXT),
        Field("gender", TEXT, enum=("Male", "Female")),
        Field("born_on", DATE),
        Field("balance", decimal(2)),
    ),
)
SPEC = """
    spec: 1
    name: crm-customers
    version: 1.0.0
    source: {dataset: crm.customers}
    target: {entity: Customer}
    row_key: [no]
    rows:
      - {id: r1, filter: {field: test, not_in: [Y]}, book_as: out_of_scope}
    fields:
      customer_id: {id: f1, from: no, steps: [trim, {prefix: "CRM-"}]}
      full_name: {id: f2, from: name, steps: [{reorder_name: {from: "Last, First", to: "First Last"}}]}
      gender: {id: f3, from: sex, steps: [{translate: {values: {M: Male, F: Female}}}]}
      born_on: {id: f4, from: born, steps: [{parse_date: ["%d/%m/%Y"]}]}
      balance: {id: f5, from: saldo, steps: [{parse_number: {decimal: ",", group: "."}}]}
    unmapped: [remark]
"""
COLUMNS = ("no", "name", "sex", "born", "saldo", "test", "remark")


@pytest.fixture
def entity() -> Contract:
    return ENTITY


@pytest.fixture
def spec_text() -> str:
    return dedent(SPEC)


@pytest.fixture
def source() -> pl.DataFrame:
    rows = [
        ("1", "Lovelace, Ada", "F", "10/12/1815", "1.234,50", "N", None),
        ("2", "Turing, Alan", "M", "23/06/1912", "0,99", None, "x"),
        ("3", "Hopper Grace", "X", "31/02/1906", "1,005", "N", None),
        ("4", "Test, Tom", "M", "01/01/2000", "1", "Y", None),
        (" ", "Nobody, Ann", "F", None, None, "N", None),
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


@pytest.fixture
def resolved(spec_text: str) -> Resolved:
    return resolve(parse_spec(spec_text), dict.fromkeys(COLUMNS, TEXT), ENTITY)


Run = Callable[..., Applied]


@pytest.fixture
def run() -> Run:
    """Apply a spec of fields and rows, given as plain data, to columns."""

    def go(data: dict[str, list[object]], fields: dict[str, object], rows: list[object] | None = None, **more: object):
        from workbench.backends import normalise, schema_of

        tables = more.pop("tables", {})
        frame = normalise(pl.DataFrame(data, strict=False).lazy())
        schema: dict[str, DataType] = schema_of(frame)
        document = {
            "name": "t",
            "source": {"dataset": "s"},
            "target": {"entity": "T"},
            "fields": {n: {"id": f"f{i}", **f} for i, (n, f) in enumerate(fields.items(), 1)},  # type: ignore[dict-item]
            "rows": rows or [],
            **more,
        }
        spec = Spec.model_validate(document)
        done = resolve(spec, schema, tables=lambda name: schema_of(tables[name]))  # type: ignore[index]
        return apply(done.plan, frame, lambda name: tables[name].lazy())  # type: ignore[index]

    return go
