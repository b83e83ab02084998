"""The facts about one column: what is in it, how it is written, what it seems to mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Self

from workbench.model import TEXT, DataType

from .histogram import Histogram
from .masking import mask
from .number import EXACT_ZERO, How, Number

__all__ = [
    "Casing",
    "ColumnProfile",
    "DateFormat",
    "Lengths",
    "NumberFormat",
    "Pattern",
    "Quantile",
    "SemanticGuess",
    "Status",
    "ValueCount",
]

Status = Literal["proven", "assumed", "conflicting", "rival"]


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value as text and how many rows hold it."""

    value: str
    count: Number


@dataclass(frozen=True, slots=True)
class Pattern:
    """The shape of values: letters and digits generalised, the rest kept.

    Attributes:
        text: 'Aa, Aa' for 'Smith, John'; A = run of capitals, a = run of small letters, 9 = run of digits.
        count: Rows of this shape.
        level: 'runs' (as above) or 'classes' (letters and digits together as X: taken for identifiers such as
            UUIDs, where runs say nothing).
        example: One value of this shape.
        regex: The shape with the lengths seen, as '[A-Z]{2}-[0-9]{4}'; empty when no value was at hand.
    """

    text: str
    count: Number
    level: Literal["runs", "classes"] = "runs"
    example: str = ""
    regex: str = ""


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which a share of the values lie.

    Attributes:
        at: The share, 0 to 1.
        value: As text in the canonical form of the column's type.
        error: Half-width of the 95 % interval of ``at``; 0 when every value was looked at.
    """

    at: float
    value: str
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long values are, in characters (text) or items (lists)."""

    minimum: int
    maximum: int
    mean: float


@dataclass(frozen=True, slots=True)
class Casing:
    """How many values with letters are written in which case."""

    upper: Number = EXACT_ZERO
    lower: Number = EXACT_ZERO
    title: Number = EXACT_ZERO
    other: Number = EXACT_ZERO


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A date or time format that values of a text column fit.

    Attributes:
        format: In strftime's letters, as '%d/%m/%Y'.
        matched: Rows that are a date in this format.
        proven: Rows that are a date in this format and in none of its rivals.
        ambiguous: Rows that are as well a (different) date in a rival.
        rivals: Formats of the same shape that read other dates from the same text.
        status: 'proven' (rows prove it and none proves a rival), 'assumed' (no row tells it from a rival),
            'conflicting' (rows prove it, others prove a rival), 'rival' (fits, but another is better).
    """

    format: str
    matched: Number
    proven: Number = EXACT_ZERO
    ambiguous: Number = EXACT_ZERO
    rivals: tuple[str, ...] = ()
    status: Status = "proven"


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A way of writing numbers that values of a text column fit.

    Attributes:
        decimal: The decimal sign; empty when no value has one.
        group: The grouping sign; empty when no value has one.
        negative: How negative numbers are written; empty when there is none.
        prefix: What stands before the number, as '€'.
        suffix: What stands after, as '%'.
        digits: The most digits seen after the decimal sign.
        matched: Rows that are a number in this format.
        proven: Rows that are a number in this format and in none of its rivals.
        ambiguous: Rows that are as well another number in a rival ('1.234').
        exponent: Whether some are written with an exponent ('1.2E+05').
        status: See `DateFormat`.
    """

    decimal: str
    group: str
    matched: Number
    negative: Literal["", "minus", "trailing", "parentheses"] = ""
    prefix: str = ""
    suffix: str = ""
    digits: int = 0
    proven: Number = EXACT_ZERO
    ambiguous: Number = EXACT_ZERO
    exponent: bool = False
    status: Status = "proven"


