"""What matching needs to know of a column, taken from a frame, a profile, a contract or several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import polars as pl

from workbench.errors import UsageError
from workbench.model import Contract, Field
from workbench.profiling import ColumnProfile, Profile, named_meaning

from .measuring import Measures, measure, measure_frames, physical_kind

__all__ = ["ColumnView", "views", "views_of", "with_sample"]

# What a column that has such a meaning is plainly called; meanings of which a table has several kinds are left out.
_LABELS: dict[str | None, str] = {
    "birth_date": "birth date", "city": "city", "country": "country", "currency": "currency", "email": "email",
    "family_name": "last name", "gender": "gender", "given_name": "first name", "iban": "iban",
    "language": "language", "phone": "phone", "postcode": "postal code",
}  # fmt: skip


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


def views(side: object, *, sample: object = None) -> tuple[ColumnView, ...]:
    """See a dataset's columns or an entity's fields as matching does.

    Args:
        side: A profile, a contract, a frame, or views made before.
        sample: A frame or profile of the same dataset, where the side itself is a contract: what was measured is
            added to what was stated, and what was stated wins.

    Raises:
        UsageError: The side is something else.
    """
    return views_of((side, sample))[0]


def views_of(*sides: tuple[object, object]) -> list[tuple[ColumnView, ...]]:
    """See several sides, each given with its sample or None; frames are measured together, which is faster.

    Raises:
        UsageError: A side is something that cannot be matched.
    """
    frames = [part for side in sides for part in side if isinstance(part, pl.DataFrame | pl.LazyFrame)]
    measured = iter(measure_frames(frames) if frames else [])
    out = []
    for side, sample in sides:
        found = _seen(side, measured)
        out.append(found if sample is None else with_sample(found, _seen(sample, measured)))
    return out


def _seen(side: object, measured: Iterator[dict[str, Measures]]) -> tuple[ColumnView, ...]:
    if isinstance(side, tuple) and all(isinstance(v, ColumnView) for v in side):
        return side
    if isinstance(side, Contract):
        return _labelled(_of_contract(side))
    if isinstance(side, Profile):
        return _labelled(_of_profile(side))
    if isinstance(side, pl.DataFrame | pl.LazyFrame):
        return tuple(ColumnView(name, kind=m.kind, seen=m) for name, m in next(measured).items())
    raise UsageError(f"cannot match a {type(side).__name__}", cure="give a profile, a contract or a Polars frame")


def _labelled(side: Iterable[ColumnView]) -> tuple[ColumnView, ...]:
    """A column that alone in its table means such a thing goes by its plain name too: 'Telefon' by 'phone'."""
    views = tuple(side)
    once = Counter(v.semantic for v in views)
    return tuple(
        replace(v, synonyms=(*v.synonyms, _LABELS[v.semantic]))
        if v.semantic in _LABELS and once[v.semantic] == 1 and _LABELS[v.semantic] not in (v.name, *v.synonyms)
        else v
        for v in views
    )


def with_sample(known: Iterable[ColumnView], sampled: Iterable[ColumnView]) -> tuple[ColumnView, ...]:
    """Add what was measured to what is stated; columns that nobody stated are appended."""
    measured = {v.name: v for v in sampled}
    out = []
    for view in known:
        rows = measured.pop(view.name, None)
        if rows is not None:
            view = replace(
                view,
                kind=rows.kind if view.kind == "unknown" else view.kind,
                semantic=view.semantic or rows.semantic,
                personal=view.personal or rows.personal,
                seen=rows.seen if rows.seen.values and not view.closed else view.seen,
            )
        out.append(view)
    return (*out, *measured.values())


def _of_contract(contract: Contract) -> tuple[ColumnView, ...]:
    """All fields, their listed or exemplary values measured in one pass."""
    found = [pair for f in contract.fields for pair in _of_field(f)]
    measured = measure({view.name: values for view, values in found})
    out = []
    for view, values in found:
        seen = measured[view.name] if values else Measures()
        if not view.closed:
            # a handful of examples shows how values look, not how they spread
            seen = replace(seen, nulls=None, uniqueness=None, quantiles=(), example_only=True)
        out.append(replace(view, seen=seen, kind=seen.kind if view.kind == "unknown" else view.kind))
    return tuple(out)


def _of_field(f: Field, inside: str = "") -> Iterator[tuple[ColumnView, list[str]]]:
    """A field, or the members of a nested one by their paths, as profiles name them ('items[].sku'); its values."""
    path = inside + f.name
    if f.fields:
        for member in f.fields:
            yield from _of_field(member, f"{path}[]." if f.type.kind == "list" else f"{path}.")
        return
    closed = bool(f.enum)
    values = [*f.enum, *(t for t in f.labels.values() if t)] if closed else list(f.examples)
    kind = {"decimal": "number", "float": "number", "null": "unknown"}.get(f.type.kind, f.type.kind)
    if kind in ("integer", "text") and "%d" in (f.format or ""):  # a day written as a number
        kind = "timestamp" if "%M" in (f.format or "") else "date"
    synonyms = (f.name, *f.synonyms) if inside else f.synonyms
    named = named_meaning(f.name)
    meaning = f.semantic_type or (None if named == "street" else named)  # 'address' may be all of it, or a line
    yield (
        ColumnView(path, tuple(synonyms), f.description, kind, meaning, f.personal, closed, f.required),
        values,
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
