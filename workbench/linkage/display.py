"""How a linkage shows itself: what became of the records, the largest golden records, what to look at; masked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import polars as pl

from workbench.markup import block, items, note, table, toned
from workbench.profiling import mask

if TYPE_CHECKING:
    from .blocking import BlockingCounts
    from .linking import Linkage
    from .survivorship import Golden

__all__ = ["counts_html", "golden_html", "headline", "to_html", "to_text"]

FLAGS = 10
GOLDEN = 5


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
    """What became of the records, the largest golden records, and what to look at."""
    books = [(escape(n), f"{v:,}") for n, v in _books(linkage)]
    flags = [f"{f.kind}: {f.text}" for f in linkage.flags]
    return block(
        table(("what", "number"), books, caption=headline(linkage), numbers=(1,)),
        _golden(linkage),
        note("Look at") + items(flags, most=FLAGS) if flags else "",
    )


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
    return table(shown.columns, rows, caption=f"The largest of {several.height:,} golden records made of several")


def _cell(value: object, personal: bool) -> str:
    if value is None:
        return toned("–", "soft")
    return escape(mask(str(value)) if personal else str(value))


def golden_html(golden: Golden) -> str:
    """On which fields the records of one thing disagree; no values."""
    apart = golden.conflicts.group_by("field").agg(n=pl.len()).sort("n", "field", descending=[True, False])
    rows = [[escape(field), f"{n:,}"] for field, n in apart.iter_rows()]
    return block(table(("field", "golden records whose sources disagree"), rows, caption=repr(golden), numbers=(1,)))


def counts_html(counts: BlockingCounts) -> str:
    """Pairs per blocking rule, without the values of the largest blocks, which may be personal."""
    names = {"rule": "rule", "records": "records with a key", "pairs": "pairs", "largest": "pairs of its largest block"}
    if counts.pairs is not None:
        names["new_pairs"] = "pairs that no earlier rule makes"
    rows = [[escape(name), *(f"{n:,}" for n in numbers)] for name, *numbers in counts.frame.select(*names).iter_rows()]
    return block(table(tuple(names.values()), rows, caption=repr(counts), numbers=range(1, len(names))))
