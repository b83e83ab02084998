"""Times of day as seconds since midnight, and the parts of a date that need a calendar's arithmetic."""

from __future__ import annotations

import re

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.types import INTEGER, TEXT, DataType

from .catalogue import Outcome, StepFault, step
from .forms import Formats
from .values import _lost

_LOCAL = DataType("timestamp", local=True)
_DAY = 86_400
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Beyond the codes that every engine shares; made of those by arithmetic.
EXTENDED = ("-d", "-m", "-H", "-I", "-M", "-S", "A", "a", "j", "-j", "V", "-V", "G", "u", "q")


def _int(x: Expr) -> Expr:
    return p.cast(x, INTEGER)


def _text(x: Expr) -> Expr:
    return p.cast(x, TEXT)


def _plus(*parts: Expr | int) -> Expr:
    total: Expr | None = None
    for part in parts:
        term = p.lit(part) if isinstance(part, int) else part
        total = term if total is None else p.arith("+", total, term)
    assert total is not None
    return total


def _times(x: Expr, by: int) -> Expr:
    return p.arith("*", x, p.lit(by))


def floor_div(x: Expr, by: int) -> Expr:
    """x div by for whole x ≥ 0, out of the rounding division: round((2x - by + 1) / 2by)."""
    return _int(p.divide(_plus(_times(x, 2), 1 - by), p.lit(2 * by), 0))


def _mod(x: Expr, by: int) -> Expr:
    return p.arith("-", x, _times(floor_div(x, by), by))


def _day_number(year: Expr, month: Expr, day: Expr) -> Expr:
    """Julian day number of a Gregorian date (Richards, Explanatory Supplement, 3rd ed., 15.11)."""
    before_march = floor_div(p.arith("-", p.lit(14), month), 12)
    y = p.arith("-", _plus(year, 4800), before_march)
    m = _plus(month, _times(before_march, 12), -3)
    days = _plus(day, floor_div(_plus(_times(m, 153), 2), 5), _times(y, 365), floor_div(y, 4))
    return _plus(p.arith("-", days, floor_div(y, 100)), floor_div(y, 400), -32045)


def _new_year(year: Expr) -> Expr:
    return _day_number(year, p.lit(1), p.lit(1))


