"""The shared functions of Snowflake's prelude."""
# ruff: noqa: E501 - a body stands as it is sent

from __future__ import annotations

from .sql_cloud_helpers import BLANKS, CLOUD, blank_helpers, iso_helpers, made_date
from .sql_helper import ISO_OFFSET, Helper

__all__ = ["HELPERS"]

_SET = f"CONCAT('[', {BLANKS}, ']+')"
_OFFSET = ISO_OFFSET.replace("(?:", "(") + "$"
_TURNED = "CONVERT_TIMEZONE('UTC', zone, {0}) = t THEN {0}"


def _candidate(minutes: int) -> str:
    return f"DATEADD(minute, -{minutes}, CONVERT_TIMEZONE(zone, 'UTC', t))"


HELPERS = {
    **CLOUD,
    **blank_helpers(_SET),
    "split_part": Helper(
        "x text, mark text, at integer",
        "text",
        "CASE WHEN x = '' THEN CASE WHEN at IN (0, -1) THEN '' END "
        "ELSE CAST(GET(SPLIT(x, mark), CASE WHEN at >= 0 THEN at ELSE ARRAY_SIZE(SPLIT(x, mark)) + at END) AS VARCHAR) END",
        "the part between marks, null where there is none",
    ),
    "make_date": made_date("DATE_FROM_PARTS"),
    "make_time": Helper(
        "day date, h integer, m integer, s integer, us integer",
        "local",
        "DATEADD(microsecond, us, DATEADD(second, (h * 60 + m) * 60 + s, CAST(day AS TIMESTAMP_NTZ)))",
        "a day and the parts of a clock time",
    ),
    "shift_back": Helper("t local, minutes integer", "local", "DATEADD(minute, -minutes, t)", "a clock time to UTC"),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "CASE " + " ".join(f"WHEN {_TURNED.format(_candidate(m))}" for m in (120, 60, 30, 0)) + " END",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
    **iso_helpers(
        "INTEGER",
        lambda form: f"REGEXP_INSTR(x, '{form.replace('(?:', '(')}') > 0",
        f"REGEXP_SUBSTR(x, '{_OFFSET}')",
        f"REGEXP_REPLACE(x, '{_OFFSET}', '')",
    ),
}
