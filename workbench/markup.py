"""How results look in notebooks and on pages: tables, bars and notes in one style, light and dark, without a script."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Literal

__all__ = ["Tone", "bar", "block", "items", "note", "shown_score", "table", "toned"]

_SUREST = 0.99  # nothing that a model or a person says of a match is certain

Tone = Literal["good", "bad", "warn", "soft"]

_LIGHT = "--wb-soft:#57606a;--wb-line:#d0d7de;--wb-bar:#3f6fa8;--wb-good:#1b6e20;--wb-bad:#b3261e;--wb-warn:#7a4a00"
_DARK = "--wb-soft:#b0b8c1;--wb-line:#4a525b;--wb-bar:#7fb0e0;--wb-good:#8fd694;--wb-bad:#ffa99f;--wb-warn:#ffcc80"
# JupyterLab says which theme it wears; a page follows the system. JupyterLab styles tables in outputs too: the class
# stands twice to come before that.
_STYLE = f"""<style>
.wb-shown{{{_LIGHT};color:var(--jp-content-font-color1,inherit);line-height:1.45;max-width:100%}}
@media (prefers-color-scheme:dark){{.wb-shown{{{_DARK}}}}}
body[data-jp-theme-light=true] .wb-shown{{{_LIGHT}}} body[data-jp-theme-light=false] .wb-shown{{{_DARK}}}
.wb-shown.wb-shown{{
  p,ul{{margin:.35em 0}} ul{{padding-left:1.3em}}
  .wb-scroll{{overflow-x:auto}}
  table{{border-collapse:collapse;width:auto;margin:.4em 0;color:inherit;font-variant-numeric:tabular-nums}}
  caption{{text-align:left;font-weight:600;padding:.2em 0;color:inherit;caption-side:top;white-space:nowrap}}
  th,td{{text-align:left;vertical-align:top;padding:.3em 1em .3em 0;border:0;border-bottom:1px solid var(--wb-line);
    max-width:38em;overflow-wrap:break-word}}
  thead th{{color:var(--wb-soft);font:inherit;font-weight:600;text-transform:none;letter-spacing:0}}
  tbody th{{font-weight:600;overflow-wrap:normal;min-width:6em}}
  tr,tr:nth-child(odd),tr:hover{{background:transparent}}
  .n{{text-align:right;white-space:nowrap}}
  code{{font-size:.95em;color:inherit;background:none;padding:0;white-space:pre-wrap}}
  .good{{color:var(--wb-good)}} .bad,del{{color:var(--wb-bad)}} .warn{{color:var(--wb-warn)}}
  .soft{{color:var(--wb-soft);font-weight:normal}} ins{{color:var(--wb-good);text-decoration:none}}
  .wb-bar{{display:inline-block;width:4.5em;height:.65em;border:1px solid var(--wb-line)}}
  .wb-bar>span{{display:block;height:100%;background:var(--wb-bar)}}
  svg{{display:block}} rect{{fill:var(--wb-bar)}}
}}
</style>"""


def block(*parts: str) -> str:
    """Pieces of HTML as one whole that brings its style."""
    return f'<div class="wb-shown">{_STYLE}{"".join(parts)}</div>'


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str = "", numbers: Collection[int] = ()
) -> str:
    """An accessible table; the first cell of a row names it.

    Args:
        headings: Plain text, one per column.
        rows: Cells as HTML that is safe already.
        caption: What the table shows, as plain text.
        numbers: Columns, from 0, that are set to the right.
    """

    def cell(tag: str, i: int, content: str) -> str:
        return f'<{tag} class="n">{content}</{tag[:2]}>' if i in numbers else f"<{tag}>{content}</{tag[:2]}>"

    head = "".join(cell('th scope="col"', i, escape(h)) for i, h in enumerate(headings))
    body = "".join(
        "<tr>" + "".join(cell("td" if i else 'th scope="row"', i, c) for i, c in enumerate(row)) + "</tr>"
        for row in rows
    )
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    label = escape(caption or ", ".join(headings))
    return (
        f'<div class="wb-scroll" role="region" tabindex="0" aria-label="{label}">'
        f"<table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def bar(share: float) -> str:
    """A share from 0 to 1 as a bar with its number."""
    width = 100 * min(max(share, 0.0), 1.0)
    return f'<span class="wb-bar" aria-hidden="true"><span style="width:{width:.0f}%"></span></span>&nbsp;{share:.2f}'


def shown_score(score: float) -> float:
    """A match's score as people read it, wherever it is shown or written: two digits, at most 0.99.

    >>> shown_score(0.8749), shown_score(0.9996)
    (0.87, 0.99)
    """
    return round(min(score, _SUREST), 2)


def toned(text: str, tone: Tone) -> str:
    """Plain text in a colour that says how good it is; the words have to say it too.

    >>> toned("a < b", "bad")
    '<span class="bad">a &lt; b</span>'
    """
    return f'<span class="{tone}">{escape(text)}</span>'


def note(text: str, tone: Tone = "soft") -> str:
    """A line of plain text under or over a table."""
    return f"<p>{toned(text, tone)}</p>" if text else ""


def items(lines: Iterable[str], *, most: int = 10) -> str:
    """A list of plain texts; what is more than `most` is counted."""
    all_lines = list(lines)
    shown = "".join(f"<li>{escape(line)}</li>" for line in all_lines[:most])
    rest = f"<li>… and {len(all_lines) - most:,} more</li>" if len(all_lines) > most else ""
    return f"<ul>{shown}{rest}</ul>" if shown else ""
