"""Steps over numbers: reading, writing, exact decimal arithmetic, units."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from workbench.model import primitives as p
from workbench.model.expr import Expr

from .catalogue import Outcome, StepFault, step
from .values import _lost

# Exact factors to the SI unit (NIST Special Publication 811, appendix B); temperature is (factor, offset).
UNITS: dict[str, dict[str, Decimal]] = {
    "mass": {
        "kg": Decimal(1), "g": Decimal("0.001"), "mg": Decimal("0.000001"), "t": Decimal(1000),
        "lb": Decimal("0.45359237"), "oz": Decimal("0.028349523125"),
    },
    "length": {
        "m": Decimal(1), "cm": Decimal("0.01"), "mm": Decimal("0.001"), "km": Decimal(1000),
        "in": Decimal("0.0254"), "ft": Decimal("0.3048"), "yd": Decimal("0.9144"), "mi": Decimal("1609.344"),
    },
    "volume": {
        "l": Decimal(1), "ml": Decimal("0.001"), "cl": Decimal("0.01"), "m3": Decimal(1000),
        "gal_us": Decimal("3.785411784"), "gal_uk": Decimal("4.54609"), "fl_oz_us": Decimal("0.0295735295625"),
    },
    "area": {
        "m2": Decimal(1), "cm2": Decimal("0.0001"), "ha": Decimal(10000), "km2": Decimal(1000000),
        "ft2": Decimal("0.09290304"), "ac": Decimal("4046.8564224"),
    },
    "time": {"s": Decimal(1), "min": Decimal(60), "h": Decimal(3600), "d": Decimal(86400)},
}  # fmt: skip


def _number(value: str, where: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise StepFault(f"{where}: '{value}' is not a number", "write it with a point, as in 0.01") from None
    if not number.is_finite():
        raise StepFault(f"{where}: '{value}' is not a finite number")
    return number


def _constant(number: Decimal) -> Expr:
    if abs(number) >= 2**63:
        raise StepFault(f"the constant {number} does not fit 64 bits", "multiply in two steps, or keep it as text")
    return p.lit(int(number)) if number == number.to_integral_value() else p.lit(number)


def _as_written(a: Any) -> list[Any]:
    marks = {"decimal": a.decimal, "group": a.group}
    if a.digits is not None:
        return [{"format_number": {"digits": a.digits, **marks}}]
    # As few digits as say it: rounding to a fixed number could lose some that were read.
    bare = [{"trim": {"characters": c, "side": "end"}} for c in ("0", a.decimal)]
    return [{"format_number": {"digits": 10, **marks}}, *bare]


@step(
    rejects="a text that is no number in this form, or has more digits after the point",
    inverse=_as_written,
    loses="how the number was written (group marks, trailing zeros)",
)
def parse_number(x: Expr, *, decimal: str = ".", group: str = "", digits: int | None = None) -> Outcome:
    """Read a decimal number: the mark of the fraction and the mark between groups of three are given once.

    A sign may stand before or after. More than 'digits' (10 unless given) after the point is a reject,
    never a silent rounding.

    >>> try_step({"parse_number": {"decimal": ",", "group": "."}}, "1.234,50")
    Decimal('1234.5000000000')
    >>> try_step({"parse_number": {"decimal": ",", "digits": 2}}, "1.234,50")
    Rejected('is not a number like -1234,56')
    """
    scale = 10 if digits is None else digits
    value = p.parse_number(p.trim(x), decimal, group, scale)
    shown = 2 if digits is None else min(digits, 4)
    example = f"-1{group}234" + (decimal + "5678"[:shown] if shown else "")
    return Outcome(value, ((_lost(x, value), f"is not a number like {example}"),))


@step(
    inverse=lambda a: [{"parse_number": {"decimal": a.decimal, "group": a.group, "digits": a.digits}}],
    loses="digits beyond those written",
)
def format_number(
    x: Expr, *, digits: int = 2, decimal: str = ".", group: str = "", at_least: int | None = None
) -> Expr:
    """Write a number with a fixed number of digits after the point, or without the zeros beyond 'at_least'.

    >>> try_step([{"cast": "decimal"}, {"format_number": {"decimal": ",", "group": "."}}], "-1234.5")
    '-1.234,50'
    >>> try_step([{"cast": "decimal"}, {"format_number": {"digits": 4, "at_least": 0}}], "-1234.5")
    '-1234.5'
    """
    if decimal == group:
        raise StepFault("format_number: the decimal point and the group mark are two different characters")
    text = p.format_number(x, digits, decimal, group)
    if at_least is None or at_least >= digits:
        return text
    point = "\\" + decimal if decimal in ".^$*+?()[]{}|\\-" else decimal
    kept = f"(?:{point}[0-9]*[1-9])?" if at_least == 0 else f"{point}[0-9]{{{at_least}}}(?:[0-9]*[1-9])?"
    return p.regex_extract(text, f"^([^{point}]*{kept}){point}?0*$", 1)


def _multiple(x: Expr, to: Expr, mode: str) -> Expr:
    nearest = p.divide(x, to, 0)
    if mode == "nearest":
        return nearest
    back = p.arith("*", nearest, to)
    one = p.lit(Decimal(1))
    down = p.when([(p.compare(">", back, x), p.arith("-", nearest, one))], nearest)
    up = p.when([(p.compare("<", back, x), p.arith("+", nearest, one))], nearest)
    negative = p.compare("<", x, p.lit(0))
    if mode in ("down", "up"):
        return down if mode == "down" else up
    return p.when([(negative, down)], up) if mode == "away" else p.when([(negative, up)], down)


@step(rejects="a result that does not fit 38 digits", loses="where in its bucket a number stood")
def bucket(
    x: Expr,
    *,
    to: str,
    mode: Literal["down", "up", "nearest", "away", "toward"] = "down",
    start: str = "0",
) -> Outcome:
    """Give the multiple of a number that a value falls to: 'down', 'up', 'nearest', 'away' from or 'toward' zero.

    The multiples are counted from 'start'; nearest takes halves away from it.

    >>> try_step([{"cast": "integer"}, {"bucket": 10}], "47")
    40
    >>> try_step(["parse_number", {"bucket": {"to": 10, "mode": "up"}}], "9" * 28)
    Rejected('does not fit 38 digits')
    >>> try_step([{"cast": "decimal"}, {"bucket": {"to": "0.05", "mode": "nearest"}}], "0.38")
    Decimal('0.40')
    """
    size, first = _number(to, "bucket"), _number(start, "bucket")
    if size <= 0:
        raise StepFault("bucket: 'to' is greater than 0")
    moved = p.arith("-", x, _constant(first)) if first else x
    found = p.arith("*", _multiple(moved, _constant(size), mode), _constant(size))
    value = p.arith("+", found, _constant(first)) if first else found
    if value.type.scale == 0:
        value = p.cast(value, p.lit(0).type)
    return Outcome(value, ((_lost(x, value), "does not fit 38 digits"),))


@step(
    rejects="a result that does not fit 38 digits",
    inverse=lambda a: _unscaled(a.by),
    loses="what was rounded away",
)
def scale(x: Expr, *, by: str, digits: int = 2) -> Outcome:
    """Multiply by a constant, exactly, and round half away from zero.

    >>> try_step(["parse_number", {"scale": {"by": "0.01", "digits": 2}}], "12345")
    Decimal('123.45')
    >>> try_step(["parse_number", {"scale": 1000}], "9" * 28)
    Rejected('does not fit 38 digits')
    """
    value = p.round_to(p.arith("*", x, _constant(_number(by, "scale"))), digits)
    return Outcome(value, ((_lost(x, value), "does not fit 38 digits"),))


def _unscaled(by: str) -> list[Any] | None:
    factor = Decimal(by)
    back = Decimal(1) / factor if factor else Decimal(0)
    if not factor or back * factor != 1:
        return None
    return [{"scale": {"by": f"{back:f}", "digits": max(0, -int(back.as_tuple().exponent)) or 10}}]


@step(inverse=lambda a: [], loses="the digits rounded away")
def round_(x: Expr, *, digits: int = 0) -> Expr:
    """Round half away from zero.

    >>> try_step([{"cast": {"to": "decimal", "digits": 3}}, {"round": 1}], "-2.25")
    Decimal('-2.3')
    """
    return p.round_to(x, digits)


@step(loses="values beyond the cap")
def cap(x: Expr, *, at_most: str | None = None, at_least: str | None = None) -> Expr:
    """Hold a number within bounds.

    >>> try_step([{"cast": "integer"}, {"cap": {"at_most": 100}}], "250")
    100
    """
    if at_most is None and at_least is None:
        raise StepFault("cap needs 'at_most', 'at_least' or both")
    for bound, op in ((at_most, ">"), (at_least, "<")):
        if bound is not None:
            limit = _constant(_number(bound, "cap"))
            x = p.when([(p.compare(op, x, limit), limit)], x)  # type: ignore[arg-type]
    return x


@step(
    rejects="a result that does not fit 38 digits",
    inverse=lambda a: [{"unit": {"from": a.to, "to": a.from_, "digits": a.digits}}],
    loses="what was rounded away",
)
def unit(x: Expr, *, from_: str, to: str, digits: int = 3) -> Outcome:
    """Convert between units of one quantity, exactly, then round half away from zero.

    >>> try_step([{"cast": "decimal"}, {"unit": {"from": "lb", "to": "kg"}}], "10")
    Decimal('4.536')
    >>> try_step(["parse_number", {"unit": {"from": "km", "to": "m"}}], "9" * 28)
    Rejected('does not fit 38 digits')
    """
    for quantity in UNITS.values():
        if from_ in quantity and to in quantity:
            value = p.divide(p.arith("*", x, _constant(quantity[from_])), _constant(quantity[to]), digits)
            return Outcome(value, ((_lost(x, value), "does not fit 38 digits"),))
    known = {u: q for q, us in UNITS.items() for u in us}
    missing = [u for u in (from_, to) if u not in known]
    if missing:
        from workbench.errors import did_you_mean

        raise StepFault(f"unit: there is no unit '{missing[0]}'", did_you_mean(missing[0], known))
    raise StepFault(f"unit: {from_} is a {known[from_]}, {to} is a {known[to]}")
