"""Matches as an HTML table for notebooks: a bar per score, the evidence, the rivals. Shows no values."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.markup import bar, block, note, shown_score, table, toned

if TYPE_CHECKING:
    from .matches import Match, Matches

__all__ = ["render"]


def render(matches: Matches) -> str:
    """The table: fields in the target's order, those without a match named too."""
    found = {m.target: m for m in matches.best}
    rows = [_row(matches, view.name, found.get(view.name)) for view in matches.fields]
    title = f"{matches.source} → {matches.target}: {len(found)} of {len(matches.fields)} fields matched"
    left = matches.left_over
    return block(
        table(("field", "from", "score", "why", "rivals"), rows, caption=title),
        note(f"Not used: {', '.join(left)}" if left else ""),
    )


def _row(matches: Matches, target: str, match: Match | None) -> tuple[str, ...]:
    rivals = [
        f"{c.source} {shown_score(c.score):.2f}"
        for c in matches.candidates(target, 4)
        if match is None or c.source != match.source
    ][:3]
    return (
        escape(target),
        escape(match.source) if match else toned("no match", "soft"),
        bar(shown_score(match.score)) if match else "",
        "<br>".join(escape(e) for e in match.evidence) if match else "",
        "<br>".join(toned(r, "soft") for r in rivals),
    )
