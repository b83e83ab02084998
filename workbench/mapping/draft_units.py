"""Which unit a column is in, said by its contract, its name or a column beside it, and the steps to the target's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workbench.model import UNITS, unit_called

from .draft_field import Draftee

__all__ = ["unit_case", "unit_note", "unit_steps"]

_QUANTITY = {unit: quantity for quantity, units in UNITS.items() for unit in units}
_MINOR = frozenset({"cent", "pence", "penny", "minor"})  # the minor unit of a currency, in a column's name
_MOST_UNITS = 10


def unit_steps(d: Draftee) -> list[Any]:
    """The conversion to the target's unit, where contract or name of the source say another one."""
    words = _words(d.source.name)
    if _is_money(d) and d.source.type.kind == "integer" and _MINOR & {w.rstrip("s") for w in words}:
        return [{"scale": {"by": "0.01", "digits": 2}}]
    want, have = _wanted(d), _stated(d) or _last(words)
    if want is None or have is None or have == want or _QUANTITY[have] != _QUANTITY[want]:
        return []
    return [_conversion(d, have, want)]


def unit_case(d: Draftee, steps: Sequence[Any]) -> list[dict[str, Any]]:
    """One branch per unit, where a column beside the source says the unit of each row; [] otherwise.

    Args:
        d: The field.
        steps: What brings the source's text into a number, in whatever unit.
    """
    want, beside = _wanted(d), _beside(d)
    if want is None or beside is None:
        return []
    name, said = beside
    path, source = d.paths[name], d.paths[d.source.name]
    return [
        {"when": {"field": path, "equals": word}, "from": [source]}
        | ({"steps": made} if (made := [*steps, *([_conversion(d, unit, want)] if unit != want else [])]) else {})
        for word, unit in said.items()
    ]


def unit_note(d: Draftee) -> str | None:
    """What a person should know of a field in cases of units."""
    beside = _beside(d)
    return f"{d.source.name}: {beside[0]} says the unit of each row ({', '.join(beside[1])})" if beside else None


def _conversion(d: Draftee, have: str, want: str) -> dict[str, Any]:
    digits = {} if d.target.type.scale is None else {"digits": d.target.type.scale}
    return {"unit": {"from": have, "to": want, **digits}}


def _wanted(d: Draftee) -> str | None:
    """The target's unit: as its contract says, else as its name ends ('weight_kg')."""
    return _named(d.target.unit) if d.target.unit else _last(_words(d.target.name))


def _stated(d: Draftee) -> str | None:
    first = d.stated[0] if d.stated else None
    return _named(first.unit) if first is not None and first.unit else None


def _is_money(d: Draftee) -> bool:
    unit = d.target.unit or ""
    return (d.target.semantic_type or "").startswith("money") or bool(re.fullmatch("[A-Z]{3}", unit))


def _words(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.rpartition(".")[2])
    return [w.lower() for w in re.split(r"[^0-9A-Za-z²³]+", spaced) if w]


def _last(words: Sequence[str]) -> str | None:
    """The unit that a name of several words ends with; one word alone ('day', 'min') names no unit."""
    return _named(words[-1]) if len(words) > 1 else None


def _named(word: str) -> str | None:
    """The unit of measure that a word stands for; None for a word that is none, or one of counting.

    >>> _named("KG"), _named("Grams"), _named("pcs")
    ('kg', 'g', None)
    """
    unit = unit_called(word)
    return unit if unit in _QUANTITY else None


def _beside(d: Draftee) -> tuple[str, dict[str, str]] | None:
    """The nearest column of the same record in which every value is a unit of the target's quantity, and the units.

    None where the source's unit is known without one.
    """
    want = _wanted(d)
    if want is None or len(d.sources) != 1 or _stated(d) or _last(_words(d.source.name)):
        return None
    names = list(d.columns)
    home, here = d.source.name.rpartition(".")[0], names.index(d.source.name)
    found = []
    for at, (name, column) in enumerate(d.columns.items()):
        values = [v.value for v in column.top]
        few = 0 < column.distinct.value == len(values) <= _MOST_UNITS and column.physical == "String"
        if not few or name.rpartition(".")[0] != home:
            continue
        units = {v: u for v in values if (u := _named(v)) is not None and _QUANTITY[u] == _QUANTITY[want]}
        if len(units) == len(values):
            found.append((abs(at - here), name, units))
    return min(found)[1:] if found else None
