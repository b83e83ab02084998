"""Steps that reckon with another column or a constant: add, subtract, multiply, divide; exact decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from workbench.model import primitives as p
from workbench.model.expr import Expr

from .catalogue import Context, Outcome, StepFault, step, through
from .numbers import _constant, _number
from .values import _lost

_REFUSED = "another column's value that is no number, or a result that does not fit 38 digits"


def _other(context: Context, by: str | None, field: str | None, steps: list[Any] | None, name: str) -> Outcome:
    """The other number: a constant, or another column read through steps."""
    if (by is None) == (field is None):
        raise StepFault(f"{name} takes either 'by' (a constant) or 'field' (another column)")
    if by is not None:
        return Outcome(_constant(_number(by, name)))
    read = through(context.column(str(field)), steps, context, name)
    number = _as_number(read.value)
    return Outcome(number, (*read.rejects, (_lost(read.value, number), f"'{field}' is not a number")))


def _arithmetic(op: Literal["+", "-", "*"], x: Expr, other: Outcome) -> Outcome:
    value = p.arith(op, x, other.value)
    there = p.none_of(p.is_null(x), p.is_null(other.value))
    return Outcome(value, (*other.rejects, (p.all_of(there, p.is_null(value)), "does not fit 38 digits")))


def _as_number(x: Expr) -> Expr:
    return p.cast(x, p.lit(Decimal("0.0000")).type) if x.type.kind in ("text", "float") else x


@step(
    null="with a null on either side is null",
    rejects=_REFUSED,
    inverse=lambda a: [{"subtract": a.by}] if a.by else None,
)
def add(
    x: Expr, *, by: str | None = None, field: str | None = None, steps: list[Any] | None = None, context: Context
) -> Outcome:
    """Add a constant or another column; 'steps' read that column.

    >>> try_step([{"cast": "integer"}, {"add": {"field": "fee", "steps": [{"parse_number": ","}]}}], "2", fee="1,5")
    Decimal('3.5000000000')
    >>> try_step([{"cast": "integer"}, {"add": 5}], "12")
    17
    >>> try_step([{"cast": "integer"}, {"add": {"field": "fee"}}], "3", fee="free")
    Rejected("'fee' is not a number")
    """
    return _arithmetic("+", x, _other(context, by, field, steps, "add"))


@step(null="with a null on either side is null", rejects=_REFUSED, inverse=lambda a: [{"add": a.by}] if a.by else None)
def subtract(
    x: Expr, *, by: str | None = None, field: str | None = None, steps: list[Any] | None = None, context: Context
) -> Outcome:
    """Subtract a constant or another column.

    >>> try_step([{"cast": "integer"}, {"subtract": 5}], "12")
    7
    >>> try_step([{"cast": "integer"}, {"subtract": {"field": "fee"}}], "3", fee="free")
    Rejected("'fee' is not a number")
    """
    return _arithmetic("-", x, _other(context, by, field, steps, "subtract"))


@step(null="with a null on either side is null", rejects=_REFUSED)
def multiply(
    x: Expr, *, by: str | None = None, field: str | None = None, steps: list[Any] | None = None, context: Context
) -> Outcome:
    """Multiply by a constant or another column, exactly.

    >>> try_step([{"cast": "integer"}, {"multiply": {"field": "price"}}], "3", price="1.25")
    Decimal('3.7500')
    >>> try_step([{"cast": "integer"}, {"multiply": {"field": "fee"}}], "3", fee="free")
    Rejected("'fee' is not a number")
    """
    return _arithmetic("*", x, _other(context, by, field, steps, "multiply"))


@step(null="with a null on either side is null", rejects="a division by zero, or a result that does not fit 38 digits")
def divide(
    x: Expr,
    *,
    by: str | None = None,
    field: str | None = None,
    steps: list[Any] | None = None,
    digits: int = 2,
    context: Context,
) -> Outcome:
    """Divide by a constant or another column, rounded half away from zero.

    >>> try_step([{"cast": "integer"}, {"divide": {"by": 3, "digits": 2}}], "10")
    Decimal('3.33')
    >>> try_step([{"cast": "integer"}, {"divide": {"by": 0}}], "10")
    Rejected('is divided by zero, or does not fit')
    """
    found = _other(context, by, field, steps, "divide")
    other = found.value
    value = p.divide(x, other, digits)
    there = p.none_of(p.is_null(x), p.is_null(other))
    return Outcome(value, (*found.rejects, (p.all_of(there, p.is_null(value)), "is divided by zero, or does not fit")))
