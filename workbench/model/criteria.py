"""Criteria: measurable promises of a flow, as in 'delivered within 30 s for at least 95 %'."""

from __future__ import annotations

import operator
import re
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

__all__ = ["MEASURES", "Criterion", "parse_duration"]

Measure = Literal[
    "availability", "completeness", "delivered_within", "duplicate_rate", "error_rate", "freshness",
    "latency", "match_rate", "reject_rate", "run_time", "throughput",
]  # fmt: skip
Unit = Literal["share", "seconds", "rows/s"]

MEASURES: dict[str, tuple[Unit, str]] = {
    "availability": ("share", "share of planned runs that happened"),
    "completeness": ("share", "share of source records that reached the target or are booked"),
    "delivered_within": ("share", "share of records delivered within the time given"),
    "duplicate_rate": ("share", "share of delivered records that are duplicates"),
    "error_rate": ("share", "share of records that failed"),
    "freshness": ("seconds", "age of the newest record in the target"),
    "latency": ("seconds", "time from source to target, 95th percentile"),
    "match_rate": ("share", "share of records linked to a canonical record"),
    "reject_rate": ("share", "share of records rejected"),
    "run_time": ("seconds", "duration of a run"),
    "throughput": ("rows/s", "records a second"),
}
"""What can be promised: the unit it is measured in, and its meaning in words."""

_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d|w)\Z")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%\Z")
_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(k|M)?\s*rows/s\Z")
_LIMITS = {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt, "below": operator.lt}
_SIGNS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}


def parse_duration(text: str) -> float:
    """Read a duration in seconds.

    >>> parse_duration("30 s"), parse_duration("1.5h")
    (30.0, 5400.0)

    Raises:
        ValueError: It is none.
    """
    found = _DURATION.match(text.strip())
    if not found:
        raise ValueError("a duration is a number and one of ms, s, min, h, d, w, as in '30 s'")
    return float(found[1]) * _SECONDS[found[2]]


class Criterion(BaseModel):
    """One measurable promise.

    Exactly one of the four limits is given, in the unit of the measure: '95 %', '30 s' or '10 k rows/s'.

    Attributes:
        id: Names the criterion within its flow.
        measure: What is measured; see `MEASURES`.
        within: The time in which a record counts as delivered (`delivered_within` only).
        at_least: Limit.
        at_most: Limit.
        above: Limit.
        below: Limit.
        window: The period it is measured over, as in '1 d'; one run when not said.
        why: The reason, in words.

    >>> c = Criterion(id="c1", measure="delivered_within", within="30 s", at_least="95 %")
    >>> str(c), c.holds(0.97), c.holds(0.9)
    ('delivered within 30 s ≥ 95 %', True, False)
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    measure: Measure
    within: str | None = None
    at_least: str | None = None
    at_most: str | None = None
    above: str | None = None
    below: str | None = None
    window: str | None = None
    why: str = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        limits = [name for name in _LIMITS if getattr(self, name) is not None]
        if len(limits) != 1:
            raise ValueError("a criterion has exactly one of at_least, at_most, above, below")
        if (self.measure == "delivered_within") != (self.within is not None):
            raise ValueError("'within' belongs to delivered_within, and delivered_within needs it")
        for duration in (self.within, self.window):
            if duration is not None:
                parse_duration(duration)
        _read(str(getattr(self, limits[0])), self.unit)
        return self

    @property
    def unit(self) -> Unit:
        """What the measure is counted in: a share from 0 to 1, seconds, or rows a second."""
        return MEASURES[self.measure][0]

    @property
    def limit(self) -> float:
        """The limit as a number, in `unit`."""
        return _read(str(getattr(self, self._bound)), self.unit)

    @property
    def _bound(self) -> str:
        return next(name for name in _LIMITS if getattr(self, name) is not None)

    def holds(self, measured: float) -> bool:
        """Whether a measured value, in `unit`, keeps the promise."""
        kept: Any = _LIMITS[self._bound](measured, self.limit)
        return bool(kept)

    def __str__(self) -> str:
        within = f" {self.within}" if self.within else ""
        return f"{self.measure.replace('_', ' ')}{within} {_SIGNS[self._bound]} {getattr(self, self._bound)}"


def _read(text: str, unit: Unit) -> float:
    if unit == "seconds":
        return parse_duration(text)
    if unit == "share":
        found = _SHARE.match(text.strip())
        if not found or float(found[1]) > 100:
            raise ValueError("this measure is a share: write the limit as '95 %'")
        return float(found[1]) / 100
    found = _RATE.match(text.strip())
    if not found:
        raise ValueError("this measure is a rate: write the limit as '500 k rows/s'")
    return float(found[1]) * {"k": 1e3, "M": 1e6, None: 1.0}[found[2]]
