"""What the primitives share: the check of types, and what counts as a blank."""

from __future__ import annotations

from .expr import Expr

__all__ = ["WHITESPACE", "TypeClash", "need"]

# Unicode's White_Space property (PropList.txt): the engines' own ideas of a blank differ.
WHITESPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


class TypeClash(Exception):  # noqa: N818 - a finding that resolve turns into a fault, not an error class
    """An operation was given a type it does not work on."""


def need(x: Expr, *kinds: str, what: str) -> None:
    """Raise `TypeClash` unless the type is one of the kinds, or null."""
    if x.type.kind not in (*kinds, "null"):
        wanted = " or ".join(kinds)
        raise TypeClash(f"{what} works on {wanted}, not on {x.type}")
