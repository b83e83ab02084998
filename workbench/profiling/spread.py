"""How numbers and times lie: quantiles, histogram, outliers, from values with their weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, sqrt

import numpy as np
import numpy.typing as npt
import polars as pl

from .counted import Counted
from .facts import Quantile
from .histogram import Histogram
from .number import EXACT_ZERO, Z95, Number

__all__ = ["Spread", "as_text", "spread_of"]

Floats = npt.NDArray[np.float64]
POINTS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
BINS = 48  # wanted between the 1st and the 99th percentile
FAR = 3.0  # interquartile ranges from the middle half, beyond which a value is an outlier
PER_SECOND = {"ns": 1e9, "us": 1e6, "ms": 1e3}


@dataclass(frozen=True)
class Spread:
    """What `spread_of` finds."""

    quantiles: tuple[Quantile, ...] = ()
    histogram: Histogram | None = None
    outliers: Number = EXACT_ZERO


def as_text(values: pl.Series) -> pl.Series:
    """Values in the canonical text of their type: ISO 8601 dates and times, plain numbers."""
    if isinstance(values.dtype, pl.Datetime):
        zoned = values.dtype.time_zone is not None
        plain = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if zoned else values
        text = plain.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return text + "Z" if zoned else text
    if isinstance(values.dtype, pl.Duration):
        return (values.to_physical() / PER_SECOND[values.dtype.time_unit]).cast(pl.String)
    if isinstance(values.dtype, pl.Binary):
        return values.bin.encode("hex")
    return values.cast(pl.String)


def spread_of(counted: Counted, every: Floats | None = None) -> Spread:
    """Quantiles, histogram and outliers.

    Args:
        counted: Values with their rows.
        every: All filled values in order, in the physical unit of the type, where they were kept.
    """
    values = counted.values
    if not len(values):
        return Spread()
    if every is None:
        real = values.to_physical().cast(pl.Float64).to_numpy()
        order = np.argsort(real, kind="stable")
        ordered, weights = real[order], counted.counts.to_numpy()[order]
        exact = counted.complete
    else:
        ordered, weights, exact, order = every, np.ones(len(every), np.int64), True, None
    finite = np.isfinite(ordered)
    if not finite.all():
        ordered, weights = ordered[finite], weights[finite]
        order = None if order is None else order[finite]
    if not len(ordered):
        return Spread()
    upto = np.cumsum(weights)
    total = int(upto[-1])
    places = np.array([np.searchsorted(upto, q * total, side="left") for q in POINTS]).clip(max=len(ordered) - 1)
    at = ordered[places]
    texts = _texts(at, values) if order is None else as_text(values[pl.Series(order[places])]).to_list()
    error = 0.0 if exact else Z95 * sqrt(0.25 / total)
    quantiles = tuple(Quantile(q, text, round(error, 4)) for q, text in zip(POINTS, texts, strict=True))
    hits = _outliers(ordered, weights, at)
    outliers = Number(hits) if exact else counted.number(hits)
    return Spread(quantiles, _histogram(ordered, weights, at, values.dtype, not exact), outliers)


def _texts(at: Floats, like: pl.Series) -> list[str]:
    dtype = like.dtype
    if dtype.is_temporal():
        made = pl.Series(at).round().cast(pl.Int64).cast(pl.Int32 if dtype == pl.Date else pl.Int64).cast(dtype)
    elif dtype.is_integer():
        return [str(int(v)) for v in at]
    elif isinstance(dtype, pl.Decimal):
        made = pl.Series(at).cast(pl.Decimal(38, dtype.scale))
    else:
        made = pl.Series(at)
    return as_text(made).to_list()


def _outliers(ordered: Floats, weights: npt.NDArray[np.int64], at: Floats) -> int:
    low, high = at[POINTS.index(0.25)], at[POINTS.index(0.75)]
    if high <= low:
        return 0
    with np.errstate(over="ignore"):  # beyond the largest float nothing is far out
        reach = FAR * (high - low)
        begin = np.searchsorted(ordered, low - reach, side="left")
        end = np.searchsorted(ordered, high + reach, side="right")
    return int(weights[:begin].sum() + weights[end:].sum())


def _histogram(
    ordered: Floats, weights: npt.NDArray[np.int64], at: Floats, dtype: pl.DataType, sampled: bool
) -> Histogram:
    scale, unit = 1.0, "number"
    if dtype == pl.Date:
        unit = "day"
    elif isinstance(dtype, pl.Datetime | pl.Duration):
        scale, unit = PER_SECOND[dtype.time_unit], "second"
    elif dtype == pl.Time:
        scale, unit = 1e9, "second"
    low, high = at[0] / scale, at[-1] / scale
    wide = (high - low) or (ordered[-1] - ordered[0]) / scale
    exponent = ceil(log2(wide / BINS)) if wide > 0 else 0
    if dtype.is_integer() or dtype == pl.Date:
        exponent = max(0, exponent)
    exponent = max(-1000, exponent)
    index = np.floor(ordered / scale / 2.0**exponent).clip(-(2**53), 2**53).astype(np.int64)
    starts = np.concatenate(([0], np.flatnonzero(index[1:] != index[:-1]) + 1))
    counts = np.add.reduceat(weights, starts)
    pairs = zip(index[starts].tolist(), counts.tolist(), strict=True)
    return Histogram.of(pairs, exponent, unit=unit, sampled=sampled)  # type: ignore[arg-type]
