"""The golden cases of the pinned meanings, on every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.mapping import resolve
from workbench.model import INTEGER, TEXT, Spec, read_document

FILES = sorted((Path(__file__).parent.parent / "golden" / "semantics").glob("*.yaml"))
ENGINES = ["polars", "duckdb", "postgres", pytest.param("spark", marks=pytest.mark.spark)]


def shown(value: object) -> str:
    return "<null>" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def spec(cases: list[dict[str, Any]], on_error: str) -> Spec:
    fields = {f"v{i}": {"id": f"f{i}", "from": f"c{i}", "steps": c["steps"]} for i, c in enumerate(cases)}
    told = {"name": "golden", "source": {"dataset": "s"}, "target": {"entity": "T"}, "on_error": on_error}
    return Spec.model_validate(told | {"fields": {"id": {"id": "f", "from": "id"}} | fields})


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_golden_cases(file: Path, engine: Callable[..., Any]):
    cases = read_document(file).data
    height = max(len(c["cases"]) for c in cases)
    columns = {f"c{i}": [a for a, _ in c["cases"]] + [None] * (height - len(c["cases"])) for i, c in enumerate(cases)}
    frame = pl.DataFrame({"id": range(height)} | columns, schema={"id": pl.Int64} | dict.fromkeys(columns, pl.String))
    schema = {"id": INTEGER} | dict.fromkeys(columns, TEXT)
    values = engine(resolve(spec(cases, "null"), schema).plan, frame).passed.sort("id")
    rejected = engine(resolve(spec(cases, "reject"), schema).plan, frame).rejected.sort("id")
    faults = dict(zip(rejected["id"], rejected["_faults"], strict=True))
    wrong = []
    for i, case in enumerate(cases):
        for row, (given, want) in enumerate(case["cases"]):
            got: Any = shown(values[f"v{i}"][row])
            told = [f for f in (faults.get(row) or "").split("; ") if f.startswith(f"f{i}.")]
            if told:
                got = {"reject": told[0].split(" ", 2)[2]}
            if got != want:
                wrong.append((case["name"], given, want, got))
    assert wrong == []
