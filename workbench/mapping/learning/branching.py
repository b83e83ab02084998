"""Conditions: examples that no one program explains are parted by a test that their inputs pass or fail."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .assembling import straight_programs
from .chains import number_of
from .clock import clock
from .moves import LETTERS, quoted
from .others import Others
from .programs import Branches, Program, Row, Straight
from .shapes import shape_patterns
from .weighing import unlike_padding

__all__ = ["Test", "branched_programs", "tests_for"]

Check = Callable[[str | None], bool]
MAX_SPLITS = 14


@dataclass(frozen=True)
class Test:
    """A condition on one input.

    Attributes:
        column: Which input.
        written: As a spec writes it, without the field.
        cost: How surprising it would be.
        check: Whether a value passes.
    """

    column: int
    written: str
    cost: float
    check: Check

    def negated(self) -> Test:
        """The opposite."""
        check = self.check
        return Test(self.column, json.dumps({"not": json.loads(self.written)}), self.cost + 0.1, lambda v: not check(v))


def _matches(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda v: v is not None and compiled.search(v) is not None


def _contains(text: str) -> Check:
    return lambda v: v is not None and text in v


def _less(limit: Decimal) -> Check:
    def check(v: str | None) -> bool:
        x = None if v is None else number_of(v)
        return x is not None and x < limit

    return check


def tests_for(column: int, values: Sequence[str | None], more: Sequence[str | None]) -> Iterator[Test]:
    """Conditions that may tell these values apart."""
    there = list(dict.fromkeys(v for v in values if v is not None))
    if any(v is None for v in [*values, *more]):
        yield Test(column, '{"is_null": true}', 0.3, lambda v: v is None)
    text = "\n".join(there)
    marks = [c for c in dict.fromkeys(text) if not c.isalnum() and c != "\n"]
    words = list(dict.fromkeys(re.findall(rf"[{LETTERS}]+|[0-9]+(?=[.]? )", text)))[:40]
    for mark, cost in [
        *((m, 0.6 if m.strip() else 0.9) for m in marks),
        *((w, 0.8 if len(w) > 1 else 1.0) for w in words),
    ]:
        yield Test(column, json.dumps({"contains": mark}), cost, _contains(mark))
        # Where every value that holds it starts with it, or ends with it, that is what tells them apart.
        holding = [v for v in there if mark in v]
        if all(v.startswith(mark) for v in holding):
            yield Test(column, json.dumps({"starts_with": mark}), cost - 0.05, _matches(f"^{quoted(mark)}"))
        elif all(v.endswith(mark) for v in holding) and len(mark) > 1:
            before = {v[-len(mark) - 1] for v in holding}
            end = quoted(mark if len(before) > 1 else before.pop() + mark) + "$"
            yield Test(column, json.dumps({"matches": end}), cost - 0.05, _matches(end))
    patterns: list[tuple[str, float]] = [
        ("^[0-9]", 0.8), ("^[A-Z]", 0.9), ("^[a-z]", 0.9), ("[0-9]$", 0.8), ("[A-Za-z]$", 0.9), ("^[0-9]+$", 0.7),
        ("[0-9]", 0.8), ("^[^a-z]*$", 0.9),
        ("^[^A-Z]*$", 0.9), ("^-", 0.7), ("^[0-9]+[.][0-9]*$", 0.9),
    ]  # fmt: skip
    patterns += [(f"^{quoted(m)}", 0.9) for m in marks[:8]] + [(f"{quoted(m)}$", 0.9) for m in marks[:8]]
    patterns += [(f"^[^{quoted(m)}]*{quoted(m)}[^{quoted(m)}]*$", 1.1) for m in marks[:6]]
    for value in there[:6]:
        exact, loose = shape_patterns(value)
        patterns += [(f"^{loose}$", 1.0 + 0.01 * len(loose)), (f"^{exact}$", 1.3 + 0.01 * len(exact))]
        patterns.append((f"^(?:.|\\n){{{len(value)}}}$", 1.4))
    for pattern, cost in dict.fromkeys(patterns):
        yield Test(column, json.dumps({"matches": pattern}), cost, _matches(pattern))
    for value in there[:6]:
        yield Test(column, json.dumps({"equals": value}), 1.6, _equals(value))
    numbers = sorted({x for v in there if (x := number_of(v)) is not None})
    for low, high in list(itertools.pairwise(numbers))[:6]:
        limit = _round_between(low, high)
        written = {"steps": ["parse_number"], "less": f"{limit:f}"}
        yield Test(column, json.dumps(written), 1.5, _less(limit))


def _equals(value: str) -> Check:
    return lambda v: v == value


def _round_between(low: Decimal, high: Decimal) -> Decimal:
    """The roundest number above low, up to high."""
    for k in range(9, -7, -1):
        step = Decimal(1).scaleb(k)
        found = (low // step + 1) * step
        if low < found <= high:
            return found
    return high


def branched_programs(
    rows: Sequence[Row], outputs: Sequence[str | None], more: Others, deadline: float, *, depth: int = 2
) -> list[Program]:
    """Programs of two or three cases, the least surprising first."""
    splits: dict[tuple[bool, ...], list[Test]] = {}
    for column in range(len(rows[0])):
        for test in tests_for(column, [r[column] for r in rows], [r[column] for r in more.rows]):
            for one in (test, test.negated()):
                truth = tuple(one.check(r[column]) for r in rows)
                if any(truth) and not all(truth):
                    splits.setdefault(truth, []).append(one)
    ordered = sorted(splits.items(), key=lambda s: min(t.cost for t in s[1]) + _spread(s[0], outputs))
    found: list[Program] = []
    for truth, tests in ordered[: MAX_SPLITS * 2]:
        if clock() > deadline:
            break
        found += _split(rows, outputs, more, deadline, truth, sorted(tests, key=lambda t: t.cost)[:4], depth)
        if len(found) > 40:
            break
    return sorted(found, key=lambda p: p.cost)


def _spread(truth: tuple[bool, ...], outputs: Sequence[str | None]) -> float:
    """Splits that keep equal outputs together come first."""
    sides = [{o for o, t in zip(outputs, truth, strict=True) if t is side} for side in (True, False)]
    return 0.8 * len(sides[0] & sides[1]) + (0.0 if None not in sides[0] else 2.0)


def _split(
    rows: Sequence[Row],
    outputs: Sequence[str | None],
    more: Others,
    deadline: float,
    truth: tuple[bool, ...],
    tests: Sequence[Test],
    depth: int,
) -> Iterator[Program]:
    yes = [i for i, t in enumerate(truth) if t]
    no = [i for i, t in enumerate(truth) if not t]
    texts = [outputs[i] for i in yes]
    if any(t is None for t in texts):
        return
    for test in tests[:2] if len(rows) > 4 else tests:
        if clock() > deadline:
            return
        taken = more.where(lambda r, t=test: t.check(r[t.column]))  # type: ignore[misc]
        left = more.where(lambda r, t=test: not t.check(r[t.column]))  # type: ignore[misc]
        if len(more) and (len(taken) in (0, len(more))) and len(yes) == 1:
            continue  # a condition that only one example meets, and nothing else
        mine = straight_programs([rows[i] for i in yes], [str(t) for t in texts], taken, deadline)[:3]
        if not mine:
            return
        theirs = _rest([rows[i] for i in no], [outputs[i] for i in no], left, deadline, depth)
        if not theirs:
            return
        for a in mine:
            for b in theirs[:3]:
                yield _joined(test, a, b)


def _rest(
    rows: list[Row], outputs: list[str | None], more: Others, deadline: float, depth: int
) -> list[Program | None]:
    if all(o is None for o in outputs):
        return [None]
    out: list[Program | None] = []
    if clock() > deadline:
        return out
    if all(o is not None for o in outputs):
        out += straight_programs(rows, [str(o) for o in outputs], more, deadline)[:3]
    if depth > 1 and len(rows) > 1 and (not out or (out[0] is not None and out[0].cost > 7)):
        out += branched_programs(rows, outputs, more, deadline, depth=depth - 1)[:3]
    return out


def _joined(test: Test, first: Straight, rest: Program | None) -> Branches:
    cost = 1.2 + test.cost + first.cost + (rest.cost if rest else 0.5)
    others = [] if rest is None else [rest] if isinstance(rest, Straight) else [p for _, _, p in rest.cases]
    cost += unlike_padding([first, *others])
    case = (test.column, test.written, first)
    if isinstance(rest, Branches):
        return replace(rest, cases=(case, *rest.cases), tests=(test.check, *rest.tests), cost=cost)
    return Branches((case,), rest, cost, (test.check,))
