"""The shapes of texts: runs of letters and digits generalised, the rest kept ('Smith, John' → 'Aa, Aa').

Done on whole columns at once: the texts are joined to one buffer, every byte is looked up in a table of
256, repeated classes are dropped, and the buffer is split again. Letters beyond ASCII go
the same way once their letters have been classed by code point.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from .tally import COUNT, VALUE, tallied

__all__ = ["Level", "Shapes", "level_of", "shapes_of"]

Level = Literal["runs", "classes"]
Bytes = npt.NDArray[np.uint8]
LONGEST = 512  # characters looked at: a novel in a cell has no shape worth its memory
DIGIT, LOWER, UPPER, UNCASED = 252, 253, 254, 255  # bytes that UTF-8 never has
DROPPED = 1  # stands in the table of code points only
MARKS = {DIGIT: "9", LOWER: "a", UPPER: "A", UNCASED: "x"}
SAME = 0.2  # different shapes per text from which runs say nothing
COMMON = 0.1  # share of the commonest shape below which they say nothing either
MOST = 4096  # different shapes kept while counting


def shapes_of(texts: pl.Series, level: Level = "runs") -> pl.Series:
    """The shape of each text, in order.

    A stands for a run of capitals, a for small letters, x for letters without case, 9 for digits (X for
    letters and digits together at the level 'classes'); every whitespace is a space, combining marks go
    with their letter, all else stays.

    Args:
        texts: Texts without nulls.
        level: 'runs' or 'classes'.

    >>> shapes_of(pl.Series(["Smith, John", "03/04/2024", "Ærø 7", ""])).to_list()
    ['Aa, Aa', '9/9/9', 'Aa 9', '']
    >>> shapes_of(pl.Series(["8f14e45f-ceea"]), "classes").to_list()
    ['X-X']
    """
    if not len(texts):
        return pl.Series(texts.name, [], pl.String)
    short = _shortened(texts, level)
    if short.count(0) >= len(texts):  # some text holds the separator
        short = _shortened(texts.str.replace_all("\0", "\x01"), level)
    return pl.Series(texts.name, [short.decode()]).str.split("\0").explode(empty_as_null=False, keep_nulls=False)


def _shortened(texts: pl.Series, level: Level) -> bytes:
    """The shapes of all texts in one buffer, separated by zero bytes."""
    if int(texts.str.len_bytes().max() or 0) > 4 * LONGEST:  # type: ignore[arg-type]
        texts = texts.str.head(LONGEST)
    joined = texts.str.join("\0").cast(pl.Binary).item()
    there, back = _byte_tables(level)
    codes = np.frombuffer(joined.translate(there), np.uint8)
    if not joined.isascii():
        codes = _beyond_ascii(np.frombuffer(joined, np.uint8), codes.copy(), level)
    first = np.empty(len(codes), bool)  # where a run of one class begins, and all that is no class
    first[:1] = True
    np.not_equal(codes[1:], codes[:-1], out=first[1:])
    first[1:] |= codes[1:] < DIGIT
    return codes[first].tobytes().translate(back)


def _only_shape(short: bytes, rows: int) -> str | None:
    """The shape of all rows where they have the same one: the buffer then repeats itself."""
    head = short.partition(b"\0")[0]
    period = len(head) + 1
    if len(short) + 1 != rows * period:
        return None
    cells = np.frombuffer(short + b"\0", np.uint8).reshape(rows, period)
    return head.decode() if (cells == cells[0]).all() else None


def _beyond_ascii(raw: Bytes, codes: Bytes, level: Level) -> Bytes:
    """Give every byte of a multi-byte letter the class of the letter: runs then swallow them."""
    lead = np.flatnonzero(raw >= 0xC0)
    more = 1 + (raw[lead] >= 0xE0).astype(np.uint8) + (raw[lead] >= 0xF0)  # bytes that follow
    point = raw[lead].astype(np.uint32) & np.array([0, 0x1F, 0x0F, 0x07], np.uint32)[more]
    for step in (1, 2, 3):
        here = more >= step
        point[here] = point[here] << 6 | (raw[lead[here] + step] & 0x3F)
    kind = np.where(point < 0x10000, _point_table(level)[np.minimum(point, 0xFFFF)], 0)
    kind[(point >= 0x20000) & (point < 0x40000)] = _point_table(level)[ord("中")]  # the further CJK planes
    for step in range(4):
        known = (more >= step) & (kind >= DIGIT)
        codes[lead[known] + step] = kind[known]
    vanish = [lead[kind == DROPPED]]
    codes[lead[kind == ord(" ")]] = ord(" ")
    for step in (1, 2, 3):
        vanish.append(lead[(more >= step) & ((kind == DROPPED) | (kind == ord(" ")))] + step)
    gone = np.concatenate(vanish)
    return np.delete(codes, gone) if len(gone) else codes


def level_of(shapes: pl.Series) -> Level:
    """At which level shapes say something, judged by those at the level 'runs'."""
    if len(shapes) <= 100:
        return "runs"
    counts = tallied(shapes).counts().get_column(COUNT)
    commonest = int(counts.max()) / len(shapes)  # type: ignore[arg-type]
    return "classes" if len(counts) > SAME * len(shapes) or commonest < COMMON else "runs"


@cache
def _byte_tables(level: Level) -> tuple[bytes, bytes]:
    there, back = bytearray(range(256)), bytearray(range(256))
    for code in range(128):
        char = chr(code)
        if char.isalnum():
            kind = DIGIT if char.isdigit() else UPPER if char.isupper() else LOWER
            there[code] = DIGIT if level == "classes" else kind
        elif char in "\t\n\x0b\x0c\r":
            there[code] = ord(" ")
    for code, mark in MARKS.items():
        back[code] = ord("X" if level == "classes" else mark)
    return bytes(there), bytes(back)


@cache
def _point_table(level: Level) -> Bytes:
    """The class of each code point of the basic plane, 0 where it stays as it is."""
    from unicodedata import category

    table = np.zeros(0x10000, np.uint8)
    classes = {"Nd": DIGIT, "Ll": LOWER, "Lu": UPPER, "Lt": UPPER, "Lo": UNCASED, "Lm": UNCASED}
    for point in range(0x80, 0x10000):
        kind = category(chr(point))
        if kind in classes:
            table[point] = DIGIT if level == "classes" else classes[kind]
        elif kind in ("Mn", "Mc", "Me"):
            table[point] = DROPPED
        elif chr(point).isspace():
            table[point] = ord(" ")
    return table


class Shapes:
    """Counts the shapes of texts, a batch at a time."""

    def __init__(self, level: Level = "runs") -> None:
        self.level = level
        self.lost = 0
        self.rows = 0
        self._parts: list[pl.DataFrame] = []
        self._pending = 0

    def add(self, texts: pl.Series, weights: pl.Series | None = None) -> None:
        """Look at the next texts (nulls left out), each standing for ``weights`` rows."""
        if weights is None:
            part = self._counted(texts)
        else:
            shape = shapes_of(texts, self.level).alias("shape")
            rows = weights.cast(pl.Int64).alias("count")
            part = pl.DataFrame([shape, rows]).group_by("shape").agg(pl.col("count").sum())
        self.rows += int(part["count"].sum())
        self._parts.append(part)
        self._pending += part.height
        if self._pending > 8 * MOST:
            self._compact()

    def _counted(self, texts: pl.Series) -> pl.DataFrame:
        short = _shortened(texts, self.level)
        only = _only_shape(short, len(texts))
        if only is not None:
            return pl.DataFrame({"shape": [only], "count": [len(texts)]})
        if short.count(0) == len(texts) - 1:
            shapes = pl.Series([short.decode()]).str.split("\0").explode(empty_as_null=False, keep_nulls=False)
        else:
            shapes = shapes_of(texts, self.level)
        return tallied(shapes).counts().rename({VALUE: "shape", COUNT: "count"})

    def _compact(self) -> None:
        both = pl.concat(self._parts).group_by("shape").agg(pl.col("count").sum())
        if both.height > MOST:
            both = both.sort("count", "shape", descending=[True, False]).head(MOST)
        self._parts, self._pending = [both], both.height
        self.lost = self.rows - int(both["count"].sum())

    def counts(self) -> pl.DataFrame:
        """Shapes and their rows, most frequent first; rare shapes beyond thousands are left out."""
        if not self._parts:
            return pl.DataFrame(schema={"shape": pl.String, "count": pl.Int64})
        self._compact()
        return self._parts[0].sort("count", "shape", descending=[True, False])
