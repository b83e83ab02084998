"""The steps that a meaning asks for: names of persons, phones, countries, postcodes."""

from __future__ import annotations

import re
from typing import Any

from .draft_field import Draftee

__all__ = ["dials_anywhere", "steps_by_meaning"]

NAME_FORMS = ("Last, First", "First Last", "Last First")


def steps_by_meaning(d: Draftee) -> list[Any] | None:
    """The steps for the target's meaning; None where it asks for none, or the source has another one."""
    meaning, found = d.target.semantic_type or "", d.source.semantic.type if d.source.semantic else ""
    steps = (make(d, found) for prefix, make in _BY_MEANING.items() if meaning.startswith(prefix))
    return next((s for s in steps if s is not None), None)


def _person(d: Draftee, found: str) -> list[Any] | None:
    form = d.source.semantic.form if d.source.semantic and found == "person_name" else ""
    wanted = next((f for f in (d.target.format or "",) if f in NAME_FORMS), "First Last")
    if form in NAME_FORMS and form != wanted:
        return [{"reorder_name": {"from": form, "to": wanted}}]
    return None


def _part(d: Draftee, found: str) -> list[Any] | None:
    form = d.source.semantic.form if d.source.semantic and found == "person_name" else ""
    if found != "person_name" or form not in NAME_FORMS:
        return None
    part = "first" if (d.target.semantic_type or "").startswith("given") else "last"
    return [{"split_name": {"from": form, "part": part}}]


def dials_anywhere(d: Draftee) -> bool:
    """Whether the source's phones carry their country's code."""
    return d.source.semantic is not None and d.source.semantic.form in ("E164", "international")


def _phone(d: Draftee, found: str) -> list[Any] | None:
    if found and found != "phone":
        return None
    form = d.source.semantic.form if d.source.semantic else ""
    country = d.nearest("country")
    if re.fullmatch("[A-Z]{2}", form):
        return [{"phone": {"region": form, "to": "E164"}}]
    if country:
        return [{"phone": {"region_from": country, "to": "E164"}}]
    # Without a country a local number cannot be read: the draft keeps it, and says so.
    return [{"phone": {"to": "E164"}}] if dials_anywhere(d) else None


def _postcode(d: Draftee, found: str) -> list[Any] | None:
    country = d.nearest("country")
    return [{"postcode": {"country_from": country}}] if country else None


def _country(d: Draftee, found: str) -> list[Any] | None:
    if found and not found.startswith("country"):
        return None
    form = (d.target.format or "").replace("-", "").lower()
    to = form if form in ("alpha2", "alpha3", "numeric", "name") else ""
    if not to:
        to = "alpha3" if d.target.max_length == 3 or d.target.pattern == "^[A-Z]{3}$" else "alpha2"
    return [{"country": {"to": to}}]


_BY_MEANING: dict[str, Any] = {
    "person_name": _person,
    "given_name": _part,
    "family_name": _part,
    "phone": _phone,
    "email": lambda d, found: ["email"] if found in ("", "email") else None,
    "country": _country,
    "currency": lambda d, found: ["currency"] if not found or found.startswith("currency") else None,
    "postcode": _postcode,
}