@dataclass(frozen=True, slots=True)
class SemanticGuess:
    """What a column means in the world, decided for the column as a whole.

    Attributes:
        type: As 'email', 'phone', 'person_name', 'country'; see `semantics.SEMANTIC_TYPES`.
        confidence: 0 to 1.
        form: The way it is written: 'Last, First', 'alpha-2', 'E164', 'national', a phone region.
        evidence: Why, in words.
    """

    type: str
    confidence: float
    form: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The facts about one column, or about one path inside a nested one (`customer.email`, `items[].sku`).

    Attributes:
        name: The column or the flattened path.
        physical: The type that holds it now, as Polars names it.
        path: The column, then names of members, '[]' standing for each item of a list.
        type: The logical type that the values have: a text column of dates is a date.
        rows: Rows, or items where the path leads through lists.
        nulls: Rows without a value.
        blanks: Rows of empty text or nothing but whitespace (not counted as null).
        distinct: Different values, nulls, blanks and NaN not counted; 0 for lists.
        nan: Rows that are not a number (floats).
        zeros: Rows equal to zero (numbers); None for other types.
        negatives: Rows below zero (numbers); None for other types.
        minimum: Smallest value as text in the canonical form of ``type`` (first in code-point order for text).
        maximum: Largest value, likewise.
        mean: Arithmetic mean (numbers).
        deviation: Standard deviation (numbers).
        bounds: How minimum, maximum, mean and deviation were come by; those of a sample bound the sample only.
        quantiles: Of numbers, dates and times.
        lengths: Of text in characters, of lists in items.
        top: Most frequent values, most frequent first.
        patterns: Most frequent shapes of text, most frequent first.
        sample: Some distinct values as text, spread over the column; kept in memory, written only on demand.
        dates: Date formats that fit, best first.
        numbers: Number formats that fit, best first.
        semantic: The best guess of what the column means, if there is one.
        guesses: All guesses, best first.
        personal: Whether values are data about a person: masked wherever they are shown.
        padded: Rows with leading or trailing whitespace.
        placeholders: Values that stand for 'nothing' ('N/A', '1900-01-01').
        casing: The cases in which text is written.
        outliers: Numbers far outside the bulk (beyond 3 interquartile ranges from it).
        histogram: Mergeable counts over numbers or time, to draw and to compare.
        length_histogram: The same over the lengths of text.
    """

    name: str
    physical: str
    path: tuple[str, ...] = ()
    type: DataType = TEXT
    rows: Number = EXACT_ZERO
    nulls: Number = EXACT_ZERO
    blanks: Number = EXACT_ZERO
    distinct: Number = EXACT_ZERO
    nan: Number = EXACT_ZERO
    zeros: Number | None = None
    negatives: Number | None = None
    minimum: str | None = None
    maximum: str | None = None
    mean: float | None = None
    deviation: float | None = None
    bounds: How = "exact"
    quantiles: tuple[Quantile, ...] = ()
    lengths: Lengths | None = None
    top: tuple[ValueCount, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    sample: tuple[str, ...] = field(default=(), repr=False)
    dates: tuple[DateFormat, ...] = ()
    numbers: tuple[NumberFormat, ...] = ()
    semantic: SemanticGuess | None = None
    guesses: tuple[SemanticGuess, ...] = ()
    personal: bool = False
    padded: Number = EXACT_ZERO
    placeholders: tuple[ValueCount, ...] = ()
    casing: Casing | None = None
    outliers: Number = EXACT_ZERO
    histogram: Histogram | None = None
    length_histogram: Histogram | None = None

    @property
    def filled(self) -> float:
        """Rows with a value that is neither null, blank nor NaN."""
        return max(0.0, self.rows.value - self.nulls.value - self.blanks.value - self.nan.value)

    @property
    def likely_dates(self) -> tuple[DateFormat, ...]:
        """The date formats that no better one rules out, best first."""
        return tuple(d for d in self.dates if d.status != "rival")

    @property
    def likely_numbers(self) -> tuple[NumberFormat, ...]:
        """The number formats that no better one rules out, best first."""
        return tuple(n for n in self.numbers if n.status != "rival")

    def share(self, number: Number | float) -> float:
        """A count of rows as a share of the filled rows, 0 to 1."""
        count = number.value if isinstance(number, Number) else number
        return min(1.0, count / self.filled) if self.filled else 0.0

    def masked(self) -> Self:
        """The same facts with every value masked and the sample left out."""

        def hide(counts: tuple[ValueCount, ...]) -> tuple[ValueCount, ...]:
            return tuple(replace(c, value=mask(c.value)) for c in counts)

        return replace(
            self,
            sample=(),
            top=hide(self.top),
            minimum=None if self.minimum is None else mask(self.minimum),
            maximum=None if self.maximum is None else mask(self.maximum),
            quantiles=tuple(replace(q, value=mask(q.value)) for q in self.quantiles),
            patterns=tuple(replace(p, example=mask(p.example)) for p in self.patterns),
        )
