"""How numbers may come of others: scaled, shifted, put into buckets, counted by buckets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .chains import Chain, Step, bucket_of, number_text

__all__ = ["digits_of", "relations"]

_SIZES = tuple(map(Decimal, (
    "1000000", "100000", "10000", "5000", "1000", "500", "250", "200", "100", "60", "50", "30", "25", "20", "15", "12",
    "10", "5", "4", "3", "2", "1", "0.5", "0.25", "0.2", "0.1", "0.05", "0.02", "0.025", "0.01", "0.001", "0.0001",
)))  # fmt: skip
_COUNTED = tuple(map(Decimal, (2, 3, 4, 5, 6, 7, 8, 12, 20, 24, 25, 50, 52, 60, 100, 1000)))
_MODES = (("nearest", 0.0), ("down", 0.05), ("up", 0.1), ("away", 0.25), ("toward", 0.2))
Relation = tuple[Chain, float, list[Decimal]]


def _plain(x: Decimal) -> str:
    return f"{x.normalize():f}"


def digits_of(x: Decimal) -> int:
    """How many digits a number has after the point."""
    return max(0, -int(x.normalize().as_tuple().exponent))


def relations(
    xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int, spans: Sequence[Decimal] = ()
) -> Iterator[Relation]:
    """Steps that make the ys of the xs, up to how they are written with this many digits.

    Args:
        xs: Numbers of the inputs.
        ys: Numbers of the outputs.
        digits: How many digits the outputs show.
        spans: Sizes of ranges that the outputs name.

    Yields:
        The steps, their cost, and the exact values before writing.
    """
    if list(xs) == list(ys):
        yield (), 0.0, list(xs)
        return
    if all(number_text(x, digits) == number_text(y, digits) for x, y in zip(xs, ys, strict=True)):
        yield (), 0.2, list(xs)
    yield from _scaled(xs, ys, digits)
    yield from _scaled_and_moved(xs, ys, digits)
    yield from _moved(xs, ys)
    yield from _counted(xs, ys)
    yield from _buckets(xs, ys, digits, spans)


def _interval(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> tuple[Decimal, Decimal] | None:
    """The factors that make all the ys of the xs, rounded to this many digits."""
    half = Decimal(5).scaleb(-digits - 1)
    pairs = [(x, y) for x, y in zip(xs, ys, strict=True) if x]
    if not pairs or any(abs(y) > half for x, y in zip(xs, ys, strict=True) if not x):
        return None
    ends = [sorted(((y - half) / x, (y + half) / x)) for x, y in pairs]
    low, high = max(e[0] for e in ends), min(e[1] for e in ends)
    return (low, high) if low <= high and (low > 0) == (high > 0) else None


def _simplest(low: Decimal, high: Decimal, most: int = 8) -> Decimal | None:
    """The number of fewest figures between two of one sign."""
    middle = (low + high) / 2
    for figures in range(1, most + 1):
        found = Decimal(f"{middle:.{figures}g}")
        if low <= found <= high:
            return found
    return None


def _figures(x: Decimal) -> int:
    return len(x.normalize().as_tuple().digits)


def _scaled(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> Iterator[Relation]:
    found = _interval(xs, ys, digits)
    if found is None:
        return
    low, high = found
    shown = min(9.0, max(0.0, -math.log10(abs((high - low) / low)))) if high > low else 9.0
    powers = [Decimal(1).scaleb(k) for k in range(-6, 7) if k]
    by = next((p for p in powers if low <= p <= high), None) or _simplest(low, high)
    into = _simplest(1 / high, 1 / low, 3)
    alone = 1.6 if len(set(xs)) == 1 else 0.0  # one pair alone says nothing for a factor: it is as good as a constant
    if by is not None and by != 1:
        values = [x * by for x in xs]
        if all(number_text(v, digits) == number_text(y, digits) for v, y in zip(values, ys, strict=True)):
            power = by in powers
            kept = 10 if power else max(digits, min(max(digits_of(v) for v in values), 10))
            price = 0.8 if power else 1.2 + 0.1 * _figures(by) + 0.8 * max(0.0, _figures(by) - shown)
            yield ({"scale": {"by": _plain(by), "digits": kept}},), price + alone * _figures(by), values
    if into is not None and into > 1 and into not in powers and (by is None or _figures(into) < _figures(by)):
        values = [(x / into).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) for x in xs]
        if values == [y.quantize(Decimal(1).scaleb(-digits)) for y in ys]:
            step: Step = {"divide": {"by": _plain(into), "digits": digits}}
            yield (step,), 1.3 + 0.1 * _figures(into) + alone * _figures(into), values


def _scaled_and_moved(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int) -> Iterator[Relation]:
    """A factor and a shift, before it or after it, as between degrees Fahrenheit and Celsius."""
    at = sorted(range(len(xs)), key=lambda i: xs[i])
    span = xs[at[-1]] - xs[at[0]]
    half = Decimal(5).scaleb(-digits - 1)
    rise = ys[at[-1]] - ys[at[0]]
    if len(set(xs)) < 3 or not span or abs(rise) <= 4 * half:
        return
    low, high = sorted(((rise - 2 * half) / span, (rise + 2 * half) / span))
    for by in dict.fromkeys(b for b in (_simplest(low, high, 4), _simplest(1 / high, 1 / low, 4)) if b):
        factor = by if low <= by <= high else 1 / by
        step: Step = (
            {"scale": {"by": _plain(by), "digits": 10}}
            if factor == by
            else {"divide": {"by": _plain(by), "digits": digits}}
        )
        for first in (True, False):
            ends = [
                ((y - half) / factor - x, (y + half) / factor - x)
                if first
                else (y - half - x * factor, y + half - x * factor)
                for x, y in zip(xs, ys, strict=True)
            ]
            least, most = max(min(e) for e in ends), min(max(e) for e in ends)
            shift = _simplest(least, most, 4) if least <= most and (least > 0) == (most > 0) else None
            if shift is None:
                continue
            values = [(x + shift) * factor if first else x * factor + shift for x in xs]
            if all(number_text(v, digits) == number_text(y, digits) for v, y in zip(values, ys, strict=True)):
                add: Step = {"add": _plain(shift)}
                figures = _figures(by) + _figures(shift)
                price = 2.0 + 0.15 * figures + 0.9 * max(0, figures - 4)
                yield ((add, step) if first else (step, add)), price, values


def _moved(xs: Sequence[Decimal], ys: Sequence[Decimal]) -> Iterator[Relation]:
    by = ys[0] - xs[0]
    if by and all(y - x == by for x, y in zip(xs, ys, strict=True)):
        alone = 1.6 * _figures(by) if len(set(xs)) == 1 else 0.0
        yield ({"add": _plain(by)},), 0.8 + 0.1 * len(_plain(by)) + alone, list(ys)


def _buckets(xs: Sequence[Decimal], ys: Sequence[Decimal], digits: int, spans: Sequence[Decimal]) -> Iterator[Relation]:
    ulp = Decimal(1).scaleb(-digits)
    alone = 2.5 if len(set(xs)) == 1 else 0.0
    for rank, size in [*enumerate(_SIZES), *((0, s) for s in spans if s not in _SIZES)]:
        for mode, price in _MODES:
            first = ys[0] - bucket_of(xs[0], size, mode)
            if abs(first) > size:
                continue
            found = [bucket_of(x, size, mode) for x in xs]
            if any(y - b != first for y, b in zip(ys, found, strict=True)):
                continue
            if alone and first and abs(first) not in (size, size - ulp, size - 1):
                continue
            step: dict[str, Any] = {"to": _plain(size)} if mode == "down" else {"to": _plain(size), "mode": mode}
            more: Chain = ({"add": _plain(first)},) if first else ()
            offset = (
                0.0 if not first else 0.3 if abs(first) == size else 0.35 if first in (size - ulp, size - 1) else 2.5
            )
            # The ends of a range stand in the outputs: its size is what lies between them.
            offset -= 0.4 if mode == "down" and size in spans else 0.0
            price += alone + offset
            yield ({"bucket": step}, *more), 0.9 + price + 0.015 * rank, [b + first for b in found]
        if not alone:
            yield from _from_start(xs, ys, size, 1.3 + 0.015 * rank - (0.4 if size in spans else 0.0))


def _from_start(xs: Sequence[Decimal], ys: Sequence[Decimal], size: Decimal, price: float) -> Iterator[Relation]:
    """Buckets that are not counted from zero: 5 to 15, 15 to 25."""
    start = ys[0] % size
    if not start or len(set(ys)) < 2 or any(y % size != start for y in ys):
        return
    found = [bucket_of(x, size, "down", start) for x in xs]
    first = ys[0] - found[0]
    if first in (0, size) and all(y - b == first for y, b in zip(ys, found, strict=True)):
        more: Chain = ({"add": _plain(size)},) if first else ()
        yield (
            ({"bucket": {"to": _plain(size), "start": _plain(start)}}, *more),
            price + (0.3 if first else 0.0),
            list(ys),
        )


def _counted(xs: Sequence[Decimal], ys: Sequence[Decimal]) -> Iterator[Relation]:
    """Which bucket it is, counted: the week of a month, the half of a year."""
    if len(set(xs)) < 3 or len(set(ys)) < 2 or any(y != int(y) or abs(y) > 60 for y in ys):
        return
    for size in _COUNTED:
        for mode in ("up", "down"):
            if [bucket_of(x, size, mode) / size for x in xs] == list(ys):
                steps = ({"bucket": {"to": _plain(size), "mode": mode}}, {"divide": {"by": _plain(size), "digits": 0}})
                yield steps, 1.6, list(ys)
