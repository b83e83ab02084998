"""The shared functions of BigQuery's prelude."""
# ruff: noqa: E501 - a body stands as it is sent

from __future__ import annotations

from workbench.model import WHITESPACE

from .sql_cloud_helpers import CLOUD, blank_helpers, iso_helpers, made_date
from .sql_helper import ISO_OFFSET, Helper

__all__ = ["HELPERS"]

_SET = "r'[" + "".join(f"\\x{{{ord(c):X}}}" for c in WHITESPACE) + "]+'"
_LIMIT = "CAST(CONCAT('1', REPEAT('0', 38 - scale)) AS BIGNUMERIC)"
_WORD = r"[\p{L}\p{M}\p{N}]"
_BACK = "DATETIME(TIMESTAMP_SUB(TIMESTAMP(t, zone), INTERVAL {0} MINUTE), 'UTC')"
_TURNED = "DATETIME(TIMESTAMP_SUB(TIMESTAMP(t, zone), INTERVAL {0} MINUTE), zone) = t THEN " + _BACK

HELPERS = {
    **CLOUD,
    **blank_helpers(_SET),
    "title": Helper(
        "x text",
        "text",
        "CASE WHEN x = '' THEN '' ELSE (SELECT STRING_AGG(CASE "
        f"WHEN REGEXP_CONTAINS(w, r'^{_WORD}') THEN CONCAT(wb_upper(SUBSTR(w, 1, 1)), wb_lower(SUBSTR(w, 2))) ELSE w END, '' ORDER BY place) "
        rf"FROM UNNEST(REGEXP_EXTRACT_ALL(x, r'{_WORD}+|[^\p{{L}}\p{{M}}\p{{N}}]+')) AS w WITH OFFSET AS place) END",
        "each word's first letter raised, the others lowered",
    ),
    "quotient": Helper(
        "n wide, d wide",
        "wide",
        "CASE WHEN d <> 0 THEN (CASE WHEN (n < 0) = (d < 0) THEN 1 ELSE -1 END) "
        "* DIV(2 * ABS(n) + ABS(d), 2 * ABS(d)) END",
        "whole quotient, rounded half away from zero",
    ),
    "fits": Helper(
        "x wide, scale integer",
        "wide",
        f"CASE WHEN ABS(x) >= {_LIMIT} THEN NULL WHEN ABS(ROUND(x, scale)) < {_LIMIT} THEN ROUND(x, scale) END",
        "rounded half away from zero, null beyond 38 digits in all",
    ),
    "make_date": made_date("DATE"),
    "make_time": Helper(
        "day date, h integer, m integer, s integer, us integer",
        "local",
        "DATETIME_ADD(CAST(day AS DATETIME), INTERVAL ((h * 60 + m) * 60 + s) * 1000000 + us MICROSECOND)",
        "a day and the parts of a clock time",
    ),
    "offset_minutes": Helper(
        "z text",
        "integer",
        "CASE WHEN z = 'Z' THEN 0 ELSE (CASE LEFT(z, 1) WHEN '-' THEN -1 ELSE 1 END) * "
        "(CAST(SUBSTR(z, 2, 2) AS INT64) * 60 + CAST(RIGHT(z, 2) AS INT64)) END",
        "minutes east of Greenwich",
    ),
    "shift_back": Helper(
        "t local, minutes integer", "local", "DATETIME_SUB(t, INTERVAL minutes MINUTE)", "a clock time to UTC"
    ),
    "from_zone": Helper(
        "t local, zone text",
        "local",
        "CASE " + " ".join(f"WHEN {_TURNED.format(m)}" for m in (120, 60, 30, 0)) + " END",
        "a zone's clock time to the earlier instant; null if skipped",
    ),
    **iso_helpers(
        "INT64",
        lambda form: f"REGEXP_CONTAINS(x, r'{form}')",
        f"REGEXP_EXTRACT(x, r'{ISO_OFFSET}$')",
        f"REGEXP_REPLACE(x, r'{ISO_OFFSET}$', '')",
    ),
}
