"""Numbers in outputs as numbers of the inputs: scaled, rounded, put into buckets, moved, written anew."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from .atoms import Atom, Pool
from .chains import CONVENTIONS, Chain, Step, number_of, number_text
from .clock import clock
from .others import Others
from .relations import digits_of, relations

__all__ = ["link_numbers", "number_atoms", "number_tokens", "readings"]

_TOKEN = re.compile(r"(?<![0-9])-?[0-9]+(?:[.,][0-9]+)*")
_GROUPED = re.compile(r"(?<![0-9])-?[0-9]{1,3}(?:[ '][0-9]{3})*(?:[.,][0-9]+)?(?![0-9])")


def readings(texts: Sequence[str], more: Sequence[str | None] = ()) -> Iterator[tuple[Step, list[Decimal], float]]:
    """The way in which all of the texts are numbers: of several the one by which more of the others are.

    Yields:
        The step that reads them, the numbers, and how surprising it is: less so where others speak for it.
    """
    if not all(any(c.isdigit() for c in t) and len(t) < 40 for t in texts):
        return
    found: list[tuple[int, Step, list[Decimal]]] = []
    for point, group in CONVENTIONS:
        values = [x for t in texts if (x := number_of(t, point, group)) is not None]
        if len(values) == len(texts):
            args = {k: v for k, v, usual in (("decimal", point, "."), ("group", group, "")) if v != usual}
            fits = sum(m is not None and number_of(m, point, group) is not None for m in more)
            found.append((fits, {"parse_number": args} if args else "parse_number", values))
    if found:
        best = max(found, key=lambda f: f[0])
        yield best[1], best[2], -0.8 if best[0] > found[0][0] else 0.0


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
    seen = set()
    for pattern in (_TOKEN, _GROUPED):
        tokens = [pattern.findall(o) for o in outputs]
        least = min(map(len, tokens))
        for k in [*range(least), *range(-least, 0)]:
            row = tuple(t[k] for t in tokens)
            for form in (row, tuple(t.lstrip("-") for t in row)):
                if form not in seen:
                    seen.add(form)
                    yield form


def _spans(wanted: Sequence[tuple[str, ...]]) -> list[Decimal]:
    """What lies between two numbers of every output, if it is always the same: sizes of ranges, or one less."""
    read = [ys for target in wanted for _, ys, _ in readings(target)]
    out: list[Decimal] = []
    for lows, highs in itertools.permutations(read, 2):
        gaps = {high - low for low, high in zip(lows, highs, strict=True)}
        if len(gaps) == 1 and len(set(lows)) > 1 and (gap := gaps.pop()) > 0:
            ulp = Decimal(1).scaleb(-max(map(digits_of, [*lows, *highs])))
            out += [g.normalize() for g in (gap, gap + ulp)]
    return list(dict.fromkeys(out))[:6]


def number_atoms(pool: Pool, more: Others) -> None:
    """Add what makes the numbers of the outputs."""
    wanted = list(number_tokens(pool.outputs))[:12]
    if not wanted:
        return
    spans = _spans(wanted)
    texts = sorted(pool.texts.items(), key=lambda t: t[1][1])[:160]
    known: set[tuple[int, str, tuple[Decimal, ...]]] = set()
    for (column, values), (chain, cost) in texts:
        if not all(any(c.isdigit() for c in v) and len(v) < 40 for v in values):
            continue
        for step, xs, price in readings(values, more.values(column, chain)):
            key = (column, repr((step, chain[-1:])) if "format_date" in repr(chain[-1:]) else repr(step), tuple(xs))
            if key in known or len(known) > 24 or clock() > pool.deadline:
                continue
            known.add(key)
            for target in wanted:
                link_numbers(pool, (column, (*chain, step)), cost + price + 0.5, xs, target, spans)


def link_numbers(
    pool: Pool,
    source: tuple[int, Chain],
    cost: float,
    xs: Sequence[Decimal],
    target: tuple[str, ...],
    spans: Sequence[Decimal] = (),
) -> None:
    """Add what makes these texts of the outputs out of numbers of an input.

    Args:
        pool: Where to.
        source: The input, and the steps that give the numbers.
        cost: How surprising those are.
        xs: The numbers.
        target: The texts.
        spans: Sizes of ranges that the outputs name.
    """
    column, chain = source
    for _, ys, _ in readings(target):
        digits = max(digits_of(y) for y in ys)
        for steps, price, values in relations(xs, ys, digits, spans):
            for form, extra in writings(values, target, exact=list(values) == list(ys)):
                pool.add(Atom(column, (*chain, *steps, *form), cost + price + extra + 0.6, target))
