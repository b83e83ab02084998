"""The primitives over text; see `workbench.model.primitives`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .expr import Expr
from .primitive_types import TypeClash, need
from .types import BOOLEAN, INTEGER, TEXT

__all__ = [
    "blank_to_null",
    "change_case",
    "concat",
    "length",
    "pad",
    "regex_extract",
    "regex_match",
    "regex_replace",
    "replace",
    "split_part",
    "squeeze",
    "substring",
    "translate",
    "trim",
]


def blank_to_null(x: Expr) -> Expr:
    """Null when nothing but `WHITESPACE` is there, else the text unchanged."""
    need(x, "text", what="blank")
    return Expr("blank_to_null", (x,), TEXT)


def trim(x: Expr, characters: str = "", side: Literal["both", "start", "end"] = "both") -> Expr:
    """Take `WHITESPACE`, or any of the characters given, from the ends."""
    need(x, "text", what="trim")
    return Expr("trim", (x,), TEXT, [("characters", characters), ("side", side)])


def squeeze(x: Expr) -> Expr:
    """Each run of `WHITESPACE` becomes one space."""
    need(x, "text", what="squeeze")
    return Expr("squeeze", (x,), TEXT)


def change_case(x: Expr, to: Literal["upper", "lower", "title"]) -> Expr:
    """Simple case mapping, one code point to one (UnicodeData.txt): 'ß' stays, 'Σ' gives 'σ', 'İ' gives 'i'.

    Title: in each run of letters, marks and digits (general categories L, M, N) the first code point is
    raised and the others are lowered; all else stays. Letters younger than Unicode 14 are not covered.
    """
    need(x, "text", what="case")
    return Expr("change_case", (x,), TEXT, [("to", to)])


def concat(*parts: Expr) -> Expr:
    """The texts in a row; null when one of them is null."""
    for part in parts:
        need(part, "text", what="concat")
    return parts[0] if len(parts) == 1 else Expr("concat", parts, TEXT)


def length(x: Expr) -> Expr:
    """Number of code points."""
    need(x, "text", what="length")
    return Expr("length", (x,), INTEGER)


def substring(x: Expr, start: int, count: int | None = None) -> Expr:
    """Code points from ``start`` (0 is the first; negative counts from the end), ``count`` of them or all.

    A start beyond either end is clipped to it.
    """
    need(x, "text", what="substring")
    return Expr("substring", (x,), TEXT, [("start", start), ("count", count)])


def replace(x: Expr, old: str, new: str) -> Expr:
    """Every occurrence of a text, from the left, by another; no pattern."""
    need(x, "text", what="replace")
    if not old:
        raise TypeClash("replace needs a text to look for")
    return Expr("replace", (x,), TEXT, [("old", old), ("new", new)])


def regex_match(x: Expr, pattern: str) -> Expr:
    """Whether the pattern (see `workbench.model.regex`) is found anywhere."""
    need(x, "text", what="a pattern")
    return Expr("regex_match", (x,), BOOLEAN, [("pattern", pattern)])


def regex_extract(x: Expr, pattern: str, group: int) -> Expr:
    """What a group of the first match holds, '' for a group that took no part; null without a match."""
    need(x, "text", what="a pattern")
    return Expr("regex_extract", (x,), TEXT, [("pattern", pattern), ("group", group)])


def regex_replace(x: Expr, pattern: str, new: str) -> Expr:
    """Every match of a pattern by a literal text; a pattern that matches nothing at all is refused."""
    need(x, "text", what="a pattern")
    if re.compile(pattern).search("") is not None:
        raise TypeClash(f"the pattern '{pattern}' also matches no text at all, which engines replace differently")
    return Expr("regex_replace", (x,), TEXT, [("pattern", pattern), ("new", new)])


def split_part(x: Expr, separator: str, index: int) -> Expr:
    """The part at ``index`` (0 is the first, -1 the last) between separators; null where there is none."""
    need(x, "text", what="split")
    if not separator:
        raise TypeClash("split needs a separator")
    return Expr("split_part", (x,), TEXT, [("separator", separator), ("index", index)])


def pad(x: Expr, width: int, fill: str, side: Literal["start", "end"]) -> Expr:
    """Fill up to a width in code points with one character; longer texts stay."""
    need(x, "text", what="pad")
    if len(fill) != 1:
        raise TypeClash("pad fills with exactly one character")
    return Expr("pad", (x,), TEXT, [("width", width), ("fill", fill), ("side", side)])


def translate(x: Expr, pairs: Sequence[tuple[str, str]]) -> Expr:
    """The text that stands beside this one in a table; null where it is not listed."""
    need(x, "text", what="translate")
    return Expr("translate", (x,), TEXT, [("pairs", tuple(pairs))])
