"""Meanings of numbers and codes: ranges, marks and shapes that do not speak against what the name says."""

from __future__ import annotations

import re

from .recognise import Fit, Panel, share_of
from .reference import currencies

__all__ = ["amount", "between", "coded", "money", "percentage", "proper", "worded", "year"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_./:#]*")


def coded(panel: Panel) -> Fit:
    """Short codes without spaces (or hardly any); fractions are no codes."""
    if panel.numeric and panel.digits:
        return Fit(0.0)
    return Fit(share_of(panel.values, lambda v: len(v) <= 64 and bool(_CODE.fullmatch(v))))


def worded(panel: Panel) -> Fit:
    """Text with letters."""
    return Fit(share_of(panel.values, lambda v: any(c.isalpha() for c in v)))


def proper(panel: Panel) -> Fit:
    """Words with a capital, as proper names and codes have."""
    return Fit(share_of(panel.values, lambda v: v[0].isupper() or (not v[0].islower() and v[0].isalpha())))


def between(panel: Panel, low: float, high: float, *, whole: bool = False) -> Fit:
    """Numbers in a range."""
    fits = panel.numeric and low <= panel.low and panel.high <= high and not (whole and panel.digits)
    return Fit(float(fits))


def money(panel: Panel) -> Fit:
    """Numbers with a currency's sign or code."""
    signed = any(mark in panel.marks for mark in "€$£¥₹") or panel.marks.strip().upper() in currencies()
    return Fit(float(panel.numeric and signed), panel.marks, "have a currency's mark")


def amount(panel: Panel) -> Fit:
    """Numbers with no more decimals than money has."""
    if panel.digits <= 4:
        return Fit(float(panel.numeric))
    return Fit(share_of(panel.values, lambda v: len(v.partition(".")[2]) <= 4))


def percentage(panel: Panel) -> Fit:
    """Numbers with a per cent sign."""
    return Fit(float(panel.numeric and "%" in panel.marks), "", "have a per cent sign")


def year(panel: Panel) -> Fit:
    """Whole numbers of four digits from 1800 to 2100."""
    if not panel.numeric or panel.digits or panel.marks or panel.distinct < 3:
        return Fit(0.0)
    return Fit(share_of(panel.values, lambda v: len(v) == 4 and "1800" <= v <= "2100"), what="are years")
