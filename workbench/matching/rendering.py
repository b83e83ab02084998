"""Matches as an HTML table for notebooks: a bar per score, the evidence, the rivals. Shows no values."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .matches import Match, Matches

__all__ = ["render"]

_STYLE = (
    "text-align:left;vertical-align:top;padding:.25em .75em .25em 0;"
    "border-bottom:1px solid var(--jp-border-color2,#ccc);"
)
_MUTED = "color:var(--jp-ui-font-color2,#666);font-size:.9em"


def render(matches: Matches) -> str:
    """The table: fields in the target's order, those without a match named too."""
    found = {m.target: m for m in matches.best}
    rows = "".join(_row(matches, view.name, found.get(view.name)) for view in matches.fields)
    head = "".join(f'<th scope="col" style="{_STYLE}">{t}</th>' for t in ("Field", "From", "Score", "Why", "Else"))
    left = matches.left_over
    rest = f"<p style='{_MUTED}'>Not used: {escape(', '.join(left))}</p>" if left else ""
    title = escape(f"{matches.source} → {matches.target}")
    return (
        f"<div><p><b>{title}</b>: {len(found)} of {len(matches.fields)} fields matched</p>"
        f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"{rest}</div>"
    )


def _row(matches: Matches, target: str, match: Match | None) -> str:
    rivals = [
        f"{escape(c.source)} {c.score:.2f}"
        for c in matches.candidates(target, 4)
        if match is None or c.source != match.source
    ][:3]
    cells = [
        f"<b>{escape(target)}</b>",
        escape(match.source) if match else f"<span style='{_MUTED}'>no match</span>",
        _bar(match.score) if match else "",
        "<br>".join(escape(e) for e in match.evidence) if match else "",
        f"<span style='{_MUTED}'>{'<br>'.join(rivals)}</span>",
    ]
    return "<tr>" + "".join(f'<td style="{_STYLE}">{c}</td>' for c in cells) + "</tr>"


def _bar(score: float) -> str:
    width = round(100 * score)
    colour = "--jp-success-color1,#2e7d32" if score >= 0.9 else "--jp-warn-color1,#b26a00"
    return (
        f'<div role="img" aria-label="score {score:.2f}" style="width:6em;height:.7em;'
        f'background:var(--jp-layout-color3,#ddd)"><div style="width:{width}%;height:100%;'
        f'background:var({colour})"></div></div><span>{score:.2f}</span>'
    )
