"""A JSON array as lines of JSON: cut at its commas with vector operations, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np

__all__ = ["array_as_lines", "has_lone_surrogate"]

_ESCAPED = re.compile(rb"\\.", re.S)
_LONE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_ROLE = np.zeros(256, np.int8)  # what a byte outside strings does to the depth
for _byte in b"[{":
    _ROLE[_byte] = 1
for _byte in b"]}":
    _ROLE[_byte] = -1


def has_lone_surrogate(blocks: Iterable[bytes]) -> bool:
    """Whether an escape stands for half a character; Polars reads such a half as a NUL."""
    tail, beginning = b"", True
    for block in blocks:
        buffer = tail + block
        if b"\\u" in buffer:
            # what stands at either end may have its other half beyond: it is judged with its neighbour
            first = 0 if beginning else 12
            if any(m.start() >= first and m.end() <= len(buffer) - 6 for m in _LONE.finditer(buffer)):
                return True
        tail, beginning = buffer[-24:], beginning and len(buffer) <= 24
    return any(m.start() >= (0 if beginning else 12) for m in _LONE.finditer(tail))


def array_as_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The elements of the outermost array, one a line.

    Nothing is checked: text that is not JSON comes out as lines that are not JSON.

    >>> b"".join(array_as_lines([b'[{"a": "x,]"},', b' [1,2]]'])).split(b"\\n")[:2]
    [b' {"a": "x,]"}', b' [1,2]']
    """
    depth, inside, rest = 0, False, b""
    for block in blocks:
        block = rest + block
        rest = b""
        trailing = len(block) - len(block.rstrip(b"\\"))
        if trailing % 2:  # the escape goes on in the next block
            block, rest = block[:-1], b"\\"
        plain = _ESCAPED.sub(b"__", block) if b"\\" in block else block
        data = np.frombuffer(plain, np.uint8)
        if not len(data):
            continue
        in_string = np.logical_xor.accumulate(data == ord('"')) ^ inside
        inside = bool(in_string[-1])
        role = np.where(in_string, np.int8(0), _ROLE[data])
        level = np.cumsum(role, dtype=np.int64) + depth
        depth = int(level[-1])
        out = np.frombuffer(bytearray(block), np.uint8)
        out[(data == 0x0A) | (data == 0x0D)] = 0x20
        out[(data == ord(",")) & (level == 1) & ~in_string] = 0x0A
        out[(role == 1) & (level == 1)] = 0x20
        out[(role == -1) & (level == 0)] = 0x0A
        yield out.tobytes()
    if rest:
        yield rest
