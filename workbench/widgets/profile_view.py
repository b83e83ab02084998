"""The profile explorer: facts about columns to search, sort and drill into; problems first, values masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from workbench.errors import UnknownNameError
from workbench.profiling import ColumnProfile, Histogram, Problem, Profile

from .desk import Desk, Message
from .html import bar, page_table, text

__all__ = ["ColumnRow", "ProfileView"]

Order = Literal["problems", "place", "name", "type", "filled", "distinct", "meaning"]
_BARS = 20


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column in the list.

    Attributes:
        name: The column or nested path.
        place: Its position, from 0.
        type: Its logical type; how it is held where that differs.
        meaning: What it seems to mean; '' when nothing is known.
        filled: Rows with a value, as a share.
        distinct: Different values, as text with how sure that is.
        different: The same as a number.
        problems: How many problems it has.
        severity: Of the worst, 0 to 1.
        bars: Heights of a small histogram, 0 to 1; empty without one.
        drawn: What the histogram shows, in words.
        personal: Whether its values are masked.
    """

    name: str
    place: int
    type: str
    meaning: str
    filled: float
    distinct: str
    different: float
    problems: int
    severity: float
    bars: tuple[float, ...]
    drawn: str
    personal: bool


class ProfileView(Desk):
    """A profile to explore.

    Args:
        facts: The profile.
        masked: Hide personal values.
    """

    panel = "profile_view"

    def __init__(self, facts: Profile, *, masked: bool = True) -> None:
        self.facts, self.masked = facts, masked
        self._problems: dict[str | None, list[Problem]] = {}
        for problem in facts.problems:
            self._problems.setdefault(problem.column, []).append(problem)

    def __repr__(self) -> str:
        f = self.facts
        return f"{f.name}: {f.rows} rows, {len(f.columns)} columns, {len(f.problems)} problems"

    def rows(self, search: str = "", by: Order = "problems", *, reverse: bool = False) -> list[ColumnRow]:
        """The columns that fit a search, in an order.

        Args:
            search: Words that the name, type, meaning or a problem holds, all of them.
            by: What to sort by: the worst problem first, the place in the dataset, the name, the type, the least
                filled first, the most different values first, or the meaning.
            reverse: The other way round.

        Raises:
            UnknownNameError: There is no such order.
        """
        orders: dict[str, Callable[[ColumnRow], Any]] = {
            "problems": lambda r: (-r.severity, -r.problems, r.place),
            "place": lambda r: r.place,
            "name": lambda r: (r.name.lower(), r.place),
            "type": lambda r: (r.type, r.place),
            "filled": lambda r: (r.filled, r.place),
            "distinct": lambda r: (-r.different, r.place),
            "meaning": lambda r: (not r.meaning, r.meaning, r.place),
        }
        if by not in orders:
            raise UnknownNameError.of("order", by, get_args(Order))
        words = search.lower().split()
        found = [self._row(i, c) for i, c in enumerate(self.facts.columns)]
        kept = [r for r in found if all(w in self._words(r) for w in words)]
        return sorted(kept, key=orders[by], reverse=reverse)

    def _words(self, row: ColumnRow) -> str:
        said = " ".join(f"{p.what} {p.kind}" for p in self._problems.get(row.name, ()))
        return f"{row.name} {row.type} {row.meaning} {'personal' if row.personal else ''} {said}".lower()

    def _row(self, place: int, column: ColumnProfile) -> ColumnRow:
        problems = self._problems.get(column.name, [])
        kind = str(column.type)
        held = " as text" if column.physical == "String" and column.type.kind != "text" else ""
        drawn = column.histogram or column.length_histogram
        rows = column.rows.value
        return ColumnRow(
            name=column.name,
            place=place,
            type=kind + held,
            meaning=column.semantic.type.replace("_", " ") if column.semantic else "",
            filled=column.filled / rows if rows else 0.0,
            distinct=str(column.distinct),
            different=float(column.distinct.value),
            problems=len(problems),
            severity=max((p.severity for p in problems), default=0.0),
            bars=_bars(drawn),
            drawn="" if drawn is None else "values" if column.histogram else "lengths",
            personal=column.personal,
        )

    def look(self, name: str) -> dict[str, Any]:
        """Everything about one column, personal values masked.

        Raises:
            UnknownNameError: There is no such column.
        """
        column = self.facts.column(name)
        shown = column.masked() if self.masked and column.personal else column
        return {
            "field": name,
            "facts": [{"what": w, "value": v} for w, v in _facts(shown) if v],
            "problems": [{"what": p.what, "cure": p.cure} for p in self._problems.get(name, ())],
            "patterns": [
                {"text": p.text, "rows": str(p.count), "share": column.share(p.count), "example": p.example}
                for p in shown.patterns
            ],
            "top": [
                {"text": v.value, "rows": str(v.count), "share": column.share(v.count)}
                for v in shown.top[: 15 if _telling(column) else 3]
            ],
            "formats": [*_dates(column), *_numbers(column)],
            "guesses": [
                {"text": g.type.replace("_", " "), "sure": g.confidence, "form": g.form, "why": list(g.evidence)}
                for g in column.guesses
            ],
            "masked": self.masked and column.personal,
        }

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        rows = self.rows()
        return {
            "title": f"Profile of {self.facts.name}",
            "said": repr(self).partition(": ")[2],
            "rows": [
                {name: getattr(r, name) for name in ColumnRow.__slots__} | {"bars": [round(b, 3) for b in r.bars]}
                for r in rows
            ],
            "dataset": [{"what": p.what, "cure": p.cure} for p in self._problems.get(None, ())],
            "keys": [" + ".join(k.columns) for k in self.facts.keys if k.unique][:5],
            "look": self.look(rows[0].name) if rows else None,
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {
            "find": self._find,
            "look": lambda m: {"kind": "look", **self.look(str(m["field"]))},
        }

    def _find(self, message: Message) -> Message:
        by: Any = message.get("by", "problems")
        found = self.rows(str(message.get("search", "")), by, reverse=bool(message.get("reverse")))
        return {"kind": "found", "names": [r.name for r in found]}

    def to_html(self) -> str:
        """The list of columns as a static table, the worst first."""
        body = [
            (
                text(r.name),
                text(r.type),
                text(r.meaning),
                bar(r.filled),
                text(r.distinct),
                "<br>".join(text(p.what) for p in self._problems.get(r.name, ())[:3]),
            )
            for r in self.rows()
        ]
        return page_table(("column", "type", "meaning", "filled", "different", "problems"), body, repr(self), (4,))


def _telling(column: ColumnProfile) -> bool:
    """Whether the most frequent values say more than that all are different."""
    return bool(column.top) and column.share(column.top[0].count) >= 0.005


def _bars(histogram: Histogram | None) -> tuple[float, ...]:
    """A histogram in few bars, empty stretches kept: heights by the highest."""
    if histogram is None or len(histogram.bins) < 2:
        return ()
    first, last = histogram.bins[0][0], histogram.bins[-1][0]
    width = max((last - first + _BARS) // _BARS, 1)
    heights = [0] * ((last - first) // width + 1)
    for index, count in histogram.bins:
        heights[(index - first) // width] += count
    most = max(heights)
    return tuple(n / most for n in heights)


def _facts(c: ColumnProfile) -> list[tuple[str, str]]:
    def some(number: Any) -> str:
        return str(number) if number else ""

    spread = " … ".join(v for v in (c.minimum, c.maximum) if v is not None)
    quantiles = ", ".join(f"{q.at:.0%}: {q.value}" for q in c.quantiles)
    return [
        ("rows", str(c.rows)),
        ("empty", some(c.nulls)),
        ("blank", some(c.blanks)),
        ("different values", str(c.distinct)),
        ("least … greatest", spread + ("" if c.bounds == "exact" or not spread else f" ({c.bounds})")),
        ("mean", "" if c.mean is None else f"{c.mean:,.6g}"),
        ("quantiles", quantiles),
        ("length", f"{c.lengths.minimum} … {c.lengths.maximum}, mean {c.lengths.mean:.1f}" if c.lengths else ""),
        ("with spaces around", some(c.padded)),
        ("stand for nothing", ", ".join(f"{v.value} ({v.count})" for v in c.placeholders)),
        ("far outside", some(c.outliers)),
    ]


def _dates(c: ColumnProfile) -> list[dict[str, str]]:
    return [{"text": d.format, "rows": str(d.matched), "status": d.status} for d in c.dates]


def _numbers(c: ColumnProfile) -> list[dict[str, str]]:
    said = [(f"decimal '{n.decimal}', groups '{n.group}'" if n.decimal or n.group else "plain", n) for n in c.numbers]
    return [{"text": words, "rows": str(n.matched), "status": n.status} for words, n in said]
