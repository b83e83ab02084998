"""Programs for a handful of examples: one for all where there is one, else by cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .assembling import straight_programs
from .branching import branched_programs
from .clock import clock
from .others import Others
from .programs import Branches, Program, Row, Straight

__all__ = ["Solved", "solve"]

SURE = 0.06
CODE = 16  # longer texts are no codes, nor are numbers of more than four places


@dataclass(frozen=True)
class Solved:
    """A program, and what becomes of what it does not read.

    Attributes:
        program: What was found.
        cost: How surprising it is.
        when_missing: The output for a row without any input; None is a null.
        null_for_rejects: Rows that its steps reject give a null.
    """

    program: Program
    cost: float
    when_missing: str | None = None
    null_for_rejects: bool = False

    def run(self, row: Row) -> str | None:
        """The output for a row; None is a null or a reject."""
        if all(v is None for v in row):
            return self.when_missing
        return self.program.run(row)


def solve(
    rows: Sequence[Row],
    outputs: Sequence[str | None],
    more: Sequence[Row],
    deadline: float,
    *,
    cases: bool = True,
) -> list[Solved]:
    """Programs that give the outputs for the rows, the least surprising first; see `straight_programs`.

    Without ``cases`` only programs without conditions.
    """
    empty = [o for r, o in zip(rows, outputs, strict=True) if all(v is None for v in r)]
    if len(set(empty)) > 1:
        empty = [o for o in empty if o]
    missing = empty[0] if empty else None
    kept = [(r, o) for r, o in zip(rows, outputs, strict=True) if any(v is not None for v in r)]
    kept = list({(tuple(r), o): (r, o) for r, o in kept}.values())
    others = Others.of([r for r in more if any(v is not None for v in r)])
    if not kept:
        return [Solved(Straight((str(missing),), 1.0), 1.0, missing)] if missing is not None else []
    rows, outputs = [r for r, _ in kept], [o for _, o in kept]
    nulls = [r for r, o in kept if o is None]
    texts = [(r, o) for r, o in kept if o is not None]
    found: list[Solved] = []
    if texts:
        given_rows, given = [r for r, _ in texts], [o for _, o in texts]
        for program in straight_programs(given_rows, given, others, deadline):
            if all(program.run(r) is None for r in nulls):
                found.append(Solved(program, program.cost + (0.5 if nulls else 0.0), missing, bool(nulls)))
    if not found:
        found += [Solved(t, t.cost, missing, bool(nulls)) for t in _tables(rows, outputs, others)]
    if cases and (not found or _doubtful(found[0], others)):
        half = clock() + max(0.0, (deadline - clock()) * 0.85)
        for branches in branched_programs(rows, outputs, others, half):
            wrong = sum(branches.run(r) is None for r in others.rows) / max(1, len(others))
            found.append(Solved(branches, branches.cost + 4 * wrong, missing, bool(nulls)))
    return sorted(found, key=lambda s: s.cost)


def _tables(rows: Sequence[Row], outputs: Sequence[str | None], others: Others) -> list[Straight]:
    """Translations value by value, where the values are few and come again: codes, not texts that say more."""
    found = []
    for column in range(len(rows[0])):
        values: dict[str, str] = {}
        for row, out in zip(rows, outputs, strict=True):
            if row[column] is None or out is None or values.setdefault(str(row[column]), out) != out:
                break
        else:
            given = [r[column] for r in others.rows]
            strange = sum(v not in values for v in given if v is not None)
            digits = 4 if given else 0  # numbers may be codes, if the other inputs are the same few
            codes = all(len(v) <= (digits if any(c.isdigit() for c in v) else CODE) for v in values)
            if len(values) > 1 and codes and 2 * strange <= len(given):
                cost = 2.5 + 0.45 * len(values) + 4 * strange / max(1, len(given))
                found.append(Straight(((column, ({"translate": {"values": values}},)),), cost))
    return found


def _doubtful(best: Solved, others: Others) -> bool:
    """Whether it rejects other inputs, or has to say much by constants."""
    if isinstance(best.program, Branches) or not len(others):
        return best.cost > 9
    rejects = sum(best.program.run(r) is None for r in others.rows)
    return best.cost > 9 or (not best.null_for_rejects and rejects / len(others) > SURE)
