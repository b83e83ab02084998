"""Units by all that they are called: codes, words of six languages, plurals."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from .document import read_document

__all__ = ["plain_word", "unit_called"]


def unit_called(word: str) -> str | None:
    """The unit that a word stands for, as the step 'unit' writes it, or one of counting; None for a word that is none.

    >>> unit_called("KG"), unit_called("Grams"), unit_called("pcs"), unit_called("m²"), unit_called("ms")
    ('kg', 'g', 'piece', 'm2', None)
    """
    plain = plain_word(word)
    plurals = (single for end in ("s", "es") if len(single := plain.removesuffix(end)) > 1)  # 'ms' are no metres
    return next((_known()[form] for form in (plain, *plurals) if form in _known()), None)


def plain_word(text: str) -> str:
    """A text without case, accents and signs, as codes and words are compared.

    >>> plain_word("  Stück "), plain_word("m²")
    ('stuck', 'm2')
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c)).split())


@cache
def _known() -> dict[str, str]:
    lists = read_document(Path(__file__).with_name("units.yaml")).data
    called = {unit: unit for unit in (*lists["codes"], *lists["counted"])}
    for group in lists.values():
        for unit, words in group.items():
            called |= {plain_word(word): unit for word in words.split("|")}
    return called
