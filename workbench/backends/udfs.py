"""Python-only functions: each runs once per distinct combination of its arguments, on any engine."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import polars as pl

from workbench.errors import UsageError
from workbench.registry import Registry

from .places import COUNTRY_NAMES, CURRENCY_SIGNS, POSTCODES

__all__ = ["FUNCTIONS", "function", "run_on_distinct"]

Function = Callable[..., "str | None"]
FUNCTIONS: Registry[Callable[..., Function]] = Registry("function")


def function(name: str, options: Mapping[str, Any]) -> Function:
    """A function ready to call with values, its options bound.

    Raises:
        UnknownNameError: There is none of this name.
    """
    return FUNCTIONS[name](**options)


def run_on_distinct(name: str, args: Sequence[pl.Expr], options: Mapping[str, Any], dtype: pl.DataType) -> pl.Expr:
    """Apply a function to columns, once per distinct combination of values."""
    run = function(name, options)

    def apply(column: pl.Series) -> pl.Series:
        rows = column.to_frame("k")
        distinct = rows.unique()
        keys = distinct["k"].struct.unnest()
        values = [run(*key) for key in keys.rows()]
        answers = distinct.with_columns(pl.Series("v", values, dtype=dtype))
        return rows.join(answers, on="k", how="left", nulls_equal=True, maintain_order="left")["v"]

    def apply_one(column: pl.Series) -> pl.Series:
        distinct = column.unique()
        values = pl.Series([run(v) for v in distinct.to_list()], dtype=dtype)
        return column.replace_strict(distinct, values, return_dtype=dtype)

    if len(args) == 1:
        return args[0].map_batches(apply_one, return_dtype=dtype)
    return pl.struct(args).map_batches(apply, return_dtype=dtype)


@FUNCTIONS.register("sha256")
def _sha256(key_env: str = "") -> Function:
    if not key_env:
        return lambda x: None if x is None else hashlib.sha256(x.encode()).hexdigest()
    secret = os.environ.get(key_env, "")
    if not secret:
        raise UsageError(f"the environment variable '{key_env}' holds no key", cure=f"export {key_env}=…")
    key = secret.encode()
    return lambda x: None if x is None else hmac.new(key, x.encode(), "sha256").hexdigest()


@FUNCTIONS.register("regex_extract")
def _regex_extract(pattern: str, group: int) -> Function:
    # Python's '$' also matches before a last line feed; the pinned one is the very end.
    compiled = re.compile(_very_end(pattern))

    def run(x: str | None) -> str | None:
        found = None if x is None else compiled.search(x)
        return None if found is None else found[group] or ""

    return run


@FUNCTIONS.register("regex_replace")
def _regex_replace(pattern: str, new: str) -> Function:
    compiled = re.compile(_very_end(pattern))
    return lambda x: None if x is None else compiled.sub(lambda _: new, x)


def _very_end(pattern: str) -> str:
    return re.sub(r"(\\.|\[\^?(?:\\.|[^\]\\])*\])|\$", lambda m: m[1] or r"\Z", pattern)


@FUNCTIONS.register("divide")
def _divide(digits: int) -> Function:
    def run(a: Any, b: Any) -> str | None:
        if a is None or not b or abs(a) >= 10**17 or abs(b) >= 10**17:
            return None
        n, d = Fraction(a), Fraction(b)
        size = math.floor(abs(n / d) * 10**digits + Fraction(1, 2))
        text = str(size).zfill(digits + 1)
        sign = "-" if (n < 0) != (d < 0) and size else ""
        return sign + (text[: len(text) - digits] + "." + text[len(text) - digits :] if digits else text)

    return run


@FUNCTIONS.register("json_path")
def _json_path(path: str) -> Function:
    steps: list[Any] = [
        name or int(index) for name, index in re.findall(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+)\]", path)
    ]

    def no_constant(name: str) -> Any:
        raise ValueError(name)  # NaN and Infinity are no JSON

    def run(x: str | None) -> str | None:
        try:
            # Numbers stay as they are written: 1.50 and 1e5 are texts here.
            value = json.loads(x or "", parse_float=str, parse_int=str, parse_constant=no_constant)
            for step in steps:
                if not isinstance(value, dict if isinstance(step, str) else list):
                    return None
                value = value[step]
        except (ValueError, LookupError, RecursionError):
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        # A lone surrogate, '\\ud800', is no text.
        return value if isinstance(value, str) and not re.search("[\ud800-\udfff]", value) else None

    return run


@FUNCTIONS.register("uuid5")
def _uuid5(namespace: str) -> Function:
    space = uuid.UUID(namespace)

    def run(*values: str | None) -> str | None:
        if all(v is None for v in values):
            return None
        # The unit separator keeps ('ab', 'c') and ('a', 'bc') apart.
        return str(uuid.uuid5(space, "\x1f".join("" if v is None else str(v) for v in values)))

    return run


@FUNCTIONS.register("phone")
def _phone(to: str = "E164", check: str = "possible") -> Function:
    import phonenumbers as pn

    country = function("country", {"to": "alpha2"})
    forms = {
        "E164": pn.PhoneNumberFormat.E164,
        "digits": pn.PhoneNumberFormat.E164,
        "international": pn.PhoneNumberFormat.INTERNATIONAL,
        "national": pn.PhoneNumberFormat.NATIONAL,
    }
    good = pn.is_valid_number if check == "valid" else pn.is_possible_number

    def run(x: str | None, region: str | None = None) -> str | None:
        if x is None or not any(c.isdigit() for c in x):
            return None
        if x.startswith("00"):
            x = "+" + x[2:]
        try:
            number = pn.parse(x, country(region))
        except pn.NumberParseException:
            return None
        if not good(number):
            return None
        text = str(pn.format_number(number, forms[to]))
        return text.removeprefix("+") if to == "digits" else text

    return run


@FUNCTIONS.register("email")
def _email() -> Function:
    from email_validator import EmailNotValidError, validate_email

    def run(x: str | None) -> str | None:
        if x is None:
            return None
        try:
            address = validate_email(x, check_deliverability=False, test_environment=True).normalized
        except EmailNotValidError:
            return None
        return str(address).lower() if "." in address.rsplit("@", 1)[-1] else None

    return run


@cache
def _countries() -> dict[str, Any]:
    import pycountry

    found: dict[str, Any] = {}
    for c in pycountry.countries:
        names = [c.alpha_2, c.alpha_3, c.numeric, c.name]
        names += [getattr(c, key) for key in ("official_name", "common_name") if hasattr(c, key)]
        for name in names:
            found.setdefault(_key(name), c)
    by_code = {c.alpha_2: c for c in pycountry.countries}
    for code, aliases in COUNTRY_NAMES.items():
        for alias in aliases:
            found.setdefault(_key(alias), by_code[code])
    return found


def _key(name: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(re.sub(r"[^\w]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).split())


@FUNCTIONS.register("country")
def _country(to: str = "alpha2") -> Function:
    attribute = {"alpha2": "alpha_2", "alpha3": "alpha_3", "numeric": "numeric", "name": "name"}[to]

    def run(x: str | None) -> str | None:
        found = None if x is None else _countries().get(_key(x))
        return None if found is None else str(getattr(found, attribute))

    return run


@FUNCTIONS.register("currency")
def _currency() -> Function:
    import pycountry

    codes = {c.alpha_3 for c in pycountry.currencies}
    names = {_key(c.name): c.alpha_3 for c in pycountry.currencies}

    def run(x: str | None) -> str | None:
        if x is None:
            return None
        if x.upper() in codes:
            return x.upper()
        return CURRENCY_SIGNS.get(x.strip()) or names.get(_key(x))

    return run


@FUNCTIONS.register("postcode")
def _postcode() -> Function:
    country = function("country", {"to": "alpha2"})

    def run(x: str | None, where: str | None) -> str | None:
        if x is None:
            return None
        text = re.sub(r"^[A-Z]{1,2}-(?=[0-9])", "", x.upper().strip())  # the country's sign: D-10115
        rule = POSTCODES.get(country(where) or "")
        if rule is None:
            return " ".join(text.split())
        pattern, written = rule
        found = re.fullmatch(pattern, re.sub(r"[\s-]+", "", text))
        return found.expand(written).rstrip("-") if found else None

    return run
