"""A preview of rows shows no personal data, whether the contract says what is personal or not."""

from __future__ import annotations

import polars as pl

from workbench.model import TEXT, Contract, Field
from workbench.reports import masked_preview


def test_what_looks_personal_is_masked_where_the_contract_is_silent() -> None:
    target = Contract(id="P", name="P", version="1.0.0", fields=(Field("phone", TEXT), Field("ward", TEXT)))
    frame = pl.DataFrame({"phone": [f"+49221{400000 + 37 * i}" for i in range(40)], "ward": ["INN", "CHI"] * 20})
    shown = masked_preview(frame, target)
    assert "400000" not in shown
    assert "INN" in shown
