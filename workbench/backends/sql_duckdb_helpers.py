"""The shared macros of DuckDB's prelude."""
# ruff: noqa: E501 - a body stands as it is sent

from __future__ import annotations

from workbench.model import WHITESPACE

from .polars_text import simple_lower, simple_upper
from .sql_helper import ISO_CLOCK, ISO_DATE, ISO_OFFSET, SHARED, Helper

__all__ = ["HELPERS"]

_WS = "' ' || " + " || ".join(f"chr({ord(c)})" for c in WHITESPACE if c != " ")
_BLANKS = "[" + "".join(f"\\x{{{ord(c):X}}}" for c in WHITESPACE) + "]"
# Letters that lowering and raising does not bring back, and circled ones, which are no letters.
_UNEVEN = "\u24b6-\u24e9\u00df" + "".join(
    c for c in map(chr, range(0x80, 0x20000)) if simple_upper(simple_lower(c)) != simple_upper(c)
)
# The letters of most texts in Latin script, which it does bring back.
_EVEN = "a-zA-ZÀ-ÖØ-Þà-öø-\u012f\u0131-\u017f"
_WORD = r"[\p{L}\p{M}\p{N}]"


def _trimmer(function: str, ends: str, says: str) -> Helper:
    """Spaces are gone already. Trimming by a list of characters is dear: only where there is something to trim."""
    body = f"CASE WHEN regexp_matches(x, '{ends}') THEN {function}(x, wb_whitespace()) ELSE x END"
    return Helper("x text", "text", body, says)


HELPERS = {
    **SHARED,
    "whitespace": Helper("", "text", _WS, "Unicode's White_Space"),
    "trim": _trimmer("trim", f"^{_BLANKS}|{_BLANKS}$", "without blanks at the ends"),
    "trim_start": _trimmer("ltrim", f"^{_BLANKS}", "without blanks at the start"),
    "trim_end": _trimmer("rtrim", f"{_BLANKS}$", "without blanks at the end"),
    "blank": Helper(
        "x text",
        "text",
        f"CASE WHEN regexp_matches(x, '{_BLANKS.replace('[', '[^', 1)}') THEN x END",
        "null for blanks",
    ),
    "squeeze": Helper(
        "x text",
        "text",
        f"regexp_replace(x, '{_BLANKS}{{2,}}|{_BLANKS.replace(chr(92) + 'x{20}', '')}', ' ', 'g')",
        "runs of blanks are one space",
    ),
    "squeeze_spaces": Helper(
        "x text",
        "text",
        "CASE WHEN contains(x, '  ') THEN regexp_replace(x, ' {2,}', ' ', 'g') ELSE x END",
        "runs of spaces are one space",
    ),
    "upper": Helper(
        "x text", "text", "replace(upper(replace(x, 'ß', chr(57344))), chr(57344), 'ß')", "simple upper case: ß stays"
    ),
    "title": Helper(
        "x text",
        "text",
        # Plain words first, which most texts are; letters that map in more than one way take the longest road. No
        # array_to_string: it mentions its list twice, and what stands twice is computed for every row.
        f"CASE WHEN regexp_matches(x, '^[{_EVEN} ]*$') THEN list_aggregate(list_transform(string_split(lower(x), ' '), "
        "lambda w: upper(w[1]) || w[2:]), 'string_agg', ' ') "
        f"WHEN NOT regexp_matches(x, '[{_UNEVEN}]') THEN list_aggregate(list_transform(regexp_extract_all(lower(x), "
        f"'{_WORD}+|[^\\p{{L}}\\p{{M}}\\p{{N}}]+'), lambda w: upper(w[1]) || w[2:]), 'string_agg', '') "
        "WHEN x IS NOT NULL THEN list_aggregate(list_transform(regexp_extract_all(x, "
        f"'{_WORD}+|[^\\p{{L}}\\p{{M}}\\p{{N}}]+'), lambda w: CASE WHEN regexp_matches(w, '^{_WORD}') "
        "THEN wb_upper(substr(w, 1, 1)) || lower(substr(w, 2)) ELSE w END), 'string_agg', '') END",
        "each word's first letter raised, the others lowered",
    ),
    "quotient": Helper(
        "n huge, d huge",
        "huge",
        "CASE WHEN d <> 0 THEN (CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END) "
        "* ((2 * abs(n) + abs(d)) // (2 * abs(d))) END",
        "whole quotient, rounded half away from zero",
    ),
    "make_date": Helper(
        "y integer, m integer, d integer",
        "date",
        "TRY_CAST(printf('%04d-%02d-%02d', y, m, d) AS DATE)",
        "the date, null if it does not exist",
    ),
    "make_time": Helper(
        "day date, h integer, m integer, s integer, us integer",
        "local",
        "CAST(day AS TIMESTAMP) + to_microseconds(((h * 60 + m) * 60 + s) * 1000000::BIGINT + us)",
        "a day and the parts of a clock time",
    ),
    "shift_back": Helper("t local, minutes integer", "local", "t - to_minutes(minutes)", "a clock time to UTC"),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "timezone('UTC', (SELECT min(u) FROM (SELECT unnest([timezone(zone, t), timezone(zone, t) - INTERVAL 30 MINUTE, "
        "timezone(zone, t) - INTERVAL 1 HOUR, timezone(zone, t) - INTERVAL 2 HOUR]) AS u) "
        "WHERE timezone(zone, u) = t))",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
    "iso_date": Helper(
        "x text", "date", f"CASE WHEN regexp_matches(x, '{ISO_DATE}$') THEN TRY_CAST(x AS DATE) END", "an ISO 8601 date"
    ),
    "iso_local": Helper(
        "x text",
        "local",
        f"CASE WHEN regexp_matches(x, '{ISO_DATE}{ISO_CLOCK}$') THEN TRY_CAST(x AS TIMESTAMP) END",
        "an ISO 8601 clock time",
    ),
    "iso_instant": Helper(
        "x text",
        "local",
        f"CASE WHEN regexp_matches(x, '{ISO_DATE}{ISO_CLOCK}{ISO_OFFSET}$') THEN TRY_CAST(regexp_replace(x, '{ISO_OFFSET}$', '') "
        f"AS TIMESTAMP) - to_minutes(wb_offset_minutes(regexp_extract(x, '{ISO_OFFSET}$'))) END",
        "an ISO 8601 instant, as UTC",
    ),
    "float": Helper(
        "x text",
        "float",
        "CASE WHEN isfinite(TRY_CAST(x AS DOUBLE)) AND (TRY_CAST(x AS DOUBLE) <> 0 OR "
        "NOT regexp_matches(x, '^[^eE]*[1-9]')) THEN TRY_CAST(x AS DOUBLE) END",
        "a float, null when too large or too small",
    ),
    "float_to_decimal": Helper(
        "x float",
        "decimal",
        "CASE WHEN abs(x) < 1e18 THEN TRY_CAST(CAST(x AS TEXT) AS DECIMAL(38, 18)) END",
        "the shortest decimal that reads back as the float",
    ),
    "float_to_integer": Helper(
        "x float",
        "integer",
        "CASE WHEN abs(x) < 9007199254740992 THEN CAST(CASE WHEN x < 0 THEN ceil(x - 0.5) ELSE floor(x + 0.5) END AS BIGINT) END",
        "the nearest whole number, half away from zero",
    ),
}
