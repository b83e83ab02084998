"""What single values may be: validators and lists, run on some hundred different values of a column.

Each function takes the panel of a column and gives the share of its values that fit, which says nothing
before it is held against the share that would fit by chance: one of ten random numbers passes for a card.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from .reference import alternatives, country_codes, country_names, currencies, pairs, words

__all__ = ["Fit", "Panel", "share_of"]

VALIDATED = 100  # values given to the slow validators


@dataclass(frozen=True, slots=True)
class Panel:
    """Some different values of a column as text, trimmed, placeholders left out.

    Attributes:
        name: The column's name.
        values: The values.
        distinct: How many different ones the column has in all.
        unique: The same as a share of the filled rows.
        numeric: Whether (nearly) all values are numbers.
        dated: Whether (nearly) all values are dates or times.
        low: The smallest number.
        high: The largest number.
        digits: The most digits after the decimal sign.
        marks: What stands around the numbers ('€', '%').
        gaps: Share of the rows that are empty.
    """

    name: str
    values: tuple[str, ...]
    distinct: int = 0
    unique: float = 0.0
    numeric: bool = False
    dated: bool = False
    low: float = 0.0
    high: float = 0.0
    digits: int = 0
    marks: str = ""
    gaps: float = 0.0
    lowered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lowered", tuple(v.casefold() for v in self.values))


@dataclass(frozen=True, slots=True)
class Fit:
    """How a panel fits a meaning: the share of values that do, 0 to 1, and in which form."""

    share: float
    form: str = ""
    what: str = ""


def share_of(values: Sequence[str], test: Callable[[str], object]) -> float:
    """The share of values that pass a test."""
    return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def _matching(pattern: str, flags: int = 0) -> Callable[[str], object]:
    return re.compile(pattern, flags).fullmatch


def _in(known: Iterable[str]) -> Callable[[str], object]:
    known = frozenset(known)
    return lambda value: value in known


def email(panel: Panel) -> Fit:
    """Addresses, tested by email-validator without asking the network."""
    rough = share_of(panel.values, lambda v: "@" in v[1:-1] and " " not in v)
    if rough < 0.2:
        return Fit(rough)
    from email_validator import EmailNotValidError, validate_email

    def valid(value: str) -> bool:
        try:
            validate_email(value, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            return False
        return True

    some = panel.values[:VALIDATED]
    # A column of addresses with many faulty ones is still one of addresses.
    return Fit(max(share_of(some, valid), 0.9 * rough), what="are e-mail addresses")


def url(panel: Panel) -> Fit:
    """Web addresses with a scheme or 'www'."""
    test = _matching(r"(?:(?:https?|ftp)://[^\s/]+\S*|www\.[^\s/]+\.[^\s]+)", re.I)
    return Fit(share_of(panel.values, test), what="are web addresses")


def ip(panel: Panel) -> Fit:
    """IPv4 and IPv6 addresses."""
    if share_of(panel.values, lambda v: v.count(".") == 3 or v.count(":") >= 2) < 0.5:
        return Fit(0.0)
    from ipaddress import ip_address

    def valid(value: str) -> bool:
        try:
            ip_address(value)
        except ValueError:
            return False
        return True

    return Fit(share_of(panel.values[:VALIDATED], valid), what="are IP addresses")


def uuid(panel: Panel) -> Fit:
    """UUIDs with hyphens, or 32 hexadecimal digits."""
    test = _matching(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.I)
    return Fit(share_of(panel.values, test), what="are UUIDs")


def _stdnum(module: str, rough: str) -> Callable[[Panel], Fit]:
    test = _matching(rough, re.I)

    def fits(panel: Panel) -> Fit:
        some = panel.values[: 3 * VALIDATED]
        if share_of(some, test) < 0.5:
            return Fit(0.0)
        from importlib import import_module

        valid = import_module(f"stdnum.{module}").is_valid
        return Fit(share_of(some, lambda v: test(v) and valid(v)), what="have the right check digits")

    return fits


iban = _stdnum("iban", r"[A-Z]{2}\d{2}[ A-Z0-9]{11,40}")
card = _stdnum("luhn", r"[2-6]\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{1,7}|3\d{3}[ -]?\d{6}[ -]?\d{5}")
isbn = _stdnum("isbn", r"(?:97[89][- ]?)?\d[- \d]{8,15}[\dX]")
ean = _stdnum("ean", r"\d{8}|\d{12,14}")


def doi(panel: Panel) -> Fit:
    """Digital object identifiers."""
    test = _matching(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?10\.\d{4,9}/\S+", re.I)
    return Fit(share_of(panel.values, test), what="are DOIs")


def country(panel: Panel) -> Fit:
    """Country names, or ISO 3166 codes of two or three letters."""
    names = share_of(panel.lowered, _in(country_names()))
    two = share_of(panel.values, _in(country_codes(2)))
    three = share_of(panel.values, _in(country_codes(3)))
    written_out = share_of(panel.lowered, lambda v: len(v) > 3 and v in country_names())
    if min(written_out, max(two, three)) >= 0.1:
        return Fit(min(1.0, written_out + two + three), "mixed", "are country names and codes, mixed")
    best = max((names, "name"), (three, "alpha-3"), (two, "alpha-2"))
    what = "are country names" if best[1] == "name" else f"are {best[1]} country codes"
    return Fit(best[0], best[1], what)


def state(panel: Panel) -> Fit:
    """US states' codes, and names of states of some large countries."""
    codes = share_of(panel.values, _in(words("us_states")))
    names = share_of(panel.lowered, _in(alternatives("states")))
    if codes > names:
        return Fit(codes, "code", "are codes of US states")
    return Fit(names, "name", "are names of states")


