"""Tolerances of a quality rule: the comparison of the standard, over rows or percent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

__all__ = ["OPERATORS", "Limit"]

_Test = Callable[[Decimal, tuple[Decimal, ...]], bool]
# The comparisons of ODCS 3.2, 'Data quality', and how a sentence says them.
OPERATORS: dict[str, tuple[str, _Test]] = {
    "mustBe": ("is {}", lambda n, v: n == v[0]),
    "mustNotBe": ("is not {}", lambda n, v: n != v[0]),
    "mustBeGreaterThan": ("is more than {}", lambda n, v: n > v[0]),
    "mustBeGreaterOrEqualTo": ("is at least {}", lambda n, v: n >= v[0]),
    "mustBeGreaterThanOrEqualTo": ("is at least {}", lambda n, v: n >= v[0]),
    "mustBeLessThan": ("is less than {}", lambda n, v: n < v[0]),
    "mustBeLessOrEqualTo": ("is at most {}", lambda n, v: n <= v[0]),
    "mustBeLessThanOrEqualTo": ("is at most {}", lambda n, v: n <= v[0]),
    "mustBeBetween": ("is between {} and {}", lambda n, v: v[0] <= n <= v[1]),
    "mustNotBeBetween": ("is not between {} and {}", lambda n, v: not v[0] <= n <= v[1]),
}


@dataclass(frozen=True)
class Limit:
    """What a number must be.

    Attributes:
        operator: One of `OPERATORS`.
        values: One number, or two.
        percent: The number is a percentage of the rows.

    >>> Limit.of("mustBeLessThan", 5, "percent").holds(3, 100)
    True
    """

    operator: str
    values: tuple[Decimal, ...]
    percent: bool = False

    @classmethod
    def of(cls, operator: str | None, value: Any, unit: str | None = None) -> Limit | None:
        """The limit of a rule; none where it does not say one that can be checked."""
        if operator not in OPERATORS or value is None:
            return None
        given = value if isinstance(value, list | tuple) else (value,)
        try:
            numbers = tuple(Decimal(str(v)) for v in given)
        except ArithmeticError:
            return None
        return (
            cls(operator, numbers, unit == "percent") if len(numbers) == (2 if "Between" in operator else 1) else None
        )

    def holds(self, number: int | float | Decimal, rows: int = 0) -> bool:
        """Whether a count keeps the limit, out of so many rows."""
        value = Decimal(str(number))
        if self.percent:
            value = value * 100 / rows if rows else Decimal(0)
        return OPERATORS[self.operator][1](value, self.values)

    @property
    def tolerates_none(self) -> bool:
        """Whether only zero keeps it, so that a single row breaks it."""
        zero, one, tiny = Decimal(0), Decimal(1), Decimal("0.0000001")
        test = OPERATORS[self.operator][1]
        return test(zero, self.values) and not test(tiny if self.percent else one, self.values)

    def __str__(self) -> str:
        shown = [f"{v.normalize():f}" + (" %" if self.percent else "") for v in self.values]
        return OPERATORS[self.operator][0].format(*shown)
