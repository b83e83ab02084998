"""A number that says how it was come by: counted, estimated, or taken from a sample."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

__all__ = ["EXACT_ZERO", "How", "Number", "wilson"]

How = Literal["exact", "approximate", "sampled"]

Z95 = 1.96  # half-width of a 95 % interval in standard errors


@dataclass(frozen=True, slots=True)
class Number:
    """A number and how sure it is.

    Attributes:
        value: The number.
        how: 'exact' (every row was looked at), 'approximate' (a sketch over every row) or 'sampled'
            (projected from a systematic sample of rows).
        error: Half-width of the 95 % interval, in the unit of the value; 0 when exact.
    """

    value: int | float
    how: How = "exact"
    error: float = 0.0

    @classmethod
    def projected(cls, hits: int, sampled: int, rows: int) -> Number:
        """Project a count in a sample of rows to all rows.

        The error is Wilson's 95 % half-width, which stays honest at 0 and at all, with the correction for
        samples that are a large part of the whole.

        Args:
            hits: Rows of the sample that count.
            sampled: Rows in the sample.
            rows: Rows in all.

        >>> Number.projected(10, 1_000, 100_000)
        Number(value=1000, how='sampled', error=640.0)
        >>> Number.projected(10, 1_000, 1_000)
        Number(value=10, how='exact', error=0.0)
        """
        if sampled >= rows:
            return cls(hits)
        if not sampled:
            return cls(0, "sampled", float(rows))
        p = hits / sampled
        _, half = _wilson(p, sampled)
        rest = sqrt((rows - sampled) / max(1, rows - 1))
        return cls(round(p * rows), "sampled", float(round(half * rest * rows)))

    @property
    def exact(self) -> bool:
        """Whether every row was counted."""
        return self.how == "exact"

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __str__(self) -> str:
        text = f"{self.value:,}" if isinstance(self.value, int) else f"{self.value:,.6g}"
        if self.exact:
            return text
        return f"≈ {text} ± {self.error:,.0f}" if self.error >= 1 else f"≈ {text}"


EXACT_ZERO = Number(0)


def wilson(share: float, n: float) -> tuple[float, float]:
    """95 % interval of a share seen in n cases (Wilson 1927).

    >>> tuple(round(x, 3) for x in wilson(0.9, 100))
    (0.826, 0.945)
    """
    if n <= 0:
        return 0.0, 1.0
    middle, half = _wilson(share, n)
    return min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def _wilson(share: float, n: float) -> tuple[float, float]:
    z2 = Z95 * Z95
    half = Z95 * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return (share + z2 / (2 * n)) / (1 + z2 / n), half