def currency(panel: Panel) -> Fit:
    """ISO 4217 codes or signs."""
    codes = share_of(panel.values, _in(currencies()))
    signs = share_of(panel.values, _in("€$£¥₹₽₩₺"))
    return Fit(max(codes, signs), "code" if codes >= signs else "sign", "are currencies")


def language(panel: Panel) -> Fit:
    """ISO 639-1 codes, with or without a country, and names of languages."""
    known = words("languages")
    codes = share_of(panel.values, lambda v: re.split(r"[-_]", v)[0] in known and len(v) in (2, 5))
    named = share_of(panel.lowered, _in(words("language_names")))
    return Fit(max(codes, named), "code" if codes >= named else "name", "are languages")


def gender(panel: Panel) -> Fit:
    """Words and letters for genders, at least two different ones."""
    if len(panel.values) < 2 or len(panel.values) > 12:
        return Fit(0.0)
    if set(panel.values) <= {"0", "1", "2", "9"}:
        return Fit(1.0, "ISO 5218", "are codes of ISO 5218")
    here = set(panel.lowered)
    male = here & {"m", "male", "man", "masculin", "männlich", "h", "homme", "hombre", "masculino", "maschio"}
    female = here & {"f", "w", "female", "woman", "weiblich", "féminin", "femme", "mujer", "femenino", "femmina"}
    if not male and not female:
        return Fit(0.0)
    form = "letter" if all(len(v) == 1 for v in panel.values) else "word"
    share = share_of(panel.lowered, _in(words("genders")))
    return Fit(share if male and female else 0.6 * share, form, "are genders")  # D and M: divorced and married


def boolean(panel: Panel) -> Fit:
    """The two words of a yes and a no."""
    here = set(panel.lowered)
    hit = bool(here) and len(here) <= 2 and any(here <= pair for pair in pairs("booleans"))
    form = "/".join(sorted(panel.values, reverse=True))
    if len(here) == 1 and panel.gaps > 0.05 and here <= {"x", "y", "yes", "true", "1", "j", "ja", "t"}:
        return Fit(0.8, f"{form}/", "are a mark, the others are empty")
    return Fit((1.0 if len(here) == 2 else 0.3) if hit else 0.0, form, "are a yes and a no")


POSTCODES = {
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d",
    "NL": r"\d{4} ?[A-Z]{2}",
    "PL": r"\d{2}-\d{3}",
    "US": r"\d{5}(?:-?\d{4})?",
    "": r"(?:[A-Z]{1,2}-)?\d{3,6}|\d{3} \d{2}|\d{5}-\d{3}|\d{3}-\d{4}",
}


@cache
def _postcode_tests() -> dict[str, Callable[[str], object]]:
    return {region: _matching(pattern, re.I) for region, pattern in POSTCODES.items()}


def postcode(panel: Panel) -> Fit:
    """Postcodes; those of digits alone are hardly more than numbers."""
    shares = {region: share_of(panel.values, test) for region, test in _postcode_tests().items()}
    best = max(shares, key=lambda region: (shares[region] > 0.8, shares[region]))
    together = share_of(panel.values, lambda v: any(test(v) for test in _postcode_tests().values()))
    if shares[best] < together - 0.1:
        return Fit(together, "mixed", "look like postcodes of several countries")
    if best == "US" and not any("-" in v for v in panel.values):
        best, shares[""] = "", shares["US"]  # five digits are postcodes of many countries
    return Fit(shares[best], best, "look like postcodes")


def city(panel: Panel) -> Fit:
    """Names of large cities."""
    return Fit(share_of(panel.lowered, _in(alternatives("cities"))), what="are names of large cities")


def street(panel: Panel) -> Fit:
    """A number with a word for a street, or with a name that ends like a street's."""
    known, endings = words("street_words"), tuple(words("street_endings"))

    def fits(value: str) -> bool:
        parts = re.findall(r"[^\W\d_]+\.?|\d+", value.casefold())
        named = any(p.rstrip(".") in known or (len(p) > 6 and p.endswith(endings)) for p in parts)
        return named and len(parts) > 1

    numbered = share_of(panel.values, lambda v: fits(v) and any(c.isdigit() for c in v))
    either = share_of(panel.values, fits)
    whole = share_of(panel.values, _matching(r"(?s).*\d.*[,\n].*[,\n ]\s*\S*\d{4,6}.*"))
    return Fit(max(numbered, 0.8 * either), "full address" if whole > 0.5 else "", "name a street")


def company(panel: Panel) -> Fit:
    """Names with a legal form or another word that firms and institutions have."""
    forms, softer = words("company_forms"), words("company_words")
    split = [re.split(r"[\s,()]+", v) for v in panel.lowered if " " in v]
    sure = sum(not forms.isdisjoint(parts) for parts in split)
    perhaps = sum(not softer.isdisjoint(parts) and forms.isdisjoint(parts) for parts in split)
    share = (sure + 0.6 * perhaps) / len(panel.values) if panel.values else 0.0
    return Fit(share, what="have a firm's or an institution's word")


def prose(panel: Panel) -> Fit:
    """Sentences: many words, of different number."""
    lengths = [value.count(" ") + 1 for value in panel.values]
    mean = sum(lengths) / len(lengths) if lengths else 0.0
    return Fit(min(1.0, mean / 8) if len(set(lengths)) > 3 else 0.0, what="are running text")
