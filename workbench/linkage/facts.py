"""What a column is, told from its values and name: enough to propose how to compare it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from .model import RESERVED

__all__ = ["ColumnFacts", "Kind", "column_facts", "composites", "date_formats"]

Kind = Literal["email", "phone", "date", "code", "name", "text", "category", "number", "coordinate", "none"]
SAMPLE = 20_000
DATE_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y%m%d",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)
SEMANTIC: Mapping[str, Kind] = {
    "email": "email",
    "phone": "phone",
    "date": "date",
    "birth_date": "date",
    "person_name": "name",
    "given_name": "name",
    "family_name": "name",
    "postcode": "code",
    "iban": "code",
    "card": "code",
    "id": "code",
    "city": "name",
    "street": "text",
    "address": "text",
    "gender": "category",
    "country": "category",
    "currency": "category",
    "organisation": "text",
}
GIVEN = re.compile(r"(^|_)(first|given|fore|christian)_?name?s?($|_)|^vorname$|^prenom$|^fname$")
FAMILY = re.compile(r"surname|(^|_)(last|family)_?name|nachname|^lname$")
PHONE = re.compile(r"phone|mobile|(^|_)(tel|fax|cell)($|_|no)")
PLACE = re.compile(
    r"street|stra(ss|ß)e|address|(^|_)addr|suburb|post_?code|postal|(^|_)zip|(^|_)plz|city|town|(^|_)ort($|_)|county"
)
"""Parts of an address: they agree together or not at all, so they must not count as independent evidence."""
MONEY = r"\s?([$€£¥]|[a-z]{3})?\s?"
CHANGED = re.compile(r"(^|_)(updated|modified|changed|edited)(_|$)|(^|_)last_(update|change|edit)")
BOOKKEEPING = re.compile(rf"{CHANGED.pattern}|(^|_)(created|inserted|loaded|imported|synced|extracted)(_|$)")
"""When a system wrote a record tells nothing about the thing that the record describes."""
LATITUDE, LONGITUDE = re.compile(r"^lat(itude)?$"), re.compile(r"^(lon|lng|long|longitude)$")


@dataclass(frozen=True)
class ColumnFacts:
    """One column over all systems.

    Attributes:
        name: The column.
        kind: How it is best compared.
        filled: Share of records that have a value.
        distinct: Distinct values as a share of the filled.
        chance: Probability that two random records with a value agree.
        tokens: Mean number of words.
        length: Mean number of characters.
        formats: Date formats that fit (kind date).
        role: 'changed' or 'written' for when a system wrote the record, 'given' or
            'family' for the parts of a name, 'place' for those of an address, 'latitude',
            'longitude', or ''.
    """

    name: str
    kind: Kind
    filled: float
    distinct: float
    chance: float
    tokens: float
    length: float
    formats: tuple[str, ...] = ()
    role: str = ""


def snake(name: str) -> str:
    """A column name in lower case with underscores.

    >>> snake("Site name"), snake("DateOfBirth")
    ('site_name', 'date_of_birth')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    found = re.sub(r"[^0-9a-z]+", "_", parted.lower()).strip("_") or "field"
    return f"{found}_" if found in RESERVED else found


def column_facts(values: pl.Series, *, name: str, semantic: str | None = None) -> ColumnFacts:
    """Facts of one column.

    Args:
        values: Its values as text, all systems together.
        name: Its name.
        semantic: Its semantic type, where a contract tells.
    """
    text = values.cast(pl.String).str.strip_chars()
    known = text.filter(text.is_not_null() & (text != "")).str.to_lowercase()
    filled = len(known) / max(len(values), 1)
    if not len(known):
        return ColumnFacts(name, "none", 0.0, 0.0, 0.0, 0.0, 0.0)
    counts = known.value_counts()["count"].cast(pl.Float64)
    n = len(known)
    chance = float((counts * (counts - 1)).sum()) / max(n * (n - 1.0), 1.0)
    sample = known.sample(min(n, SAMPLE), seed=1) if n > SAMPLE else known
    share = _shares(sample)
    formats = date_formats(sample)
    kind = SEMANTIC.get(semantic or "") or _kind(snake(name), share, len(counts) / n, len(counts), formats)
    if kind == "date" and not formats:
        kind = "code"
    return ColumnFacts(
        name,
        kind,
        filled,
        len(counts) / n,
        chance,
        share["tokens"],
        share["length"],
        formats if kind == "date" else (),
        _role(snake(name), kind, share["moments"]),
    )


