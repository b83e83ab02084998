"""Letters written out, for engines whose own functions of case promise other mappings."""

from __future__ import annotations

from .polars_text import simple_lower, simple_upper

__all__ = ["LOWERED", "RAISED", "translated"]

_LETTERS = [chr(i) for i in range(0x20000) if not 0xD800 <= i < 0xE000]
# Pairs of letters and what each becomes alone, as the Unicode Character Database has it.
RAISED = [(c, simple_upper(c)) for c in _LETTERS if simple_upper(c) != c]
LOWERED = [(c, simple_lower(c)) for c in _LETTERS if simple_lower(c) != c]


def translated(x: str, pairs: list[tuple[str, str]]) -> str:
    """Letters replaced one by one, in SQL."""
    return f"TRANSLATE({x}, '{''.join(a for a, _ in pairs)}', '{''.join(b for _, b in pairs)}')"
