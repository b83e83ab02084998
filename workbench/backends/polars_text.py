"""Text in Polars where its own functions differ from what is pinned."""

from __future__ import annotations

import unicodedata
from functools import cache

import polars as pl


def simple_upper(c: str) -> str:
    """The simple upper case of a code point: never more than one (UnicodeData.txt)."""
    full = c.upper()
    if len(full) == 1:
        return full
    titled = c.title()
    return titled if len(titled) == 1 else c


def simple_lower(c: str) -> str:
    """The simple lower case of a code point."""
    full = c.lower()
    return full if len(full) == 1 else full[0]


@cache
def _special(to: str) -> str:
    """A pattern of the texts that Polars maps otherwise: longer mappings, final sigma, words after a digit."""
    if to == "lower":
        return "[\u03a3\u0130]"
    longer = [chr(i) for i in range(0x80, 0x20000) if len(chr(i).upper()) > 1 or len(chr(i).title()) > 1]
    if to == "title":
        longer += ["\u03a3", "\u0130", *"ǄǅǆǇǈǉǊǋǌǱǲǳ", *(chr(i) for i in range(0x10D0, 0x1100))]
        # A letter right after a digit or a mark is inside a word; circled letters are no letters at all.
        return "[" + "".join(dict.fromkeys(longer)) + "\u24b6-\u24e9]|[\\p{M}\\p{N}][\\p{L}\\p{Nl}]"
    return "[" + "".join(dict.fromkeys(longer)) + "]"


def _title(text: str) -> str:
    out, inside = [], False
    for c in text:
        word = unicodedata.category(c)[0] in "LMN"
        out.append(c if not word else simple_lower(c) if inside else simple_upper(c))
        inside = word
    return "".join(out)


def _slow(text: str, to: str) -> str:
    if to == "title":
        return _title(text)
    return "".join((simple_upper if to == "upper" else simple_lower)(c) for c in text)


def change_case(x: pl.Expr, to: str) -> pl.Expr:
    """Simple case mapping: Polars maps fully, so values with special letters take a slow path, once each."""

    def mapped(s: pl.Series) -> pl.Series:
        fast = {"upper": s.str.to_uppercase, "lower": s.str.to_lowercase, "title": s.str.to_titlecase}[to]()
        # Most columns are plain: the long pattern is asked only where there is something beyond ASCII.
        plain = s.str.len_bytes() == s.str.len_chars()
        if plain.all():
            if to != "title" or not (special := s.str.contains("[0-9][A-Za-z]")).any():
                return fast
        elif not (special := s.str.contains(_special(to))).any():
            return fast
        values = s.filter(special).unique()
        slow = [_slow(v, to) for v in values.to_list()]
        return pl.select(
            pl.when(special).then(s.replace_strict(values, slow, default=None)).otherwise(fast)
        ).to_series()

    return x.map_batches(mapped, return_dtype=pl.String, is_elementwise=True)


def substring_expr(x: pl.Expr, start: int, count: int | None) -> pl.Expr:
    """Code points from a position; a start before the text is clipped to it."""
    if start >= 0 or count is None:
        return x.str.slice(start, count)
    return pl.when(x.str.len_chars() < -start).then(x.str.slice(0, count)).otherwise(x.str.slice(start, count))


def split_expr(x: pl.Expr, separator: str, index: int) -> pl.Expr:
    """The part at an index; null where there is none."""
    if index < 0:
        return x.str.split(separator).list.get(index, null_on_oob=True)
    return x.str.splitn(separator, index + 2).struct.field(f"field_{index}")


def pad_expr(x: pl.Expr, width: int, fill: str, side: str) -> pl.Expr:
    """Fill up to a width in code points."""
    return x.str.pad_start(width, fill) if side == "start" else x.str.pad_end(width, fill)
