"""Dates and times of day on single Python values, by the codes of the steps; and formats read off samples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

__all__ = [
    "TIME_CODES",
    "clock_text",
    "date_formats",
    "part_text",
    "partial_formats",
    "read_clock",
    "read_time",
    "time_text",
]

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_FORMS = {
    "Y": r"(?!0000)\d{4}", "y": r"\d{2}", "m": "0?[1-9]|1[0-2]", "d": "0?[1-9]|[12][0-9]|3[01]",
    "H": "[01]?[0-9]|2[0-3]", "I": "0?[1-9]|1[0-2]", "M": "[0-5]?[0-9]", "S": "[0-5]?[0-9]",
    "b": "|".join(m[:3] for m in MONTHS), "B": "|".join(MONTHS), "p": "am|pm", "f": r"\d{1,6}",
    "z": r"Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]",
}  # fmt: skip
TIME_CODES = (
    "%Y", "%y", "%m", "%-m", "%d", "%-d", "%B", "%b", "%A", "%a", "%H", "%-H", "%I", "%-I", "%M", "%S", "%p",
    "%j", "%-j", "%V", "%-V", "%q", "%G", "%u",
)  # fmt: skip


@lru_cache(maxsize=2048)
def _form(format_: str) -> tuple[re.Pattern[str], str]:
    cut = re.split("%(.)", format_)
    out = ""
    for i, piece in enumerate(cut):
        if i % 2 == 0 or piece == "%":
            out += re.escape(piece)
            continue
        form = _FORMS[piece]
        beside = [cut[j] for j, text in ((i - 2, i - 1), (i + 2, i + 1)) if 0 <= j < len(cut) and not cut[text]]
        if piece in "mdHIMS" and any(c in "YymdHIMSf" for c in beside):
            # As the steps read it: a number right beside another has two digits.
            form = form.replace("0?", "0").replace("[01]?", "[01]").replace("[0-5]?", "[0-5]")
        out += f"({form})"
    return re.compile(out, re.IGNORECASE | re.ASCII), "".join(c for c in cut[1::2] if c != "%")


def _parts(text: str, format_: str) -> dict[str, str] | None:
    pattern, codes = _form(format_)
    found = pattern.fullmatch(text)
    return dict(zip(codes, found.groups(), strict=True)) if found else None


def _hour(parts: dict[str, str]) -> int:
    if "I" in parts:
        return int(parts["I"]) % 12 + (12 if parts.get("p", "am").lower() == "pm" else 0)
    return int(parts.get("H", 0))


def read_time(text: str, format_: str) -> datetime | None:
    """What parse_date and parse_timestamp read (a date as its midnight, an offset not shifted to UTC)."""
    parts = _parts(text, format_)
    if parts is None:
        return None
    if "m" in parts:
        month = int(parts["m"])
    else:
        name = (parts.get("b") or parts["B"]).lower()
        month = next(i for i, m in enumerate(MONTHS, 1) if m.startswith(name[:3]))
    year = int(parts["Y"]) if "Y" in parts else int(parts["y"]) + (1900 if int(parts["y"]) >= 70 else 2000)
    try:
        return datetime(year, month, int(parts["d"]), _hour(parts), int(parts.get("M", 0)), int(parts.get("S", 0)))
    except ValueError:
        return None


def read_clock(text: str, format_: str) -> int | None:
    """What parse_clock reads."""
    parts = _parts(text, format_)
    return None if parts is None else _hour(parts) * 3600 + int(parts.get("M", 0)) * 60 + int(parts.get("S", 0))


def part_text(x: datetime, code: str) -> str:
    """What format_date writes for one code."""
    name = code[-1]
    if name in "Aa":
        return _DAYS[x.weekday()][: None if name == "A" else 3]
    if name in "Bb":
        return MONTHS[x.month - 1].title()[: None if name == "B" else 3]
    if name == "q":
        return str((x.month + 2) // 3)
    if name == "p":
        return "AM" if x.hour < 12 else "PM"
    iso = x.isocalendar()
    number, width = {
        "Y": (x.year, 4), "y": (x.year % 100, 2), "m": (x.month, 2), "d": (x.day, 2), "H": (x.hour, 2),
        "I": ((x.hour + 11) % 12 + 1, 2), "M": (x.minute, 2), "S": (x.second, 2), "j": (x.timetuple().tm_yday, 3),
        "V": (iso.week, 2), "G": (iso.year, 4), "u": (iso.weekday, 1), "f": (x.microsecond, 6),
    }[name]  # fmt: skip
    return str(number) if code[1] == "-" else f"{number:0{width}}"


def time_text(x: datetime, format_: str) -> str:
    """What format_date writes."""
    return re.sub(r"%%|%-?.", lambda m: "%" if m.group() == "%%" else part_text(x, m.group()), format_)


def clock_text(seconds: int, format_: str) -> str:
    """What format_clock writes."""
    s = seconds % 86400
    return time_text(datetime(2000, 1, 1, s // 3600, s // 60 % 60, s % 60), format_)


_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M:%S%p", "%I:%M %p", "%I:%M%p")
_CUT = re.compile(r"\d+|[A-Za-z]+|[^\dA-Za-z]+")


@lru_cache(maxsize=4096)
def date_formats(text: str) -> tuple[str, ...]:
    """Formats that read this text as a date, likelier ones first; with a time of day where one stands behind.

    Day before month and month before day are both there where the text allows both.
    """
    tail_at = re.search(r"[T ,@]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)? ?(?:[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?$", text)
    head, tail = (text[: tail_at.start()], text[tail_at.start() :]) if tail_at else (text, "")
    times = [""]
    if tail:
        lead = re.match(r"[T ,@]+", tail).group().replace("%", "%%")  # type: ignore[union-attr]
        zones = ("", "Z", "%z") if re.search(r"(Z|[+-]\d\d:?\d\d)$", tail) else ("",)
        times = [lead + t + f + z for t in _TIMES for f in ("", ".%f") for z in zones]
    found = []
    for form in _heads(head):
        for time in times:
            if "%z" not in form + time and read_time(text, form + time) is not None:
                found.append(form + time)
                break
    return tuple(found)


def _heads(head: str) -> list[str]:
    pieces = _CUT.findall(head)
    if len(pieces) == 1 and head.isdigit():
        return {8: ["%Y%m%d", "%m%d%Y", "%d%m%Y"], 6: ["%y%m%d", "%m%d%y", "%d%m%y"]}.get(len(head), [])
    kept = [f for f in _written(pieces) if _names_a_day(f)]
    # Year, day, month in this order is written nowhere.
    usual = [f for f in kept if not ("%Y" in f and f.index("%Y") < f.index("%d") < _month_at(f))]
    return sorted(usual or kept, key=lambda f: "%y" in f)


def _written(pieces: Sequence[str]) -> list[str]:
    """Formats that these pieces may be written by, whatever they say."""
    if len(pieces) > 12 or not pieces or ":" in pieces:
        return []
    forms = [""]
    for piece in pieces:
        codes = _codes_for(piece)
        forms = [f + c for f in forms for c in codes if "%" not in c or c == "%%" or c not in f]
    return forms


def _codes_for(piece: str) -> list[str]:
    if piece.isdigit():
        return {4: ["%Y"], 2: ["%m", "%d", "%y"], 1: ["%m", "%d"]}.get(len(piece), [])
    if piece.lower() in MONTHS:
        return ["%B"] if piece.lower() != "may" else ["%b"]
    if piece.lower() in {m[:3] for m in MONTHS}:
        return ["%b"]
    if piece.title()[:3] in {d[:3] for d in _DAYS}:
        return []  # a day of the week, which no format can read
    return [piece.replace("%", "%%")]


@lru_cache(maxsize=4096)
def partial_formats(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Formats that read this text as less than a date: the month of a year, the day of a month, a month."""
    pieces = _CUT.findall(text)
    found: dict[str, list[str]] = {}
    for form in _written(pieces) if len(pieces) < 6 else []:
        named = "%b" in form or "%B" in form
        year, month, day = "%Y" in form, named or "%m" in form, "%d" in form
        if month and year and not day:
            found.setdefault("month of a year", []).append(form)
        elif month and day and not year and "%y" not in form and len(pieces) > 2:
            found.setdefault("day of a month", []).append(form)
        elif form in ("%b", "%B", "%m"):
            found.setdefault("month", []).append(form)
    return tuple((kind, tuple(forms)) for kind, forms in found.items())


def _month_at(form: str) -> int:
    return min(form.index(c) for c in ("%m", "%b", "%B") if c in form)


def _names_a_day(form: str) -> bool:
    year = ("%Y" in form) + ("%y" in form)
    month = ("%m" in form) + ("%b" in form) + ("%B" in form)
    return year == 1 and month == 1 and form.count("%d") == 1
