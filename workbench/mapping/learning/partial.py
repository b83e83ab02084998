"""Dates that say less than a day, completed so that the steps can read them; and lengths of time as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from .atoms import Atom, Pool
from .chains import Chain, Step
from .clock import clock
from .clocks import part_text, partial_formats, read_clock, read_time
from .numbers import link_numbers, number_tokens, readings

__all__ = ["duration_atoms", "number_clocks", "partial_atoms"]

# What is put before and behind, the format of that, the codes that the text itself says.
_KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "month of a year": ("1 ", "", ("%Y", "%y", "%m", "%-m", "%B", "%b", "%q")),
    "day of a month": ("", " 2000", ("%d", "%-d", "%m", "%-m", "%B", "%b")),
    "month": ("1 ", " 2000", ("%m", "%-m", "%B", "%b", "%q")),
}
_UNITS = (60, 3600, 1)
_LENGTHS = ("%H:%M:%S", "%H:%M")


def partial_atoms(pool: Pool) -> None:
    """Add the parts of months and of days without a year: 'Mar 2024', '06/1994', '24 December', 'April', '4'."""
    seen = set()
    for (column, values), (chain, cost) in sorted(pool.texts.items(), key=lambda t: t[1][1])[:100]:
        if len(values[0]) > 20 or clock() > pool.deadline:
            continue
        for kind, formats in partial_formats(values[0].strip()):
            before, behind, codes = _KINDS[kind]
            whole = ("%d " if before else "") + formats[0] + (" %Y" if behind else "")
            listed = list(dict.fromkeys((whole, whole.replace("%b", "%B"), whole.replace("%B", "%b"))))
            texts = [before + v.strip() + behind for v in values]
            used = [f for f in listed if any(read_time(t, f) is not None for t in texts)]
            times = [next((t for f in used if (t := read_time(text, f)) is not None), None) for text in texts]
            key = (column, kind, tuple(times))
            if any(t is None for t in times) or key in seen:
                continue
            seen.add(key)
            steps: list[Step] = [{"prefix": {"text": before}}] if before else []
            steps += [{"suffix": {"text": behind}}] if behind else []
            steps.append({"parse_date": used[0] if len(used) == 1 else used})
            # A bare number is read as a month only to be written by its name.
            bare = kind == "month" and formats[0] == "%m"
            for code in codes:
                if bare and code[-1] not in "Bb":
                    continue
                shown = tuple(part_text(t, code) for t in times if t is not None)
                for case in ("", "upper", "lower") if code[-1] in "Bb" else ("",):
                    written = tuple(getattr(s, case)() for s in shown) if case else shown
                    if all(s in o for s, o in zip(written, pool.outputs, strict=True)):
                        full: Chain = (*chain, *steps, {"format_date": code}, *([case] if case else []))
                        pool.add(Atom(column, full, 0.6 + 0.4 * cost + (0.3 if case else 0.0), written))


def duration_atoms(pool: Pool) -> None:
    """Add lengths of time written as hours, minutes and seconds as numbers of one of these."""
    wanted = list(number_tokens(pool.outputs))[:6]
    if not wanted or any(":" in o for o in pool.outputs):
        return
    for column, chain, cost, seconds in _lengths(pool):
        numbers = [Decimal(s) for s in seconds]
        for target in wanted:
            link_numbers(pool, (column, chain), cost + 0.5, numbers, target)


def _lengths(pool: Pool) -> Iterator[tuple[int, Chain, float, list[int]]]:
    for (column, values), (chain, cost) in sorted(pool.texts.items(), key=lambda t: t[1][1])[:40]:
        if not all(re.fullmatch(r" *\d{1,2}(?::\d{2}){1,2} *", v) for v in values):
            continue
        for form in _LENGTHS:
            seconds = [read_clock(v.strip(), form) for v in values]
            if all(s is not None for s in seconds):
                yield column, (*chain, {"parse_clock": form}), cost + 0.3, [s for s in seconds if s is not None]


def number_clocks(pool: Pool) -> Iterator[tuple[int, Chain, float, list[int]]]:
    """Numbers of minutes, hours or seconds as times of day."""
    if not all(":" in o for o in pool.outputs):
        return
    for (column, values), (chain, cost) in sorted(pool.texts.items(), key=lambda t: t[1][1])[:20]:
        for step, xs, _ in readings(values):
            for rank, unit in enumerate(_UNITS):
                seconds = [x * unit for x in xs]
                if all(s == int(s) and 0 <= s < 86_400 for s in seconds):
                    by: Chain = ({"scale": {"by": str(unit), "digits": 0}},) if unit > 1 else ()
                    yield column, (*chain, step, *by), cost + 0.6 + 0.1 * rank, [int(s) for s in seconds]
