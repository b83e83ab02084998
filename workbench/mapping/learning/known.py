"""Whole steps for what identifies people and places: phones, countries, currencies, tried where outputs look so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from .programs import Row

__all__ = ["known_fields"]

Pair = tuple[Row, "str | None"]
_PHONE = re.compile(r"^[+0(][0-9 ()./-]{6,}$")
SAMPLE = 40
MOST = 0.6


def known_fields(pairs: Sequence[Pair], names: Sequence[str]) -> Iterator[tuple[dict[str, Any], float]]:
    """Fields of a spec that may explain the pairs, and how surprising each would be; none of them is checked."""
    step = max(1, len(pairs) // SAMPLE)
    some = [(r, o) for r, o in pairs[::step] if o]
    if not some:
        return
    outputs = [str(o) for _, o in some]
    for column, name in enumerate(names):
        values = [r[column] for r, _ in some if r[column]]
        if not values or [r[column] for r, _ in some] == outputs:
            continue
        for steps, cost in _steps(column, values, some, names):
            yield {"id": "f1", "from": name, "steps": steps}, cost


def _share(outputs: Sequence[str], pattern: str) -> float:
    return sum(re.fullmatch(pattern, o) is not None for o in outputs) / len(outputs)


def _steps(
    column: int, values: Sequence[str | None], some: Sequence[Pair], names: Sequence[str]
) -> Iterator[tuple[list[Any], float]]:
    outputs = [str(o) for _, o in some]
    words = any(v and re.search("[A-Za-z]", v) for v in values)
    if words and _share(outputs, "[A-Z]{2}") > MOST:
        yield ["country"], 1.4
    if words and _share(outputs, "[A-Z]{3}") > MOST:
        yield [{"country": "alpha3"}], 1.4
        yield ["currency"], 1.5
    if sum(_PHONE.match(o) is not None for o in outputs) / len(outputs) > MOST and any(
        v and sum(c.isdigit() for c in v) > 5 for v in values
    ):
        yield from _phones(column, some, names)


def _phones(column: int, some: Sequence[Pair], names: Sequence[str]) -> Iterator[tuple[list[Any], float]]:
    outputs = [str(o) for _, o in some]
    forms = ["E164", "international"] if outputs[0].startswith("+") else ["national"]
    regions = Counter(r for o in outputs if (r := _region(o)))
    sources: list[tuple[dict[str, str], float]] = [({}, 1.5)]
    sources += [({"region": r}, 1.6) for r, _ in regions.most_common(2)]
    sources += [({"region_from": names[c]}, 1.8) for c in range(len(names)) if c != column and _tells(c, some)]
    zeros = outputs[0].startswith("00")
    for source, cost in sources:
        for form in ["E164"] if zeros else forms:
            steps: list[Any] = [{"phone": {"to": form, **source}}]
            if zeros:
                steps.append({"replace_pattern": {"pattern": "^[+]", "new": "00"}})
            yield steps, cost


def _region(text: str) -> str | None:
    import phonenumbers as pn

    try:
        return pn.region_code_for_number(pn.parse("+" + text[2:] if text.startswith("00") else text, None))
    except pn.NumberParseException:
        return None


def _tells(column: int, some: Sequence[Pair]) -> bool:
    """Whether a column holds the countries of the phones."""
    from workbench.backends import function

    country = function("country", {"to": "alpha2"})
    known = [(country(r[column]), _region(str(o))) for r, o in some[:15] if r[column]]
    right = sum(c == region for c, region in known if region)
    return bool(known) and any(c for c, _ in known) and right >= MOST * sum(bool(region) for _, region in known)
