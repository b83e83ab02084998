"""Plots of linkage facts, drawn without a network."""

from __future__ import annotations

from math import log2
from typing import Any

import polars as pl

from workbench.linkage import LinkModel

__all__ = ["threshold_chart", "weight_chart"]


def weight_chart(model: LinkModel) -> Any:
    """The match weight of every level of a trained model, in bits (log2 m/u), as an Altair chart.

    Source: I. P. Fellegi and A. B. Sunter, 'A Theory for Record Linkage', JASA 64 (1969).
    """
    import altair as alt

    alt.renderers.enable("svg")
    rows = [
        {
            "comparison": c.id,
            "level": level.label,
            "bits": log2(max(level.m, 1e-12) / max(level.u, 1e-12)),
            "order": number,
        }
        for c in model.comparisons
        for number, level in enumerate(c.levels)
        if level.m is not None and level.u is not None
    ]
    longest = max((len(level.label) for c in model.comparisons for level in c.levels), default=0)
    above = alt.Header(orient="top", labelAnchor="start", labelFontWeight="bold", labelPadding=2)
    return (
        alt.Chart(alt.Data(values=rows), height=alt.Step(15), width=420)
        .mark_bar()
        .encode(
            y=alt.Y("level:N", sort=alt.SortField("order"), title=None, axis=alt.Axis(labelLimit=300)),
            x=alt.X("bits:Q", title="weight in bits: against ← 0 → for"),
            color=alt.condition("datum.bits > 0", alt.value("#2f6fb3"), alt.value("#b3562f")),
            row=alt.Row("comparison:N", title=None, sort=[c.id for c in model.comparisons], header=above, spacing=6),
        )
        .resolve_scale(y="independent")
        # a row of charts does not make room for labels longer than usual by itself
        .configure(background="white", padding={"left": max(5, 5 * longest - 120), "top": 5, "right": 5, "bottom": 5})
    )


def threshold_chart(table: pl.DataFrame) -> Any:
    """Precision and recall over the threshold with their confidence intervals, as an Altair chart.

    Args:
        table: What `workbench.linkage.threshold_table` gives.
    """
    import altair as alt

    alt.renderers.enable("svg")
    rows = [
        {"threshold": r["threshold"], "measure": m, "value": r[m], "low": r[f"{m}_low"], "high": r[f"{m}_high"]}
        for r in table.to_dicts()
        for m in ("precision", "recall")
    ]
    base = alt.Chart(alt.Data(values=rows), width=460, height=260).encode(
        x=alt.X("threshold:Q", title="match probability from which a pair is the same"),
        color=alt.Color("measure:N", title=None, scale=alt.Scale(range=["#2f6fb3", "#b3562f"])),
    )
    band = base.mark_area(opacity=0.2).encode(y=alt.Y("low:Q", scale=alt.Scale(domain=[0, 1]), title=None), y2="high:Q")
    return (band + base.mark_line().encode(y="value:Q")).configure(background="white")
