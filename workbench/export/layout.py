"""Long lines of Python source laid out over several, as a formatter would."""

from __future__ import annotations

from itertools import pairwise

__all__ = ["laid_out"]

WIDTH = 110
_OPEN, _CLOSE = "([{", ")]}"


def laid_out(code: str, indent: int, tail: str = "") -> str:
    """An expression that fits the width, broken at the commas of its outermost brackets where it does not.

    >>> print(laid_out("f(" + ", ".join(f"argument_{i}" for i in range(12)) + ")", 0))
    f(
        argument_0,
        argument_1,
        ...
        argument_11,
    )
    """
    room = WIDTH - indent - len(tail)
    if len(code) <= room:
        return " " * indent + code + tail
    chain = _chain(code)
    if len(chain) > 2:
        inner = "\n".join(laid_out(part, indent + 4) for part in chain)
        return f"{' ' * indent}(\n{inner}\n{' ' * indent}){tail}"
    link = _last_link(code)
    if link is not None:
        return laid_out(code[:link], indent, code[link:] + tail)
    start = _last_group(code)
    if start is None:
        return " " * indent + code + tail
    head, inside, end = code[: start + 1], code[start + 1 : -1], code[-1]
    if not (start and (code[start - 1].isalnum() or code[start - 1] in "_])")) and code[start] == "(":
        # Mere grouping: a comma would make a tuple of it.
        return f"{' ' * indent}{head}\n{laid_out(inside, indent + 4)}\n{' ' * indent}{end}{tail}"
    parts = _split(inside)
    if len(parts) == 1 and len(inside) <= room:
        return " " * indent + code + tail
    lines = [laid_out(part, indent + 4, ",") for part in parts]
    body = "\n".join(lines)
    return f"{' ' * indent}{head}\n{body}\n{' ' * indent}{end}{tail}"


def _marks(code: str) -> list[tuple[int, str, int]]:
    """Every character outside of string literals, with its place and depth of brackets."""
    out, depth, at = [], 0, 0
    while at < len(code):
        c = code[at]
        if c in "'\"":
            quote, at = c, at + 1
            while code[at] != quote:
                at += 2 if code[at] == "\\" else 1
        elif c in _OPEN:
            out.append((at, c, depth))
            depth += 1
        elif c in _CLOSE:
            depth -= 1
            out.append((at, c, depth))
        else:
            out.append((at, c, depth))
        at += 1
    return out


def _split(code: str) -> list[str]:
    """The parts between the commas of the top level."""
    cuts = [-1, *(at for at, c, depth in _marks(code) if c == "," and depth == 0), len(code)]
    parts = [code[a + 1 : b].strip() for a, b in pairwise(cuts)]
    return [p for p in parts if p]


def _chain(code: str) -> list[str]:
    """A chain of when, then and otherwise, one link each; the code itself where it is no such chain."""
    cuts = [
        at
        for at, c, depth in _marks(code)
        if c == "." and depth == 0 and code.startswith((".when(", ".then(", ".otherwise("), at) and at > 2
    ]
    if not code.startswith("pl.when(") or len(cuts) < 1:
        return [code]
    places = [0, *cuts, len(code)]
    return [code[a:b] for a, b in pairwise(places)]


def _last_link(code: str) -> int | None:
    """Where a last short call begins that hangs on a longer expression, as '.alias("x")' does."""
    dots = [at for at, c, depth in _marks(code) if c == "." and depth == 0]
    if len(dots) < 1 or code[-1] not in _CLOSE or code[: dots[-1]].isidentifier():
        return None
    return dots[-1] if "(" in code[: dots[-1]] and len(code) - dots[-1] < 60 else None


def _last_group(code: str) -> int | None:
    """Where the brackets that end the code begin."""
    opens = [at for at, c, depth in _marks(code) if c in _OPEN and depth == 0]
    return opens[-1] if opens and code[-1] in _CLOSE else None
