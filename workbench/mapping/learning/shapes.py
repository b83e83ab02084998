"""What kind of text a text is: runs of digits, letters and marks, as patterns of three degrees of exactness."""

from __future__ import annotations

import re
from functools import lru_cache

from .moves import LETTERS, quoted

__all__ = ["coarse", "shape_patterns"]

_RUNS = re.compile(rf"[0-9]+|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+|[A-ZÀ-ÖØ-Þ]+|[{LETTERS}]+|\s+|.", re.S)


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[tuple[str, str], ...]:
    out = []
    for run in _RUNS.findall(text):
        if run[0].isdigit():
            kind = "[0-9]"
        elif run[0].isalpha():
            kind = f"[{LETTERS}]"
        else:
            kind = ""
        out.append((kind, run))
    return tuple(out)


@lru_cache(maxsize=20_000)
def coarse(text: str) -> str:
    """A text's kind: 9 for digits, a for letters, marks as they are; runs of words are one."""
    text = re.sub(rf"[{LETTERS}]+(?:[ '’.-]+[{LETTERS}]+)*", "a", text)
    text = re.sub(r"\d+(?:[.,:]\d+)*", "9", text)
    return re.sub(r"\s+", " ", text)


def shape_patterns(text: str) -> list[str]:
    """Patterns of this text: with the lengths of its runs, and with runs of any length."""
    exact, loose = "", ""
    for kind, run in _tokens(text):
        if kind:
            if not loose.endswith(kind + "+"):
                loose += kind + "+"
            exact += kind + (f"{{{len(run)}}}" if len(run) > 1 else "")
        else:
            exact += quoted(run)
            loose += quoted(run)
    return [exact, loose]
