"""The words that sample people are made of, ready to be taken by number."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workbench.model import read_document

from .draw import Draw, Numbers

__all__ = ["FOLDER", "WordList", "Words", "fold", "load_words"]

FOLDER = Path(__file__).parent
_LETTERS = {"ß": "ss", "ı": "i", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe"}


@dataclass(frozen=True)
class WordList:
    """Words of all countries in one row, with where each country's begin.

    Attributes:
        words: All the words, country after country.
        start: Where a country's words begin.
        size: How many a country has.
    """

    words: pl.Series
    start: Numbers
    size: Numbers

    @classmethod
    def of(cls, by_country: list[list[str]]) -> WordList:
        """Put the lists of the countries behind each other."""
        size = np.array([len(words) for words in by_country], dtype=np.int64)
        flat = [word for words in by_country for word in words]
        return cls(pl.Series(flat, dtype=pl.String), np.cumsum(size) - size, size)

    def numbers(self, draw: Draw, country: Numbers, *, skewed: bool = False) -> Numbers:
        """Draw a word's number for each country given."""
        size = self.size[country]
        drawn = draw.skewed(size, len(country)) if skewed else draw.below(size, len(country))
        return np.asarray(self.start[country] + drawn, dtype=np.int64)

    def take(self, numbers: Numbers) -> pl.Series:
        """The words of these numbers."""
        return self.words.gather(numbers)

    def folded(self) -> WordList:
        """The same words as they stand in e-mail addresses."""
        return WordList(pl.Series([fold(w) for w in self.words], dtype=pl.String), self.start, self.size)


@dataclass(frozen=True)
class Words:
    """All word lists, each by country.

    Attributes:
        countries: ISO alpha-2 codes, in the order the numbers mean.
        weights: How often each country comes.
        dial: International dialling codes.
        trunk: What is dialled before a national number.
        doubled: Whether people carry two surnames.
    """

    countries: list[str]
    weights: list[float]
    dial: list[str]
    trunk: list[str]
    doubled: list[bool]
    male: WordList
    female: WordList
    last: WordList
    street: WordList
    city: WordList
    city_prefix: WordList
    city_area: WordList
    mobile: WordList


@cache
def load_words() -> Words:
    """Read the word lists of the package."""
    data: dict[str, dict[str, Any]] = read_document(FOLDER / "words.yaml").data
    countries = list(data.values())
    cities = [[city.split("|") for city in c["cities"]] for c in countries]

    def listed(key: str) -> WordList:
        return WordList.of([c[key] for c in countries])

    return Words(
        countries=list(data),
        weights=[float(c["weight"]) for c in countries],
        dial=[c["dial"] for c in countries],
        trunk=[c["trunk"] or "" for c in countries],
        doubled=["double" in c for c in countries],
        male=listed("male"),
        female=listed("female"),
        last=WordList.of([_surnames(c) for c in countries]),
        street=listed("streets"),
        city=WordList.of([[part[0] for part in c] for c in cities]),
        city_prefix=WordList.of([[part[1] for part in c] for c in cities]),
        city_area=WordList.of([[part[2] for part in c] for c in cities]),
        mobile=listed("mobile"),
    )


def _surnames(country: dict[str, Any]) -> list[str]:
    """The common ones first, then a long tail of stems and endings."""
    tail = [stem + ending for ending in country["endings"] for stem in country["stems"]]
    order = Draw(0, "surnames").order(len(tail))
    return list(dict.fromkeys([*country["last"], *(tail[i] for i in order)]))


def fold(word: str) -> str:
    """Write a name as it stands in e-mail addresses.

    >>> fold("Müller"), fold("O'Brien"), fold("van der Meer")
    ('mueller', 'obrien', 'vandermeer')
    """
    lowered = word.lower()
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), *_LETTERS.items()):
        lowered = lowered.replace(umlaut, plain)
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if c.isascii() and c.isalnum())
