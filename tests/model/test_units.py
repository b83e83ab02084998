"""One list says what units are called: each word stands in CLDR, none stands for two units."""

from __future__ import annotations

from pathlib import Path

import pytest

import workbench.model
from workbench.model import UNITS, plain_word, read_document, unit_called

LISTS = read_document(Path(workbench.model.__file__).with_name("units.yaml")).data
LANGUAGES = ("en", "en_GB", "de", "fr", "es", "it", "nl")
CLDR = {
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "t": "mass-tonne", "lb": "mass-pound",
    "oz": "mass-ounce", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "km": "length-kilometer", "in": "length-inch", "ft": "length-foot", "yd": "length-yard", "mi": "length-mile",
    "l": "volume-liter", "ml": "volume-milliliter", "cl": "volume-centiliter", "m3": "volume-cubic-meter",
    "m2": "area-square-meter", "cm2": "area-square-centimeter", "km2": "area-square-kilometer", "ha": "area-hectare",
    "ft2": "area-square-foot", "ac": "area-acre", "s": "duration-second", "min": "duration-minute",
    "h": "duration-hour", "d": "duration-day",
}  # fmt: skip


def said(unit: str) -> set[str]:
    """All that CLDR calls a unit, plurals without s as well."""
    babel = pytest.importorskip("babel")
    found = set()
    for language in LANGUAGES:
        for width in ("long", "short"):
            patterns = babel.Locale.parse(language)._data["unit_patterns"].get(CLDR[unit], {}).get(width, {})
            found |= {plain_word(str(p).replace("{0}", "")) for p in dict(patterns).values()}
    return found


@pytest.mark.parametrize("unit", CLDR)
def test_every_word_stands_in_cldr(unit: str):
    known = said(unit)
    words = {plain_word(w) for w in LISTS["words"][unit].split("|")} - {unit}
    assert {w for w in words if not {w, f"{w}s"} & known} == set()


def test_no_word_means_two_units():
    meant: dict[str, set[str]] = {}
    for group in LISTS.values():
        for unit, line in group.items():
            for word in line.split("|"):
                meant.setdefault(plain_word(word), set()).add(unit)
    assert {word: units for word, units in meant.items() if len(units) > 1} == {}


@pytest.mark.parametrize("unit", sorted(u for units in UNITS.values() for u in units))
def test_every_unit_is_called_by_its_own_name(unit: str):
    assert unit_called(unit) == unit or unit in ("gal_us", "gal_uk", "fl_oz_us")
