"""How a profile shows itself in a notebook: a table of columns, the problems, personal values masked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from workbench.markup import block, note, table, toned

from .facts import ColumnProfile
from .histogram import Histogram
from .wording import listed, percent, readable

if TYPE_CHECKING:
    from .dataset import Profile

__all__ = ["to_html", "to_text"]

PROBLEMS = 12
COLUMNS = 200
BARS = 24


def to_text(profile: Profile) -> str:
    """A few lines for a terminal: the size, then each column with its type, meaning and emptiness."""
    shown = profile.masked()
    lines = [_headline(shown)]
    width = max((len(c.name) for c in shown.columns), default=0)
    for column in shown.columns[:COLUMNS]:
        meaning = _meaning(column)
        lines.append(
            f"  {column.name:{width}}  {column.type!s:18} {_empty(column):>12} empty  "
            f"{column.distinct!s:>12} different  {meaning}".rstrip()
        )
    lines += [f"! {problem}" for problem in shown.problems[:PROBLEMS]]
    return "\n".join(lines)


def to_html(profile: Profile) -> str:
    """A table of the columns and a list of the problems; needs no script and nothing from elsewhere."""
    shown = profile.masked()
    headings = ("column", "type", "meaning", "empty", "different", "range or shapes", "frequent", "spread")
    rows = [_row(column) for column in shown.columns[:COLUMNS]]
    more = len(shown.columns) - COLUMNS
    return block(
        table(headings, rows, caption=_headline(shown), numbers=(3, 4)),
        note(f"{more:,} more columns" if more > 0 else ""),
        _keys(shown),
        _problems(shown),
    )


def _headline(profile: Profile) -> str:
    parts = [f"{profile.name}: {profile.rows} rows, {len(profile.columns):,} columns"]
    if profile.duplicates:
        parts.append(f"{profile.duplicates} duplicate rows")
    if profile.sampled:
        parts.append(f"what is marked ≈ comes from {profile.sampled:,} sampled rows or from a sketch")
    return "; ".join(parts)


def _meaning(column: ColumnProfile) -> str:
    if column.semantic is None:
        return ""
    form = f" ({column.semantic.form})" if column.semantic.form else ""
    return f"{column.semantic.type}{form}"


def _empty(column: ColumnProfile) -> str:
    rows = column.rows.value
    return percent((rows - column.filled) / rows) if rows else "–"


def _row(column: ColumnProfile) -> tuple[str, ...]:
    found = column.semantic
    sure = f"{found.confidence:.0%}" if found else ""
    why = escape("; ".join(found.evidence)) if found else ""
    personal = " " + toned("personal", "soft") if column.personal else ""
    shown = [] if column.personal else [v for v in column.top[:3] if column.share(v.count) >= 0.005]
    frequent = [f"<code>{escape(v.value[:30])}</code> {v.count}" for v in shown]
    return (
        f"{escape(column.name)}{personal}",
        f"{escape(str(column.type))}<br>{toned(column.physical[:40], 'soft')}",
        f'<span title="{why}">{escape(_meaning(column))} {toned(sure, "soft")}</span>',
        _empty(column),
        str(column.distinct),
        _looks(column),
        "<br>".join(frequent),
        _bars(column),
    )


def _looks(column: ColumnProfile) -> str:
    lines = []
    if column.type.kind != "text" and column.minimum is not None:
        lines.append(f"{_short(column, column.minimum)} – {_short(column, column.maximum or '')}")
    for date in column.likely_dates[:2]:
        lines.append(f"{escape(readable(date.format))} {toned(date.status, 'soft')}")
    if column.type.kind == "text":
        for pattern in column.patterns[:3]:
            share = percent(column.share(pattern.count))
            lines.append(f"<code>{escape(pattern.text[:40])}</code> {toned(share, 'soft')}")
    if not lines and column.lengths is not None:
        lines.append(f"{column.lengths.minimum:,} to {column.lengths.maximum:,} long")
    return "<br>".join(lines)


def _short(column: ColumnProfile, value: str) -> str:
    rounded = f"{float(value):.6g}" if column.type.kind == "float" and not column.personal else value
    return escape(rounded[:40])


def _bars(column: ColumnProfile) -> str:
    histogram = column.histogram or column.length_histogram
    if histogram is None or len(histogram.bins) < 2:
        return ""
    what = "values" if column.histogram is not None else "lengths"
    return _svg(_drawn(histogram), f"distribution of the {what} of {column.name}")


def _drawn(histogram: Histogram) -> list[int]:
    """Counts of neighbouring bins, few enough to draw; the far tails are cut off."""
    while histogram.bins[-1][0] - histogram.bins[0][0] >= BARS:
        total, inner = histogram.total, histogram.bins
        if inner[1][0] - inner[0][0] > BARS and inner[0][1] < 0.02 * total:
            inner = inner[1:]
        elif inner[-1][0] - inner[-2][0] > BARS and inner[-1][1] < 0.02 * total:
            inner = inner[:-1]
        if len(inner) == len(histogram.bins):
            histogram = histogram.coarsened(histogram.exponent + 1)
        else:
            histogram = Histogram(histogram.unit, histogram.exponent, inner)
        if len(histogram.bins) < 2:
            break
    first = histogram.bins[0][0]
    counts = [0] * (histogram.bins[-1][0] - first + 1)
    for index, count in histogram.bins:
        counts[index - first] = count
    return counts


def _svg(counts: list[int], label: str) -> str:
    most, width = max(counts), 4
    rects = "".join(
        f'<rect x="{at * width}" y="{24 - h:.1f}" width="{width - 1}" height="{h:.1f}"/>'
        for at, count in enumerate(counts)
        if (h := max(0.6, 24 * count / most) if count else 0)
    )
    size = f'width="{len(counts) * width}" height="24"'
    return f'<svg {size} role="img" aria-label="{escape(label)}">{rects}</svg>'


def _keys(profile: Profile) -> str:
    sure = [" + ".join(key.columns) for key in profile.keys if key.unique]
    return f"<p>{toned('Tells rows apart:', 'soft')} {escape(listed(sure))}</p>" if sure else ""


def _problems(profile: Profile) -> str:
    if not profile.problems:
        return note("No problems found.", "good")
    rows = [(escape(p.column or "the dataset"), escape(p.what), escape(p.cure)) for p in profile.problems[:PROBLEMS]]
    more = len(profile.problems) - PROBLEMS
    return table(("column", "what is wrong", "what cures it"), rows, caption="Problems, worst first") + note(
        f"{more:,} more problems" if more > 0 else ""
    )
