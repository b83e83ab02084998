"""How a linkage shows itself: what became of the records, the largest golden records, what to look at; masked."""

from __future__ import annotations

from collections.abc import Container, Sequence
from html import escape
from typing import TYPE_CHECKING

import polars as pl

from workbench.profiling import mask

if TYPE_CHECKING:
    from .blocking import BlockingCounts
    from .linking import Linkage
    from .survivorship import Golden

__all__ = ["counts_html", "golden_html", "headline", "table", "to_html", "to_text"]

FLAGS = 10
GOLDEN = 5
_INK = "color:var(--jp-content-font-color1,inherit)"
_CELL = "padding:.3em .9em .3em 0;vertical-align:top;border-bottom:1px solid var(--jp-border-color2,#8884);text-align:"


def headline(linkage: Linkage) -> str:
    """The outcome in a sentence."""
    counts = linkage.counts
    rows = sum(n for name, n in counts.items() if name.startswith("rows:"))
    systems = len(linkage.records.systems)
    of = f" of {systems} systems" if systems > 1 else ""
    return f"{linkage.model.entity}: {rows:,} records{of} are {counts['clusters']:,} different ones"


def to_text(linkage: Linkage) -> str:
    """A few lines for a terminal."""
    lines = [headline(linkage)]
    lines += [f"  {number:>12,}  {name}" for name, number in _books(linkage)]
    lines += [f"! {f.kind}: {f.text}" for f in linkage.flags[:FLAGS]]
    return "\n".join(lines + _more(linkage))


def to_html(linkage: Linkage) -> str:
    """Tables that follow the page's colours, light or dark; no script, nothing from elsewhere."""
    books = table(
        ("what", "number"), [(escape(n), f"{v:,}") for n, v in _books(linkage)], headline(linkage), numbers=(1,)
    )
    flags = "".join(f"<li><b>{escape(f.kind)}</b>: {escape(f.text)}</li>" for f in linkage.flags[:FLAGS])
    look = f"<p><b>Look at</b></p><ul>{flags}</ul>" if flags else ""
    rest = "".join(f"<p>{escape(line)}</p>" for line in _more(linkage))
    return f'<div style="{_INK}">{books}{_golden(linkage)}{look}{rest}</div>'


def _books(linkage: Linkage) -> list[tuple[str, int]]:
    counts = linkage.counts
    said = {
        "compared": "pairs compared",
        "linked": "pairs linked",
        "duplicates": "records that repeat another",
        "review": "pairs in doubt",
        "clusters": f"different records of {linkage.model.entity}",
    }
    rows = [(f"records of {n.removeprefix('rows:')}", v) for n, v in counts.items() if n.startswith("rows:")]
    return rows + [(text, counts[name]) for name, text in said.items()]


def _more(linkage: Linkage) -> list[str]:
    left = len(linkage.flags) - FLAGS
    return [f"… and {left:,} more to look at, in flags"] if left > 0 else []


def _golden(linkage: Linkage) -> str:
    """The golden records that were made of most records, so that one sees whether too much was thrown together."""
    several = linkage.golden.records.filter(pl.col("records") > 1)
    if not several.height:
        return ""
    shown = several.sort("records", "canonical_id", descending=[True, False]).head(GOLDEN)
    hidden = {name for name, rule in linkage.model.fields.items() if rule.personal}
    rows = [
        [_cell(value, name in hidden) for name, value in zip(shown.columns, row, strict=True)] for row in shown.rows()
    ]
    return table(shown.columns, rows, f"The largest of {several.height:,} golden records made of several records")


def _cell(value: object, personal: bool) -> str:
    if value is None:
        return '<span aria-label="empty">–</span>'
    return escape(mask(str(value)) if personal else str(value))


def golden_html(golden: Golden) -> str:
    """On which fields the records of one thing disagree; no values."""
    apart = golden.conflicts.group_by("field").agg(n=pl.len()).sort("n", "field", descending=[True, False])
    rows = [[escape(field), f"{n:,}"] for field, n in apart.iter_rows()]
    return table(("field", "golden records whose sources disagree"), rows, repr(golden), numbers=(1,))


def counts_html(counts: BlockingCounts) -> str:
    """Pairs per blocking rule, without the values of the largest blocks, which may be personal."""
    names = {"rule": "rule", "records": "records with a key", "pairs": "pairs", "largest": "pairs of its largest block"}
    if counts.pairs is not None:
        names["new_pairs"] = "pairs that no earlier rule makes"
    rows = [[escape(name), *(f"{n:,}" for n in numbers)] for name, *numbers in counts.frame.select(*names).iter_rows()]
    return table(tuple(names.values()), rows, repr(counts), numbers=range(1, len(names)))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str, *, numbers: Container[int] = ()) -> str:
    """An accessible table; the cells are HTML already.

    Args:
        headings: One per column.
        rows: The cells; the first of each row is its heading.
        caption: What it shows, as plain text.
        numbers: The columns aligned to the right.
    """

    def side(i: int) -> str:
        return f"{_CELL}{'right;font-variant-numeric:tabular-nums' if i in numbers else 'left'}"

    head = "".join(f'<th scope="col" style="{side(i)}">{escape(h)}</th>' for i, h in enumerate(headings))
    body = "".join(
        "<tr>"
        + f'<th scope="row" style="{side(0)};font-weight:normal">{row[0]}</th>'
        + "".join(f'<td style="{side(i)}">{c}</td>' for i, c in enumerate(row[1:], 1))
        + "</tr>"
        for row in rows
    )
    title = f"text-align:left;padding:.4em 0;font-weight:600;white-space:nowrap;{_INK}"
    said = f'<caption style="{title}">{escape(caption)}</caption>'
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;{_INK}">{said}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
