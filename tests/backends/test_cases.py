"""Every step with each argument and choice, every primitive, row operation and row of the semantics has its cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, get_args

import pytest
from parity_kit import FIELD_CASES, ROW_CASES, STEP_CASES, nasty_frame, resolved, row_fields

from workbench.model import STEPS, Aggregate, Condition, Expr, RowSpec, StepSpec, read_document, row_expressions, walk
from workbench.model.primitives import PRIMITIVES


def written() -> Iterator[StepSpec]:
    """Every step of every case."""
    specs = [{"from": source, "steps": steps} for source, steps in STEP_CASES.values()]
    for document in [*specs, *FIELD_CASES.values(), *ROW_CASES.values()]:
        yield from _steps(document)


def _steps(value: Any) -> Iterator[StepSpec]:
    if isinstance(value, dict):
        for name, inside in value.items():
            if name == "steps" and isinstance(inside, list):
                for step in inside:
                    name_, args = (step, None) if isinstance(step, str) else next(iter(step.items()))
                    yield StepSpec(name=name_, args=args)
            yield from _steps(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from _steps(inside)


@pytest.mark.parametrize("name", STEPS)
def test_every_argument_and_every_choice_of_a_step_has_a_case(name: str):
    step = STEPS[name]
    fields = {f.alias or n: f for n, f in step.params.model_fields.items()}
    cases = [s.args for s in written() if s.name == name]
    assert cases, f"no case for {name}: add one to parity_kit.py"
    given: dict[str, set[str]] = {}
    for args in cases:
        by_name = args if isinstance(args, dict) and set(args) <= set(fields) else {step.first: args} if args else {}
        for key, value in by_name.items():
            given.setdefault(key, set()).add(str(value))
    assert not set(fields) - set(given) - ({step.first} if None in cases else set())
    choices = {n: set(get_args(f.annotation)) - {f.default} for n, f in fields.items() if _is_choice(f.annotation)}
    assert not {n: c - given.get(n, set()) for n, c in choices.items() if c - given.get(n, set())}


def _is_choice(annotation: Any) -> bool:
    options = get_args(annotation)
    return bool(options) and all(isinstance(o, str) for o in options)


@pytest.fixture(scope="module")
def nodes() -> set[Expr]:
    """Every node of every case's plan."""
    frame = nasty_frame(20)
    fields = [{"from": source, "steps": steps} for source, steps in STEP_CASES.values()] + list(FIELD_CASES.values())
    plans = [resolved({"v": field}, frame).plan for field in fields]
    plans += [resolved(row_fields(name), frame, rows).plan for name, rows in ROW_CASES.items()]
    roots = [r for p in plans for r in (*p.roots(), *(e for s in p.rows for e in row_expressions(s)))]
    return set(walk(roots))


@pytest.mark.parametrize("primitive", sorted(PRIMITIVES))
def test_every_primitive_has_a_case(primitive: str, nodes: set[Expr]):
    assert primitive in {n.op for n in nodes}


def rows() -> list[RowSpec]:
    return [RowSpec.model_validate({"id": f"r{i}", **r}) for case in ROW_CASES.values() for i, r in enumerate(case)]


@pytest.mark.parametrize("kind", sorted(set(RowSpec.model_fields) - {"id", "book_as"}))
def test_every_row_operation_has_a_case_with_each_of_its_choices(kind: str):
    specs = [getattr(r, kind) for r in rows() if r.kind == kind]
    assert specs
    for name, field in type(specs[0]).model_fields.items() if kind != "filter" else ():
        used = {getattr(s, name) for s in specs} if _is_choice(field.annotation) else set()
        assert used == (set(get_args(field.annotation)) if _is_choice(field.annotation) else set()), name
        assert any(getattr(s, name) != field.default for s in specs), f"{kind}: no case gives {name}"


def test_every_aggregate_has_a_case():
    told = {how for r in rows() if r.group for take in r.group.take.values() for how in take}
    assert told == set(get_args(Aggregate.__dataclass_fields__["how"].type)) or told == {
        "sum", "count", "min", "max", "count_distinct", "any",
    }  # fmt: skip


def test_every_test_of_a_condition_has_a_case():
    tests = {f.alias or n for n, f in Condition.model_fields.items()} - {"field", "steps"}
    found = set(re.findall(r"\'(\w+)\':", str([ROW_CASES, FIELD_CASES])))
    assert tests <= found, tests - found


GOLDEN = sorted((Path(__file__).parents[1] / "golden" / "semantics").glob("*.yaml"))


def table(heading: str, root: Path) -> list[str]:
    """First column of a table of docs/semantics.md."""
    text = (root / "docs" / "semantics.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("|")][2:]


def test_every_row_of_the_table_of_meanings_has_a_golden_case(root: Path):
    steps = [case["steps"] for file in GOLDEN for case in read_document(file).data]
    plans = [resolved({"v": {"from": "t", "steps": s}}, nasty_frame(5)).plan for s in steps]
    golden = {n.op for p in plans for n in walk(p.roots())}
    rows = {
        cell: {p for p in PRIMITIVES for w in re.findall(r"[a-z_*]+", cell) if fnmatch(p, w)}
        for cell in table("Primitives", root)
    }
    assert set(PRIMITIVES) - set().union(*rows.values()) == {"col", "lit"}
    # Records and lists do not stand in a golden file's cells: parity_kit.py has the cases 'member' and 'item'.
    assert [cell for cell, listed in rows.items() if not listed & golden] == ["`member`, `item`"]


def test_every_row_operation_of_the_table_of_meanings_has_a_case(root: Path):
    listed = {w for cell in table("Row operations", root) for w in cell.split(", ")}
    assert listed == set(RowSpec.model_fields) - {"id", "book_as"}
