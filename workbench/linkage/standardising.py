"""Standardisation: each field's values brought to one comparable form, as Polars expressions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from workbench.errors import UsageError
from workbench.model import STEPS
from workbench.registry import Registry

from .catalogue import catalogue_step
from .model import FieldRule

__all__ = ["standardised", "standardisers"]

Standardiser = Callable[..., pl.Expr]
standardisers: Registry[Standardiser] = Registry("standardiser")
"""Steps a field may name under 'standardise': functions Expr → Expr."""

USUAL: Mapping[str, tuple[str, ...]] = {
    "text": ("fold", "plain", "collapse"),
    "date": ("trim",),
    "number": ("trim",),
}
_ASCII = {
    c: unicodedata.normalize("NFKD", chr(c)).encode("ascii", "ignore").decode().lower() for c in range(0xC0, 0x250)
}
_ASCII |= {
    ord(c): t
    for c, t in {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "Æ": "ae",
        "Œ": "oe",
        "Ø": "o",
        "Ð": "d",
        "Þ": "th",
        "Ł": "l",
        "Đ": "d",
        "ẞ": "ss",
    }.items()
}
_FROM = [chr(c) for c, t in _ASCII.items() if t]
_TO = [t for t in _ASCII.values() if t]


@standardisers.register("trim")
def _trim(e: pl.Expr) -> pl.Expr:
    return e.str.strip_chars()


@standardisers.register("lower")
def _lower(e: pl.Expr) -> pl.Expr:
    return e.str.to_lowercase()


@standardisers.register("ascii")
def _ascii(e: pl.Expr) -> pl.Expr:
    # most values are ASCII already: the many-pattern search is paid for the others only
    folded = e.str.normalize("NFKC").str.replace_many(_FROM, _TO)
    return pl.when(e.str.len_bytes() == e.str.len_chars()).then(e).otherwise(folded)


@standardisers.register("fold")
def _fold(e: pl.Expr) -> pl.Expr:
    return _ascii(e.str.to_lowercase())


@standardisers.register("plain")
def _plain(e: pl.Expr) -> pl.Expr:
    """Apostrophes vanish, other punctuation becomes a space."""
    marked = e.str.contains(r"[^\p{L}\p{N} ]")
    cleaned = e.str.replace_all(r"['’`´]", "").str.replace_all(r"[^\p{L}\p{N}]+", " ")
    return pl.when(marked).then(cleaned).otherwise(e)


@standardisers.register("collapse")
def _collapse(e: pl.Expr) -> pl.Expr:
    spaced = e.str.strip_chars()
    return pl.when(spaced.str.contains("  ", literal=True)).then(spaced.str.replace_all(r"\s+", " ")).otherwise(spaced)


@standardisers.register("digits")
def _digits(e: pl.Expr) -> pl.Expr:
    return e.str.replace_all(r"[^0-9]+", "")


@standardisers.register("compact")
def _compact(e: pl.Expr) -> pl.Expr:
    """Only letters and digits: 'AB12 3CD' and 'ab123cd' are one code."""
    return e.str.replace_all(r"[^\p{L}\p{N}]+", "")


@standardisers.register("last")
def _last(e: pl.Expr, size: Any) -> pl.Expr:
    return e.str.tail(int(size))


@standardisers.register("first")
def _first(e: pl.Expr, size: Any) -> pl.Expr:
    return e.str.head(int(size))


@standardisers.register("replace")
def _replace(e: pl.Expr, values: Mapping[str, str]) -> pl.Expr:
    """Whole words replaced: 'street' → 'st'."""
    for old, new in values.items():
        e = e.str.replace_all(rf"\b{re.escape(str(old))}\b", str(new))
    return e


def standardised(rule: FieldRule, value: pl.Expr, name: str) -> pl.Expr:
    """The expression that standardises one field; blank becomes null.

    Args:
        rule: The field.
        value: Its raw value, text.
        name: The field's name, for messages and the output column.

    Raises:
        UsageError: A step is not usable with what it was given.
        UnknownNameError: A step is not known.
    """
    for step in rule.standardise or USUAL[rule.type]:
        verb, args = written(step)
        if verb not in standardisers and verb in STEPS:
            value = catalogue_step(value, verb, args, name)
            continue
        try:
            value = standardisers[verb](value, *([] if args is None else [args]))
        except (TypeError, ValueError) as e:
            where = f"field '{name}'"
            raise UsageError(
                f"the step '{verb}' cannot take {args!r}: {e}", where=where, cure="mend the step"
            ) from None
    if rule.type == "date":
        value = _iso_date(value, rule.formats)
    if rule.missing:
        value = pl.when(value.is_in(list(rule.missing))).then(None).otherwise(value)
    value = pl.when(value == "").then(None).otherwise(value)
    if rule.type == "number":
        value = _number(value)
    return value.alias(name)


def _number(value: pl.Expr) -> pl.Expr:
    """A number whatever currency stands beside it; of two separators the last is the decimal one."""
    bare = value.str.replace_all(r"^\s*[^0-9.,+-]{0,4}\s*|\s*[^0-9.,]{0,4}\s*$", "")
    grouped = bare.str.contains(r"[.,].*[.,]")
    one = pl.when(grouped).then(bare.str.replace_all(r"[.,]([0-9]{3})", "$1")).otherwise(bare)
    return one.str.replace_all(",", ".").cast(pl.Float64, strict=False)


def written(step: str | Mapping[str, Any]) -> tuple[str, Any]:
    """A step's name and arguments, as written: 'trim' or {last: 7}."""
    return (step, None) if isinstance(step, str) else next(iter(step.items()))


def known_steps() -> list[str]:
    """All steps a field may name: ours, which suit comparing, and the mapping step catalogue."""
    return sorted({*standardisers, *STEPS})


def _iso_date(value: pl.Expr, formats: tuple[str, ...]) -> pl.Expr:
    """Dates as ISO text; what is no date stays as its digits, so that a typo can still be compared."""
    parsed = [value.str.to_date(f, strict=False) for f in formats or ("%Y-%m-%d",)]
    return pl.coalesce([*(p.dt.to_string("%Y-%m-%d") for p in parsed), value])
