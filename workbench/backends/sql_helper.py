"""A shared function of a script's prelude, and those whose bodies several dialects write alike."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ISO_CLOCK", "ISO_DATE", "ISO_OFFSET", "LAST_DAY", "SHARED", "Helper"]


@dataclass(frozen=True, slots=True)
class Helper:
    """A shared function of the prelude.

    Attributes:
        params: Names and logical kinds ('text', 'integer') of its parameters, as in 'x text, width integer'.
        returns: Its logical kind.
        body: The expression, in the dialect.
        says: What it is for, a comment.
    """

    params: str
    returns: str
    body: str
    says: str


ISO_DATE = "^(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
ISO_CLOCK = "[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?"
ISO_OFFSET = "(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
LAST_DAY = (
    "CASE WHEN m IN (4, 6, 9, 11) THEN 30 WHEN m <> 2 THEN 31 "
    "WHEN (MOD(y, 4) = 0 AND MOD(y, 100) <> 0) OR MOD(y, 400) = 0 THEN 29 ELSE 28 END"
)

SHARED = {
    "pad_start": Helper(
        "x text, width integer, fill text", "text", "repeat(fill, greatest(width - length(x), 0)) || x", "fill in front"
    ),
    "pad_end": Helper(
        "x text, width integer, fill text", "text", "x || repeat(fill, greatest(width - length(x), 0))", "fill behind"
    ),
    "sign_first": Helper(
        "x text",
        "text",
        "CASE WHEN right(x, 1) = '-' THEN '-' || left(x, length(x) - 1) "
        "WHEN right(x, 1) = '+' THEN left(x, length(x) - 1) ELSE x END",
        "a sign behind a number is put in front",
    ),
    "group_digits": Helper(
        "x text, mark text",
        "text",
        "replace(regexp_replace(reverse(regexp_replace(reverse(x), '([0-9]{3})', '\\1' || chr(31), 'g')), "
        "'^(-?)' || chr(31), '\\1'), chr(31), mark)",
        "a mark between groups of three digits",
    ),
    "plain": Helper("x text", "text", "rtrim(rtrim(x, '0'), '.')", "a decimal without trailing zeros"),
    "make_date": Helper(
        "y integer, m integer, d integer",
        "date",
        f"CASE WHEN d <= 28 OR d <= {LAST_DAY} THEN make_date(y, m, d) END",
        "the date, null if it does not exist",
    ),
    "offset_minutes": Helper(
        "z text",
        "integer",
        "CASE WHEN z = 'Z' THEN 0 ELSE (CASE left(z, 1) WHEN '-' THEN -1 ELSE 1 END) * "
        "(CAST(substr(z, 2, 2) AS INT) * 60 + CAST(right(z, 2) AS INT)) END",
        "minutes east of Greenwich",
    ),
}
