"""Blocking transforms: what a key takes of a value, once per distinct value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .keys import Key
from .records import Column

__all__ = ["key_codes", "soundex"]

MOST_SHARED = 100
"""A token that more distinct values have is not rare."""
_SOUNDS = {
    c: d for d, cs in {"1": "bfpv", "2": "cgjkqsxz", "3": "dt", "4": "l", "5": "mn", "6": "r"}.items() for c in cs
}


def soundex(text: str) -> str | None:
    """The American Soundex code of a name's letters (US National Archives' rules); None without letters.

    >>> soundex("robert"), soundex("rupert"), soundex("ashcraft"), soundex("pfister"), soundex("42")
    ('R163', 'R163', 'A261', 'P236', None)
    """
    letters = [c for c in text.lower() if "a" <= c <= "z"]
    if not letters:
        return None
    code, before = letters[0].upper(), _SOUNDS.get(letters[0], "")
    for letter in letters[1:]:
        if letter in "hw":  # they do not part two equal sounds; vowels do
            continue
        sound = _SOUNDS.get(letter, "")
        if sound and sound != before:
            code += sound
            if len(code) == 4:
                break
        before = sound
    return code.ljust(4, "0")


def _minhash(values: pl.Series, seed: int) -> pl.Series:
    """The token whose keyed hash is least: two values share it as often as they share tokens (Broder 1997)."""
    frame = pl.DataFrame({"i": pl.int_range(len(values), eager=True), "t": values.str.split(" ")}).explode("t")
    # one- and two-letter tokens are shared by everybody: they pair without telling anything
    frame = frame.with_columns(
        h=pl.col("t").hash(seed=seed) // 2 + (pl.col("t").str.len_chars() <= 2).cast(pl.UInt64) * 2**63
    )
    least = frame.sort("h", "t").group_by("i", maintain_order=True).agg(pl.col("t").first()).sort("i")
    return least["t"]


def _rare(values: pl.Series, seed: int) -> pl.Series:
    """A token that few other values have: two values draw the same one as often as their rare tokens overlap.

    Each token is drawn in proportion to 1 / (values that have it), by the same lot everywhere (weighted min-hash:
    Chum, Philbin and Zisserman 2008). A token of one value only pairs nothing, one of many values too much.
    """
    frame = pl.DataFrame({"i": pl.int_range(len(values), eager=True), "t": values.str.split(" ")}).explode("t").unique()
    shared = frame.with_columns(n=pl.len().over("t")).filter(
        pl.col("n").is_between(2, MOST_SHARED) & (pl.col("t") != "")
    )
    lot = -((pl.col("t").hash(seed=seed) // 2**11 + 1).cast(pl.Float64) / 2**53).log() * pl.col("n")
    drawn = shared.with_columns(h=lot).sort("h", "t").group_by("i", maintain_order=True).agg(pl.col("t").first())
    return frame.select(pl.col("i").unique().sort()).join(drawn, on="i", how="left", maintain_order="left")["t"]


def _longest(values: pl.Series) -> pl.Series:
    frame = pl.DataFrame({"i": pl.int_range(len(values), eager=True), "t": values.str.split(" ")}).explode("t")
    frame = frame.with_columns(n=-pl.col("t").str.len_chars().cast(pl.Int32))
    return frame.sort("n", "t").group_by("i", maintain_order=True).agg(pl.col("t").first()).sort("i")["t"]


_ISO = r"^(\d{4})-(\d{2})-(\d{2})"


def _sorted_letters(values: pl.Series) -> pl.Series:
    return pl.Series(["".join(sorted(set(v))) for v in values.to_list()], dtype=pl.String)


_TAKE: dict[str, Callable[[pl.Series, int], pl.Series]] = {
    "year": lambda v, _: v.str.extract(_ISO, 1),
    "month": lambda v, _: v.str.extract(_ISO, 2),
    "day": lambda v, _: v.str.extract(_ISO, 3),
    "soundex": lambda v, _: pl.Series([soundex(x) for x in v.to_list()], dtype=pl.String),
    "prefix": lambda v, n: v.str.head(n),
    "suffix": lambda v, n: v.str.tail(n),
    "digits": lambda v, _: v.str.replace_all(r"[^0-9]+", ""),
    "first_token": lambda v, _: v.str.extract(r"^(\S+)", 1),
    "last_token": lambda v, _: v.str.extract(r"(\S+)$", 1),
    "longest_token": lambda v, _: _longest(v),
    "sorted_tokens": lambda v, _: v.str.split(" ").list.unique().list.sort().list.join(" "),
    "sorted_letters": lambda v, _: _sorted_letters(v),
    "local_part": lambda v, _: v.str.extract(r"^([^@]+)@", 1),
    "minhash": _minhash,
    "rare_token": _rare,
}


def taken(key: Key, values: pl.Series) -> pl.Series:
    """A key's part of each value; blank becomes null."""
    part = values if key.take is None else _TAKE[key.take](values.cast(pl.String), key.size)
    return part.set(part == "", None) if part.dtype == pl.String else part


def key_codes(key: Key, column: Column) -> tuple[NDArray[np.int32], pl.Series]:
    """Code of the key per record (−1 = missing) and what each code stands for."""

    def compute(column: Column) -> Any:
        if key.take is None:
            return column.codes, column.values
        part = Column(str(key), taken(key, column.values))
        # the extra last place makes a missing value's code −1 look up −1 again
        return np.append(part.codes, np.int32(-1))[column.codes], part.values

    codes, values = column.fact(f"key:{key.take}:{key.size}", compute)
    return codes, values
