"""Small words for sentences about numbers and formats."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["agreed", "graded", "listed", "percent", "readable"]

_CODES = {
    "%Y": "yyyy", "%y": "yy", "%m": "mm", "%d": "dd", "%b": "Mon", "%B": "Month", "%H": "hh", "%I": "hh",
    "%M": "mi", "%S": "ss", "%f": "ffffff", "%p": "AM/PM", "%z": "zone",
}  # fmt: skip


_VERBS = {
    "hold": "holds", "have": "has", "are": "is", "do": "does", "lie": "lies", "lack": "lacks", "run": "runs",
    "repeat": "repeats", "were": "was", "prove": "proves",
}  # fmt: skip
_ONE = re.compile(r"(?<![\d,.] )(?<![\d,.])\b1 ((?:of [≈\d,. ±]+ )?)(value|row|number|postcode|name)s (\w+)")


def agreed(sentence: str) -> str:
    """Make nouns and verbs agree with the number one.

    >>> agreed("1 values hold it"), agreed("1 of 8 values lack it"), agreed("11 rows have it")
    ('1 value holds it', '1 of 8 values lacks it', '11 rows have it')
    """

    def mend(found: re.Match[str]) -> str:
        of, noun, verb = found.groups()
        return f"1 {of}{noun}{'s' if of else ''} {_VERBS.get(verb, verb)}"

    return _ONE.sub(mend, sentence)


def percent(share: float) -> str:
    """A share in per cent, with as many digits as it takes not to say 0 or 100 wrongly.

    >>> percent(0.03), percent(0.0004), percent(0.9996), percent(1)
    ('3 %', 'under 0.1 %', 'over 99.9 %', '100 %')
    """
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1:
        return "over 99.9 %"
    value = 100 * share
    return (
        f"{value:.0f} %"
        if (value >= 10 and abs(value - round(value)) < 0.05) or value == round(value)
        else f"{value:.1f} %"
    )


def graded(base: float, share: float) -> float:
    """A severity between half the base (a row or two) and the base (a tenth of the rows and more)."""
    return round(base * (0.5 + 0.5 * min(1.0, share * 10)), 3)


def readable(format_: str) -> str:
    """A date format in the letters people write.

    >>> readable("%d/%m/%Y %H:%M")
    'dd/mm/yyyy hh:mi'
    """
    for code, letters in _CODES.items():
        format_ = format_.replace(code, letters)
    return format_


def listed(parts: Sequence[str], most: int = 3) -> str:
    """Some of a list, and how many more there are.

    >>> listed(["a", "b", "c", "d"])
    'a, b, c and 1 more'
    """
    shown = ", ".join(parts[:most])
    return f"{shown} and {len(parts) - most:,} more" if len(parts) > most else shown
