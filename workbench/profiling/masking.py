"""Hide a value but keep its shape: what a screen or a report may show of personal data."""

from __future__ import annotations

__all__ = ["mask"]

DOT = "•"


def mask(value: str, *, keep: int = 1) -> str:
    """Replace letters and digits by dots, keep punctuation and the first letters of each word.

    Digits are never kept: the last ones of a phone or card number are what tells people apart.

    Args:
        value: What to hide.
        keep: Letters left at the start of each word of at least three.

    >>> mask("Smith, John")
    'S••••, J•••'
    >>> mask("+49 30 1234")
    '+•• •• ••••'
    >>> mask("jo@example.org")
    '••@e••••••.o••'
    """
    out: list[str] = []
    word: list[str] = []
    for char in f"{value}\0":
        if char.isalpha():
            word.append(char)
            continue
        out.append("".join(word[:keep]) + DOT * (len(word) - keep) if len(word) > 2 else DOT * len(word))
        word.clear()
        out.append(DOT if char.isdigit() or char.isalnum() else char)
    return "".join(out)[:-1]
