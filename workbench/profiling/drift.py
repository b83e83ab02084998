"""What has changed between two profiles of a dataset: by how much, held against what chance alone would do.

Significance is useless at volume: with a million rows a shift of a hundredth of a standard deviation is
'significant'. So every change is an effect size (a difference of shares, a distance of distributions) that
must exceed both a size that matters and the noise that samples of these sizes have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log, log2, sqrt
from typing import TypeVar

from .dataset import Profile
from .facts import ColumnProfile
from .histogram import Histogram
from .masking import mask
from .wording import listed, percent

__all__ = ["Drift", "compare"]

SHIFT = 0.1  # standard deviations that a distribution must have moved by
DIVERGED = 0.1  # Jensen–Shannon divergence in bits from which shapes differ
EXPECTED = 10  # rows to be expected of a value whose absence means something
SHARE = 0.05  # difference of shares (of empty rows, of a shape) that matters
BINS = 32
P = TypeVar("P")
Z = 4.0  # standard errors of noise that an effect must exceed: of many comparisons, none by chance


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing that has changed.

    Attributes:
        kind: 'column_gone', 'column_new', 'type', 'meaning', 'empty', 'new_values', 'vanished_values',
            'frequencies', 'shapes', 'shift' or 'spread'.
        column: The column.
        what: The sentence to show.
        effect: How large the change is: shares and divergences 0 to 1, shifts in standard deviations.
        noise: What chance alone would do at these sizes, in the same unit.
        severity: 0 to 1.
    """

    kind: str
    column: str
    what: str
    effect: float = 1.0
    noise: float = 0.0
    severity: float = 0.5

    def __str__(self) -> str:
        return f"{self.column}: {self.what}"


def compare(old: Profile, new: Profile) -> tuple[Drift, ...]:
    """Find what has changed from one profile to the next, gravest first.

    Args:
        old: The profile of before.
        new: The profile of now.

    >>> import polars as pl
    >>> from workbench.profiling import profile
    >>> before = profile(pl.DataFrame({"sex": ["M", "F"] * 500}))
    >>> after = profile(pl.DataFrame({"sex": ["M", "F", "X", "F"] * 250}))
    >>> [str(drift) for drift in compare(before, after)][0]
    "sex: 1 new value in 250 rows: 'X'"
    """
    found: list[Drift] = []
    for name in old.names:
        if name not in new.names:
            found.append(Drift("column_gone", name, "is gone", severity=1.0))
            continue
        found += _column(old.column(name), new.column(name), old.sampled, new.sampled)
    found += [Drift("column_new", n, "is new", severity=0.4) for n in new.names if n not in old.names]
    return tuple(sorted(found, key=lambda d: (-d.severity, -d.effect, d.column, d.kind)))


def _column(old: ColumnProfile, new: ColumnProfile, old_sample: int, new_sample: int) -> Iterator[Drift]:
    name = old.name
    if old.type != new.type and old.filled and new.filled:
        yield Drift("type", name, f"was {old.type}, is {new.type}", severity=0.9)
    before, after = (c.semantic.type if c.semantic else "" for c in (old, new))
    if before and after and before != after:
        yield Drift("meaning", name, f"looked like {before}, looks like {after}", severity=0.6)
    yield from _emptier(old, new)
    if not old.filled or not new.filled:
        return
    many = tuple(_looked_at(c, s) for c, s in ((old, old_sample), (new, new_sample)))
    yield from _values(old, new)
    yield from _shapes(old, new, many)
    yield from _moved(old, new, many)


def _looked_at(column: ColumnProfile, sample: int) -> float:
    """The rows behind what is said of shapes and spread."""
    sampled = any(p.count.how == "sampled" for p in column.patterns) or (column.histogram and column.histogram.sampled)
    return max(1.0, min(column.filled, sample) if sampled and sample else column.filled)


def _emptier(old: ColumnProfile, new: ColumnProfile) -> Iterator[Drift]:
    n, m = max(1.0, old.rows.value), max(1.0, new.rows.value)
    p, q = 1 - old.filled / n, 1 - new.filled / m
    noise = Z * sqrt(max(p * (1 - p), 0.25 / n) / n + max(q * (1 - q), 0.25 / m) / m)
    effect = abs(p - q)
    if effect >= max(SHARE, noise):
        what = f"{percent(q)} of the rows are empty, formerly {percent(p)}"
        yield Drift("empty", old.name, what, round(effect, 4), round(noise, 4), _severity(0.8, effect / 0.5))


def _severity(base: float, size: float) -> float:
    return round(base * (0.5 + 0.5 * min(1.0, size)), 3)


def _values(old: ColumnProfile, new: ColumnProfile) -> Iterator[Drift]:
    """New, vanished and shifted values of columns whose values are all listed."""
    listed_all = all(c.top and len(c.top) == c.distinct.value for c in (old, new))
    if not listed_all or old.distinct.value > 0.5 * old.filled:
        return
    before = {v.value: float(v.count.value) for v in old.top}
    after = {v.value: float(v.count.value) for v in new.top}
    fresh = [value for value in after if value not in before]
    # Values seen once say how many were not seen at all (Good, 1953): so many new ones are to be expected.
    unseen = sum(1 for n in before.values() if n == 1) / old.filled
    noise = unseen + Z * sqrt(unseen / old.filled + unseen / new.filled)
    rows = sum(after[value] for value in fresh)
    if fresh and rows / new.filled > noise:
        what = f"{_counted(fresh, 'new value')} in {rows:,.0f} rows: {_shown(fresh, old)}"
        effect = round(rows / new.filled, 4)
        yield Drift("new_values", old.name, what, effect, round(noise, 4), _severity(0.85, effect * 10))
    # A rare value may be missing by chance.
    gone = [v for v, n in before.items() if v not in after and n / old.filled * new.filled >= EXPECTED]
    if gone:
        share = sum(before[v] for v in gone) / old.filled
        what = f"{_counted(gone, 'value')} no longer there: {_shown(gone, old)}"
        yield Drift("vanished_values", old.name, what, round(share, 4), 0.0, _severity(0.5, share * 10))
    effect, noise = _divergence(before, after, old.filled, new.filled)
    if effect >= max(DIVERGED, noise):
        what = f"its values are distributed otherwise (divergence {effect:.2f})"
        yield Drift("frequencies", old.name, what, effect, noise, _severity(0.6, effect))


