"""Static pieces that every panel shares: a table, a bar, a badge, escaped text; light and dark."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

from workbench.markup import bar, block, table

__all__ = ["badge", "bar", "page_table", "text"]

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


def page_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", numbers: Collection[int] = ()
) -> str:
    """A table that stands alone; see `workbench.markup.table`."""
    return block(table(headings, rows, caption=caption, numbers=numbers))


def badge(said: str, status: str) -> str:
    """A decision in a word, with a mark that is no colour."""
    return f'<span aria-hidden="true">{_MARKS.get(status, "")}</span> {escape(said)}'
