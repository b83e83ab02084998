"""What is wrong with values that are to be addresses, numbers to call, names, codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import polars as pl

from .counted import Counted
from .dataset import Problem
from .facts import ColumnProfile
from .number import EXACT_ZERO, Number
from .reference import country_codes
from .wording import graded, listed, percent
from .words import name_says

__all__ = ["meaning_problems"]

Finder = Callable[[ColumnProfile, Counted], Iterator[Problem]]


def meaning_problems(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    """Problems that follow from what the column means; see each function below."""
    yield from _misnamed(facts)
    finder = _FINDERS.get(facts.semantic.type) if facts.semantic else None
    if finder is not None:
        hollow = [mark.value for mark in facts.placeholders]
        texts = counted.values.cast(pl.String).str.strip_chars()
        plain = Counted(texts, counted.counts, counted.seen, counted.rows).only(~texts.is_in(hollow))
        if len(plain):
            yield from finder(facts, plain)


# Meanings that a name promises and values can be held against; those of one group are easily taken for another.
PROMISES = {
    "email": "e-mail addresses", "phone": "telephone numbers", "url": "web addresses", "ip": "IP addresses",
    "uuid": "UUIDs", "iban": "IBANs", "date": "dates", "birth_date": "dates", "postcode": "postcodes",
    "person_name": "persons", "given_name": "given names", "family_name": "family names", "money": "amounts",
    "quantity": "quantities", "street": "addresses", "city": "cities", "country": "countries", "year": "years",
}  # fmt: skip
HELD = {**PROMISES, "boolean": "yes and no", "gender": "genders", "text": "running text", "company": "organisations"}
NEAR = (
    {"person_name", "given_name", "family_name", "company", "username", "text", "email"},
    {"street", "city", "state", "country", "postcode", "text", "language"},
    {"date", "birth_date", "year", "age"},
    {"money", "quantity", "percentage", "year", "age"},
)


def _misnamed(facts: ColumnProfile) -> Iterator[Problem]:
    """A name that promises one thing over values that are another: often the sign of shifted columns."""
    dated = facts.type.kind in ("date", "timestamp")
    held = "date" if dated else facts.semantic.type if facts.semantic and facts.semantic.confidence >= 0.8 else ""
    if held not in HELD:
        return
    for promised, strength in name_says(facts.name).items():
        borne_out = any(g.type == promised and g.confidence >= 0.4 for g in facts.guesses)
        near = any({promised, held} <= group for group in NEAR)
        if promised not in PROMISES or strength < 0.7 or borne_out or near or promised == held:
            continue
        what = f"the name promises {PROMISES[promised]}, but it holds {HELD[held]}"
        yield Problem("misnamed", facts.name, what, facts.rows, 0.75, "see whether the columns are shifted")
        return


def _birth_date(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    del counted
    today = date.today().isoformat()
    if facts.type.kind in ("date", "timestamp") and (facts.maximum or "") > today:
        late = [v.count.value for v in facts.top if facts.physical != "String" and v.value > today]
        rows = Number(sum(late)) if late else EXACT_ZERO
        what = f"some lie in the future (the latest: {(facts.maximum or '')[:4]})"
        yield Problem("future", facts.name, what, rows, 0.45, "reject, or read two-digit years otherwise")


def _of(rows: Number, counted: Counted) -> str:
    return f"{rows} of {counted.number(counted.filled)}"


def _email(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    wrong = counted.where(~counted.values.str.contains(r"^[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+$"))
    if wrong:
        what = f"{_of(wrong, counted)} values are no e-mail address"
        yield Problem(
            "invalid_email", facts.name, what, wrong, graded(0.6, facts.share(wrong)), "email, or reject them"
        )


def _phone(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    bare = counted.where(~counted.values.str.contains(r"^\s*(?:\+|00)"))
    if bare:
        what = f"{_of(bare, counted)} values lack a country code"
        share = bare.value / max(1, counted.number(counted.filled).value)
        severity = 0.6 if share < 0.98 else 0.5  # a mix is worse than a habit
        yield Problem("no_country_code", facts.name, what, bare, severity, "phone, with region or region_from")
    short = counted.where(counted.values.str.count_matches(r"\d") < 8)
    if short:
        what = f"{_of(short, counted)} values have fewer than eight digits: no area code, or no telephone number"
        yield Problem(
            "short_phone", facts.name, what, short, graded(0.6, facts.share(short)), "add the area code, or reject"
        )


def _person_name(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    if facts.semantic is None or facts.semantic.form == "list":
        return
    comma = counted.values.str.contains(r"^[^,]*\p{L}\s*,\s*\p{L}[^,]*$")
    comma = comma & ~counted.values.str.contains(r"(?i),\s*(?:jr|sr|i{2,3}|iv|ph\.?d|m\.?d|mba|esq)\b")
    rows, every = counted.where(comma), counted.number(counted.filled)
    share = rows.value / max(1, every.value)
    if 0 < share < 1:
        rare = rows if share < 0.5 else counted.where(~comma)
        words = "are written 'Last, First', unlike the others"
        if share >= 0.5:
            words = "are not written 'Last, First' as the others are"
        what = f"{_of(rare, counted)} names {words}"
        yield Problem(
            "mixed_name_order", facts.name, what, rare, graded(0.6, facts.share(rare)), "reorder_name, by case"
        )


def _country(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    if facts.semantic is not None and facts.semantic.form == "mixed":
        codes = counted.values.str.contains(r"^[A-Za-z]{2,3}$")
        rare = min(counted.where(codes), counted.where(~codes), key=lambda n: n.value)
        what = "countries are written as names and as codes"
        yield Problem("mixed_countries", facts.name, what, rare, 0.5, "country")
    elif facts.semantic is not None and facts.semantic.form in ("alpha-2", "alpha-3"):
        known = country_codes(2 if facts.semantic.form == "alpha-2" else 3)
        other = ~counted.values.is_in(list(known))
        rows = counted.where(other)
        if rows:
            shown = listed([f"'{v}'" for v in counted.only(other).frequent(3)["value"].to_list()])
            what = f"{_of(rows, counted)} values are no ISO 3166 {facts.semantic.form} code: {shown}"
            yield Problem(
                "invalid_country", facts.name, what, rows, graded(0.5, facts.share(rows)), "country, or translate"
            )


def _postcode(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    digits = counted.only(counted.values.str.contains(r"^\d+$"))
    if not len(digits) or digits.filled < 0.5 * counted.filled:
        return
    lengths = digits.values.str.len_chars()
    sizes = pl.DataFrame([lengths.alias("n"), digits.counts.alias("c")]).group_by("n").agg(pl.col("c").sum())
    usual = sizes.sort("c", descending=True)["n"][0]
    shorter = digits.where(lengths == usual - 1)
    zeros = digits.values.str.starts_with("0").any()
    if shorter and not zeros and usual in (5, 4, 6):
        what = f"{_of(shorter, counted)} postcodes have {usual - 1} digits, not {usual}: a leading zero may be lost"
        yield Problem("lost_zeros", facts.name, what, shorter, graded(0.5, facts.share(shorter)), "pad with '0'")


def _checked(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    best = facts.semantic
    told = best.evidence[0] if best and best.evidence else ""
    if best and "check digits" in told and not told.startswith("100%"):
        share = 1 - float(told.split("%")[0]) / 100
        rows = Number(round(share * facts.filled), "sampled", round(0.1 * facts.filled))
        what = f"about {percent(share)} of the values have wrong check digits"
        yield Problem("check_digits", facts.name, what, rows, 0.6, f"{best.type}, or reject them")


def _age(facts: ColumnProfile, counted: Counted) -> Iterator[Problem]:
    if facts.negatives:
        yield Problem(
            "negative", facts.name, f"{facts.negatives} values are below zero", facts.negatives, 0.5, "reject"
        )


_FINDERS: dict[str, Finder] = {
    "email": _email, "phone": _phone, "person_name": _person_name, "country": _country, "postcode": _postcode,
    "iban": _checked, "card": _checked, "isbn": _checked, "ean": _checked, "age": _age, "quantity": _age,
    "birth_date": _birth_date,
}  # fmt: skip
