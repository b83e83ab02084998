"""What can be proven of a pinned pattern before an engine sees it."""

from __future__ import annotations

import re

__all__ = ["always_holds", "group_text", "is_settled"]


def group_text(pattern: str, number: int) -> str | None:
    """What stands between the parentheses of a group; None when there is no such group.

    >>> group_text("^(a)-(?:b(c+))$", 2)
    'c+'
    """
    if number == 0:
        return pattern
    seen, stack, inside, at = 0, [], False, 0
    while at < len(pattern):
        c = pattern[at]
        if c == "\\":
            at += 1
        elif inside:
            inside = c != "]"
        elif c == "[":
            inside = True
            at += pattern[at + 1 : at + 2] == "^"
        elif c == "(":
            capturing = not pattern.startswith("(?", at)
            seen += capturing
            stack.append((seen if capturing else 0, at + 1))
        elif c == ")":
            group, start = stack.pop()
            if group == number:
                return pattern[start:at]
        at += 1
    return None


def _bare(pattern: str) -> str:
    """The pattern without sets and escapes, whose characters are no operators."""
    return re.sub(r"\\.|\[\^?(?:\\.|[^\]\\])*\]", "x", pattern)


def always_holds(pattern: str, number: int) -> bool:
    """Whether a group takes part in every match and is never empty; False when that is not proven.

    >>> always_holds("^([^,]+),", 1), always_holds("^(a)?b", 1), always_holds("^(a*)b", 1)
    (True, False, False)
    """
    held = group_text(pattern, number)
    if held is None or re.search(r"\)[?*{]|\|", _bare(pattern)):
        return False
    return re.compile(held).fullmatch("") is None
