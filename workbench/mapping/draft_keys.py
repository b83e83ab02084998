"""Which steps bring a system's key into the form that the canonical model asks for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

from .draft_field import Draftee

__all__ = ["key_note", "key_steps", "place_note", "place_steps"]


def key_steps(d: Draftee) -> list[Any]:
    """The steps for a key or a reference to one.

    Keys of several systems must not meet, so the system's name goes before. A contract that says how its keys look
    comes first: what the values share may have to go, or they may fit as they are.
    """
    default = _with_system(d)
    if not d.target.pattern or not _values(d):
        return default
    return next((steps for steps in _forms(d) if _fits(d, steps)), default)


def key_note(d: Draftee) -> str | None:
    """What to look at where no form of the values fits the contract's pattern."""
    if d.target.pattern and _values(d) and not any(_fits(d, steps) for steps in _forms(d)):
        return f"{d.source.name}: its values do not fit the pattern {d.target.pattern}"
    return None


def place_steps(d: Draftee) -> list[Any]:
    """What makes places that a system counts in steps (10, 20, 30) the places 1, 2, 3 that the target counts."""
    by = _counted_by(d)
    return [{"divide": {"by": by, "digits": 0}}] if by > 1 else []


def place_note(d: Draftee) -> str | None:
    """What a person should know of places that are divided."""
    by = _counted_by(d)
    return (
        f"{d.source.name}: counts in steps of {by}, divided so that it begins at {d.target.minimum}" if by > 1 else None
    )


def _counted_by(d: Draftee) -> int:
    """The step in which a whole number of a key counts, where that alone keeps it from the target's least value; or 1.

    Only for keys: an amount of 10, 20 or 30 pieces is what it is.
    """
    least = d.target.minimum or ""
    if d.target.key is None or d.target.type.kind != "integer" or not least.isdecimal() or int(least) < 1:
        return 1
    values = [int(v) for v in _values(d) if v.isdecimal()]
    by = math.gcd(*values) // int(least)
    return by if by > 1 and len(set(values)) > 1 and min(values) == by * int(least) else 1


def _with_system(d: Draftee) -> list[Any]:
    return [{"prefix": f"{d.system.upper()}-"}] if d.system else []


def _forms(d: Draftee) -> Iterator[list[Any]]:
    """What a key may become, the least change first."""
    yield _with_system(d)
    yield []
    shared = _shared(_values(d))
    if shared:
        yield [{"strip_prefix": shared}]
        yield [{"strip_prefix": shared}, *_with_system(d)]


def _values(d: Draftee) -> list[str]:
    return [v.strip() for v in (*(t.value for t in d.source.top), *d.source.sample) if v.strip()]


def _shared(values: Sequence[str]) -> str:
    """The letters and signs that all values begin with, up to the first digit.

    >>> _shared(["M-000123", "M-000200"]), _shared(["A1", "B2"])
    ('M-', '')
    """
    first, last = min(values), max(values)  # what these two share, all between them share
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b or a.isdecimal()), 0)
    return first[:same]


def _fits(d: Draftee, steps: Sequence[Any]) -> bool:
    pattern = re.compile(d.target.pattern or "")
    return all(pattern.search(_made(value, steps)) for value in _values(d))


def _made(value: str, steps: Sequence[Any]) -> str:
    for step in steps:
        value = step["prefix"] + value if "prefix" in step else value.removeprefix(step["strip_prefix"])
    return value
