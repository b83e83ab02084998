"""Pieces that notebooks and pages share: tables and plots from facts, safe to show anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl

from workbench.mapping import Counts, LinkedField
from workbench.markup import block, note, table, toned
from workbench.model import Contract, Spec, spec_html
from workbench.profiling import Profile, mask, profile

__all__ = [
    "counts_table",
    "linked_table",
    "masked_preview",
    "null_chart",
    "problem_table",
    "spec_table",
]

_LOOKED_AT = 1_000  # rows in which a preview looks for personal data


def problem_table(facts: Profile, limit: int = 30) -> str:
    """The problems of a profile, worst first, as HTML; values are masked where they are personal."""
    problems = facts.masked().problems
    if not problems:
        return block(note("Nothing to complain about.", "good"))
    rows = [
        (escape(p.column or "the dataset"), escape(p.what), escape(str(p.rows)), escape(p.cure))
        for p in problems[:limit]
    ]
    more = f"… and {len(problems) - limit} more" if len(problems) > limit else ""
    return block(table(("column", "what is wrong", "rows", "what cures it"), rows, numbers=(2,)), note(more))


def null_chart(facts: Profile) -> Any:
    """The share of rows that hold a value, per column, as an Altair chart drawn without a network."""
    import altair as alt

    alt.renderers.enable("svg")
    data = pl.DataFrame(
        [
            {"column": c.name, "share": c.filled / c.rows.value if c.rows.value else 0.0, "order": i}
            for i, c in enumerate(facts.columns)
        ],
        schema={"column": pl.String, "share": pl.Float64, "order": pl.Int64},
    )
    return (
        alt.Chart(alt.Data(values=data.to_dicts()), height=alt.Step(18), width=460)
        .mark_bar(color="#2f6fb3")
        .encode(
            y=alt.Y("column:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=280)),
            x=alt.X("share:Q", title="rows with a value", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        )
        .configure(background="white")
    )


def spec_table(spec: Spec, target: Contract) -> str:
    """A spec over the fields of its target: where each comes from, through which steps; what is not mapped."""
    return spec_html(spec, target.fields)


def counts_table(counts: Counts) -> str:
    """The books of a run as HTML: what came in, and where every row went."""
    return block(counts.books_html())


def masked_preview(frame: pl.DataFrame, target: Contract, limit: int = 6) -> str:
    """The first rows of a result as HTML; masked is what the contract calls personal, and what looks so."""
    seen = profile(frame.head(_LOOKED_AT), name=target.name).personal
    personal = {f.name for f in target.fields if f.personal} | seen
    rows = [
        tuple(_cell(value, name in personal) for name, value in zip(frame.columns, row, strict=True))
        for row in frame.head(limit).rows()
    ]
    caption = f"the first {min(limit, frame.height)} of {frame.height:,} rows"
    numbers = [i for i, dtype in enumerate(frame.dtypes) if dtype.is_numeric()]
    return block(table(frame.columns, rows, caption=caption, numbers=numbers))


def linked_table(systems: Mapping[str, Mapping[str, LinkedField]], target: Contract, limit: int = 20) -> str:
    """What linked records of other systems say of each field, and those that disagree, as HTML; personal values masked.

    Args:
        systems: By the other system's name, what `workbench.mapping.learn_from_links` found, by field.
        target: The entity whose fields they are.
        limit: Disagreeing pairs shown per field.
    """
    if not systems:
        return block(note("There is no crosswalk here that links these records to another system."))
    parts = []
    for system, found in systems.items():
        rows = [
            (escape(name), f"{f.learned.agree:,}", f"{f.learned.pairs:,}", _odd(f, limit, target))
            for name, f in found.items()
        ]
        silent = [f.name for f in target.fields if f.name not in found and f.key is None]
        parts += [
            table(
                ("field", "pairs that agree", "of", "those that don't"),
                rows,
                caption=f"held against {system}",
                numbers=(1, 2),
            ),
            note(f"Too few pairs agree, or none is filled on both sides: {', '.join(silent)}" if silent else ""),
        ]
    return block(*parts)


def _odd(field: LinkedField, limit: int, target: Contract) -> str:
    """The pairs that disagree, folded away under their number."""
    missing = field.learned.pairs - field.learned.agree
    if not missing:
        return toned("all agree", "good")
    personal = field.target in target and target.field(field.target).personal
    rows = [
        (escape(ours), escape(theirs), _cell(made, personal), _cell(wanted, personal))
        for ours, theirs, wanted, made in field.disagreeing[:limit]
    ]
    more = note(f"… and {missing - len(rows):,} more" if missing > len(rows) else "")
    inside = table(("here", "there", "made here", "stands there"), rows)
    return f"<details><summary>{missing:,}</summary>{inside}{more}</details>"


def _cell(value: Any, personal: bool) -> str:
    if value is None:
        return toned("–", "soft")
    return escape(mask(str(value)) if personal else str(value))
