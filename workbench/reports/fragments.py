"""Pieces that notebooks and pages share: tables and plots from facts, safe to show anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import polars as pl

from workbench.mapping import Counts
from workbench.model import Contract, Spec
from workbench.profiling import Profile, mask

__all__ = ["counts_table", "masked_preview", "null_chart", "problem_table", "reject_table", "spec_table"]

_INK = "color:var(--jp-content-font-color1,inherit)"
_STYLE = f"border-collapse:collapse;font-variant-numeric:tabular-nums;text-align:left;{_INK}"
_CELL = (
    "padding:.3em .8em .3em 0;vertical-align:top;text-align:left;border-bottom:1px solid var(--jp-border-color2,#8884)"
)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A plain accessible table; cells are HTML already."""
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(h)}</th>' for h in headings)
    body = "".join("<tr>" + "".join(f'<td style="{_CELL}">{c}</td>' for c in row) + "</tr>" for row in rows)
    said = f"<caption style='text-align:left;padding-bottom:.4em'>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div style="overflow-x:auto"><table style="{_STYLE}">{said}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def problem_table(facts: Profile, limit: int = 30) -> str:
    """The problems of a profile, worst first, as HTML; values are masked where they are personal."""
    problems = facts.masked().problems
    if not problems:
        return "<p>Nothing to complain about.</p>"
    rows = [
        (f"<b>{escape(p.column or 'the dataset')}</b>", escape(p.what), escape(str(p.rows)), escape(p.cure))
        for p in problems[:limit]
    ]
    more = f"<p>… and {len(problems) - limit} more</p>" if len(problems) > limit else ""
    return _table(("column", "what is wrong", "rows", "what cures it"), rows) + more


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
    """A spec field by field: where each comes from, through which steps, on which evidence."""
    rows = []
    for field in target.fields:
        written = spec.fields.get(field.name)
        if written is None:
            rows.append((_name(field.name, field.required), "<i>not mapped</i>", "", ""))
            continue
        origin = ", ".join(written.from_ or ()) or ("by case" if written.case else f"constant '{written.value}'")
        steps = " → ".join(_step(s.written()) for s in written.steps)
        if written.case:
            tests = [_inline(b.when.model_dump(by_alias=True, exclude_defaults=True)) for b in written.case]
            steps = "<br>".join(f"<code>when {escape(t)[:120]}</code>" for t in tests)
        match = spec.evidence.get(written.id, {}).get("match", "")
        rows.append((_name(field.name, field.required), escape(origin), steps, escape(str(match))))
    caption = f"{spec.title} ({spec.status}): {spec.source.dataset} → {target.name} {target.version}"
    left = f"<p>Left out on purpose: {escape(', '.join(spec.unmapped))}</p>" if spec.unmapped else ""
    return _table(("field", "from", "steps", "score"), rows, caption) + left


def _name(name: str, required: bool) -> str:
    return f"<b>{escape(name)}</b>" + (' <span title="required">*</span>' if required else "")


def _step(written: Any) -> str:
    if isinstance(written, str):
        return f"<code>{escape(written)}</code>"
    name, args = next(iter(written.items()))
    text = f"{name}: {_inline(args)}"
    return f"<code>{escape(text if len(text) <= 110 else text[:109] + '…')}</code>"


def _inline(value: Any) -> str:
    """Plain data on one line, as YAML's flow style has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inline(v) for v in value) + "]"
    return str(value)


def counts_table(counts: Counts) -> str:
    """The books of a run as HTML: what came in, and where every row went."""
    rows = [("rows in", counts.rows_in), ("added", counts.added), ("rows out", counts.rows_out)]
    rows += [("rejected", counts.total_rejected), *((n, c) for n, c in sorted(counts.booked.items()) if c)]
    rows += [("values replaced in rows that went on", counts.replaced.total())]
    shown = [(escape(n), f"{c:,}") for n, c in rows if c or n in ("rows in", "rows out", "rejected")]
    return _table(("where every row went", "rows"), shown)


def reject_table(counts: Counts) -> str:
    """Why rows were rejected, and values replaced, as HTML, most first."""
    parts = [] if counts.total_rejected else ["<p>No row was rejected.</p>"]
    for told, unit in ((counts.rejected, "rows"), (counts.replaced, "values replaced")):
        rows = [(escape(c), escape(counts.reasons.get(c, "")), f"{n:,}") for c, n in told.most_common(25)]
        parts += [_table(("code", "reason", unit), rows)] if rows else []
    return "".join(parts)


def masked_preview(frame: pl.DataFrame, target: Contract, limit: int = 6) -> str:
    """The first rows of a result as HTML, personal values masked."""
    personal = {f.name for f in target.fields if f.personal}
    rows = [
        tuple(_cell(value, name in personal) for name, value in zip(frame.columns, row, strict=True))
        for row in frame.head(limit).rows()
    ]
    return _table(frame.columns, rows, f"the first {min(limit, frame.height)} of {frame.height:,} rows")


def _cell(value: Any, personal: bool) -> str:
    if value is None:
        return '<span style="opacity:.6">–</span>'
    return escape(mask(str(value)) if personal else str(value))
