"""Public code lists: what a code or word means in each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from workbench.backends import function
from workbench.model import plain_word, read_document, unit_called

__all__ = ["meanings"]

Meaning = Callable[[str], str | None]


@cache
def meanings() -> Mapping[str, Meaning]:
    """The code lists by name; each gives the meaning of a value, None when it isn't in the list.

    >>> meanings()["gender"]("weiblich"), meanings()["month"]("Okt"), meanings()["gender"]("blue")
    ('female', 'october', None)
    """
    data = read_document(Path(__file__).with_name("codelists.yaml")).data
    country, currency = function("country", {"to": "alpha2"}), function("currency", {})
    lists: dict[str, Meaning] = {name: _spellings(groups) for name, groups in data.items()}
    lists["unit"] = unit_called
    lists["country (ISO 3166)"] = lambda value: _text(country(value))
    lists["currency (ISO 4217)"] = lambda value: _text(currency(value))
    return lists


def _spellings(groups: list[str]) -> Meaning:
    known: dict[str, str] = {}
    for group in groups:
        spellings = group.split("|")
        for spelling in spellings:
            known.setdefault(plain_word(spelling), spellings[0])
    return lambda value: known.get(plain_word(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
