"""Dates and times in outputs as those of the inputs: read by one format a form, shifted, written anew."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from .atoms import Atom, Pool
from .chains import Chain, Step, runner
from .clock import clock
from .clocks import TIME_CODES, clock_text, date_formats, part_text, read_clock, read_time
from .shapes import coarse

__all__ = ["date_bases", "formats_for", "time_atoms"]

Base = tuple[int, Chain, float, list[datetime]]
Clocks = tuple[int, Chain, float, list[int]]
_CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M:%S%p", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p")
_WEEKDAY = re.compile("^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[.,]? +")
_TOKEN = re.compile(r"\d{1,2}(?::\d{2}){0,2}(?: ?[AaPp][Mm])?")
_FORMS = (
    "%-I:%M%p", "%-I:%M %p", "%-I%p", "%-I %p", "%-I:%M:%S%p", "%-I:%M:%S %p", "%H:%M", "%-H:%M", "%H:%M:%S",
    "%-H:%M:%S", "%I:%M%p", "%I:%M %p", "%I%p", "%-H", "%H",
)  # fmt: skip
NUMBERS = ("%Y", "%-m", "%-d")
_MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720)
_HAS_TIME = re.compile("%-?[HIMSp]")


def formats_for(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Lists of formats that read every text, one format for texts of one form; likelier lists first.

    Where day and month can be told apart by no text at all, both readings are given.
    """
    by_form: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts):
        by_form.setdefault(coarse(text), []).append(text)
    if len(by_form) > 40:
        return []
    sure: list[list[str]] = []
    for same in by_form.values():
        common: list[str] | None = None
        left = same
        while left:  # names of months may be short in one text and long in the next
            found = list(date_formats(left[0]))
            if not found:
                return []
            fits = {f: [t for t in left if read_time(t.strip(), f) is not None] for f in found}
            best = max(map(len, fits.values()))
            common = [f for f in found if len(fits[f]) == best]
            sure.append(common)
            left = [t for t in left if t not in fits[common[0]]]
    out = []
    for prefer in ("md", "dm"):
        chosen = []
        for options in sure:
            day_first = [f for f in options if ("%d" in f and f.index("%d") < _month_at(f)) == (prefer == "dm")]
            chosen.append((day_first or options)[0])
        listed = tuple(dict.fromkeys(chosen))
        if listed not in out:
            out.append(listed)
    return out


def _month_at(form: str) -> int:
    return min(form.index(c) for c in ("%m", "%b", "%B") if c in form)


def date_bases(pool: Pool, unlabelled: Sequence[Sequence[str | None]]) -> Iterator[Base]:
    """Pieces of the inputs that are dates, with the steps that read them."""
    seen = set()
    for (column, values), (chain, cost) in sorted(pool.texts.items(), key=lambda t: t[1][1])[:120]:
        if not all(6 <= len(v) <= 40 and any(c.isdigit() for c in v) for v in values):
            continue
        first = _ready([values[0].strip()])[1][0]
        if not date_formats(first):
            continue
        run = runner(chain)
        more = [str(v).strip() for row in unlabelled if row[column] is not None and (v := run(row[column]))]
        before, ready = _ready([*(v.strip() for v in values), *more])
        texts = ready[: len(values)]
        others = [m for m in ready[len(values) :] if date_formats(m)]
        for rank, formats in enumerate(formats_for([*texts, *others])):
            times = [next((t for f in formats if (t := read_time(v, f)) is not None), None) for v in texts]
            if any(t is None for t in times) or (column, tuple(times)) in seen:
                continue
            seen.add((column, tuple(times)))
            name = "parse_timestamp" if any(_HAS_TIME.search(f) for f in formats) else "parse_date"
            step: Step = {name: formats[0] if len(formats) == 1 else list(formats)}
            price = cost + 0.3 + 0.4 * rank + 0.2 * len(before)
            yield column, (*chain, *before, step), price, [t for t in times if t is not None]


def _ready(texts: Sequence[str]) -> tuple[Chain, list[str]]:
    """The steps after which a format can read all of the texts, if there are dates in them, and what they give.

    A leading day of the week goes; where months stand without their leading zero right before the day, it comes.
    """
    steps: list[Step] = []
    if any(_WEEKDAY.match(t) for t in texts):
        steps.append({"replace_pattern": {"pattern": _WEEKDAY.pattern, "new": ""}})
        texts = [_WEEKDAY.sub("", t) for t in texts]
    if any(len(t) == 7 and t.isdigit() for t in texts) and all(len(t) > 6 for t in texts):
        steps.append({"pad": {"width": 8}})
        texts = [t.rjust(8, "0") for t in texts]
    return tuple(steps), list(texts)


