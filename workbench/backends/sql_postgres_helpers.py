"""The shared functions of PostgreSQL's prelude."""
# ruff: noqa: E501 - a body stands as it is sent

from __future__ import annotations

import sys
import unicodedata

from workbench.model import WHITESPACE

from .sql_helper import ISO_CLOCK, ISO_DATE, ISO_OFFSET, SHARED, Helper

__all__ = ["HELPERS"]

_WS = "U&'" + "".join(f"\\{ord(c):04X}" for c in WHITESPACE) + "'"
_SET = "".join(f"\\u{ord(c):04X}" for c in WHITESPACE)


def _words() -> str:
    """Letters, marks and digits as ranges of code points: its own classes know other characters."""
    ranges: list[tuple[int, int]] = []
    for i in range(sys.maxunicode + 1):
        if unicodedata.category(chr(i))[0] in "LMN":
            if ranges and ranges[-1][1] == i - 1:
                ranges[-1] = (ranges[-1][0], i)
            else:
                ranges.append((i, i))
    return "".join(_point(a) + (f"-{_point(b)}" if b > a else "") for a, b in ranges)


def _point(code: int) -> str:
    return chr(code) if chr(code).isascii() else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


_WORD = _words()

HELPERS = {
    **SHARED,
    "trim": Helper("x text", "text", f"btrim(x, {_WS})", "without blanks (Unicode's White_Space) at the ends"),
    "trim_start": Helper("x text", "text", f"ltrim(x, {_WS})", "without blanks at the start"),
    "trim_end": Helper("x text", "text", f"rtrim(x, {_WS})", "without blanks at the end"),
    "blank": Helper("x text", "text", f"CASE WHEN btrim(x, {_WS}) <> '' THEN x END", "null for blanks"),
    "squeeze": Helper("x text", "text", f"regexp_replace(x, '[{_SET}]+', ' ', 'g')", "runs of blanks are one space"),
    "upper": Helper("x text", "text", 'upper(x COLLATE "pg_c_utf8")', "simple upper case"),
    "lower": Helper("x text", "text", 'lower(x COLLATE "pg_c_utf8")', "simple lower case"),
    "title": Helper(
        "x text",
        "text",
        # Its own function ends words where Latin texts do; the letters of others are listed.
        "CASE WHEN x ~ '^[ -~\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u017F]*$' THEN initcap(x COLLATE \"pg_c_utf8\") "
        "ELSE (SELECT string_agg(wb_upper(left(m[1], 1)) || wb_lower(substr(m[1], 2)) || m[2], "
        f"'' ORDER BY at) FROM regexp_matches(x, '([{_WORD}]*)([^{_WORD}]*)', 'g') WITH ORDINALITY AS w(m, at)) END",
        "each word's first letter raised, the others lowered",
    ),
    "split_part": Helper(
        "x text, mark text, at integer",
        "text",
        "CASE WHEN x = '' THEN CASE WHEN at IN (0, -1) THEN '' END "
        "WHEN at >= 0 THEN (string_to_array(x, mark))[at + 1] "
        "ELSE (string_to_array(x, mark))[cardinality(string_to_array(x, mark)) + at + 1] END",
        "the part between marks, null where there is none",
    ),
    "decimal": Helper(
        "x text, digits integer",
        "numeric",
        "CASE WHEN length(ltrim(split_part(x, '.', 1), '+-0')) <= 38 - digits "
        "THEN CAST(split_part(x, '.', 1) || '.' || left(split_part(x, '.', 2), digits) || '0' AS NUMERIC) END",
        "a plain number, null when it does not fit 38 digits",
    ),
    "quotient": Helper(
        "n numeric, d numeric",
        "numeric",
        "CASE WHEN d <> 0 THEN (CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END) "
        "* div(2 * abs(n) + abs(d), 2 * abs(d)) END",
        "whole quotient, rounded half away from zero",
    ),
    "float_to_decimal": Helper(
        "x float",
        "numeric",
        "CASE WHEN abs(x) < 1e18 THEN round(CAST(CAST(x AS TEXT) AS NUMERIC), 18) END",
        "the shortest decimal that reads back as the float",
    ),
    "float_to_integer": Helper(
        "x float",
        "bigint",
        "CASE WHEN abs(x) < 9007199254740992 THEN CAST(CASE WHEN x < 0 THEN ceil(x - 0.5) ELSE floor(x + 0.5) END AS BIGINT) END",
        "the nearest whole number, half away from zero",
    ),
    "make_time": Helper(
        "day date, h integer, m integer, s integer, us integer",
        "local",
        "day + make_time(h, m, s + us * CAST(1e-6 AS DOUBLE PRECISION))",
        "a day and the parts of a clock time",
    ),
    "shift_back": Helper(
        "t local, minutes integer", "local", "t - make_interval(mins => minutes)", "a clock time to UTC"
    ),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "(SELECT min(timezone('UTC', u)) FROM unnest(ARRAY[timezone(zone, t), timezone(zone, t) - INTERVAL '30 minutes', "
        "timezone(zone, t) - INTERVAL '1 hour', timezone(zone, t) - INTERVAL '2 hours']) AS u WHERE timezone(zone, u) = t)",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
    "iso_date": Helper(
        "x text",
        "date",
        f"CASE WHEN x ~ '{ISO_DATE}$' THEN wb_make_date(CAST(substr(x, 1, 4) AS INT), CAST(substr(x, 6, 2) AS INT), "
        "CAST(substr(x, 9, 2) AS INT)) END",
        "an ISO 8601 date",
    ),
    "iso_local": Helper(
        "x text",
        "local",
        f"CASE WHEN x ~ '{ISO_DATE}{ISO_CLOCK}$' THEN wb_iso_date(left(x, 10)) + CAST(substr(x, 12) AS TIME) END",
        "an ISO 8601 clock time",
    ),
    "iso_instant": Helper(
        "x text",
        "local",
        f"CASE WHEN x ~ '{ISO_DATE}{ISO_CLOCK}{ISO_OFFSET}$' THEN wb_iso_local(regexp_replace(x, '{ISO_OFFSET}$', '')) "
        f"- make_interval(mins => wb_offset_minutes(substring(x FROM '{ISO_OFFSET}$'))) END",
        "an ISO 8601 instant, as UTC",
    ),
}
