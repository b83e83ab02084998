"""Steps for what identifies people and places: names, phones, e-mail, countries, currencies, postcodes."""

from __future__ import annotations

from typing import Any, Literal

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.types import TEXT

from .catalogue import Context, Outcome, StepFault, step
from .values import _lost

NameForm = Literal["Last, First", "First Last", "Last First"]

# Surname particles in lower case stay with the surname: 'Maria van Dyk' is Maria, van Dyk.
_PARTICLES = (
    "van|von|vom|zu|zum|zur|der|den|de|del|della|di|da|dal|du|des|dos|das|do|la|le|los|ten|ter|af|av|bin|ibn|al|el"
)
_LAST_OF_FIRST_LAST = f" ((?:(?:{_PARTICLES}) )*[^ ]+)$"
_FIRST_OF_LAST_FIRST = f"^((?:(?:{_PARTICLES}) )*[^ ]+) "


def _halves(x: Expr, form: NameForm) -> tuple[Expr, Expr]:
    """First and last name; null where the text does not have the form."""
    text = p.trim(p.squeeze(x))
    if form == "Last, First":
        last = p.blank_to_null(p.trim(p.regex_extract(text, "^([^,]+),", 1)))
        first = p.blank_to_null(p.trim(p.regex_extract(text, "^[^,]+,([^,]+)$", 1)))
        return first, last
    if form == "First Last":
        last = p.regex_extract(text, _LAST_OF_FIRST_LAST, 1)
        first = p.regex_replace(text, _LAST_OF_FIRST_LAST, "")
        return p.when([(p.is_null(last), p.lit(None, TEXT))], first), last
    last = p.regex_extract(text, _FIRST_OF_LAST_FIRST, 1)
    first = p.regex_extract(text, _FIRST_OF_LAST_FIRST + "(.+)$", 2)
    return first, last


def _written(first: Expr, last: Expr, form: NameForm) -> Expr:
    if form == "Last, First":
        return p.concat(last, p.lit(", "), first)
    return p.concat(first, p.lit(" "), last) if form == "First Last" else p.concat(last, p.lit(" "), first)


def _refuse(x: Expr, first: Expr, last: Expr, form: str) -> tuple[tuple[Expr, str], ...]:
    lost = p.all_of(p.none_of(p.is_null(x)), p.any_of(p.is_null(first), p.is_null(last)))
    return ((lost, f"is not a name in the form '{form}'"),)


def _turned(a: Any) -> list[Any]:
    return [{"reorder_name": {"from": a.to, "to": a.from_}}]


@step(
    rejects="a name that does not have the form",
    inverse=_turned,
    loses="where the surname began, when it has several words and no particle",
)
def reorder_name(x: Expr, *, from_: NameForm, to: NameForm) -> Outcome:
    """Put the parts of a person's name into another order.

    Surname particles in lower case (van, de la, von …) stay with the surname.

    >>> try_step({"reorder_name": {"from": "Last, First", "to": "First Last"}}, "Lovelace, Ada")
    'Ada Lovelace'
    >>> try_step({"reorder_name": {"from": "First Last", "to": "Last, First"}}, "Maria van Dyk")
    'van Dyk, Maria'
    >>> try_step({"reorder_name": {"from": "Last, First", "to": "First Last"}}, "Ada Lovelace")
    Rejected("is not a name in the form 'Last, First'")
    """
    if from_ == to:
        raise StepFault(f"reorder_name: from and to are both '{to}'")
    first, last = _halves(x, from_)
    return Outcome(_written(first, last, to), _refuse(x, first, last, from_))


@step(rejects="a name that does not have the form", loses="the other part of the name")
def split_name(x: Expr, *, from_: NameForm, part: Literal["first", "last"]) -> Outcome:
    """Take the first (given) or last (family) name out of a person's name.

    >>> try_step({"split_name": {"from": "Last, First", "part": "first"}}, "Lovelace, Ada")
    'Ada'
    >>> try_step({"split_name": {"from": "Last, First", "part": "first"}}, "Ada")
    Rejected("is not a name in the form 'Last, First'")
    """
    first, last = _halves(x, from_)
    return Outcome(first if part == "first" else last, _refuse(x, first, last, from_))


