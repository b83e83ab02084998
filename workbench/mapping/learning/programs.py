"""What is learned, before it is a spec: constants and chains in a row, or cases of such."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .chains import Chain, Step, runner

__all__ = ["Branches", "Part", "Program", "Row", "Straight", "field_of", "run_chain", "steps_of"]

Row: TypeAlias = "Sequence[str | None]"
Part: TypeAlias = "str | tuple[int, Chain]"


_RUNNERS: dict[str, Callable[[Any], Any]] = {}


def run_chain(chain: Chain, value: str | None) -> str | None:
    """The text a chain gives for a value; None where it rejects."""
    key = repr(chain)
    run = _RUNNERS.get(key)
    if run is None:
        if len(_RUNNERS) > 50_000:
            _RUNNERS.clear()
        run = _RUNNERS[key] = runner(chain)
    out = run(value)
    return None if out is None else str(out)


@dataclass(frozen=True)
class Straight:
    """Parts written one after another.

    Attributes:
        parts: Constants, or an input's number with a chain.
        cost: How surprising the program is; the least surprising is proposed first.
    """

    parts: tuple[Part, ...]
    cost: float

    def run(self, row: Row) -> str | None:
        """The output for one row; None where a step rejects, or a value is missing."""
        out = []
        for part in self.parts:
            value = part if isinstance(part, str) else run_chain(part[1], row[part[0]])
            if value is None:
                return None
            out.append(value)
        return "".join(out)

    @property
    def constant(self) -> str | None:
        """The text it always gives, if it reads nothing."""
        texts = [p for p in self.parts if isinstance(p, str)]
        return "".join(texts) if len(texts) == len(self.parts) else None


@dataclass(frozen=True)
class Branches:
    """Programs by conditions; the last one is for the rest.

    Attributes:
        cases: A test (input, condition as written in a spec, its truth for a value), and a program or a text.
        rest: For rows that no case takes; None gives a null.
        cost: How surprising it is.
    """

    cases: tuple[tuple[int, str, Straight], ...]
    rest: Straight | None
    cost: float
    tests: tuple[Callable[[str | None], bool], ...]

    def run(self, row: Row) -> str | None:
        """The output for one row."""
        for (column, _, program), test in zip(self.cases, self.tests, strict=True):
            if test(row[column]):
                return program.run(row)
        return self.rest.run(row) if self.rest else None


Program: TypeAlias = "Straight | Branches"


def _times(part: Part) -> tuple[str, str, Chain] | None:
    """For a part that only writes a time: the step, its format, and the chain before."""
    if isinstance(part, str) or not part[1] or not isinstance(part[1][-1], Mapping):
        return None
    name, args = next(iter(part[1][-1].items()))
    return (name, args, part[1][:-1]) if name in ("format_date", "format_clock") else None


def merged(parts: Sequence[Part]) -> list[Part]:
    """Parts of one date written one after another become one format."""
    out: list[Part] = []
    for part in parts:
        times = _times(part)
        back = 1 if out and not isinstance(out[-1], str) else 2
        before = _times(out[-back]) if len(out) >= back and times else None
        if times and before and before[0] == times[0] and before[2] == times[2] and out[-back][0] == part[0]:
            between = str(out.pop()).replace("%", "%%") if back == 2 else ""
            out.pop()
            out.append((int(part[0]), (*times[2], {times[0]: before[1] + between + times[1]})))
        elif isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        else:
            out.append(part)
    return out


def steps_of(program: Straight) -> tuple[list[int], list[Step]]:
    """The inputs a program reads and the steps over them, as a field of a spec takes them."""
    parts = merged(program.parts)
    columns = list(dict.fromkeys(part[0] for part in parts if not isinstance(part, str)))
    if len(columns) == 1 and sum(not isinstance(p, str) for p in parts) == 1:
        at = next(i for i, p in enumerate(parts) if not isinstance(p, str))
        chain = parts[at][1]
        steps = list(chain)
        if at:
            steps.append({"prefix": {"text": parts[0]}})
        if at < len(parts) - 1:
            steps.append({"suffix": {"text": parts[-1]}})
        return columns, steps
    written: list[dict[str, Any]] = []
    for part in parts:
        if isinstance(part, str):
            written.append({"text": part})
        else:
            one: dict[str, Any] = {"from": columns.index(part[0])}
            written.append(one | {"steps": list(part[1])} if part[1] else one)
    return columns, [{"build": {"parts": written}}]


def field_of(
    program: Program,
    names: Sequence[str],
    *,
    id_: str = "f1",
    null_for_rejects: bool = False,
    missing_is_null: bool = False,
) -> dict[str, Any]:
    """The program as a field of a spec.

    Args:
        program: What was learned.
        names: The inputs' names.
        id_: The field's id.
        null_for_rejects: What its steps reject becomes null.
        missing_is_null: Where the tested inputs are missing the output is null, not a constant.
    """
    out: dict[str, Any] = {"id": id_}
    if isinstance(program, Straight):
        if program.constant is not None:
            return out | {"value": program.constant}
        columns, steps = steps_of(program)
        out["from"] = names[columns[0]] if len(columns) == 1 else [names[c] for c in columns]
        if steps:
            out["steps"] = steps
    else:
        cases = [{"when": _named(json.loads(test), names[c]), **_branch(p, names)} for c, test, p in program.cases]
        if program.rest is not None:
            if program.rest.constant is not None:
                out["else"] = program.rest.constant
            else:
                cases.append({"when": {"all": []}, **_branch(program.rest, names)})
        out["case"] = [*_for_missing(program, names), *cases] if missing_is_null else cases
    if null_for_rejects:
        out["on_error"] = "null"
    return out


def _for_missing(program: Branches, names: Sequence[str]) -> list[dict[str, Any]]:
    """The case that keeps what is missing missing, where a constant would stand for it."""
    programs = [p for _, _, p in program.cases] + ([program.rest] if program.rest else [])
    if all(p.constant is None for p in programs) or any("is_null" in test for _, test, _ in program.cases):
        return []
    tested = list(dict.fromkeys(names[c] for c, _, _ in program.cases))
    empty = [{"field": n, "is_null": True} for n in tested]
    return [{"when": empty[0] if len(empty) == 1 else {"all": empty}, "from": tested[0]}]


def _named(condition: dict[str, Any], name: str) -> dict[str, Any]:
    if "not" in condition:
        return {"not": {"field": name, **condition["not"]}}
    return {"field": name, **condition}


def _branch(program: Straight, names: Sequence[str]) -> dict[str, Any]:
    if program.constant is not None:
        return {"then": program.constant}
    columns, steps = steps_of(program)
    out: dict[str, Any] = {"from": names[columns[0]] if len(columns) == 1 else [names[c] for c in columns]}
    return out | {"steps": steps} if steps else out