def _shares(sample: pl.Series) -> dict[str, float]:
    v = pl.col("v")
    digits, size = v.str.count_matches(r"[0-9]"), v.str.len_chars()
    row = pl.DataFrame({"v": sample}).select(
        tokens=v.str.count_matches(r"\S+").mean(),
        length=size.mean(),
        email=v.str.contains(r"^[^@\s]+@[^@\s]+$").mean(),
        digits=(digits.sum() / size.sum()),
        phone=v.str.contains(r"^[+(]?[0-9][0-9 ()./+x-]{5,20}$").mean(),
        long_digits=(digits >= 6).mean(),
        number=v.str.contains(r"^-?[0-9]+([.,][0-9]+)?$").mean(),
        decimal=v.str.contains(rf"^{MONEY}-?[0-9]+([.,][0-9]{{3}})*[.,][0-9]+{MONEY}$").mean(),
        moments=v.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ t][0-9]{2}:[0-9]{2}").mean(),
        marked=v.str.contains(r"[0-9]").mean(),
    )
    return {k: float(x or 0.0) for k, x in row.row(0, named=True).items()}


def _kind(name: str, share: Mapping[str, float], distinct: float, count: int, formats: tuple[str, ...]) -> Kind:
    if count <= 1:
        return "none"
    if share["email"] > 0.6:
        return "email"
    if formats:
        return "date"
    if LATITUDE.search(name) or LONGITUDE.search(name):
        return "coordinate" if share["number"] > 0.9 else "none"
    if PHONE.search(name) and share["digits"] > 0.5:
        return "phone"
    if share["decimal"] > 0.8:
        return "number"
    if count <= 50 and distinct < 0.05:
        return "category"
    if share["digits"] > 0.4 and share["tokens"] < 2.2 and share["length"] < 24:
        return "phone" if share["phone"] > 0.8 and share["long_digits"] > 0.8 and share["number"] < 0.8 else "code"
    if share["tokens"] < 1.7 and share["marked"] < 0.3:
        return "name"
    if share["tokens"] < 1.7:
        return "code"
    return "text"


def _role(name: str, kind: str, moments: float) -> str:
    if (kind == "date" or moments > 0.7) and BOOKKEEPING.search(name):
        return "changed" if CHANGED.search(name) else "written"
    if kind in ("name", "text", "code") and PLACE.search(name):
        return "place"
    if kind in ("name", "text"):
        return "given" if GIVEN.search(name) else "family" if FAMILY.search(name) else ""
    if kind == "coordinate":
        return "latitude" if LATITUDE.search(name) else "longitude"
    return ""


def date_formats(sample: pl.Series) -> tuple[str, ...]:
    """Formats that together fit most values; day-first before month-first where both fit equally.

    Several systems may write dates in several ways. Two orders of day and month with the same separators are
    never both taken: which of them a value has could only be guessed.
    """
    if not sample.str.contains(r"[0-9]{2}").any():
        return ()
    found: list[str] = []
    left, total = sample, len(sample)
    for _ in range(4):
        shapes = {_shape(f) for f in found}
        shares = {f: _fits(left, f) * len(left) / total for f in DATE_FORMATS if _shape(f) not in shapes}
        best = max(shares, key=lambda f: shares[f])
        if shares[best] < 0.1:
            break
        found.append(best)
        left = left.filter(left.str.to_date(best, strict=False).is_null())
        if len(left) < 0.05 * total:
            break
    return tuple(found) if len(left) <= 0.3 * total else ()


def _shape(form: str) -> str:
    return "".join(sorted(re.findall("%[A-Za-z]", form))) + re.sub("%[A-Za-z]", "", form)


def _fits(sample: pl.Series, form: str) -> float:
    """Share of values that are a plausible date in a format."""
    year = sample.str.to_date(form, strict=False).dt.year()
    return int(year.is_between(1000, 2200).sum()) / max(len(sample), 1)


def composites(frame: pl.DataFrame, facts: Sequence[ColumnFacts]) -> set[str]:
    """Text columns that only repeat two or more others ('full_name' beside 'first_name' and 'surname')."""
    wide = [f.name for f in facts if f.kind in ("text", "name")]
    parts = [f for f in facts if f.kind in ("name", "text", "code") and f.filled > 0.3]
    sample = frame.sample(min(frame.height, 2000), seed=1).select(
        pl.col(wide + [p.name for p in parts if p.name not in wide])
    )
    words = sample.select(pl.all().cast(pl.String).str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]+"))
    found: set[str] = set()
    for whole in wide:
        inside = []
        for part in parts:
            if part.name == whole or part.name in found:
                continue
            both = words.filter(pl.col(part.name).list.len() > 0, pl.col(whole).list.len() > 0)
            left = both.select(pl.col(part.name).list.set_difference(pl.col(whole)).list.len() == 0).to_series()
            shorter = both.select((pl.col(part.name).list.len() < pl.col(whole).list.len()).mean()).item() or 0
            if len(left) > 20 and int(left.sum()) > 0.8 * len(left) and shorter > 0.5:
                inside.append(part.name)
        if len(inside) >= 2:
            found.add(whole)
    return found
