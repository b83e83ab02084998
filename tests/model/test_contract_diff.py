"""Two versions of a contract compared: a case is a folder with old, new and the changes in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import UsageError
from workbench.model import Contract, diff_contracts, grade_of, load_contract, next_version

CASES = sorted((Path(__file__).parents[1] / "golden" / "contract" / "diffs").iterdir())


def both(case: Path) -> tuple[Contract, Contract]:
    return load_contract(case / "old.odcs.yaml"), load_contract(case / "new.odcs.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_changes_are_named_and_graded(case: Path) -> None:
    changes = diff_contracts(*both(case))
    said = "".join(f"{c} | {c.effect}\n" for c in changes)
    assert said == (case / "changes.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.name)
def test_what_tightens_one_way_loosens_the_other(case: Path) -> None:
    old, new = both(case)
    turned = {"tightens": "loosens", "loosens": "tightens", "both": "both", "none": "none"}
    aspects = ("required", "unique", "enum", "minimum", "maximum", "min_length", "max_length", "pattern")
    there = {(c.field, c.aspect, c.old, c.new, c.effect) for c in diff_contracts(old, new) if c.aspect in aspects}
    back = {(c.field, c.aspect, c.new, c.old, turned[c.effect]) for c in diff_contracts(new, old)}
    assert there <= back


def test_nothing_changed_has_no_grade() -> None:
    old, _ = both(CASES[0])
    assert diff_contracts(old, old) == []
    assert grade_of([]) is None


def test_the_gravest_grade_counts() -> None:
    assert grade_of(diff_contracts(*both(CASES[0]))) == "major"


@pytest.mark.parametrize(
    ("grade", "version"), [("major", "2.0.0"), ("minor", "1.5.0"), ("patch", "1.4.3"), (None, "1.4.2")]
)
def test_the_next_version_follows_the_grade(grade: str | None, version: str) -> None:
    assert next_version("1.4.2", grade) == version  # type: ignore[arg-type]


def test_a_version_that_is_not_three_numbers_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'1\.4' is not a version of three numbers"):
        next_version("1.4", "major")
