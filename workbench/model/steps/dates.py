"""Steps over dates, times and zones: formats are given, never guessed value by value."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.types import DATE, TIMESTAMP, DataType

from .catalogue import Outcome, StepFault, step
from .forms import Formats
from .values import _lost

_CODES = "YymdHIMSbBpfz%"
_SHOWN = datetime(2024, 12, 31, 14, 5, 9, tzinfo=UTC)
LOCAL = DataType("timestamp", local=True)


def check_format(format_: str, *, time: bool) -> None:
    """Refuse codes whose meaning engines do not share, and formats that do not name a day.

    Raises:
        StepFault: With the code.
    """
    codes = re.findall(r"%(.?)", format_)
    for code in codes:
        if code not in _CODES or not code:
            raise StepFault(f"the code '%{code}' in '{format_}' is not known", f"known: {' '.join(_CODES)}")
    named = set(codes)
    if not (named & {"Y", "y"} and named & {"m", "b", "B"} and "d" in named):
        raise StepFault(f"the format '{format_}' does not name year, month and day")
    if not time and named & set("HIMSpfz"):
        raise StepFault(f"the format '{format_}' has a time of day", "use parse_timestamp")


def _example(formats: tuple[str, ...]) -> str:
    return " or ".join(_SHOWN.strftime(f.replace("%z", "+0000")) for f in formats)


@step(
    rejects="a text that fits none of the formats, or a date that does not exist",
    inverse=lambda a: [{"format_date": a.formats[0]}],
    loses="how the date was written, where the formats leave a choice",
)
def parse_date(x: Expr, *, formats: Formats) -> Outcome:
    """Read a date by one or more formats, tried in order; the whole text must fit.

    >>> try_step({"parse_date": "%d/%m/%Y"}, "31/12/2024")
    datetime.date(2024, 12, 31)
    >>> try_step({"parse_date": ["%d/%m/%Y", "%Y-%m-%d"]}, "31/02/2024")
    Rejected('is not a date like 31/12/2024 or 2024-12-31')
    """
    return _parsed(x, formats, DATE)


def _parsed(x: Expr, formats: tuple[str, ...], to: DataType) -> Outcome:
    if not formats:
        raise StepFault("a date needs at least one format")
    for f in formats:
        check_format(f, time=to.kind == "timestamp")
    text = p.trim(x)
    value = p.coalesce(*(p.parse_time(text, f, to) for f in formats))
    kind = "date" if to.kind == "date" else "time"
    return Outcome(value, ((_lost(x, value), f"is not a {kind} like {_example(formats)}"),))


@step(
    rejects="a text that fits none of the formats, or a time that does not exist",
    inverse=lambda a: [*([{"timezone": a.zone}] if a.zone else []), {"format_date": a.formats[0]}],
    loses="the offset that was written",
)
def parse_timestamp(x: Expr, *, formats: Formats, zone: str | None = None) -> Outcome:
    """Read a point in time. With %z the instant is known; otherwise 'zone' says whose wall clock it is.

    >>> try_step({"parse_timestamp": "%Y-%m-%dT%H:%M:%S%z"}, "2024-07-01T12:00:00+02:00")
    datetime.datetime(2024, 7, 1, 10, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))
    >>> try_step({"parse_timestamp": {"formats": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"}}, "01.07.2024 12:00")
    datetime.datetime(2024, 7, 1, 10, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))
    >>> try_step({"parse_timestamp": "%Y-%m-%d %H:%M"}, "2024-12-31 24:30")
    Rejected('is not a time like 2024-12-31 14:05')
    """
    offsets = {"%z" in f for f in formats}
    if len(offsets) > 1:
        raise StepFault("parse_timestamp: either all formats have %z or none has")
    if offsets == {True}:
        if zone is not None:
            raise StepFault("parse_timestamp: the formats have %z, so a zone would contradict it")
        return _parsed(x, formats, TIMESTAMP)
    local = _parsed(x, formats, LOCAL)
    if zone is None:
        return local
    instant = p.shift_zone(local.value, check_zone(zone))
    return Outcome(instant, (*local.rejects, (_lost(local.value, instant), f"does not exist in {zone}")))


def check_zone(zone: str) -> str:
    """Return the zone's name if the IANA database has it.

    Raises:
        StepFault: It does not; the nearest names are said.
    """
    from zoneinfo import available_timezones

    names = available_timezones()
    if zone not in names:
        from workbench.errors import did_you_mean

        raise StepFault(f"there is no time zone '{zone}'", did_you_mean(zone, names))
    return zone


def _unformatted(format_: str) -> list[Any] | None:
    """The step that reads what a format wrote; None where it does not name a day that can be read."""
    plain = re.sub("%-([dmHIMS])", r"%\1", format_)
    try:
        check_format(plain, time=True)
    except StepFault:
        return None
    return [{"parse_timestamp" if re.search("%[HIMSpfz]", plain) else "parse_date": plain}]


@step(
    inverse=lambda a: _unformatted(a.format_),
    loses="parts that the format leaves out",
)
def format_date(x: Expr, *, format_: str) -> Expr:
    """Write a date or time.

    Beside the codes of parse_date: without leading zeros %-d %-m %-H %-I %-M %-S, weekday %A %a %u (Monday
    is 1), day of the year %j %-j, ISO week %V %-V and its year %G, quarter %q.

    >>> try_step([{"parse_date": "%Y-%m-%d"}, {"format_date": "%d.%m.%Y"}], "2024-12-31")
    '31.12.2024'
    >>> try_step([{"parse_date": "%Y-%m-%d"}, {"format_date": "%a %-d.%-m., week %V of %G, Q%q"}], "2024-12-30")
    'Mon 30.12., week 01 of 2025, Q4'
    """
    from .clock import EXTENDED, format_parts, write_time

    pieces = format_parts(format_)
    for code in re.findall(r"%(.?)", "".join(pieces[::2])):
        if code not in _CODES or not code:
            raise StepFault(
                f"the code '%{code}' in '{format_}' is not known", f"known: {' '.join((*_CODES, *EXTENDED))}"
            )
    if x.type.kind == "date" and re.search("%-?[HIMSpfz]", format_):
        raise StepFault(f"the format '{format_}' asks for a time of day that a date does not have")
    return write_time(x, format_)


@step(rejects="a wall-clock time that the zone skips", inverse=lambda a: [{"timezone": a.zone}])
def timezone(x: Expr, *, zone: str) -> Outcome:
    """Change an instant into the wall-clock time of a zone, or such a time into the instant.

    >>> try_step([{"parse_timestamp": "%Y-%m-%dT%H:%M%z"}, {"timezone": "Asia/Tokyo"}], "2024-01-01T00:00Z")
    datetime.datetime(2024, 1, 1, 9, 0)
    >>> try_step([{"parse_timestamp": "%d.%m.%Y %H:%M"}, {"timezone": "Europe/Berlin"}], "31.03.2024 02:30")
    Rejected('does not exist in Europe/Berlin')
    """
    value = p.shift_zone(x, check_zone(zone))
    return Outcome(value, ((_lost(x, value), f"does not exist in {zone}"),) if x.type.local else ())
