"""The texts that a date format accepts, as a pattern: the same on every engine."""

from __future__ import annotations

import re

__all__ = ["FORMS", "MONTHS", "form_of", "pieces_of"]

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def _any_case(word: str) -> str:
    # Inline flags differ between engines; sets of two letters do not.
    return "".join(f"[{c.upper()}{c}]" for c in word)


FORMS = {
    "Y": "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})",
    "y": "[0-9]{2}",
    "m": "(?:0?[1-9]|1[0-2])",
    "d": "(?:0?[1-9]|[12][0-9]|3[01])",
    "H": "(?:[01]?[0-9]|2[0-3])",
    "I": "(?:0?[1-9]|1[0-2])",
    "M": "[0-5]?[0-9]",
    "S": "[0-5]?[0-9]",
    "b": "(?:" + "|".join(_any_case(m[:3]) for m in MONTHS) + ")",
    "B": "(?:" + "|".join(_any_case(m) for m in MONTHS) + ")",
    "p": "[AaPp][Mm]",
    "f": "[0-9]{1,6}",
    "z": "(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])",
    "%": "%",
}
_NUMERIC = frozenset("YymdHIMSf")


def pieces_of(format_: str) -> list[tuple[str, str]]:
    """A format as pairs of a code and its pattern; a literal text has the code ''.

    A number that stands right beside another is exactly two digits, or no engine could tell them apart.
    """
    cut = re.split(r"%(.)", format_)
    raw = [(p if i % 2 else "", p) for i, p in enumerate(cut) if p]
    out: list[tuple[str, str]] = []
    for i, (code, text) in enumerate(raw):
        if code in ("", "%"):
            out.append(("", text))
            continue
        form = FORMS[code]
        beside = [raw[j][0] for j in (i - 1, i + 1) if 0 <= j < len(raw)]
        if code in "mdHIMS" and any(b in _NUMERIC for b in beside):
            form = form.replace("0?", "0").replace("[01]?", "[01]").replace("[0-5]?", "[0-5]")
        out.append((code, form))
    return out


def form_of(format_: str) -> str:
    """The pattern of the texts that a format accepts."""
    return "^" + "".join(p if code else re.escape(p) for code, p in pieces_of(format_)) + "$"
