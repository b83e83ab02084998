"""The shared functions of Spark's prelude."""
# ruff: noqa: E501 - a body stands as it is sent

from __future__ import annotations

from workbench.model import WHITESPACE

from .polars_text import simple_upper
from .sql_helper import ISO_CLOCK, ISO_DATE, ISO_OFFSET, SHARED, Helper

__all__ = ["HELPERS"]

_WS = "'" + "".join(f"\\u{ord(c):04X}" for c in WHITESPACE) + "'"
_SET = "[" + "".join(f"\\\\x{{{ord(c):X}}}" for c in WHITESPACE) + "]"
_END = "\\\\z"

# Its upper() maps fully, 'ß' to 'SS'. Those letters wait in the private use area until it is done.
_LONGER = [chr(i) for i in range(0x80, 0x20000) if len(chr(i).upper()) > 1]
_PARKED = "".join(chr(0x10F000 + i) for i in range(len(_LONGER)))
_SIMPLE = "".join(simple_upper(c) for c in _LONGER)


def _upper(x: str) -> str:
    return f"translate(upper(translate({x}, '{''.join(_LONGER)}', '{_PARKED}')), '{_PARKED}', '{_SIMPLE}')"


def _lower(x: str) -> str:
    return f"lower(translate({x}, 'İΣ', 'iσ'))"


_WORD = "[\\\\p{L}\\\\p{M}\\\\p{N}]"

HELPERS = {
    **SHARED,
    "trim": Helper("x text", "text", f"trim(BOTH {_WS} FROM x)", "without blanks (Unicode's White_Space) at the ends"),
    "trim_start": Helper("x text", "text", f"trim(LEADING {_WS} FROM x)", "without blanks at the start"),
    "trim_end": Helper("x text", "text", f"trim(TRAILING {_WS} FROM x)", "without blanks at the end"),
    "trim_of": Helper("x text, c text", "text", "trim(BOTH c FROM x)", "without some characters at the ends"),
    "trim_start_of": Helper("x text, c text", "text", "trim(LEADING c FROM x)", "without some characters at the start"),
    "trim_end_of": Helper("x text, c text", "text", "trim(TRAILING c FROM x)", "without some characters at the end"),
    "blank": Helper("x text", "text", f"CASE WHEN trim(BOTH {_WS} FROM x) <> '' THEN x END", "null for blanks"),
    "squeeze": Helper("x text", "text", f"regexp_replace(x, '{_SET}+', ' ')", "runs of blanks are one space"),
    "upper": Helper("x text", "text", _upper("x"), "simple upper case: ß stays"),
    "lower": Helper("x text", "text", _lower("x"), "simple lower case"),
    "title": Helper(
        "x text",
        "text",
        f"CASE WHEN x IS NOT NULL THEN array_join(transform(regexp_extract_all(x, '{_WORD}+|[^\\\\p{{L}}\\\\p{{M}}\\\\p{{N}}]+', 0), "
        f"w -> CASE WHEN regexp_like(w, '^{_WORD}') THEN {_upper('substr(w, 1, 1)')} || {_lower('substr(w, 2)')} ELSE w END), '') END",
        "each word's first letter raised, the others lowered",
    ),
    "group_digits": Helper(
        "x text, mark text",
        "text",
        "replace(regexp_replace(reverse(regexp_replace(reverse(x), '([0-9]{3})', '$1\\u001F')), "
        "'^(-?)\\u001F', '$1'), '\\u001F', mark)",
        "a mark between groups of three digits",
    ),
    "float": Helper(
        "x text",
        "float",
        "CASE WHEN abs(TRY_CAST(x AS DOUBLE)) <= 1.7976931348623157E308D AND (TRY_CAST(x AS DOUBLE) <> 0 OR "
        "NOT regexp_like(x, '^[^eE]*[1-9]')) THEN TRY_CAST(x AS DOUBLE) END",
        "a float, null when too large or too small",
    ),
    "float_to_integer": Helper(
        "x float",
        "integer64",
        "CASE WHEN abs(x) < 9007199254740992D THEN CAST(CASE WHEN x < 0 THEN ceil(x - 0.5D) ELSE floor(x + 0.5D) END AS BIGINT) END",
        "the nearest whole number, half away from zero",
    ),
    "make_time": Helper(
        "day date, h integer, m integer, s integer, us integer",
        "local",
        "CAST(day AS TIMESTAMP_NTZ) + make_dt_interval(0, h, m, CAST(s AS DECIMAL(18, 6)) + us * CAST(0.000001 AS DECIMAL(7, 6)))",
        "a day and the parts of a clock time",
    ),
    "shift_back": Helper(
        "t local, minutes integer", "local", "t - make_dt_interval(0, 0, minutes, 0)", "a clock time to UTC"
    ),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "array_min(filter(transform(array(0, 30, 60, 120), m -> convert_timezone(zone, 'UTC', t) - make_dt_interval(0, 0, m, 0)), "
        "u -> convert_timezone('UTC', zone, u) = t))",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
    "iso_date": Helper(
        "x text",
        "date",
        f"CASE WHEN regexp_like(x, '{ISO_DATE}{_END}') THEN TRY_CAST(x AS DATE) END",
        "an ISO 8601 date",
    ),
    "iso_local": Helper(
        "x text",
        "local",
        f"CASE WHEN regexp_like(x, '{ISO_DATE}{ISO_CLOCK}{_END}') THEN TRY_CAST(x AS TIMESTAMP_NTZ) END",
        "an ISO 8601 clock time",
    ),
    "iso_instant": Helper(
        "x text",
        "local",
        f"CASE WHEN regexp_like(x, '{ISO_DATE}{ISO_CLOCK}{ISO_OFFSET}{_END}') THEN TRY_CAST(regexp_replace(x, '{ISO_OFFSET}{_END}', '') "
        f"AS TIMESTAMP_NTZ) - make_dt_interval(0, 0, wb_offset_minutes(regexp_extract(x, '{ISO_OFFSET}{_END}', 0)), 0) END",
        "an ISO 8601 instant, as UTC",
    ),
    "plain": Helper(
        "x text", "text", "trim(TRAILING '.' FROM trim(TRAILING '0' FROM x))", "a decimal without trailing zeros"
    ),
    "float_to_decimal": Helper(
        "x float",
        "exact",
        "CASE WHEN abs(x) < CAST('1e18' AS DOUBLE) THEN TRY_CAST(CAST(x AS STRING) AS DECIMAL(38, 18)) END",
        "the shortest decimal that reads back as the float",
    ),
}
