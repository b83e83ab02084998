"""The primitives: the few operations every backend implements, each with one pinned meaning.

Each function builds a node and checks its types; a wrong type is a `TypeClash`, which `resolve` turns into
a fault with the line of the spec. Unless said otherwise a null argument gives null. The meanings are
``core-1``; where engines differ, ``docs/semantics.md`` says what is pinned and the golden cases hold it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from .expr import Expr
from .primitive_types import WHITESPACE, TypeClash, need
from .primitives_nested import call, item, json_path, member
from .primitives_text import (
    blank_to_null,
    change_case,
    concat,
    length,
    pad,
    regex_extract,
    regex_match,
    regex_replace,
    replace,
    split_part,
    squeeze,
    substring,
    translate,
    trim,
)
from .types import BOOLEAN, DATE, INTEGER, NULL, TEXT, DataType, decimal

__all__ = [
    "PRIMITIVES", "WHITESPACE", "TypeClash", "all_of", "any_of", "arith", "blank_to_null", "call", "cast",
    "change_case", "coalesce", "col", "compare", "concat", "constant", "divide", "format_number",
    "format_time", "is_in", "is_null", "item", "json_path", "length", "lit", "member", "none_of", "pad",
    "parse_number", "parse_time",
    "regex_extract", "regex_match", "regex_replace", "replace", "round_to", "shift_zone", "split_part",
    "squeeze", "substring", "translate", "trim", "when",
]  # fmt: skip

MAX_SCALE = 18


def col(name: str, type_: DataType = TEXT) -> Expr:
    """A column of the row."""
    return Expr("col", (), type_, [("name", name)])


def lit(value: str | int | bool | Decimal | date | None, type_: DataType | None = None) -> Expr:
    """A constant; the type follows from the value unless given."""
    if type_ is None:
        if value is None:
            type_ = NULL
        elif isinstance(value, bool):
            type_ = BOOLEAN
        elif isinstance(value, int):
            type_ = INTEGER
        elif isinstance(value, Decimal):
            type_ = decimal(max(0, -int(value.as_tuple().exponent)))
        elif isinstance(value, date):
            type_ = DATE
        else:
            type_ = TEXT
    return Expr("lit", (), type_, [("value", value)])


def constant(text: str, type_: DataType) -> Expr:
    """A constant as people write it, in the type it is needed in.

    Raises:
        TypeClash: The text is not of that type.
    """
    try:
        if type_.kind == "integer":
            return lit(int(text))
        if type_.kind == "decimal":
            return lit(Decimal(text))
        if type_.kind == "date":
            return lit(date.fromisoformat(text))
        if type_.kind == "boolean":
            return lit({"true": True, "false": False}[text.lower()])
        if type_.kind == "timestamp":
            return cast(lit(text), type_)
    except (ValueError, InvalidOperation, KeyError):
        raise TypeClash(f"'{text}' is not a {type_}") from None
    if type_.kind not in ("text", "null"):
        raise TypeClash(f"a constant cannot be a {type_}")
    return lit(text)


def is_null(x: Expr) -> Expr:
    """Whether there is no value; never null itself."""
    return Expr("is_null", (x,), BOOLEAN)


def _common_type(parts: Sequence[Expr], what: str) -> DataType:
    kinds = [p.type for p in parts if p.type.kind != "null"]
    if not kinds:
        return NULL
    if all(k == kinds[0] for k in kinds):
        return kinds[0]
    if all(k.kind in ("integer", "decimal") for k in kinds):
        return decimal(max(k.scale or 0 for k in kinds))
    raise TypeClash(f"{what} needs one type, not " + " and ".join(sorted({str(k) for k in kinds})))


def _aligned(parts: Sequence[Expr], type_: DataType) -> tuple[Expr, ...]:
    return tuple(p if p.type == type_ else cast(p, type_) for p in parts)


def coalesce(*parts: Expr) -> Expr:
    """The first value that is not null."""
    type_ = _common_type(parts, "coalesce")
    return parts[0] if len(parts) == 1 else Expr("coalesce", _aligned(parts, type_), type_)


def when(cases: Sequence[tuple[Expr, Expr]], otherwise: Expr) -> Expr:
    """The value of the first case whose condition is true; a null condition is not true."""
    for condition, _ in cases:
        need(condition, "boolean", what="a condition")
    values = [v for _, v in cases] + [otherwise]
    type_ = _common_type(values, "case")
    aligned = _aligned(values, type_)
    flat = [e for (c, _), v in zip(cases, aligned[:-1], strict=True) for e in (c, v)]
    return Expr("when", (*flat, aligned[-1]), type_)


def all_of(*conditions: Expr) -> Expr:
    """True when every condition is true; a null condition counts as false."""
    return conditions[0] if len(conditions) == 1 else Expr("all_of", conditions, BOOLEAN)


def any_of(*conditions: Expr) -> Expr:
    """True when some condition is true; a null condition counts as false."""
    return conditions[0] if len(conditions) == 1 else Expr("any_of", conditions, BOOLEAN)


def none_of(*conditions: Expr) -> Expr:
    """True when no condition is true; a null condition counts as false. The only negation there is."""
    return Expr("none_of", conditions, BOOLEAN)


def compare(op: Literal["=", "<", "<=", ">", ">="], a: Expr, b: Expr) -> Expr:
    """Compare two values of one type; text by code point; null with a null side."""
    type_ = _common_type((a, b), "a comparison")
    if type_.is_nested:
        raise TypeClash(f"a comparison does not work on {type_}")
    return Expr("compare", _aligned((a, b), type_), BOOLEAN, [("op", op)])


def is_in(x: Expr, values: Sequence[str]) -> Expr:
    """Whether a text equals one of the values, exactly."""
    need(x, "text", what="is_in")
    return Expr("is_in", (x,), BOOLEAN, [("values", tuple(values))])


def cast(x: Expr, to: DataType) -> Expr:
    """Another type, null where the value does not fit; what fits is listed in ``docs/semantics.md``.

    Text to integer or decimal takes plain digits with a sign and a point; to boolean 'true' and 'false'; to
    date and timestamp ISO 8601; a decimal with fewer digits is rounded half away from zero. A float is the
    shortest decimal that reads back as it, to 18 digits after the point and below 10^18; as text it is that
    decimal without trailing zeros. A text that is too large or too small for a float is null.
    """
    if x.type == to:
        return x
    if x.type.kind == "null":
        return lit(None, to)
    allowed = {
        "text": {"integer", "decimal", "float", "boolean", "date", "timestamp"},
        "integer": {"text", "decimal", "float", "boolean"},
        "decimal": {"text", "integer", "decimal", "float"},
        "float": {"text", "integer", "decimal"},
        "boolean": {"text", "integer"},
        "date": {"text", "timestamp"},
        "timestamp": {"text", "date"},
        "time": {"text"},
    }
    if to.kind not in allowed.get(x.type.kind, set()):
        raise TypeClash(f"{x.type} cannot become {to}")
    return Expr("cast", (x,), to)


def parse_number(x: Expr, point: str = ".", group: str = "", scale: int = 10) -> Expr:
    """Text to decimal: a sign before or after, digits, whole groups of three or none, a fraction or none.

    Null for anything else, for more than ``scale`` digits after the point, and for more than 38 in all.
    """
    need(x, "text", what="parse_number")
    if point == group or len(point) != 1 or len(group) > 1:
        raise TypeClash("the decimal point and the group mark are two different characters")
    return Expr("parse_number", (x,), decimal(scale), [("point", point), ("group", group)])


def format_number(x: Expr, digits: int, point: str = ".", group: str = "") -> Expr:
    """Decimal to text with a fixed number of digits after the point, rounded half away from zero."""
    need(x, "integer", "decimal", what="format_number")
    return Expr("format_number", (x,), TEXT, [("digits", digits), ("point", point), ("group", group)])


def parse_time(x: Expr, format_: str, to: DataType) -> Expr:
    """Text to date or timestamp by one format; null unless the whole text fits and the date exists.

    Codes: ``%Y`` four digits from 0001, ``%y`` two (70–99 are 19xx), ``%m %d %H %I %M %S`` one or two,
    ``%b %B`` English month names in any case, ``%p`` AM or PM, ``%f`` one to six digits, ``%z`` Z or an
    offset (up to 14:59), ``%%``. A number right beside another has exactly two digits. Each code stands
    once; ``%I`` and ``%p`` come together, and ``%f`` comes after a point.
    """
    need(x, "text", what="parse_date")
    if to.kind not in ("date", "timestamp"):
        raise TypeClash(f"a date is parsed to date or timestamp, not to {to}")
    codes = re.findall("%(.)", format_)
    told = [c for c in codes if c != "%"]
    if len(set(told)) < len(told) or {"Y", "y"} <= set(told) or len({"m", "b", "B"} & set(told)) > 1:
        raise TypeClash(f"the format '{format_}' says a part twice")
    if ("I" in codes) != ("p" in codes) or {"H", "I"} <= set(codes):
        raise TypeClash(f"the format '{format_}' needs %H, or %I together with %p")
    if "f" in codes and ".%f" not in format_:
        raise TypeClash(f"the format '{format_}' has %f without a point before it")
    return Expr("parse_time", (x,), to, [("format", format_)])


def format_time(x: Expr, format_: str) -> Expr:
    """Date or timestamp to text, by the codes of `parse_time`, two digits each (``%f`` six, ``%z`` as Z)."""
    need(x, "date", "timestamp", what="format_date")
    return Expr("format_time", (x,), TEXT, [("format", format_)])


def shift_zone(x: Expr, zone: str) -> Expr:
    """An instant to the wall clock of a zone, or a wall-clock time in a zone to the instant.

    A wall-clock time that comes twice is the earlier instant; one that is skipped is null.
    """
    need(x, "timestamp", what="timezone")
    return Expr("shift_zone", (x,), DataType("timestamp", local=not x.type.local), [("zone", zone)])


def arith(op: Literal["+", "-", "*"], a: Expr, b: Expr) -> Expr:
    """Exact decimal arithmetic; null on overflow. A product's digits after the point add up."""
    for side in (a, b):
        need(side, "integer", "decimal", what="arithmetic")
    if a.type.kind == b.type.kind == "integer":
        return Expr("arith", (a, b), INTEGER, [("op", op)])
    scales = [side.type.scale or 0 for side in (a, b)]
    scale = sum(scales) if op == "*" else max(scales)
    if scale > MAX_SCALE:
        raise TypeClash(f"the result would have {scale} digits after the point: round first")
    return Expr("arith", (a, b), decimal(scale), [("op", op)])


def divide(a: Expr, b: Expr, digits: int) -> Expr:
    """Exact quotient rounded half away from zero; null when dividing by zero.

    Both sides have at most 17 digits before the point (null otherwise), and are rounded first to the
    19 - ``digits`` after it that leave room for an exact quotient.
    """
    if not 0 <= digits <= MAX_SCALE:
        raise TypeClash(f"a quotient has 0 to {MAX_SCALE} digits after the point, not {digits}")
    sides = []
    for side in (a, b):
        need(side, "integer", "decimal", what="arithmetic")
        room = MAX_SCALE + 1 - digits
        sides.append(round_to(side, room) if (side.type.scale or 0) > room else side)
    return Expr("divide", sides, decimal(digits))


def round_to(x: Expr, digits: int) -> Expr:
    """Decimal with this many digits after the point, rounded half away from zero."""
    need(x, "integer", "decimal", what="round")
    if x.type == decimal(digits):
        return x
    return Expr("round_to", (x,), decimal(digits))


# A function here is a primitive; the word that stands in the node is its name.
PRIMITIVES = frozenset(__all__) - {"PRIMITIVES", "WHITESPACE", "TypeClash", "constant"}