def _redialled(a: Any) -> list[Any] | None:
    if a.to in ("E164", "international"):
        return [] if a.to == "E164" else [{"phone": {"to": "E164"}}]
    if a.to == "digits":
        return [{"prefix": "+"}]
    return [{"phone": {"to": "E164", "region": a.region}}] if a.region else None


@step(
    rejects="what is not a possible phone number",
    inverse=_redialled,
    loses="how the number was written",
)
def phone(
    x: Expr,
    *,
    to: Literal["E164", "international", "national", "digits"] = "E164",
    region: str | None = None,
    region_from: str | None = None,
    check: Literal["possible", "valid"] = "possible",
    context: Context,
) -> Outcome:
    """Write a phone number in one form (ITU-T E.164 …), with the country it is dialled in.

    The country is a constant ('region') or another column ('region_from'), as code or name; a number that
    begins with + or 00 needs none. 'valid' asks the numbering plan, 'possible' only the length.

    >>> try_step({"phone": {"region": "GB"}}, "(0113) 496 0000")
    '+441134960000'
    >>> try_step({"phone": {"region_from": "country"}}, "030 901820", country="Germany")
    '+4930901820'
    >>> try_step({"phone": {"region": "GB"}}, "12")
    Rejected('is not a possible phone number')
    """
    if region is not None and region_from is not None:
        raise StepFault("phone takes either 'region' or 'region_from'")
    where = context.column(region_from) if region_from else p.lit(region, TEXT)
    value = p.call("phone", (p.trim(x), where), TEXT, to=to, check=check)
    return Outcome(value, ((_lost(x, value), f"is not a {check} phone number"),))


@step(rejects="what is not an address", inverse=lambda a: [], loses="the case of the letters")
def email(x: Expr) -> Outcome:
    """Check an e-mail address (RFC 5321, RFC 6531) and lower its letters.

    >>> try_step("email", " Ada@Example.org ")
    'ada@example.org'
    >>> try_step("email", "ada@example")
    Rejected('is not an e-mail address')
    """
    value = p.call("email", (p.trim(x),), TEXT)
    return Outcome(value, ((_lost(x, value), "is not an e-mail address"),))


@step(rejects="what is not a country", inverse=lambda a: [], loses="how the country was written")
def country(x: Expr, *, to: Literal["alpha2", "alpha3", "numeric", "name"] = "alpha2") -> Outcome:
    """Turn a country's code or name (English and common others) into ISO 3166-1.

    >>> try_step("country", "Deutschland")
    'DE'
    >>> try_step({"country": "alpha3"}, "UK")
    'GBR'
    >>> try_step("country", "Atlantis")
    Rejected('is not a country')
    """
    value = p.call("country", (p.trim(x),), TEXT, to=to)
    return Outcome(value, ((_lost(x, value), "is not a country"),))


@step(rejects="what is not a currency", inverse=lambda a: [], loses="how the currency was written")
def currency(x: Expr) -> Outcome:
    """Turn a currency's code, name or unambiguous sign into ISO 4217.

    >>> try_step("currency", "€")
    'EUR'
    >>> try_step("currency", "$")
    Rejected('is not a currency, or a sign that several share')
    """
    value = p.call("currency", (p.trim(x),), TEXT)
    return Outcome(value, ((_lost(x, value), "is not a currency, or a sign that several share"),))


@step(rejects="what does not have the country's form", inverse=lambda a: [], loses="how the postcode was spaced")
def postcode(x: Expr, *, country: str | None = None, country_from: str | None = None, context: Context) -> Outcome:
    """Write a postcode as its country's post does; a country whose form is not known only gets upper case.

    >>> try_step({"postcode": "GB"}, "sw1a1aa")
    'SW1A 1AA'
    >>> try_step({"postcode": {"country_from": "land"}}, "123", land="Germany")
    Rejected('is not a postcode of its country')
    """
    if (country is None) == (country_from is None):
        raise StepFault("postcode takes either 'country' or 'country_from'")
    where = context.column(country_from) if country_from else p.lit(country, TEXT)
    value = p.call("postcode", (p.trim(x), where), TEXT)
    return Outcome(value, ((_lost(x, value), "is not a postcode of its country"),))
