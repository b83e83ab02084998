"""The regular expressions that mean the same on every engine, and the refusal of all others."""

from __future__ import annotations

import re

__all__ = ["UnportablePattern", "pin_pattern", "quote_pattern"]

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \\t\\n\\r\\f\\x0b"}
_PLAIN_ESCAPES = set(".^$*+?()[]{}|\\/-\"'#@%&=,:;<>!~` _")


class UnportablePattern(Exception):  # noqa: N818 - a finding that resolve turns into a fault
    """A pattern uses what engines read differently."""


def quote_pattern(text: str) -> str:
    r"""A text as the pattern that finds just it.

    >>> quote_pattern("a.b-c")
    'a\\.b\\-c'
    """
    return "".join(f"\\{c}" if c in ".^$*+?()[]{}|\\-" else c for c in text)


def pin_pattern(pattern: str) -> str:
    r"""Rewrite a pattern into the common subset, or refuse it.

    ``\d \w \s`` become ASCII classes and ``.`` anything but a line feed, because engines disagree on both;
    ``^`` and ``$`` are the very ends of the text. Refused: look-around, back-references, flags, named
    groups, lazy and possessive quantifiers, word boundaries.

    Raises:
        UnportablePattern: With the part that is refused and what to write instead.

    >>> pin_pattern(r"(\d+)-.*")
    '([0-9]+)-[^\\n]*'
    >>> pin_pattern(r"a.*?b")
    Traceback (most recent call last):
    workbench.model.regex.UnportablePattern: lazy quantifiers ('*?') are not portable: ...
    """
    out: list[str] = []
    at = 0
    while at < len(pattern):
        token = pattern[at]
        if token == "\\":
            piece, at = _escape(pattern, at, inside=False)
            out.append(piece)
        elif token == "[":
            piece, at = _set(pattern, at)
            out.append(piece)
        elif token == ".":
            out.append("[^\\n]")
            at += 1
        elif token == "(":
            if pattern.startswith("(?", at):
                if not pattern.startswith("(?:", at):
                    shown = pattern[at : at + 4]
                    raise UnportablePattern(f"'{shown}' is not portable: only plain groups and (?:…) are")
                out.append("(?:")
                at += 3
            else:
                out.append(token)
                at += 1
        elif token in "*+?}" and at + 1 < len(pattern) and pattern[at + 1] in "?+":
            shown = pattern[at : at + 2]
            kind = "lazy" if pattern[at + 1] == "?" else "possessive"
            raise UnportablePattern(
                f"{kind} quantifiers ('{shown}') are not portable: use a negated class such as [^x]*"
            )
        else:
            out.append(token)
            at += 1
    pinned = "".join(out)
    try:
        re.compile(pinned)
    except re.error as e:
        raise UnportablePattern(f"not a regular expression: {e.msg} at position {e.pos}") from None
    return pinned


def _escape(pattern: str, at: int, *, inside: bool) -> tuple[str, int]:
    if at + 1 >= len(pattern):
        raise UnportablePattern("the pattern ends in a lone backslash")
    token = pattern[at + 1]
    if token in _CLASSES:
        return (_CLASSES[token] if inside else f"[{_CLASSES[token]}]"), at + 2
    if token.lower() in _CLASSES and not inside:
        return f"[^{_CLASSES[token.lower()]}]", at + 2
    if token in "tnrf":
        return f"\\{token}", at + 2
    if token in _PLAIN_ESCAPES:
        return (f"\\{token}" if token in ".^$*+?()[]{}|\\-" else token), at + 2
    raise UnportablePattern(f"'\\{token}' is not portable: write out the characters that are meant")


def _set(pattern: str, at: int) -> tuple[str, int]:
    out, at = ["["], at + 1
    if pattern[at : at + 1] == "^":
        out.append("^")
        at += 1
    first = True
    while at < len(pattern) and (pattern[at] != "]" or first):
        first = False
        if pattern[at] == "\\":
            piece, at = _escape(pattern, at, inside=True)
            out.append(piece)
            continue
        if pattern[at] == "[":
            raise UnportablePattern("'[' inside a set is not portable: write '\\['")
        if pattern.startswith("&&", at) or pattern.startswith("--", at):
            raise UnportablePattern("set operations inside [] are not portable")
        out.append("\\]" if pattern[at] == "]" else pattern[at])
        at += 1
    if at >= len(pattern):
        raise UnportablePattern("a set '[' is not closed")
    return "".join(out) + "]", at + 1
