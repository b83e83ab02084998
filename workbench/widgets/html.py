"""Static pieces that every panel shares: a table, a bar, a badge, escaped text; light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["badge", "bar", "page_table", "text"]

_INK = "color:var(--jp-content-font-color1,inherit)"
_CELL = (
    "padding:.3em .8em .3em 0;vertical-align:top;text-align:left;border-bottom:1px solid var(--jp-border-color2,#8884)"
)
_MARKS = {
    "accepted": "✓",
    "changed": "✓",
    "added": "✓",
    "written": "✓",
    "rejected": "✗",
    "proposed": "?",
    "missing": "–",
}


def text(value: object) -> str:
    """Plain text as HTML."""
    return escape(str(value))


def page_table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """An accessible table; the cells are HTML already."""
    head = "".join(f'<th scope="col" style="{_CELL}">{escape(h)}</th>' for h in headings)
    body = "".join("<tr>" + "".join(f'<td style="{_CELL}">{c}</td>' for c in row) + "</tr>" for row in rows)
    said = f"<caption style='text-align:left;padding-bottom:.4em'>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;text-align:left;{_INK}">{said}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bar(share: float) -> str:
    """A share from 0 to 1 as a bar with its number."""
    return (
        f'<span style="display:inline-block;width:4em;height:.6em;border:1px solid var(--jp-border-color1,#888)">'
        f'<span style="display:block;width:{100 * min(max(share, 0), 1):.0f}%;height:100%;'
        f'background:var(--jp-brand-color1,#1976d2)"></span></span> {share:.2f}'
    )


def badge(said: str, status: str) -> str:
    """A decision in a word, with a mark that is no colour."""
    return f'<span aria-hidden="true">{_MARKS.get(status, "")}</span> {escape(said)}'
