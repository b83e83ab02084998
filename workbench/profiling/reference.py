"""Lists that tell what a value may be, read once when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from workbench.model import read_document

__all__ = ["alternatives", "country_codes", "country_names", "currencies", "names", "pairs", "words"]


@cache
def _lists() -> Mapping[str, Any]:
    lists: Mapping[str, Any] = read_document(Path(__file__).with_name("reference.yaml")).data
    return lists


@cache
def words(name: str) -> frozenset[str]:
    """A list of single words."""
    return frozenset(_lists()[name].split())


@cache
def alternatives(name: str) -> frozenset[str]:
    """A list of phrases, in small letters."""
    phrases = _lists()[name].replace("\n", "|").split("|")
    return frozenset(phrase.strip().casefold() for phrase in phrases if phrase.strip())


@cache
def pairs(name: str) -> tuple[frozenset[str], ...]:
    """Sets of words that belong together, one a line."""
    return tuple(frozenset(line.split()) for line in _lists()[name].splitlines())


@cache
def country_codes(length: int) -> frozenset[str]:
    """ISO 3166-1 codes of two or three letters."""
    return frozenset(line.split()[length - 2] for line in _lists()["countries"].splitlines())


@cache
def country_names() -> frozenset[str]:
    """Names of countries in small letters, in English and in their own tongue."""
    names = (line.split(" ", 2)[2] for line in _lists()["countries"].splitlines())
    return frozenset(name.casefold() for line in names for name in line.split("|"))


def names() -> Mapping[str, str]:
    """Phrases that stand in the names of columns, by meaning, parted by commas."""
    phrases: Mapping[str, str] = _lists()["names"]
    return phrases


def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    return words("currencies")
