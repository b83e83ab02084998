"""What a column means, decided for the column as a whole: values against chance, and what its name says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from . import measures as m
from . import people
from . import recognise as r
from .facts import SemanticGuess
from .recognise import Fit, Panel
from .words import name_says

__all__ = ["PERSONAL", "SEMANTIC_TYPES", "guess"]

Recogniser = Callable[[Panel], Fit]

PERSONAL = frozenset(
    {
        "email", "phone", "person_name", "given_name", "family_name", "birth_date", "national_id", "iban", "card",
        "street", "ip", "username",
    }
)  # fmt: skip
"""Meanings whose values are data about a person (GDPR, article 4): masked wherever they are shown."""

LEAST = 0.3  # confidence below which a guess is not worth a line
OF_NUMBERS = frozenset({"phone", "card", "ean", "isbn", "postcode", "boolean", "year", "money", "percentage"})
GLANCE = 40  # values that rule a meaning out when none of them fits and the name does not speak of it
DECIDED = 0.5  # and below which it does not name the column's meaning


@dataclass(frozen=True, slots=True)
class Meaning:
    """How evidence for one meaning is weighed.

    Attributes:
        fits: The share of values that fit.
        alone: The confidence that values all of which fit give without any word from the name.
        named: The confidence that the name gives once the values do not speak against it.
        chance: The share that fits by chance.
        enough: The share at which the values have said all they can.
        least: The share below which the name is not believed.
    """

    fits: Recogniser
    alone: float
    named: float
    chance: float = 0.0
    enough: float = 1.0
    least: float = 0.3


@cache
def _meanings() -> dict[str, Meaning]:
    return {
        "email": Meaning(r.email, 0.98, 0.9),
        "url": Meaning(r.url, 0.97, 0.8),
        "ip": Meaning(r.ip, 0.92, 0.9, least=0.6),
        "uuid": Meaning(r.uuid, 0.98, 0.5, least=0.8),
        "iban": Meaning(r.iban, 0.97, 0.9, chance=0.01),
        "card": Meaning(r.card, 0.8, 0.9, chance=0.1),
        "isbn": Meaning(r.isbn, 0.85, 0.9, chance=0.09),
        "ean": Meaning(r.ean, 0.6, 0.9, chance=0.1),
        "doi": Meaning(r.doi, 0.97, 0.9),
        "phone": Meaning(lambda p: people.phone(p, "phone" in name_says(p.name)), 0.8, 0.92, least=0.4),
        "person_name": Meaning(people.person_name, 0.85, 0.3, enough=0.4, least=0.1),
        "given_name": Meaning(people.given_name, 0.7, 0.5, enough=0.5, least=0.1),
        "gender": Meaning(r.gender, 0.85, 0.9, least=0.6),
        "boolean": Meaning(r.boolean, 0.9, 0.9),
        "country": Meaning(r.country, 0.93, 0.95),
        "state": Meaning(r.state, 0.8, 0.9, chance=0.05),
        "currency": Meaning(r.currency, 0.85, 0.95, chance=0.01, least=0.6),
        "language": Meaning(r.language, 0.8, 0.9, least=0.6),
        "postcode": Meaning(r.postcode, 0.8, 0.95, least=0.4),
        "city": Meaning(r.city, 0.75, 0.5, enough=0.4, least=0.02),
        "street": Meaning(r.street, 0.85, 0.9, enough=0.7, least=0.1),
        "company": Meaning(r.company, 0.7, 0.6, enough=0.4, least=0.05),
        "text": Meaning(r.prose, 0.7, 0.6),
        "money": Meaning(m.money, 0.95, 0.5),
        "percentage": Meaning(m.percentage, 0.95, 0.5),
        "year": Meaning(m.year, 0.55, 0.95, least=0.9),
    }


@cache
def _named_only() -> dict[str, tuple[Recogniser, float]]:
    """Meanings that values cannot show, only refuse: the share that is not against it, and the confidence."""
    return {
        "family_name": (lambda p: Fit(people.one_word(p)), 0.93),
        "given_name": (lambda p: Fit(people.one_word(p)), 0.93),
        "person_name": (lambda p: Fit(people.shaped_like_names(p), _order(p)), 0.85),
        "city": (m.worded, 0.88),
        "company": (m.worded, 0.8),
        "state": (m.proper, 0.75),
        "street": (m.worded, 0.75),
        "language": (m.worded, 0.4),
        "birth_date": (lambda p: Fit(float(p.dated)), 0.95),
        "national_id": (m.coded, 0.85),
        "username": (m.coded, 0.8),
        "latitude": (lambda p: m.between(p, -90, 90), 0.9),
        "longitude": (lambda p: m.between(p, -180, 180), 0.9),
        "age": (lambda p: m.between(p, 0, 125, whole=True), 0.9),
        "quantity": (lambda p: m.between(p, 0, 1e9), 0.8),
        "money": (m.amount, 0.85),
        "percentage": (lambda p: m.between(p, -100, 100), 0.7),
        "text": (m.worded, 0.5),
        "id": (m.coded, 0.85),
    }


SEMANTIC_TYPES = (
    "age", "boolean", "birth_date", "card", "city", "company", "country", "currency", "doi", "ean", "email",
    "family_name", "gender", "given_name", "iban", "id", "ip", "isbn", "language", "latitude", "longitude", "money",
    "national_id", "percentage", "person_name", "phone", "postcode", "quantity", "state", "street", "text", "url",
    "username", "uuid", "year",
)  # fmt: skip
"""Every meaning that may be guessed."""


@cache
def named_meaning(name: str) -> str | None:
    """The one meaning that a name tells without any value, 'phone' for 'Telefon'; None where it tells none or several.

    >>> named_meaning("Telefon"), named_meaning("date_of_birth"), named_meaning("closed_on")
    ('phone', 'birth_date', None)
    """
    said = [kind for kind, strength in name_says(name).items() if strength >= 1.0 and kind in SEMANTIC_TYPES]
    return said[0] if len(said) == 1 else None


def guess(panel: Panel) -> tuple[SemanticGuess, ...]:
    """What the column may mean, likeliest first.

    Args:
        panel: Some of its values; see `Panel`.
    """
    if not panel.values:
        return ()
    best: dict[str, SemanticGuess] = {}
    for found in _guesses(panel):
        if found.confidence >= LEAST and found.confidence > best.get(found.type, _NONE).confidence:
            best[found.type] = found
    return tuple(sorted(best.values(), key=lambda g: (-g.confidence, g.type)))


_NONE = SemanticGuess("", 0.0)


def _guesses(panel: Panel) -> Iterator[SemanticGuess]:
    says = name_says(panel.name)
    glance = replace(panel, values=panel.values[:GLANCE])
    for kind, meaning in _meanings().items():
        if (panel.dated and kind != "year") or (panel.numeric and kind not in OF_NUMBERS and kind not in says):
            continue
        if kind not in says and not meaning.fits(glance).share:
            continue
        fit = meaning.fits(panel)
        if fit.share < meaning.least * 0.999 or not fit.share:
            continue
        above = max(0.0, (min(1.0, fit.share / meaning.enough) - meaning.chance) / (1 - meaning.chance))
        alone = _alone(kind, meaning.alone, fit, panel) * above**2
        named = meaning.named * says.get(kind, 0.0) * min(1.0, above * 1.2)
        yield _made(kind, 1 - (1 - alone) * (1 - named), fit, says)
    for kind, (compatible, weight) in _named_only().items():
        if kind in says:
            fit = compatible(panel)
            if fit.share >= 0.5:
                yield _made(kind, weight * says[kind] * min(1.0, fit.share * 1.2), fit, says)
    if panel.unique > 0.999 and panel.distinct > 10 and not panel.dated:
        yield _made("id", 0.45 * m.coded(panel).share, Fit(1.0, what="are all different and short codes"), says)


def _alone(kind: str, weight: float, fit: Fit, panel: Panel) -> float:
    """Take back what few or short values cannot show."""
    few = panel.distinct < 4
    if kind == "country":
        return {"alpha-2": 0.15 if few else 0.55, "alpha-3": 0.5 if few else 0.9}.get(fit.form, weight)
    if kind == "gender" and fit.form == "ISO 5218":
        return 0.1
    if kind in ("state", "language") and fit.form == "code":
        return 0.1 if few else 0.5
    if kind == "currency":
        return 0.4 if few else weight
    if kind == "postcode":
        return weight if fit.form in ("GB", "CA", "NL") else 0.1
    if kind == "boolean" and panel.numeric:
        return 0.55
    if kind in ("card", "ean") and panel.distinct < 10:
        return 0.2
    if kind == "city" and few:
        return 0.3
    return weight


def _made(kind: str, confidence: float, fit: Fit, says: dict[str, float]) -> SemanticGuess:
    evidence = []
    if fit.what:
        evidence.append(f"{fit.share:.0%} of the values {fit.what}")
    if kind in says:
        evidence.append("the name says so" if says[kind] >= 0.9 else "the name hints at it")
    return SemanticGuess(kind, round(min(confidence, 0.99), 2), fit.form, tuple(evidence))


def _order(panel: Panel) -> str:
    return people.person_name(panel).form
