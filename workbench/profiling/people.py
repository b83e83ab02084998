"""Names of persons and their order, and telephone numbers and their form: the two that need most care."""

from __future__ import annotations

import re
from functools import partial
from html import unescape

from .recognise import VALIDATED, Fit, Panel, share_of
from .reference import words

__all__ = ["given_name", "one_word", "person_name", "phone"]

_NAME = re.compile(r"[^\W\d_][^\W\d_'’.\-]*(?:['’\-][^\W\d_]+)*\.?")
_TITLE = re.compile(r"^(?:dr|mr|mrs|ms|miss|prof|herr|frau|mme|sir|rev)\b\.? ?", re.I)
_SUFFIX = re.compile(r",? (?:jr|sr|ii|iii|iv|phd|ph\.d|md|m\.d|esq|mba)\.?$", re.I)
_BETWEEN = re.compile(r"\s*(?:;|,| and | und | et | & )\s*")
PHONE = re.compile(r"(?:\+|00)?[\d(][\d\s().\-/]{4,20}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?", re.I)
TRUNK = frozenset({"GB", "DE", "FR", "AU", "NL", "CH", "AT", "SE", "JP"})  # a number at home begins with 0
REGIONS = ("US", "GB", "DE", "FR", "AU", "ES", "IT", "NL", "IN", "BR", "CH", "AT", "SE", "MX", "JP", "PL")


def one_word(panel: Panel) -> float:
    """The share of values that are one word of letters, or two (which count less), as a name's parts are."""
    words_of = [v.split() for v in panel.values if len(v) < 30 and _is_name(v)]
    return sum({1: 1.0, 2: 0.4}.get(len(w), 0.0) for w in words_of) / len(panel.values) if panel.values else 0.0


def given_name(panel: Panel) -> Fit:
    """Single words that are frequent given names."""
    known = words("given_names")
    hits = share_of(panel.lowered, lambda v: len(v) < 20 and re.split(r"[ \-]", v)[0] in known)
    return Fit(hits if one_word(panel) > 0.7 else 0.0, what="are frequent given names")


def person_name(panel: Panel) -> Fit:
    """Names of two to five words, and which of them is the given name.

    The share is that of values shaped like a name *and* holding a frequent given name; the form is
    'Last, First', 'First Last', 'Last First' or 'list' (several persons in one value).
    """
    values = [unescape(v) for v in panel.values]
    known = words("given_names")
    many = [v for v in values if _persons(v)]
    if len(many) > 0.25 * len(values):
        hits = share_of(many, lambda v: any(w.casefold() in known for p in _persons(v) for w in p.split()))
        return Fit(max(0.4, hits), "list", "are persons, several in one value")
    split = [parts for parts in map(_parts, values) if parts]
    if len(split) < 0.4 * len(values) or not split:
        return Fit(0.0)
    first = sum(a.split()[0].casefold() in known for a, _, _ in split) / len(split)
    last = sum(b.split()[0].casefold() in known for _, b, _ in split) / len(split)
    comma = sum(c for _, _, c in split) / len(split)
    form = ("Last, First" if last >= first else "First, Last") if comma > 0.5 else (
        "Last First" if last > 2 * first else "First Last"
    )  # fmt: skip
    share = max(first, last) * len(split) / len(panel.values)
    return Fit(share, form, f"hold a frequent given name, in the order '{form}'")


def shaped_like_names(panel: Panel) -> float:
    """The share of values that have the shape of a person's name, whatever the words."""
    return share_of([unescape(v) for v in panel.values], lambda v: bool(_parts(v) or _persons(v)))


def _is_name(text: str) -> bool:
    return all(_NAME.fullmatch(word) for word in text.split()) and bool(text)


def _parts(value: str) -> tuple[str, str, bool] | None:
    """What comes before and after the comma or the last space."""
    value = _SUFFIX.sub("", _TITLE.sub("", value.strip()[:200]))
    before, comma, after = value.partition(",")
    if comma:
        before, after = before.strip(), after.strip()
    else:
        before, _, after = value.rpartition(" ")
    if 1 <= len(before.split()) <= 4 and 1 <= len(after.split()) <= 3 and _is_name(before) and _is_name(after):
        return before, after, bool(comma)
    return None


def _persons(value: str) -> list[str]:
    """The names in a list of persons; none unless every part is a name of at least two words."""
    parts = [part for part in _BETWEEN.split(value.strip()) if part]
    fine = len(parts) > 1 and all(2 <= len(p.split()) <= 5 and _is_name(p) for p in parts)
    return parts if fine else []


def phone(panel: Panel, named: bool) -> Fit:
    """Telephone numbers; those without a plus are tried with the numbering plans of some large countries.

    Args:
        panel: The values.
        named: Whether the column's name speaks of telephones: only then digits alone are tried.
    """
    shaped = [v for v in panel.values if PHONE.fullmatch(v) and 6 <= sum(c.isdigit() for c in v) <= 17]
    rough = len(shaped) / len(panel.values) if panel.values else 0.0
    written = share_of(shaped, lambda v: not v.isdigit())
    dated = share_of(shaped, lambda v: re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: .*)?|\d+[.,]\d+", v))
    if rough < 0.4 or dated > 0.5 or (written < 0.3 and not named):
        return Fit(rough if named else 0.0, "", "look like telephone numbers")
    import phonenumbers as pn

    def valid(value: str, region: str | None) -> bool:
        if region in TRUNK and not value.lstrip("( ").startswith("0"):
            return False
        try:
            return bool(pn.is_valid_number(pn.parse(value, region)))
        except pn.NumberParseException:
            return False

    foreign = [v for v in shaped if v.startswith(("+", "00"))]
    home = [v for v in shaped if not v.startswith(("+", "00"))][: VALIDATED // 2]
    if len(foreign) > 0.8 * len(shaped):
        right = share_of(
            [f"+{v[2:]}" if v.startswith("00") else v for v in foreign[:VALIDATED]], lambda v: valid(v, None)
        )
        form = "E164" if share_of(foreign, lambda v: v[1:].isdigit() and v[0] == "+") > 0.8 else "international"
        return Fit(max(right, 0.8 * rough), form, "are telephone numbers with a country code")
    shares = {region: share_of(home, partial(valid, region=region)) for region in REGIONS}
    # Some plans take almost any number: of those that take (nearly) all, the first listed is meant.
    region = next(r for r in REGIONS if shares[r] >= 0.9 * max(shares.values()))
    form = "mixed" if len(foreign) > 0.02 * len(shaped) else "national"
    told = f"{form} {region}" if shares[region] > 0.8 else form
    if not named and shares[region] < 0.5:
        return Fit(0.0)
    return Fit(max(rough * shares[region], rough * 0.8 if named else 0.0), told, "are telephone numbers")