def time_atoms(pool: Pool, unlabelled: Sequence[Sequence[str | None]], more: Iterable[Clocks] = ()) -> None:
    """Add the parts of dates, and times of day as they are or in buckets.

    Args:
        pool: Where to.
        unlabelled: Other inputs, whose outputs are not known.
        more: Other times of day: the input, the steps that read them, the cost, the seconds since midnight.
    """
    tokens = list(_clock_tokens(pool.outputs))
    clocks: list[Clocks] = []
    for number, (column, chain, cost, times) in enumerate(date_bases(pool, unlabelled)):
        if number > 8 or clock() > pool.deadline:
            break
        timed = "parse_timestamp" in chain[-1]
        for code in NUMBERS:  # for what the numbers of a date are put into: decades, halves of a year
            known = (column, tuple(part_text(t, code) for t in times))
            pool.texts.setdefault(known, ((*chain, {"format_date": code}), cost + 0.4))
        for code in TIME_CODES:
            if timed or not _HAS_TIME.search(code):
                odd = {"%j": 0.3, "%-j": 0.3, "%V": 0.4, "%-V": 0.4, "%q": 0.4, "%G": 0.9, "%u": 0.9, "%y": 0.1}.get(
                    code, 0.0
                )
                values = tuple(part_text(t, code) for t in times)
                for case in ((), ("upper",), ("lower",)) if code[-1] in "aAbBp" else ((),):
                    shown = tuple(getattr(v, case[0])() for v in values) if case else values
                    if all(v in o for v, o in zip(shown, pool.outputs, strict=True)):
                        pool.add(
                            Atom(
                                column,
                                (*chain, {"format_date": code}, *case),
                                0.35 + 0.4 * cost + odd + 0.3 * len(case),
                                shown,
                            )
                        )
        if timed:
            seconds = [t.hour * 3600 + t.minute * 60 + t.second for t in times]
            clocks.append((column, (*chain, "clock"), cost + 0.2, seconds))
    clocks += [*_clock_bases(pool), *more]
    for column, chain, cost, seconds in clocks[:6]:
        _clock_atoms(pool, column, chain, cost, seconds, tokens)


def _clock_bases(pool: Pool) -> Iterator[Clocks]:
    seen = set()
    for (column, values), (chain, cost) in sorted(pool.texts.items(), key=lambda t: t[1][1])[:80]:
        for before, formats in (((), _CLOCKS), (({"pad": {"width": 4}},), ("%H%M",))):
            texts = [v.strip() for v in values]
            if before:
                if not all(v.isdigit() and 3 <= len(v) <= 4 for v in texts):
                    continue
                texts = [v.rjust(4, "0") for v in texts]
            for format_ in formats:
                seconds = [read_clock(t, format_) for t in texts]
                if all(s is not None for s in seconds) and (column, tuple(seconds)) not in seen:
                    seen.add((column, tuple(seconds)))
                    yield (
                        column,
                        (*chain, *before, {"parse_clock": format_}),
                        cost + 0.3 + 0.3 * len(before),
                        [s for s in seconds if s is not None],
                    )


def _clock_tokens(outputs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    tokens = [_TOKEN.findall(o) for o in outputs]
    least = min(map(len, tokens))
    yield from dict.fromkeys(tuple(t[k] for t in tokens) for k in [*range(least), *range(-least, 0)])


def _clock_atoms(
    pool: Pool, column: int, chain: Chain, cost: float, seconds: list[int], tokens: list[tuple[str, ...]]
) -> None:
    for code in ("%H", "%-H", "%I", "%-I", "%M", "%S", "%p"):
        values = tuple(clock_text(s, code) for s in seconds)
        for low in ((), ("lower",)) if code == "%p" else ((),):
            shown = tuple(v.lower() for v in values) if low else values
            if all(v in o for v, o in zip(shown, pool.outputs, strict=True)):
                pool.add(
                    Atom(column, (*chain, {"format_clock": code}, *low), 0.45 + 0.5 * cost + 0.3 * len(low), shown)
                )
    for target in tokens:
        for rank, form in enumerate(_FORMS):
            plain = form.replace("%-", "%")
            if "I" in plain and "%p" not in plain:
                continue
            ys = [read_clock(t, plain) for t in target]
            if any(y is None or clock_text(y, form) not in (t, t.upper()) for y, t in zip(ys, target, strict=True)):
                continue
            case: Chain = ("lower",) if any(t != t.upper() for t in target) else ()
            for steps, price in _shifts(seconds, [y for y in ys if y is not None], form):
                whole = not steps and chain[-1] == "clock"  # the time that was read can be written as it is
                full = (
                    (*chain[:-1], {"format_date": form}, *case)
                    if whole
                    else (*chain, *steps, {"format_clock": form}, *case)
                )
                pool.add(Atom(column, full, cost + price + 0.5 + 0.02 * rank + 0.3 * len(case), target))


def _shifts(xs: list[int], ys: list[int], form: str) -> Iterator[tuple[Chain, float]]:
    """Steps from seconds to seconds: none, or a bucket and a shift."""
    if all(clock_text(x, form) == clock_text(y, form) for x, y in zip(xs, ys, strict=True)):
        yield (), 0.0
    for rank, minutes in enumerate(_MINUTES):
        size = minutes * 60
        starts = (0, size // 2) if minutes not in (180, 240, 90) else (0, size // 2, size // 3, 2 * size // 3)
        for start in dict.fromkeys(starts):
            for mode, price in (("down", 0.0), ("nearest", 0.15), ("up", 0.2)):
                found = [_bucket(x, size, mode, start) for x in xs]
                by = (ys[0] - found[0]) % 86400
                if any((y - b) % 86400 != by for y, b in zip(ys, found, strict=True)):
                    continue
                by = by - 86400 if by > 43200 else by
                if abs(by) > size:
                    continue
                args: dict[str, str] = {"to": str(size)}
                if mode != "down":
                    args["mode"] = mode
                if start:
                    args["start"] = str(start)
                extra = 0.0 if by == 0 else 0.2 if by == size else 0.3 if by in (size - 1, size - 60) else 1.0
                more: Chain = ({"add": str(by)},) if by else ()
                yield ({"bucket": args}, *more), 0.9 + price + extra + (0.3 if start else 0.0) - 0.01 * rank


def _bucket(x: int, size: int, mode: str, start: int) -> int:
    moved = x - start
    if mode == "nearest":
        return (2 * moved + size) // (2 * size) * size + start
    return (moved // size if mode == "down" else -(-moved // size)) * size + start
