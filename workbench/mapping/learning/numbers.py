"""Numbers in outputs as numbers of the inputs: scaled, rounded, put into buckets, moved, written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from .atoms import Atom, Pool
from .chains import Chain, Step, bucket_of, number_of, number_text
from .clock import clock

__all__ = ["number_atoms", "relations", "writings"]

CONVENTIONS = ((".", ""), (".", ","), (",", ""), (",", "."))
_TOKEN = re.compile(r"(?<![0-9])-?[0-9]+(?:[.,][0-9]+)*")
_SIZES = tuple(
    Decimal(s)
    for s in [
        "1000000",
        "100000",
        "10000",
        "5000",
        "1000",
        "500",
        "250",
        "200",
        "100",
        "60",
        "50",
        "30",
        "25",
        "20",
        "15",
        "12",
        "10",
        "5",
        "4",
        "3",
        "2",
        "1",
        "0.5",
        "0.25",
        "0.2",
        "0.1",
        "0.05",
        "0.02",
        "0.025",
        "0.01",
        "0.001",
        "0.0001",
    ]
)
_MODES = (("nearest", 0.0), ("down", 0.05), ("up", 0.1), ("away", 0.25), ("toward", 0.2))
Relation = tuple[Chain, float, list[Decimal]]


def readings(texts: Sequence[str]) -> Iterator[tuple[Step, list[Decimal]]]:
    """The ways in which all of the texts are numbers."""
    if not all(any(c.isdigit() for c in t) and len(t) < 40 for t in texts):
        return
    for point, group in CONVENTIONS:
        values = [number_of(t, point, group) for t in texts]
        if all(v is not None for v in values):
            args = {k: v for k, v, usual in (("decimal", point, "."), ("group", group, "")) if v != usual}
            step: Step = {"parse_number": args} if args else "parse_number"
            yield step, [v for v in values if v is not None]
            if group == "" or any(group in t for t in texts):
                return


def _plain(x: Decimal) -> str:
    return f"{x.normalize():f}"


def _digits(x: Decimal) -> int:
    return max(0, -int(x.normalize().as_tuple().exponent))


def relations(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> Iterator[Relation]:
    """Steps that make the ys of the xs, up to how they are written with this many digits.

    Yields:
        The steps, their cost, and the exact values before writing.
    """
    if list(xs) == list(ys):
        yield (), 0.0, list(xs)
        return
    if all(number_text(x, digits) == number_text(y, digits) for x, y in zip(xs, ys, strict=True)):
        yield (), 0.2, list(xs)
    yield from _scaled(xs, ys, digits)
    yield from _moved(xs, ys)
    yield from _buckets(xs, ys, digits)


def _scaled(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> Iterator[Relation]:
    at = max(range(len(xs)), key=lambda i: abs(xs[i]))
    if not xs[at] or not ys[at]:
        return
    ratio = ys[at] / xs[at]
    tried = set()
    powers = [Decimal(1).scaleb(k) for k in range(-6, 7) if k]
    for figures in range(1, 7):
        tried.add(Decimal(f"{ratio:.{figures}g}"))
    for by in [*powers, *sorted(tried - set(powers), key=lambda d: len(d.as_tuple().digits))]:
        values = [x * by for x in xs]
        if by != 1 and all(number_text(v, digits) == number_text(y, digits) for v, y in zip(values, ys, strict=True)):
            power = by in powers
            exact = max(_digits(v) for v in values)
            kept = 10 if power else max(digits, min(exact, 10))
            yield ({"scale": {"by": _plain(by), "digits": kept}},), 0.8 if power else 1.5, values
            return


def _moved(xs: Sequence[Decimal], ys: Sequence[Decimal]) -> Iterator[Relation]:
    by = ys[0] - xs[0]
    if by and all(y - x == by for x, y in zip(xs, ys, strict=True)):
        yield ({"add": _plain(by)},), 0.8 + 0.1 * len(_plain(by)), list(ys)


def _buckets(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> Iterator[Relation]:
    ulp = Decimal(1).scaleb(-digits)
    for rank, size in enumerate(_SIZES):
        for mode, price in _MODES:
            first = ys[0] - bucket_of(xs[0], size, mode)
            if abs(first) > size:
                continue
            found = [bucket_of(x, size, mode) for x in xs]
            if any(y - b != first for y, b in zip(ys, found, strict=True)):
                continue
            step: dict[str, Any] = {"to": _plain(size)} if mode == "down" else {"to": _plain(size), "mode": mode}
            more: Chain = ({"add": _plain(first)},) if first else ()
            offset = (
                0.0 if not first else 0.3 if abs(first) == size else 0.35 if first in (size - ulp, size - 1) else 2.5
            )
            yield ({"bucket": step}, *more), 0.9 + price + offset + 0.015 * rank, [b + first for b in found]


def writings(values: Sequence[Decimal], texts: Sequence[str], *, exact: bool) -> Iterator[tuple[Chain, float]]:
    """Ways to write the values that give these texts."""
    for point, group in CONVENTIONS:
        if group and not any(group in t for t in texts):
            continue
        lengths = [len(t.rpartition(point)[2]) if point in t else 0 for t in texts]
        marks = {k: v for k, v, usual in (("decimal", point, "."), ("group", group, "")) if v != usual}
        forms: list[tuple[dict[str, Any], float]] = []
        if len(set(lengths)) == 1:
            forms.append(({"digits": lengths[0], **marks}, 0.4))
        top = 10 if exact else max(lengths)
        if lengths and (len(set(lengths)) > 1 or exact):
            forms += [({"digits": top, "at_least": least, **marks}, 0.5) for least in dict.fromkeys((0, min(lengths)))]
            if not exact or max(lengths) < 10:
                forms.append(({"digits": max(lengths), "at_least": min(lengths), **marks}, 0.65))
        for form, cost in forms:
            written = [number_text(v, form["digits"], point, group, form.get("at_least")) for v in values]
            if written == list(texts):
                yield ({"format_number": form},), cost + (0.2 if marks else 0.0)
            else:
                width = min(map(len, texts))
                if [w.rjust(width, "0") for w in written] == list(texts):
                    yield ({"format_number": form}, {"pad": {"width": width}}), cost + 0.5


def number_tokens(outputs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The numbers of the outputs, aligned from the front and from the back."""
    tokens = [_TOKEN.findall(o) for o in outputs]
    least = min(map(len, tokens))
    seen = set()
    for k in [*range(least), *range(-least, 0)]:
        row = tuple(t[k] for t in tokens)
        for form in (row, tuple(t.lstrip("-") for t in row)):
            if form not in seen:
                seen.add(form)
                yield form


def number_atoms(pool: Pool) -> None:
    """Add what makes the numbers of the outputs."""
    wanted = list(number_tokens(pool.outputs))[:12]
    if not wanted:
        return
    texts = sorted(pool.texts.items(), key=lambda t: t[1][1])[:160]
    known: set[tuple[int, tuple[Decimal, ...]]] = set()
    for (column, values), (chain, cost) in texts:
        for step, xs in readings(values):
            key = (column, tuple(xs))
            if key in known or len(known) > 24 or clock() > pool.deadline:
                continue
            known.add(key)
            for target in wanted:
                _link(pool, column, (*chain, step), cost + 0.5, xs, target)


def _link(pool: Pool, column: int, chain: Chain, cost: float, xs: Sequence[Decimal], target: tuple[str, ...]) -> None:
    for _, ys in readings(target):
        digits = max(_digits(y) for y in ys)
        for steps, price, values in relations(xs, ys, digits):
            for form, extra in writings(values, target, exact=list(values) == list(ys)):
                pool.add(Atom(column, (*chain, *steps, *form), cost + price + extra + 0.6, target))
