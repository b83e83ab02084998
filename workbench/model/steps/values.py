"""Steps over values of any type: translations, defaults, types, keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.types import (
    BOOLEAN,
    DATE,
    FLOAT,
    INTEGER,
    TEXT,
    TIMESTAMP,
    DataType,
    decimal,
)  # fmt: skip

from .catalogue import Outcome, StepFault, step

Listed = Annotated[tuple[str, ...], BeforeValidator(lambda v: v if isinstance(v, list | tuple) else [v])]

YES = ("y", "yes", "true", "t", "1", "on", "x")
NO = ("n", "no", "false", "f", "0", "off")


def _lost(before: Expr, after: Expr) -> Expr:
    """True where there was a value and now there is none."""
    return p.all_of(p.is_null(after), p.none_of(p.is_null(before)))


def _swapped(a: Any) -> list[Any] | None:
    pairs = dict(a.values)
    if len(set(pairs.values())) < len(pairs) or a.unmapped == "default":
        return None
    return [{"translate": {"values": {v: k for k, v in pairs.items()}, "unmapped": a.unmapped}}]


def _untranslated(a: Any) -> str:
    lost = ["the case of the letters"] if a.ignore_case else []
    if a.unmapped == "null":
        lost.append("values that the table does not list")
    if a.unmapped == "keep":
        lost.append("whether a value was translated or stood there already")
    return " and ".join(lost)


@step(
    rejects="a value that is not in the table, unless 'unmapped' says otherwise", inverse=_swapped, loses=_untranslated
)
def translate(
    x: Expr,
    *,
    values: dict[str, str],
    unmapped: Literal["reject", "null", "keep", "default"] = "reject",
    default: str | None = None,
    ignore_case: bool = False,
) -> Outcome:
    """Replace values by a table.

    >>> try_step({"translate": {"values": {"M": "Male", "F": "Female"}}}, "M")
    'Male'
    >>> try_step({"translate": {"values": {"M": "Male"}}}, "X")
    Rejected('has no translation')
    """
    if not values:
        raise StepFault("translate: the table is empty")
    key, table = x, values
    if ignore_case:
        key, table = p.change_case(x, "lower"), {k.lower(): v for k, v in values.items()}
    found = p.translate(key, tuple(table.items()))
    if unmapped == "keep":
        return Outcome(p.coalesce(found, x))
    if unmapped == "default":
        if default is None:
            raise StepFault("translate: unmapped: default needs a 'default'")
        return Outcome(p.when([(_lost(x, found), p.lit(default))], found))
    return Outcome(found, ((_lost(x, found), "has no translation"),) if unmapped == "reject" else ())


@step(null="becomes the default", inverse=lambda a: [], loses="which values were missing")
def default(x: Expr, *, value: str) -> Expr:
    """Give a value where there is none.

    >>> try_step({"default": "unknown"}, None)
    'unknown'
    """
    return p.coalesce(x, _constant_like(x, value))


def _constant_like(x: Expr, value: str) -> Expr:
    try:
        return p.constant(value, x.type)
    except p.TypeClash as e:
        raise StepFault(str(e)) from None


@step(many=True, null="is passed over")
def coalesce(values: tuple[Expr, ...]) -> Expr:
    """Take the first value that is there.

    >>> try_step("coalesce", None, "b", "c")
    'b'
    """
    return p.coalesce(*values)


@step(null="is replaced like any value")
def constant(x: Expr, *, value: str) -> Expr:
    """Give the same text for every row.

    >>> try_step({"constant": "CRM"}, "x")
    'CRM'
    """
    return p.lit(value)


@step(null="stays null; the values listed become null", inverse=lambda a: [], loses="which mark stood there")
def null_if(x: Expr, *, values: Listed) -> Expr:
    """Treat marks such as 'N/A' as missing.

    >>> try_step({"null_if": ["N/A", "-"]}, "N/A")

    """
    return p.when([(p.is_in(x, values), p.lit(None, x.type))], x)


def _yes_no(a: Any) -> list[Any]:
    return [{"cast": "text"}, {"translate": {"values": {"true": a.yes[0], "false": a.no[0]}}}]


@step(rejects="a value that is neither", inverse=_yes_no, loses="which spelling of yes and no stood there")
def boolean(x: Expr, *, yes: Listed = YES, no: Listed = NO) -> Outcome:
    """Read a yes or a no, in any case.

    >>> try_step("boolean", "Y")
    True
    >>> try_step({"boolean": {"yes": ["ja"], "no": ["nein"]}}, "vielleicht")
    Rejected("is neither 'ja' nor 'nein'")
    """
    key = p.change_case(x, "lower")
    is_yes, is_no = (p.is_in(key, [v.lower() for v in side]) for side in (yes, no))
    value = p.when([(is_yes, p.lit(True)), (is_no, p.lit(False))], p.lit(None, BOOLEAN))
    reason = f"is neither '{yes[0]}' nor '{no[0]}'"
    return Outcome(value, ((_lost(x, value), reason),))


_TYPES = {
    "text": TEXT,
    "integer": INTEGER,
    "float": FLOAT,
    "boolean": BOOLEAN,
    "date": DATE,
    "timestamp": TIMESTAMP,
}


@step(
    rejects="a value that does not fit the type",
    inverse=lambda a: [{"cast": "text"}] if a.to != "text" else [],
)
def cast(x: Expr, *, to: str, digits: int = 2) -> Outcome:
    """Change the type: text, integer, decimal (with 'digits' after the point), float, boolean, date, timestamp.

    >>> try_step({"cast": "integer"}, "12")
    12
    >>> try_step({"cast": "integer"}, "12.5")
    Rejected('is not a whole number')
    """
    type_: DataType | None = decimal(digits) if to == "decimal" else _TYPES.get(to)
    if type_ is None:
        raise StepFault(f"cast: there is no type '{to}'", f"one of {', '.join([*_TYPES, 'decimal'])}")
    value = p.cast(x, type_)
    named = {"integer": "whole number", "decimal": "number", "float": "number"}.get(to, to)
    return Outcome(value, ((_lost(x, value), f"is not a {named}"),)) if value is not x else Outcome(x)


@step(loses="the value")
def hash_(x: Expr, *, key_env: str = "") -> Expr:
    """Replace a value by its SHA-256 in hex; keyed (HMAC) by the secret in an environment variable, if named.

    >>> try_step("hash", "Ada")[:12]
    '99a563ab2f6e'
    """
    return p.call("sha256", (x,), TEXT, key_env=key_env)


@step(many=True, null="counts as empty; null when all are")
def uuid5(values: tuple[Expr, ...], *, namespace: str) -> Expr:
    """Make a stable key from the values: RFC 9562 UUID version 5 of a namespace and the values.

    >>> try_step({"uuid5": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, "CRM", "12")
    'cffba292-9703-5292-8281-21428a38909b'
    """
    try:
        UUID(namespace)
    except ValueError:
        raise StepFault(f"uuid5: '{namespace}' is not a UUID", "write one, once, and keep it") from None
    return p.call("uuid5", values, TEXT, namespace=namespace)
