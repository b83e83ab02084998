"""What a column's name says about its meaning."""

from __future__ import annotations

import re
from functools import cache

from . import reference

__all__ = ["name_says", "tokens"]

_SPLIT = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-zß-öø-ÿ]+|[A-Z]+|\d+")


@cache
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters.

    >>> tokens("CustomerFirstName"), tokens("cust_no"), tokens("Zip-Code2"), tokens("URLPath")
    (('customer', 'first', 'name'), ('cust', 'no'), ('zip', 'code', '2'), ('url', 'path'))
    >>> tokens("crm.customers.zip"), tokens("Geb. Datum"), tokens("Pat.-Nr.")
    (('zip',), ('geb', 'datum'), ('pat', 'nr'))
    """
    # A dot before a word parts a path ('crm.customers.zip'); at the end of one it shortens it ('Geb. Datum', 'Kd.Nr.').
    last = name if name.endswith(".") else re.split(r"\.(?=\w)", name)[-1]
    return tuple(part.lower() for part in _SPLIT.findall(last))


@cache
def _phrases() -> dict[str, list[tuple[str, ...]]]:
    return {kind: [tuple(phrase.split()) for phrase in text.split(", ")] for kind, text in reference.names().items()}


@cache
def name_says(name: str) -> dict[str, float]:
    """How strongly a column's name speaks for each meaning, 0 to 1; only those it speaks for.

    >>> name_says("billing_city"), name_says("crm.customers.e-mail")
    ({'city': 1.0}, {'email': 1.0})
    >>> name_says("email_verified")
    {'email': 0.4, 'boolean': 1.0}
    """
    words = tokens(name)
    while len(words) > 1 and words[-1].isdigit():  # phone_1, phone_2
        words = words[:-1]
    joined = "".join(words)
    found: dict[str, float] = {}
    for kind, phrases in _phrases().items():
        best = max((_strength(words, joined, phrase) for phrase in phrases), default=0.0)
        if best:
            found[kind] = best
    if words and words[-1] in reference.words("roles"):
        found["person_name"] = max(0.7, found.get("person_name", 0.0))
    if "first" in words[-1:] and "name" not in words and len(words) > 1:
        found.pop("given_name", None)
    if found.get("id", 0) and any(strength >= 0.9 for kind, strength in found.items() if kind != "id"):
        found["id"] = 0.5  # 'phone number' and 'country code' are a phone and a country first
    return found


def _strength(words: tuple[str, ...], joined: str, phrase: tuple[str, ...]) -> float:
    size = len(phrase)
    if words[-size:] == phrase:
        return 1.0
    if size > 1 and joined.endswith("".join(phrase)):
        return 1.0
    if size == 1 and len(phrase[0]) >= 5 and joined.endswith(phrase[0]):
        return 0.9  # customeremail
    if size == 1 and len(words) == 1 and len(phrase[0]) >= 4 and joined.startswith(phrase[0]):
        return 0.5
    if phrase[0] in ("is", "has") and words[:1] == phrase:
        return 0.8
    for at in range(len(words) - size):
        if words[at : at + size] == phrase:
            return 0.4
    return 0.0


def related(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: the share of words they have in common, order aside."""
    a, b = set(tokens(one)), set(tokens(other))
    stems = {word.rstrip("s") for word in a} & {word.rstrip("s") for word in b}
    return len(stems) / max(1, min(len(a), len(b))) if a and b else 0.0
