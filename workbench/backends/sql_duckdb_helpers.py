"""The shared macros of DuckDB's prelude."""

from __future__ import annotations

from workbench.model import WHITESPACE

from .polars_text import simple_lower, simple_upper
from .sql_emit import Helper

__all__ = ["HELPERS"]

_WS = "' ' || " + " || ".join(f"chr({ord(c)})" for c in WHITESPACE if c != " ")
_BLANKS = "[" + "".join(f"\\x{{{ord(c):X}}}" for c in WHITESPACE) + "]"
# Letters that lowering and raising does not bring back, and circled ones, which are no letters.
_UNEVEN = "\u24b6-\u24e9\u00df" + "".join(
    c for c in map(chr, range(0x80, 0x20000)) if simple_upper(simple_lower(c)) != simple_upper(c)
)
_WORD = r"[\p{L}\p{M}\p{N}]"


def _trimmer(function: str, ends: str, says: str) -> Helper:
    """Trimming by a list of characters is dear: only where spaces alone leave something to trim."""
    body = (
        f"CASE WHEN regexp_matches({function}(x), '{ends}') THEN {function}(x, wb_whitespace()) ELSE {function}(x) END"
    )
    return Helper("x text", "text", body, says)


HELPERS = {
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
    "upper": Helper(
        "x text", "text", "replace(upper(replace(x, 'ß', chr(57344))), chr(57344), 'ß')", "simple upper case: ß stays"
    ),
    "title": Helper(
        "x text",
        "text",
        # Plain words first, which most texts are; letters that map in more than one way take the longest road.
        "CASE WHEN regexp_matches(x, '^[a-zA-Z ]*$') THEN array_to_string(list_transform(string_split(lower(x), ' '), "
        "lambda w: upper(w[1]) || w[2:]), ' ') "
        f"WHEN NOT regexp_matches(x, '[{_UNEVEN}]') THEN array_to_string(list_transform(regexp_extract_all(lower(x), "
        f"'{_WORD}+|[^\\p{{L}}\\p{{M}}\\p{{N}}]+'), lambda w: upper(w[1]) || w[2:]), '') "
        "WHEN x IS NOT NULL THEN array_to_string(list_transform(regexp_extract_all(x, "
        f"'{_WORD}+|[^\\p{{L}}\\p{{M}}\\p{{N}}]+'), lambda w: CASE WHEN regexp_matches(w, '^{_WORD}') "
        "THEN wb_upper(substr(w, 1, 1)) || lower(substr(w, 2)) ELSE w END), '') END",
        "each word's first letter raised, the others lowered",
    ),
    "pad_start": Helper(
        "x text, width integer, fill text", "text", "repeat(fill, greatest(width - length(x), 0)) || x", "fill in front"
    ),
    "pad_end": Helper(
        "x text, width integer, fill text", "text", "x || repeat(fill, greatest(width - length(x), 0))", "fill behind"
    ),
    "sign_first": Helper(
        "x text",
        "text",
        "CASE WHEN x LIKE '%-' THEN '-' || x[:-2] WHEN x LIKE '%+' THEN x[:-2] ELSE x END",
        "a sign behind a number is put in front",
    ),
    "group_digits": Helper(
        "x text, mark text",
        "text",
        "replace(regexp_replace(reverse(regexp_replace(reverse(x), '([0-9]{3})', '\\1' || chr(31), 'g')), "
        "'^(-?)' || chr(31), '\\1'), chr(31), mark)",
        "a mark between groups of three digits",
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
    "offset_minutes": Helper(
        "z text",
        "integer",
        "CASE WHEN z = 'Z' THEN 0 ELSE (CASE z[1] WHEN '-' THEN -1 ELSE 1 END) * "
        "(CAST(z[2:3] AS INTEGER) * 60 + CAST(right(z, 2) AS INTEGER)) END",
        "minutes east of Greenwich",
    ),
    "shift_back": Helper("t local, minutes integer", "local", "t - to_minutes(minutes)", "a clock time to UTC"),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "(SELECT min(u) FROM (SELECT unnest([timezone(zone, t), timezone(zone, t) - INTERVAL 30 MINUTE, "
        "timezone(zone, t) - INTERVAL 1 HOUR, timezone(zone, t) - INTERVAL 2 HOUR]) AS u) "
        "WHERE timezone(zone, u) = t)",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
}
_DATE = "^(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{2}-[0-9]{2}"
_TIME = "[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
_OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
HELPERS["iso_date"] = Helper(
    "x text", "date", f"CASE WHEN regexp_matches(x, '{_DATE}$') THEN TRY_CAST(x AS DATE) END", "an ISO 8601 date"
)
HELPERS["iso_local"] = Helper(
    "x text",
    "local",
    f"CASE WHEN regexp_matches(x, '{_DATE}{_TIME}$') THEN TRY_CAST(x AS TIMESTAMP) END",
    "an ISO 8601 clock time",
)
HELPERS["iso_instant"] = Helper(
    "x text",
    "local",
    f"CASE WHEN regexp_matches(x, '{_DATE}{_TIME}{_OFFSET}$') THEN TRY_CAST(regexp_replace(x, '{_OFFSET}$', '') "
    f"AS TIMESTAMP) - to_minutes(wb_offset_minutes(regexp_extract(x, '{_OFFSET}$'))) END",
    "an ISO 8601 instant, as UTC",
)
HELPERS["float"] = Helper(
    "x text",
    "float",
    "CASE WHEN isfinite(TRY_CAST(x AS DOUBLE)) AND (TRY_CAST(x AS DOUBLE) <> 0 OR "
    "NOT regexp_matches(x, '^[^eE]*[1-9]')) THEN TRY_CAST(x AS DOUBLE) END",
    "a float, null when too large or too small",
)
