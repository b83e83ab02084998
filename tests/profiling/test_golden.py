"""A small dataset and its profile as files: what a change of the code changes shows in the review.

Write the file anew with ``WORKBENCH_WRITE_GOLDEN=1 pytest tests/profiling/test_golden.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.model import dump_contract
from workbench.profiling import Profile, infer_contract, profile

CASES = ("customers", "orders")


@pytest.fixture
def golden(root: Path) -> Callable[[str, str], str]:
    def compare(name: str, text: str) -> str:
        path = root / "tests" / "golden" / "profiling" / name
        if os.environ.get("WORKBENCH_WRITE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return compare


def facts(root: Path, case: str) -> Profile:
    frame = pl.read_csv(root / "tests" / "golden" / "profiling" / f"{case}.csv", infer_schema=False)
    return profile(frame, name=f"golden.{case}")


@pytest.mark.parametrize("case", CASES)
def test_profile(root: Path, golden: Callable[[str, str], str], case: str) -> None:
    text = facts(root, case).to_json(indent=1) + "\n"
    assert json.loads(text) == json.loads(golden(f"{case}.profile.json", text))


@pytest.mark.parametrize("case", CASES)
def test_contract(root: Path, golden: Callable[[str, str], str], case: str) -> None:
    text = dump_contract(infer_contract(facts(root, case)))
    assert text == golden(f"{case}.odcs.yaml", text)


@pytest.mark.parametrize("case", CASES)
def test_text(root: Path, golden: Callable[[str, str], str], case: str) -> None:
    text = facts(root, case)._repr_mimebundle_()["text/plain"] + "\n"
    assert text == golden(f"{case}.txt", text)
