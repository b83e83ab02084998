"""What a spec can see while it is resolved: the columns of the row, and the conditions on them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from workbench.errors import Fault, UnknownNameError, did_you_mean
from workbench.model import (
    STEPS,
    TEXT,
    Condition,
    DataType,
    Expr,
    Guard,
    Outcome,
    Spec,
    StepFault,
    StepSpec,
    TypeClash,
    UnportablePattern,
    all_of,
    any_of,
    blank_to_null,
    cast,
    col,
    compare,
    constant,
    is_in,
    is_null,
    item,
    lit,
    member,
    none_of,
    pin_pattern,
    quote_pattern,
    regex_match,
    substring,
    when,
)

__all__ = ["Refusal", "Scope", "as_text", "unread"]

Where = tuple[str | int, ...]


class Refusal(NamedTuple):
    """When and why a step takes no value of a column that a condition or a row step reads.

    Attributes:
        name: The column.
        start: Its value before the steps.
        number: The step's number, from 1.
        step: The step.
        condition: True where it refuses the value.
        reason: Why, in the user's terms.
    """

    name: str
    start: Expr
    number: int
    step: StepSpec
    condition: Expr
    reason: str

    def guard(self, prefix: str, instead: str, *, fatal: bool) -> Guard:
        """What is counted, under a code that starts with the prefix; `instead` says what the run goes on with."""
        code, reason = f"{prefix}.{self.name}.{self.number}", f"{self.reason}: {instead}"
        return Guard(code, self.name, self.step.name, reason, self.condition, as_text(self.start), fatal)


def unread(refused: Sequence[Refusal], prefix: str, *, fatal: bool) -> list[Guard]:
    """What a condition takes as empty, once per reason, each under a code of its own."""
    guards: list[Guard] = []
    for r in {r.condition: r for r in refused}.values():
        guard = r.guard(prefix, "taken as empty", fatal=fatal)
        again = sum(g.code.split("#")[0] == guard.code for g in guards)
        guards.append(replace(guard, code=f"{guard.code}#{again + 1}") if again else guard)
    return guards


def as_text(x: Expr) -> Expr:
    """A value as text; nested ones have none."""
    return x if x.type.kind == "text" else lit(None, TEXT) if x.type.is_nested else cast(x, TEXT)


@dataclass
class Scope:
    """The columns a spec may name at one point, and the faults found so far.

    Attributes:
        spec: The spec being resolved.
        columns: Columns of the row, with their types.
        missing: Marks that mean 'no value', by column (from the source's contract).
        used: Top-level columns that something reads.
        faults: Everything wrong so far.
    """

    spec: Spec
    columns: dict[str, DataType]
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, where: Where, what: str, cure: str = "") -> None:
        """Note a fault and go on, so that all are reported at once."""
        found = Fault(what, self.spec.place(*where), cure)
        if found not in self.faults:
            self.faults.append(found)

    def column(self, name: str) -> Expr:
        """A column or a part of one ('address.city', 'items.0.sku'); blanks and missing marks are null.

        Raises:
            StepFault: There is none, with the nearest names.
        """
        top = max((c for c in self.columns if name == c or name.startswith(f"{c}.")), key=len, default=None)
        if top is None:
            raise StepFault(f"there is no source field '{name}'", did_you_mean(name, self.paths()))
        self.used.add(top)
        expr = col(top, self.columns[top])
        try:
            for part in name[len(top) + 1 :].split(".") if len(name) > len(top) else ():
                expr = item(expr, int(part)) if re.fullmatch(r"-?\d+", part) else member(expr, part)
        except TypeClash as e:
            raise StepFault(f"source field '{name}': {e}", did_you_mean(name, self.paths())) from None
        if expr.type.kind == "text":
            expr = blank_to_null(expr)
            if marks := self.missing.get(name):
                expr = when([(is_in(expr, tuple(marks)), lit(None, expr.type))], expr)
        return expr

    def paths(self) -> list[str]:
        """Every name that `column` accepts, without list positions."""
        out: list[str] = []
        stack = [(name, type_) for name, type_ in reversed(self.columns.items())]
        while stack:
            name, type_ = stack.pop()
            out.append(name)
            stack.extend((f"{name}.{n}", t) for n, t in reversed(type_.fields))
        return out

    def steps(
        self, values: Sequence[Expr], steps: Sequence[StepSpec], where: Where
    ) -> tuple[Expr | None, list[tuple[int, StepSpec, Expr, str]]]:
        """Unfold a chain of steps.

        Returns:
            The value, or None when a fault was noted; and per reject the step's number (from 1), the
            step, the condition and the reason.
        """
        current = list(values)
        rejects: list[tuple[int, StepSpec, Expr, str]] = []
        for number, step in enumerate(steps):
            try:
                outcome: Outcome = STEPS[step.name].apply(current, step.args, self)
            except UnknownNameError as e:
                self.fault((*where, number), e.fault.what, e.fault.cure)
                return None, rejects
            except StepFault as e:
                self.fault((*where, number), e.what, e.cure)
                return None, rejects
            rejects += [(number + 1, step, condition, reason) for condition, reason in outcome.rejects]
            current = [outcome.value]
        if len(current) != 1:
            self.fault(where, f"{len(current)} source fields give one value", "add a concat or coalesce step")
            return None, rejects
        return current[0], rejects

    def condition(self, c: Condition, where: Where, refused: list[Refusal]) -> Expr:
        """A condition as an expression that is never null; false, with a fault noted, where it is wrong.

        Args:
            c: The condition.
            where: Its place in the spec.
            refused: Takes up the values that its steps refuse: the test sees them as empty.
        """
        name, argument = c.test
        if c.field is None:
            if name == "not":
                return none_of(self.condition(argument, (*where, "not"), refused))
            parts = [self.condition(part, (*where, name, i), refused) for i, part in enumerate(argument)]
            return (all_of if name == "all" else any_of)(*parts) if parts else lit(name == "all")
        try:
            value: Expr | None = self.column(c.field)
        except StepFault as e:
            self.fault((*where, "field"), e.what, e.cure)
            return lit(False)
        if c.steps and value is not None:
            start = value
            value, rejects = self.steps([start], c.steps, (*where, "steps"))
            refused += [Refusal(c.field, start, *r) for r in rejects]
        if value is None:
            return lit(False)
        try:
            return self._test(name, value, argument)
        except (TypeClash, UnportablePattern, StepFault) as e:
            self.fault((*where, name), f"condition on '{c.field}': {e}", "give the field a step that fits")
            return lit(False)

    def _test(self, name: str, x: Expr, argument: object) -> Expr:
        if name in ("is_null", "is_blank"):
            return is_null(x) if argument else none_of(is_null(x))
        if name in ("equals", "not_equals"):
            same = any_of(compare("=", x, constant(str(argument), x.type)), lit(False))
            return same if name == "equals" else none_of(same)
        if name in ("in", "not_in"):
            values: Sequence[str] = argument  # type: ignore[assignment]
            if x.type.kind == "text":
                found = is_in(x, values)
            else:
                found = any_of(*(compare("=", x, constant(v, x.type)) for v in values), lit(False))
            return any_of(found, lit(False)) if name == "in" else none_of(found)
        if name == "equals_field":
            return any_of(compare("=", x, self.column(str(argument))), lit(False))
        if name == "matches":
            return any_of(regex_match(x, pin_pattern(str(argument))), lit(False))
        if name == "starts_with":
            return any_of(compare("=", substring(x, 0, len(str(argument))), lit(str(argument))), lit(False))
        if name == "contains":
            return any_of(regex_match(x, quote_pattern(str(argument))), lit(False))
        symbol = {"less": "<", "at_most": "<=", "greater": ">", "at_least": ">="}[name]
        return any_of(compare(symbol, x, constant(str(argument), x.type)), lit(False))  # type: ignore[arg-type]
