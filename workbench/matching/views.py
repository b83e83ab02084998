"""What matching needs to know of a column, taken from a frame, a profile, a contract or several of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import polars as pl

from workbench.model import Contract, Field
from workbench.profiling import ColumnProfile, Profile

from .measuring import Measures, measure, measure_frame, physical_kind

__all__ = ["ColumnView", "Side", "views", "with_sample"]

Side = "Profile | Contract | pl.DataFrame | pl.LazyFrame | tuple[ColumnView, ...]"


@dataclass(frozen=True, eq=False)
class ColumnView:
    """One column as matching sees it; whatever is not known is left empty and says nothing.

    Attributes:
        name: The column or field.
        synonyms: Other names it goes by.
        description: What it means, in words.
        kind: Logical family ('text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'list', 'struct') or
            'unknown'.
        semantic: What a value is, as in 'email'.
        personal: Whether values are data about a person.
        closed: Whether the values are all that are allowed (an enumeration), not a sample.
        required: Whether a value must be there.
        seen: What was measured on values.
    """

    name: str
    synonyms: tuple[str, ...] = ()
    description: str = ""
    kind: str = "unknown"
    semantic: str | None = None
    personal: bool = False
    closed: bool = False
    required: bool = False
    seen: Measures = field(default_factory=Measures)


def views(side: object, *, sample: pl.DataFrame | pl.LazyFrame | None = None) -> tuple[ColumnView, ...]:
    """See a dataset's columns or an entity's fields as matching does.

    Args:
        side: A profile, a contract, a frame, or views made before.
        sample: Rows of the same dataset, where the side itself holds no values.

    Raises:
        UsageError: The side is something else.
    """
    if isinstance(side, tuple) and all(isinstance(v, ColumnView) for v in side):
        found: tuple[ColumnView, ...] = side
    elif isinstance(side, Contract):
        found = tuple(_of_field(f) for f in side.fields)
    elif isinstance(side, Profile):
        found = _of_profile(side)
    elif isinstance(side, pl.DataFrame | pl.LazyFrame):
        found = _of_frame(side)
    else:
        from workbench.errors import UsageError

        raise UsageError(f"cannot match a {type(side).__name__}", cure="give a profile, a contract or a Polars frame")
    return found if sample is None else with_sample(found, _of_frame(sample))


def with_sample(known: Iterable[ColumnView], sampled: Iterable[ColumnView]) -> tuple[ColumnView, ...]:
    """Add what was measured on rows to what a contract or profile says; what is stated wins over guesses."""
    by_name = {v.name: v for v in sampled}
    out = []
    for view in known:
        rows = by_name.get(view.name)
        if rows is not None and rows.seen.values and not view.closed:
            kind = rows.kind if view.kind == "unknown" else view.kind
            view = replace(view, kind=kind, seen=rows.seen)
        out.append(view)
    return tuple(out)


def _of_frame(frame: pl.DataFrame | pl.LazyFrame) -> tuple[ColumnView, ...]:
    measured = measure_frame(frame)
    return tuple(ColumnView(name, kind=m.kind, seen=m) for name, m in measured.items())


def _of_field(f: Field) -> ColumnView:
    closed = bool(f.enum)
    values = list(f.enum) + [t for v, t in f.labels.items() if t] if closed else list(f.examples)
    kind = {"decimal": "number", "float": "number", "null": "unknown"}.get(f.type.kind, f.type.kind)
    seen = measure({f.name: values})[f.name] if values else Measures()
    return ColumnView(
        f.name,
        tuple(f.synonyms),
        f.description,
        kind,
        f.semantic_type,
        f.personal,
        closed,
        f.required,
        # a handful of examples shows how values look, not how they spread
        seen if closed else replace(seen, nulls=None, uniqueness=None, quantiles=(), example_only=True),
    )


def _of_profile(profile: Profile) -> tuple[ColumnView, ...]:
    columns = profile.columns
    counted = {c.name: _counts(c) for c in columns}
    measured = measure(counted)
    return tuple(_of_column(c, measured[c.name]) for c in columns)


def _counts(column: ColumnProfile) -> dict[str, float]:
    """Values with how often each occurs: the most frequent as counted, the sample as once or its fair share."""
    counts = {t.value: float(t.count.value) for t in column.top}
    rest = [v for v in column.sample if v not in counts]
    if rest:
        left = max(column.filled - sum(counts.values()), float(len(rest)))
        counts |= dict.fromkeys(rest, left / len(rest))
    return counts


def _of_column(column: ColumnProfile, seen: Measures) -> ColumnView:
    kind = physical_kind(column.type.kind) if column.type.kind != "text" else seen.kind
    distinct, filled, rows = column.distinct.value, column.filled, column.rows.value
    seen = replace(
        seen,
        nulls=1 - filled / rows if rows else None,
        uniqueness=min(1.0, distinct / filled) if filled else None,
    )
    semantic = column.semantic.type if column.semantic else None
    return ColumnView(
        column.name, kind=kind if seen.values or column.type.kind != "text" else "unknown",
        semantic=semantic, personal=column.personal, seen=seen,
    )  # fmt: skip
