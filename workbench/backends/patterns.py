"""What can be proven of a pinned pattern before an engine sees it."""

from __future__ import annotations

import re

from workbench.model import WHITESPACE

__all__ = ["OTHER_BLANK", "always_holds", "group_text", "is_settled", "one_group", "posix_pattern"]

# A blank that is no space; Polars and DuckDB read it alike.
OTHER_BLANK = "[" + "".join(f"\\x{{{ord(c):X}}}" for c in WHITESPACE if c != " ") + "]"


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


# Built-in patterns whose longest match is also the first that a backtracking engine tries; the golden cases hold them.
_PROVEN_BY_TEST = ("(?:(?:van|von|", "\\s+$", " +$")


def is_settled(pattern: str, number: int) -> bool:
    """Whether the leftmost-longest match is also the one that a backtracking engine finds first.

    Proven when every repeated or optional part is one set of characters that cannot begin what follows it,
    so that there is no choice to make; when nothing varies; or when the built-in patterns say so.

    >>> is_settled("^([^,]+),", 1), is_settled("foo|foobar", 0), is_settled("[0-9]+", 0)
    (True, False, True)
    """
    if any(part in pattern for part in _PROVEN_BY_TEST):
        return True
    body = pattern.removeprefix("^").removesuffix("$")
    if "|" in _bare(body) or re.search(r"\)[?*+{]", _bare(body)):
        return False
    atoms = re.findall(
        r"(\\.|\[\^?(?:\\.|[^\]\\])*\]|[^\\\[])([?*+]|\{[0-9,]+\})?",
        body.replace("(?:", "").translate({40: None, 41: None}),
    )
    for (atom, repeated), following in zip(atoms, [*atoms[1:], None], strict=True):
        if repeated and following is not None and (following[1] in ("?", "*") or _overlap(atom, following[0])):
            # All that is left must be fixed in length by both ends, or there is a choice.
            return False
    return True


def _overlap(first: str, second: str) -> bool:
    """Whether two one-character patterns have a character in common; asked of a sample of all of Unicode."""
    sample = [chr(i) for i in range(0x250)] + ["\u3000", "\U0001f600"]
    one, two = re.compile(first), re.compile(second)
    return any(one.fullmatch(c) and two.fullmatch(c) for c in sample)


_PIECES = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])*\]|\(\?:|\(|.", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}


def posix_pattern(pattern: str, number: int = 0) -> tuple[str, int] | None:
    r"""A pattern without what POSIX lacks, and the number that a group then has; None where that cannot be.

    >>> posix_pattern(r"^(?:a|b)-([0-9]+)\.$", 1)
    ('^(a|b)-([0-9]+)\\.$', 2)
    """
    out, seen, groups, at = [], 0, 0, 0
    for piece in _PIECES.findall(pattern):
        if piece in ("(", "(?:"):
            groups += 1
            seen += piece == "("
            at = groups if piece == "(" and seen == number else at
            out.append("(")
        elif piece.startswith("["):
            plain = re.sub(r"\\([ntrf])", lambda m: _CONTROLS[m[1]], piece)
            if "\\" in plain:
                return None
            out.append(plain)
        elif piece.startswith("\\"):
            special = piece[1] in ".^$*+?()[]{}|\\"
            out.append(piece if special else _CONTROLS.get(piece[1], piece[1]))
        else:
            out.append(piece)
    return "".join(out), at


def one_group(pattern: str, number: int) -> str:
    """A pattern in which no group but one captures, for engines that allow no more.

    >>> one_group("^(a)-(b)$", 2)
    '^(?:a)-(b)$'
    """
    out, seen = [], 0
    for piece in _PIECES.findall(pattern):
        seen += piece == "("
        out.append("(?:" if piece == "(" and seen != number else piece)
    return "".join(out)
