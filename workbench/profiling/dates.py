"""Which date and time formats the texts of a column fit, decided once for the column.

'03/04/2024' fits '%d/%m/%Y' as well as '%m/%d/%Y': what decides is not the value but how many rows of the
column can only be the one, and how many can only be the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from .counted import Counted
from .facts import DateFormat, Status
from .number import EXACT_ZERO

__all__ = ["date_formats", "is_clock", "is_instant", "is_moment", "order_of"]

MOST = 20_000  # different values looked at
LEAST = 0.05  # share of the filled rows below which a few dates make no date column
MOSTLY = 99  # rows that prove a format for each that proves a rival: beyond that the rival is noise

_TIME = (
    r"(?:(?P<gap>T|, | {1,2})(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)"
    r"(?P<half> ?[AaPp][Mm])?(?P<zone> ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?$"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}"
PATTERNS = {
    "triple": r"^(?P<a>\d{1,4})(?P<s>[/.\- ])(?P<b>\d{1,2})(?P<t>[/.\- ])(?P<c>\d{1,4})" + _TIME,
    "named": rf"(?i)^(?P<a>\d{{1,2}}|{_MONTH})(?P<s>[ \-/.])(?P<b>\d{{1,2}}|{_MONTH})(?P<t>,? |[\-/.])"
    r"(?P<c>\d{4}|\d{2})" + _TIME,
    "compact": r"^(?P<a>(?:19|20)\d{2})(?P<b>\d{2})(?P<c>\d{2})(?:(?P<gap>[ T]?)(?P<time>\d{6}))?$",
    "digits": r"^(?P<time>(?:[01]\d|2[0-3])[0-5]\d[0-5]\d)$",
    "clock": r"^(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(?P<half> ?[AaPp][Mm])?$",
}
_TIME_SHAPE = r"(?:(?:A|, | {1,2})9:9(?::9(?:[.,]9)?)?(?: ?(?:A|a|Aa|aA))?(?: ?(?:A|[+\-]9(?::9)?))?)?"
SHAPES = {
    "triple": re.compile(r"9(?P<s>[/.\- ])9(?P=s)9" + _TIME_SHAPE),
    "named": re.compile(r"(?:9[ \-/.](?:Aa|A|a)|(?:Aa|A|a)[ \-/.]9)(?:,? |[\-/.])9" + _TIME_SHAPE),
    "compact": re.compile(r"9(?:[ A]9)?"),
    "digits": re.compile("9"),
    "clock": re.compile(r"9:9(?::9(?:[.,]9)?)?(?: ?(?:A|a|Aa|aA))?"),
}
Order = tuple[str, str, str]
Dates = dict[Order, pl.Series]
ORDERS: dict[
    str, tuple[Order, ...]
] = {  # by where the year is; those after the first two count only when some row proves them
    "first": (("%Y", "%m", "%d"), ("%Y", "%d", "%m")),
    "last": (("%d", "%m", "%Y"), ("%m", "%d", "%Y")),
    "short": (("%d", "%m", "%y"), ("%m", "%d", "%y"), ("%y", "%m", "%d")),
}
NEED_PROOF = (("%Y", "%d", "%m"), ("%y", "%m", "%d"))


def date_formats(counted: Counted, shapes: pl.Series, kinds: list[str], habit: str = "") -> tuple[DateFormat, ...]:
    """The formats that a fair share of the texts fit, best first.

    Args:
        counted: The texts.
        shapes: Their shapes at the level 'runs'.
        kinds: The different shapes, or the most frequent ones.
        habit: The order that other columns prove ('dm' or 'md'): assumed where nothing here tells.
    """
    found: list[DateFormat] = []
    for family, mask in _families(shapes, kinds):
        part = counted.only(mask)
        texts = part.values.str.strip_chars()
        parts = texts.str.extract_groups(PATTERNS[family]).struct.unnest()
        frame = parts.with_columns(part.counts.alias("n"))
        if family == "triple":
            found += _triples(frame, counted, habit)
        else:
            found += _plain(frame, family, counted)
    share = sum(f.matched.value for f in found if f.status != "rival") / max(1, counted.number(counted.filled).value)
    if share < LEAST:
        return ()
    least = max(1, 0.002 * counted.number(counted.filled).value)
    found = [f for f in found if f.matched.value >= least]
    return tuple(sorted(found, key=lambda f: (f.status == "rival", -f.matched.value, f.format)))


def is_clock(format_: str) -> bool:
    """Whether a format is a time of day without a date."""
    return "%M" in format_ and "%d" not in format_


def is_moment(format_: str) -> bool:
    """Whether a format has a date and a time."""
    return "%M" in format_ and "%d" in format_


def is_instant(format_: str) -> bool:
    """Whether a format says its zone."""
    return "%z" in format_ or "UTC" in format_


def _families(shapes: pl.Series, kinds: list[str]) -> Iterable[tuple[str, pl.Series]]:
    for family, pattern in SHAPES.items():
        fitting = [shape for shape in kinds if pattern.fullmatch(shape.strip())]
        if fitting:
            yield family, shapes.is_in(fitting)


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False)


def _time_format() -> tuple[pl.Expr, pl.Expr]:
    """The format of the time beside a date, and whether the time exists."""
    time, half, zone = pl.col("time"), pl.col("half"), pl.col("zone")
    hour = time.str.extract(r"^(\d{1,2})").cast(pl.Int64)
    minute = time.str.extract(r"^\d{1,2}:?(\d{2})").cast(pl.Int64)
    second = time.str.extract(r"^\d{1,2}:?\d{2}:?(\d{2})").cast(pl.Int64).fill_null(0)
    mark = time.str.extract(r"([.,])\d+$").fill_null("")
    written = pl.concat_str(
        pl.col("gap").fill_null(""),
        pl.when(half.is_null()).then(pl.lit("%H:%M")).otherwise(pl.lit("%I:%M")),
        pl.when(time.str.count_matches(":") > 1).then(pl.lit(":%S")).otherwise(pl.lit("")),
        pl.when(mark != "").then(mark + "%f").otherwise(pl.lit("")),
        pl.when(half.is_null()).then(pl.lit("")).otherwise(half.str.replace(r"[AaPp][Mm]", "%p")),
        pl.when(zone.is_null()).then(pl.lit("")).otherwise(zone.str.replace(r"Z|[+-]\d{2}:?\d{2}", "%z")),
    )
    fits = pl.when(half.is_null()).then(hour <= 23).otherwise(hour.is_between(1, 12))
    exists = time.is_null() | (fits & (minute <= 59) & (second <= 60))
    return pl.when(time.is_null()).then(pl.lit("")).otherwise(written), exists


def _exists(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether a date is in the calendar."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    short = month.is_in([4, 6, 9, 11])
    last = pl.when(month == 2).then(28 + leap.cast(pl.Int64)).otherwise(31 - short.cast(pl.Int64))
    return (month.is_between(1, 12) & (day >= 1) & (day <= last) & (year >= 1)).fill_null(False)


def order_of(format_: str) -> str:
    """'dm' where the day comes before the month in figures, 'md' where after; '' where it is told otherwise.

    >>> order_of("%d/%m/%Y"), order_of("%m-%d-%y"), order_of("%Y-%m-%d")
    ('dm', 'md', '')
    """
    if format_.startswith("%Y") or "%m" not in format_ or "%d" not in format_:
        return ""
    return "dm" if format_.index("%d") < format_.index("%m") else "md"


def _triples(frame: pl.DataFrame, counted: Counted, habit: str) -> list[DateFormat]:
    suffix, time_exists = _time_format()
    a, c = pl.col("a").str.len_chars(), pl.col("c").str.len_chars()
    year = (
        pl.when((a == 4) & (c <= 2)).then(pl.lit("first"))
        .when((a <= 2) & (c == 4)).then(pl.lit("last"))
        .when((a <= 2) & (c == 2)).then(pl.lit("short"))
    )  # fmt: skip
    frame = frame.with_columns(suffix=suffix, year=year).filter(
        time_exists & (pl.col("s") == pl.col("t")) & pl.col("year").is_not_null()
    )
    found: list[DateFormat] = []
    for (layout, sep, tail), part in frame.group_by(["year", "s", "suffix"]):
        orders = tuple(sorted(ORDERS[str(layout)], key=lambda order: order_of("".join(order)) != habit))
        dates = {order: _read(part, order) for order in orders}
        proven = {o: _only(dates, o) for o in orders}
        least = 0.05 * int(part.get_column("n").sum())
        orders = tuple(o for o in orders if o not in NEED_PROOF or _rows(part, proven[o]) > least)
        dates = {o: dates[o] for o in orders}
        found += _weigh(part, dates, str(sep), str(tail), counted)
    return found


def _read(part: pl.DataFrame, order: Order) -> pl.Series:
    """The texts read in an order of day, month and year, as the number yyyymmdd; null where no date."""
    by = dict(zip(order, ("a", "b", "c"), strict=True))
    year = _number(by.get("%Y", by.get("%y", "")))
    short = "%y" in by
    if short:
        year = pl.when(year >= 70).then(1900 + year).otherwise(2000 + year)
    month, day = _number(by["%m"]), _number(by["%d"])
    there = _exists(year, month, day)
    if short:
        there = there & (pl.col(by["%y"]).str.len_chars() == 2)
    return part.select(read=pl.when(there).then(year * 10_000 + month * 100 + day)).get_column("read")


def _only(dates: Dates, order: Order) -> pl.Series:
    mask = dates[order].is_not_null()
    for other, read in dates.items():
        if other != order:
            mask = mask & read.is_null()
    return mask


def _rows(part: pl.DataFrame, mask: pl.Series) -> int:
    return int(part.get_column("n").filter(mask).sum())


def _weigh(part: pl.DataFrame, dates: Dates, sep: str, tail: str, counted: Counted) -> list[DateFormat]:
    texts = {order: sep.join(order) + tail for order in dates}
    proofs = {order: _rows(part, _only(dates, order)) for order in dates}
    found: list[DateFormat] = []
    for place, (order, read) in enumerate(dates.items()):
        rows = _rows(part, read.is_not_null())
        if not rows:
            continue
        doubtful = pl.Series([False] * part.height) if len(dates) == 1 else None
        for other, others in dates.items():
            if other != order:
                differs = (read.is_not_null() & others.is_not_null() & (read != others)).fill_null(False)
                doubtful = differs if doubtful is None else doubtful | differs
        assert doubtful is not None
        against = max((n for o, n in proofs.items() if o != order), default=0)
        found.append(
            DateFormat(
                format=texts[order],
                matched=counted.number(rows),
                proven=counted.number(proofs[order]),
                ambiguous=counted.number(_rows(part, doubtful)),
                rivals=tuple(t for o, t in texts.items() if o != order and dates[o].is_not_null().any()),
                status=_status(proofs[order], against, place == 0),
            )
        )
    return found


def _status(proofs: int, against: int, first: bool) -> Status:
    if proofs and against and proofs < MOSTLY * against and against < MOSTLY * proofs:
        return "conflicting"
    if proofs > against:
        return "proven"
    return "assumed" if first and not against else "rival"


def _plain(frame: pl.DataFrame, family: str, counted: Counted) -> list[DateFormat]:
    """Formats that have no rival: month names, compact digits, times of day."""
    if family == "digits":
        hits = int(frame.get_column("n").filter(frame.get_column("time").is_not_null()).sum())
        if frame.height < 20 or hits < 0.99 * counted.filled:
            return []  # six digits are a time by chance once in twelve
        return [DateFormat("%H%M%S", counted.number(hits), counted.number(hits))]
    if family == "clock":
        frame = frame.with_columns(pl.lit(None, pl.String).alias(n) for n in ("gap", "zone"))
        suffix, exists = _time_format()
        frame = frame.select("n", format=suffix, ok=exists & pl.col("time").is_not_null())
    elif family == "compact":
        frame = frame.with_columns(pl.lit(None, pl.String).alias(n) for n in ("half", "zone"))
        _, time_exists = _time_format()
        there = _exists(_number("a"), _number("b"), _number("c")) & time_exists
        tail = pl.when(pl.col("time").is_null()).then(pl.lit("")).otherwise(pl.col("gap") + "%H%M%S")
        frame = frame.select("n", format="%Y%m%d" + tail, ok=there)
        if frame.filter("ok")["n"].sum() < 0.9 * counted.filled:
            return []  # eight digits are a date by chance once in a thousand
    else:
        frame = _named(frame)
    rows: Sequence[tuple[str, int]] = frame.filter("ok").group_by("format").agg(pl.col("n").sum()).rows()
    made = [DateFormat(f, counted.number(n), counted.number(n), EXACT_ZERO) for f, n in rows]
    return [replace(f, proven=f.matched) for f in made]


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    suffix, time_exists = _time_format()
    first = pl.col("a").str.contains(r"^\d")
    name = pl.when(first).then(pl.col("b")).otherwise(pl.col("a"))
    day = pl.when(first).then(_number("a")).otherwise(_number("b"))
    month = pl.lit(0, pl.Int64)
    for number, stem in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    ):
        month = pl.when(name.str.to_lowercase().str.starts_with(stem)).then(number).otherwise(month)
    long = name.str.len_chars() > 4  # 'May' and 'Sept' go with the longer names where there are any
    short = pl.when(month == 5).then(~long.any()).otherwise(~long)
    code = pl.when(short).then(pl.lit("%b")).otherwise(pl.lit("%B"))
    written = pl.concat_str(
        pl.when(first).then(pl.lit("%d")).otherwise(code), "s",
        pl.when(first).then(code).otherwise(pl.lit("%d")), "t",
        pl.when(pl.col("c").str.len_chars() == 4).then(pl.lit("%Y")).otherwise(pl.lit("%y")),
        suffix,
    )  # fmt: skip
    there = _exists(pl.lit(2000, pl.Int64), month, day) & time_exists
    return frame.select("n", format=written, ok=there.fill_null(False))