def _counted(values: list[str], noun: str) -> str:
    return f"{len(values):,} {noun}" + ("s" if len(values) != 1 else "")


def _shown(values: list[str], column: ColumnProfile) -> str:
    return listed([f"'{mask(v) if column.personal else v}'" for v in values])


def _divergence(before: Mapping[P, float], after: Mapping[P, float], n: float, m: float) -> tuple[float, float]:
    """Jensen–Shannon divergence in bits, and its noise for counts of n and m rows.

    Under no change it is distributed as chi-square with k - 1 degrees of freedom, times (1/n + 1/m) / (8 ln 2),
    with k places; the quantile is Wilson's and Hilferty's (1931).
    """
    places = before.keys() | after.keys()
    total, other = sum(before.values()) or 1.0, sum(after.values()) or 1.0
    found = 0.0
    for place in places:
        p, q = before.get(place, 0.0) / total, after.get(place, 0.0) / other
        middle = (p + q) / 2
        found += 0.5 * (p * log2(p / middle) if p else 0.0) + 0.5 * (q * log2(q / middle) if q else 0.0)
    free = max(1, len(places) - 1)
    chi = free * (1 - 2 / (9 * free) + Z * sqrt(2 / (9 * free))) ** 3
    noise = chi * (1 / n + 1 / m) / (8 * log(2))
    return round(found, 4), round(noise, 4)


def _shapes(old: ColumnProfile, new: ColumnProfile, many: tuple[float, ...]) -> Iterator[Drift]:
    if not old.patterns or not new.patterns or old.patterns[0].level != new.patterns[0].level:
        return
    before = {p.text: old.share(p.count) for p in old.patterns}
    after = {p.text: new.share(p.count) for p in new.patterns}
    changes = [(after.get(text, 0.0) - before.get(text, 0.0), text) for text in before.keys() | after.keys()]
    changes.sort(key=lambda change: (-abs(change[0]), change[1]))
    noise = Z * sqrt(0.25 / many[0] + 0.25 / many[1])
    if changes and abs(changes[0][0]) >= max(SHARE, noise):
        effect, text = changes[0]
        what = f"{percent(after.get(text, 0.0))} look like '{text}', formerly {percent(before.get(text, 0.0))}"
        yield Drift("shapes", old.name, what, round(abs(effect), 4), round(noise, 4), _severity(0.7, abs(effect) * 2))


def _moved(old: ColumnProfile, new: ColumnProfile, many: tuple[float, ...]) -> Iterator[Drift]:
    """Distributions of numbers and times, or else of lengths."""
    a, b, of = old.histogram, new.histogram, ""
    if a is None or b is None:
        a, b, of = old.length_histogram, new.length_histogram, " of the lengths"
    if a is None or b is None or a.unit != b.unit or old.type != new.type:
        return
    if old.semantic is not None and old.semantic.type in ("id", "uuid"):
        return  # keys grow: that is no drift
    left, right = _aligned(a, b)
    shift, deviation = _distance(left, right)
    noise = Z * sqrt(1 / many[0] + 1 / many[1])
    if deviation and shift / deviation >= max(SHIFT, noise):
        effect = round(shift / deviation, 4)
        what = f"the distribution{of} has moved by {effect:.2f} standard deviations{_middle(old, new)}"
        yield Drift("shift", old.name, what, effect, round(noise, 4), _severity(0.6, effect))
        return
    shares = [dict(h.bins) for h in (left, right)]
    effect, floor = _divergence(shares[0], shares[1], many[0], many[1])
    if effect >= max(DIVERGED, floor):
        what = f"the distribution{of} has another form (divergence {effect:.2f})"
        yield Drift("spread", old.name, what, effect, floor, _severity(0.5, effect))


def _aligned(a: Histogram, b: Histogram) -> tuple[Histogram, Histogram]:
    exponent = max(a.exponent, b.exponent)
    left, right = a.coarsened(exponent), b.coarsened(exponent)
    while max(len(left.bins), len(right.bins)) > BINS:
        left, right = left.coarsened(left.exponent + 1), right.coarsened(right.exponent + 1)
    return left, right


def _distance(a: Histogram, b: Histogram) -> tuple[float, float]:
    """Wasserstein distance of two aligned histograms, and the standard deviation of the first."""
    left, right = dict(a.bins), dict(b.bins)
    places = sorted(left.keys() | right.keys())
    mean = sum(i * n for i, n in a.bins) / a.total
    variance = sum((i - mean) ** 2 * n for i, n in a.bins) / a.total
    moved = gap = 0.0
    for place, following in zip(places, [*places[1:], places[-1]], strict=True):
        gap += left.get(place, 0) / a.total - right.get(place, 0) / b.total
        moved += abs(gap) * (following - place)
    return moved * a.width, sqrt(max(variance, 1 / 12)) * a.width


def _middle(old: ColumnProfile, new: ColumnProfile) -> str:
    middles = [next((q.value for q in c.quantiles if q.at == 0.5), None) for c in (old, new)]
    return "" if None in middles or old.personal else f": the median was {middles[0]}, is {middles[1]}"