def _date_part(x: Expr, code: str) -> Expr:
    """A part of a date or time as text, by an extended code."""
    if code in ("-d", "-m", "-H", "-I", "-M", "-S"):
        return _text(_int(p.format_time(x, "%" + code[1])))
    month = p.format_time(x, "%m")
    if code == "q":
        return p.translate(month, [(f"{m:02}", str((m + 2) // 3)) for m in range(1, 13)])
    year = _int(p.format_time(x, "%Y"))
    number = _day_number(year, _int(month), _int(p.format_time(x, "%d")))
    weekday = _mod(number, 7)
    if code in ("A", "a", "u"):
        names = [str(i + 1) if code == "u" else name if code == "A" else name[:3] for i, name in enumerate(_DAYS)]
        return p.translate(_text(weekday), [(str(i), name) for i, name in enumerate(names)])
    if code in ("j", "-j"):
        text = _text(_plus(p.arith("-", number, _new_year(year)), 1))
        return text if code == "-j" else p.pad(text, 3, "0", "start")
    # ISO 8601: a week belongs to the year of its Thursday.
    thursday = p.arith("-", _plus(number, 3), weekday)
    early, late = p.compare("<", thursday, _new_year(year)), p.compare(">=", thursday, _new_year(_plus(year, 1)))
    iso_year = p.when([(early, _plus(year, -1)), (late, _plus(year, 1))], year)
    if code == "G":
        return p.pad(_text(iso_year), 4, "0", "start")
    week = _text(_plus(floor_div(p.arith("-", thursday, _new_year(iso_year)), 7), 1))
    return week if code == "-V" else p.pad(week, 2, "0", "start")


def format_parts(format_: str) -> list[str]:
    """A format cut at its extended codes, which stand at the odd places without their %."""
    codes = "|".join(re.escape(c) for c in sorted(EXTENDED, key=len, reverse=True))
    out: list[str] = [""]
    for piece in re.findall(rf"%%|%(?:{codes})|[^%]+|%.?", format_):
        if piece != "%%" and piece[1:] in EXTENDED:
            out += [piece[1:], ""]
        else:
            out[-1] += piece
    return out


def write_time(x: Expr, format_: str) -> Expr:
    """A date or time as text by the codes of `format_time` and the extended ones."""
    pieces = []
    for i, piece in enumerate(format_parts(format_)):
        if i % 2:
            pieces.append(_date_part(x, piece))
        elif piece:
            pieces.append(p.format_time(x, piece) if "%" in piece.replace("%%", "") else _plain(x, piece))
    return p.concat(*pieces)


def _plain(x: Expr, piece: str) -> Expr:
    text = p.lit(piece.replace("%%", "%"))
    return p.when([(p.is_null(x), p.lit(None, TEXT))], text)


_CLOCK_CODES = ("H", "-H", "I", "-I", "M", "-M", "S", "-S", "p")


def _clock_codes(format_: str, known: tuple[str, ...], what: str) -> list[str]:
    codes = re.findall(r"%(-?.?)", format_)
    for code in codes:
        if code not in known and code != "%":
            raise StepFault(
                f"{what}: the code '%{code}' in '{format_}' is not a time of day's", f"known: {' '.join(known)}"
            )
    return codes


def _seconds(x: Expr) -> Expr:
    h, m, s = (_int(p.format_time(x, code)) for code in ("%H", "%M", "%S"))
    return _plus(_times(h, 3600), _times(m, 60), s)


@step(
    rejects="a text that fits none of the formats",
    inverse=lambda a: [{"format_clock": a.formats[0]}],
    loses="which of several formats was used",
)
def parse_clock(x: Expr, *, formats: Formats) -> Outcome:
    """Read a time of day, as whole seconds since midnight; codes %H %I %M %S %p.

    >>> try_step({"parse_clock": "%H:%M:%S"}, "18:25:57")
    66357
    >>> try_step({"parse_clock": ["%I:%M%p", "%I%p"]}, "6PM")
    64800
    >>> try_step({"parse_clock": "%H:%M:%S"}, "25:00:00")
    Rejected('is not a time of day like %H:%M:%S')
    """
    values = []
    for format_ in formats:
        codes = _clock_codes(format_, ("H", "I", "M", "S", "p"), "parse_clock")
        if not {"H", "I"} & set(codes) or ("I" in codes) != ("p" in codes):
            raise StepFault(f"parse_clock: '{format_}' does not name the hour", "%H, or %I with %p")
        # A day and the codes left out are added, so that every engine has a whole time to read.
        added = "".join(f" %{c}" for c in "MS" if c not in codes)
        text = p.concat(p.lit("2000-01-01 "), p.trim(x), p.lit(added.replace("%M", "00").replace("%S", "00")))
        values.append(_seconds(p.parse_time(text, "%Y-%m-%d " + format_ + added, _LOCAL)))
    value = p.coalesce(*values)
    return Outcome(value, ((_lost(x, value), f"is not a time of day like {formats[0]}"),))


@step(loses="the day")
def clock(x: Expr) -> Expr:
    """Take the time of day out of a time, as whole seconds since midnight.

    >>> try_step([{"parse_timestamp": "%Y-%m-%d %H:%M"}, "clock"], "2024-12-31 18:25")
    66300
    """
    return _seconds(x)


@step(inverse=lambda a: [{"parse_clock": a.format_.replace("%-", "%")}], loses="parts that the format leaves out")
def format_clock(x: Expr, *, format_: str) -> Expr:
    """Write seconds since midnight as a time of day; beyond a day it goes round the clock.

    Codes: %H %I %M %S %p, and without leading zeros %-H %-I %-M %-S.

    >>> try_step([{"parse_clock": "%H:%M:%S"}, {"bucket": 7200}, {"format_clock": "%-I%p"}], "18:25:57")
    '6PM'
    """
    _clock_codes(format_, _CLOCK_CODES, "format_clock")
    whole = x if x.type.kind == "integer" else _int(x)
    seconds = _mod(_plus(whole, _DAY * 1000), _DAY)
    hour = floor_div(seconds, 3600)
    parts = {
        "H": hour,
        "I": _plus(_mod(_plus(hour, 11), 12), 1),
        "M": _mod(floor_div(seconds, 60), 60),
        "S": _mod(seconds, 60),
    }
    pieces: list[Expr] = []
    for code, plain in re.findall(r"%(-?.)|([^%]+)", format_):
        if plain or code == "%":
            pieces.append(p.lit(plain or "%"))
        elif code == "p":
            pieces.append(
                p.when([(p.compare("<", hour, p.lit(12)), p.lit("AM")), (p.is_null(hour), p.lit(None))], p.lit("PM"))
            )
        else:
            text = _text(parts[code[-1]])
            pieces.append(text if code[0] == "-" else p.pad(text, 2, "0", "start"))
    return p.concat(*pieces)
