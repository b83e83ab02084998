"""How a profile shows itself in a notebook: a table of columns, the problems, personal values masked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .facts import ColumnProfile
from .histogram import Histogram
from .wording import listed, percent, readable

if TYPE_CHECKING:
    from .dataset import Profile

__all__ = ["to_html", "to_text"]

PROBLEMS = 12
COLUMNS = 200
BARS = 24

STYLE = """
.wb-profile{--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--bar:#4f7cac;--bad:#9a3412;--bg:#fff;
  color:var(--fg);background:var(--bg);font:13px/1.45 system-ui,sans-serif;max-width:100%;overflow-x:auto}
@media (prefers-color-scheme:dark){.wb-profile{--fg:#e6edf3;--soft:#9da7b3;--line:#3d444d;--bar:#7fb0e0;
  --bad:#f0a070;--bg:#0d1117}}
body[data-jp-theme-light=true] .wb-profile{--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--bar:#4f7cac;--bad:#9a3412;
  --bg:#fff}
body[data-jp-theme-light=false] .wb-profile{--fg:#e6edf3;--soft:#9da7b3;--line:#3d444d;--bar:#7fb0e0;--bad:#f0a070;
  --bg:#111}
.wb-profile table{border-collapse:collapse;color:var(--fg);background:var(--bg)}
.wb-profile caption{text-align:left;font-weight:600;font-size:15px;padding:4px 0;color:var(--fg)}
.wb-profile th,.wb-profile td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;
  border-bottom:1px solid var(--line)}
.wb-profile td.n{text-align:right;font-variant-numeric:tabular-nums}
.wb-profile .soft{color:var(--soft)} .wb-profile .bad{color:var(--bad)}
.wb-profile code{font:12px ui-monospace,monospace;color:inherit;background:none}
.wb-profile svg{display:block} .wb-profile td:nth-child(7){white-space:nowrap} .wb-profile rect{fill:var(--bar)}
"""


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
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Column", "Type", "Meaning", "Empty", "Different", "Range or shapes", "Frequent", "Spread")
    )
    rows = "".join(_row(column) for column in shown.columns[:COLUMNS])
    more = len(shown.columns) - COLUMNS
    rest = f'<p class="soft">{more:,} more columns</p>' if more > 0 else ""
    return (
        f'<div class="wb-profile"><style>{STYLE}</style><table><caption>{escape(_headline(shown))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{rest}{_keys(shown)}{_problems(shown)}</div>"
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


def _row(column: ColumnProfile) -> str:
    sure = f"{column.semantic.confidence:.0%}" if column.semantic else ""
    why = escape("; ".join(column.semantic.evidence)) if column.semantic else ""
    personal = ' <span class="soft" title="personal: values are masked">●</span>' if column.personal else ""
    shown = [] if column.personal else [v for v in column.top[:3] if column.share(v.count) >= 0.005]
    frequent = [f"<code>{escape(v.value[:30])}</code> {v.count}" for v in shown]
    return (
        f'<tr><th scope="row">{escape(column.name)}{personal}</th><td>{escape(str(column.type))}'
        f'<br><span class="soft">{escape(column.physical[:40])}</span></td>'
        f'<td title="{why}">{escape(_meaning(column))} <span class="soft">{sure}</span></td>'
        f'<td class="n">{_empty(column)}</td><td class="n">{column.distinct}</td>'
        f"<td>{_looks(column)}</td><td>{'<br>'.join(frequent)}</td><td>{_bars(column)}</td></tr>"
    )


def _looks(column: ColumnProfile) -> str:
    lines = []
    if column.type.kind != "text" and column.minimum is not None:
        lines.append(f"{_short(column, column.minimum)} – {_short(column, column.maximum or '')}")
    for date in [d for d in column.dates if d.status != "rival"][:2]:
        lines.append(f'{escape(readable(date.format))} <span class="soft">{date.status}</span>')
    if column.type.kind == "text":
        for pattern in column.patterns[:3]:
            share = percent(column.share(pattern.count))
            lines.append(f'<code>{escape(pattern.text[:40])}</code> <span class="soft">{share}</span>')
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
    return f'<p><span class="soft">Tells rows apart:</span> {escape(listed(sure))}</p>' if sure else ""


def _problems(profile: Profile) -> str:
    if not profile.problems:
        return '<p class="soft">No problems found.</p>'
    items = "".join(
        f'<li><span class="bad">{escape(str(p))}</span>'
        + (f' <span class="soft">→ {escape(p.cure)}</span>' if p.cure else "")
        + "</li>"
        for p in profile.problems[:PROBLEMS]
    )
    more = len(profile.problems) - PROBLEMS
    rest = f'<p class="soft">{more:,} more problems</p>' if more > 0 else ""
    return f"<p><b>Problems, worst first</b></p><ol>{items}</ol>{rest}"
