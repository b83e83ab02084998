"""Date formats in both tongues: strptime codes (ours) and the JDK letters that ODCS asks for."""

from __future__ import annotations

import re

__all__ = ["from_jdk", "to_jdk"]

# Python: docs of datetime.strptime; Java: docs of java.time.format.DateTimeFormatter.
_CODES = {
    "%Y": "yyyy", "%y": "yy", "%m": "MM", "%b": "MMM", "%B": "MMMM", "%d": "dd", "%j": "DDD",
    "%a": "EEE", "%A": "EEEE", "%H": "HH", "%I": "hh", "%M": "mm", "%S": "ss", "%f": "SSSSSS",
    "%p": "a", "%z": "XX", "%:z": "XXX", "%Z": "z",
}  # fmt: skip
_LETTERS = {v: k for k, v in _CODES.items()}
_STRPTIME = re.compile(r"%:?[A-Za-z]|[A-Za-z]+|[^A-Za-z%]+|%")
_JDK = re.compile(r"([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+|'")
_PLAIN = re.compile(r"[ ,./:;_+\-]*\Z")


def to_jdk(format: str) -> str | None:
    """Write strptime codes as JDK letters; None where a code has no exact counterpart.

    >>> to_jdk("%d/%m/%Y"), to_jdk("%Y-%m-%dT%H:%M:%S%:z"), to_jdk("%e")
    ('dd/MM/yyyy', "yyyy-MM-dd'T'HH:mm:ssXXX", None)
    """
    parts: list[str] = []
    for piece in _STRPTIME.findall(format):
        if piece in _CODES:
            parts.append(_CODES[piece])
        elif piece.isalpha():
            parts.append(f"'{piece}'")
        elif _PLAIN.match(piece):
            parts.append(piece)
        else:
            return None
    text = "".join(parts)
    return text if from_jdk(text) == format else None


def from_jdk(format: str) -> str | None:
    """Write JDK letters as strptime codes; None where a letter has no exact counterpart.

    >>> from_jdk("yyyyMMdd"), from_jdk("yyyy-MM-dd'T'HH:mm"), from_jdk("d.M.yy")
    ('%Y%m%d', '%Y-%m-%dT%H:%M', None)
    """
    parts: list[str] = []
    for found in _JDK.finditer(format):
        piece = found.group()
        if found.group(2) is not None:
            parts.append(found.group(2).replace("''", "'"))
        elif piece in _LETTERS:
            parts.append(_LETTERS[piece])
        elif _PLAIN.match(piece):
            parts.append(piece)
        else:
            return None
    return "".join(parts)
