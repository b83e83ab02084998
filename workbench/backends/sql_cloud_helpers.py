"""Bodies of helpers that Snowflake and BigQuery write alike."""

from __future__ import annotations

from collections.abc import Callable

from workbench.model import WHITESPACE

from .sql_helper import ISO_CLOCK, ISO_DATE, ISO_OFFSET, LAST_DAY, SHARED, Helper
from .sql_words import LOWERED, RAISED, translated

__all__ = ["BLANKS", "CLOUD", "blank_helpers", "iso_helpers", "made_date"]

BLANKS = "'" + "".join(f"\\u{ord(c):04X}" for c in WHITESPACE) + "'"
CLOUD = {
    **SHARED,
    "upper": Helper("x text", "text", translated("x", RAISED), "simple upper case, letter by letter"),
    "lower": Helper("x text", "text", translated("x", LOWERED), "simple lower case, letter by letter"),
    "group_digits": Helper(
        "x text, mark text",
        "text",
        "REPLACE(REGEXP_REPLACE(REVERSE(REGEXP_REPLACE(REVERSE(x), '([0-9]{3})', CONCAT('\\\\1', CHR(31)))), "
        "CONCAT('^(-?)', CHR(31)), '\\\\1'), CHR(31), mark)",
        "a mark between groups of three digits",
    ),
}


def iso_helpers(integer: str, finds: Callable[[str], str], offset: str, bare: str) -> dict[str, Helper]:
    """ISO 8601 in text, told by a pattern and read by its places.

    Args:
        integer: The type of a whole number.
        finds: A condition that a pattern is found in x.
        offset: An expression for the offset at the end of x.
        bare: An expression for x without it.
    """

    def part(start: int, count: int) -> str:
        return f"CAST(SUBSTR(x, {start}, {count}) AS {integer})"

    micro = f"CAST(RPAD(SUBSTR(x, 21), 6, '0') AS {integer})"
    day = f"wb_make_date({part(1, 4)}, {part(6, 2)}, {part(9, 2)})"
    clock = f"wb_make_time({day}, {part(12, 2)}, {part(15, 2)}, {part(18, 2)}, {micro})"
    instant = f"wb_shift_back(wb_iso_local({bare}), wb_offset_minutes({offset}))"

    def when(form: str, value: str, says: str) -> Helper:
        kind = "date" if value == day else "local"
        return Helper("x text", kind, f"CASE WHEN {finds(form + '$')} THEN {value} END", says)

    return {
        "iso_date": when(ISO_DATE, day, "an ISO 8601 date"),
        "iso_local": when(ISO_DATE + ISO_CLOCK, clock, "an ISO 8601 clock time"),
        "iso_instant": when(ISO_DATE + ISO_CLOCK + ISO_OFFSET, instant, "an ISO 8601 instant, as UTC"),
    }


def made_date(function: str) -> Helper:
    """A date from its parts, null if it does not exist."""
    body = f"CASE WHEN d <= 28 OR d <= {LAST_DAY} THEN {function}(y, m, d) END"
    return Helper("y integer, m integer, d integer", "date", body, "the date, null if it does not exist")


def blank_helpers(run: str) -> dict[str, Helper]:
    """What takes blanks (Unicode's White_Space) away.

    Args:
        run: The dialect's pattern, as SQL, of one blank or more.
    """
    return {
        "trim": Helper("x text", "text", f"TRIM(x, {BLANKS})", "without blanks (Unicode's White_Space) at the ends"),
        "trim_start": Helper("x text", "text", f"LTRIM(x, {BLANKS})", "without blanks at the start"),
        "trim_end": Helper("x text", "text", f"RTRIM(x, {BLANKS})", "without blanks at the end"),
        "blank": Helper("x text", "text", f"CASE WHEN TRIM(x, {BLANKS}) <> '' THEN x END", "null for blanks"),
        "squeeze": Helper("x text", "text", f"REGEXP_REPLACE(x, {run}, ' ')", "runs of blanks are one space"),
    }
