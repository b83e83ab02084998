"""Things written whole in one system and in parts in another, and the columns that are such wholes or parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain

from .names import lexicon, stem, tokens
from .pairing import called
from .views import ColumnView

__all__ = ["Form", "event", "forms", "is_called_whole", "is_whole", "line_amount", "parts_of"]

Names = tuple[tuple[frozenset[str], frozenset[str]], ...]


@dataclass(frozen=True)
class Form:
    """A thing that is written whole in one system and in parts in another.

    Where a kind is given, a whole is told by its kind, and only where one of the parts alone fits it already.
    A column with the meaning given is a whole whatever it is called. Optional parts are often left out of it.
    The parts stand in the usual order; each is told by one of several sets of words, all of a set being needed.
    """

    whole: tuple[frozenset[str], ...]
    parts: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    separator: str
    kind: str = ""
    meaning: str = "none"
    optional: frozenset[str] = frozenset()


def _words(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(stem(w) for w in a.split()) for a in alternatives)


@cache
def forms() -> tuple[Form, ...]:
    """Parts and wholes as schema.org names them: Person.name, PostalAddress, DateTime."""
    return (
        Form(
            _words(
                "full name", "name", "person name", "customer name", "contact name", "complete name", "display name"
            ),
            (
                ("first name", _words("first name", "given name", "forename", "firstname", "fore name")),
                ("middle name", _words("middle name", "middle initial", "additional name", "middlename")),
                ("last name", _words("last name", "family name", "surname", "lastname", "sur name")),
            ),
            " ",
            meaning="person_name",
            optional=frozenset({"middle name"}),
        ),
        Form(
            _words("address", "full address", "postal address", "complete address"),
            (
                ("street", _words("street", "street address", "address line", "street name", "road")),
                ("house number", _words("house number", "street number", "building number")),
                ("postcode", _words("postcode", "postal code", "zip code", "zip", "post code")),
                ("city", _words("city", "town", "locality", "municipality")),
                ("state", _words("state", "province", "region")),
                ("country", _words("country")),
            ),
            ", ",
        ),
        Form((), (("date", _words("date", "day")), ("time", _words("time", "hour"))), " ", kind="timestamp"),
    )


@cache
def line_amount() -> Form:
    """What one line of a document comes to, and what it is the product of.

    EN 16931: the line net amount (BT-131, in UBL LineExtensionAmount) is the invoiced quantity (BT-129) times the item
    net price (BT-146); rule PEPPOL-EN16931-R120.
    """
    return Form(
        _words("line net amount", "line extension amount", "line amount", "line total"),
        (
            ("quantity", _words("quantity", "invoiced quantity")),
            ("price", _words("price", "item net price", "net price", "item price", "unit price")),
        ),
        "",
    )


@cache
def _telling() -> frozenset[str]:
    """All words that tell a part or a whole."""
    known = (*forms(), line_amount())
    sets = chain(*(form.whole for form in known), *(words for form in known for _, words in form.parts))
    return frozenset(chain.from_iterable(sets))


def _role(names: Names, alternatives: Sequence[frozenset[str]], context: frozenset[str]) -> bool:
    """Whether one of a column's names is one of the word sets, but for words of the other table's context."""
    return any(
        words <= said and not (said - words - short - context) for said, short in names for words in alternatives
    )


def _names(view: ColumnView) -> Names:
    return _stems((view.name, *view.synonyms, view.semantic or ""), view.description)


@lru_cache(maxsize=10_000)
def _stems(names: tuple[str, ...], description: str) -> Names:
    """The stems that each of a column's telling names says, written out, and those that stand for others."""
    out = []
    for words in (*map(tokens, names), *called(description)):
        name = tuple(chain.from_iterable(map(_apart, words)))
        said = {stem(w) for w in lexicon().expand(name)} | {s for w in name for s in lexicon().stems(w)}
        if said.isdisjoint(_telling()):
            continue
        out.append((frozenset(said), frozenset(stem(w) for w in name if lexicon().stems(w))))
    return tuple(out)


@cache
def _apart(word: str) -> tuple[str, ...]:
    """Words run together, where each of them tells a part, a whole or whose it is.

    >>> _apart("contactlastname"), _apart("customers")
    (('contact', 'lastname'), ('customers',))
    """
    if stem(word) in _known():
        return (word,)
    for end in range(len(word) - _SHORTEST, _SHORTEST - 1, -1):
        rest = _apart(word[end:])
        if {stem(w) for w in (word[:end], *rest)} <= _known():
            return (word[:end], *rest)
    return (word,)


@cache
def _known() -> frozenset[str]:
    return _telling() | _CONTEXT


_SHORTEST = 3  # letters of a word that others run together with
_OF_WHOM = (
    "customer", "client", "person", "contact", "employee", "user", "member", "patient", "billing", "shipping", "home",
    "the", "of", "his", "her", "delivery", "invoice", "order", "company", "supplier", "postal", "line", "1",
)  # fmt: skip
_CONTEXT = frozenset(stem(w) for w in _OF_WHOM)


def parts_of(side: Sequence[ColumnView], *wholes: Form) -> list[list[tuple[str, int]]]:
    """For each form the columns that are parts of it, one per part, in the form's order."""
    context = _CONTEXT | _shared(tuple(v.name for v in side))
    speaking = [(i, names) for i, names in enumerate(map(_names, side)) if names]
    return [
        [
            (part, position)
            for part, alternatives in form.parts
            if (position := next((i for i, names in speaking if _role(names, alternatives, context)), None)) is not None
        ]
        for form in wholes
    ]


@lru_cache(maxsize=16)
def _shared(names: tuple[str, ...]) -> frozenset[str]:
    """The stems that the names of all columns have: they say whose the columns are, not what."""
    said = [frozenset(stem(w) for w in tokens(name)) for name in names]
    return frozenset.intersection(*said) if len(said) > 2 else frozenset()


def is_whole(form: Form, view: ColumnView) -> bool:
    """A description 'Last, First' speaks of parts, and yet the values are whole names."""
    return view.semantic == form.meaning or is_called_whole(form, view)


def is_called_whole(form: Form, view: ColumnView) -> bool:
    """Whether a column's name says that it is the whole, and its description not that it is one of the parts."""
    names = _names(replace(view, description="") if _tells_parts(form, view.description) else view)
    return _role(names, form.whole, _CONTEXT) and not any(
        _role(names, alternatives, _CONTEXT) for _, alternatives in form.parts
    )


def _tells_parts(form: Form, description: str) -> bool:
    """Whether a description names several parts: 'street, postcode and city' is none of them."""
    said = {stem(w) for w in tokens(description)}
    needed = (alternatives for part, alternatives in form.parts if part not in form.optional)
    return sum(any(words <= said for words in alternatives) for alternatives in needed) > 1


_WHEN = frozenset(stem(w) for w in ("date", "day", "time", "timestamp", "moment", "at", "on", "of", "the"))


def event(name: str) -> tuple[str, ...]:
    """What a date, a moment or a mark is about.

    >>> event("order_date"), event("closedAt")
    (('order',), ('closed',))
    """
    return tuple(w for w in tokens(name) if stem(w) not in _WHEN)
