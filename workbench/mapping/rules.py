"""Read the rules out of a feed that nobody documented: from its input and its output to a spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from time import monotonic

import polars as pl

from workbench.errors import SourceError
from workbench.model import Spec, dump_spec
from workbench.profiling import profile

from .hidden.aligning import KEY, Alignment, align, as_text
from .hidden.bench import bench_of
from .hidden.clues import clue, partly
from .hidden.fields import explain
from .hidden.filters import LOST, LeftOut, find_filters
from .hidden.latest import keep_latest
from .hidden.lines import find_line_filters
from .hidden.writing import write_spec
from .rules_checked import Checked, checked_rules

__all__ = ["Rule", "Rules", "find_rules"]

_SHOWN = 20
_LOOKED_AT = 2_000  # rows from which it is seen whether a column is personal data
_SPELT_OUT = ("constant", "conditional", "default", "translation")


@dataclass(frozen=True)
class Rule:
    """One thing that the feed does.

    Attributes:
        id: R01 and so on: filters first, then the target's columns.
        kind: move, format, translation, filter, default, cap, lookup, aggregation, conditional, unit,
            constant or arithmetic.
        target: The target column; None for a filter.
        sources: The source columns it reads.
        text: In words.
        rows: How many rows it was held against (source rows for a filter).
        agree: How many of them it explains.
        examples: Up to 20 rows it does not explain: key, wanted, found.
    """

    id: str
    kind: str
    target: str | None
    sources: tuple[str, ...]
    text: str
    rows: int
    agree: int
    examples: tuple[tuple[str, str | None, str | None], ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the rows it explains."""
        return self.agree / self.rows if self.rows else 1.0


@dataclass(frozen=True)
class Rules:
    """What a feed does, as far as its input and output say.

    Attributes:
        rules: The rules.
        spec: The same as a spec; None when not one column could be explained.
        key: Source and target columns by which rows were paired.
        how: In words, how rows were paired.
        unexplained: Target columns without a rule.
        clues: What is seen of some of them, in words: no steps make it.
        lost: Source rows that are left out without a rule for it.
        extra: Target rows that no source row stands behind.
        wrong: Target rows in which some rule fails, with their columns.
        seconds: What it took.
    """

    rules: tuple[Rule, ...]
    spec: Spec | None
    key: tuple[tuple[str, ...], tuple[str, ...]]
    how: str
    unexplained: tuple[str, ...]
    clues: Mapping[str, str]
    lost: pl.DataFrame
    extra: pl.DataFrame
    wrong: pl.DataFrame
    seconds: float

    def __repr__(self) -> str:
        lines = [self.how]
        lines += [f"{r.id} {r.kind:<12} {r.target or '':<20} {r.coverage:7.2%}  {r.text}" for r in self.rules]
        for column in self.unexplained:
            seen = self.clues.get(column)
            lines.append(f"without a rule: {column}" + (f" – seems to be: {seen}" if seen else ""))
        counts = (
            f"{self.lost.height:,} source rows left out without a rule, {self.extra.height:,} target rows from nowhere,"
            f" {self.wrong.height:,} target rows that some rule does not explain"
        )
        return "\n".join([*lines, counts])

    def to_yaml(self) -> str:
        """The spec as YAML; '' when there is none."""
        return dump_spec(self.spec) if self.spec else ""


def find_rules(
    source: pl.DataFrame | pl.LazyFrame,
    target: pl.DataFrame | pl.LazyFrame,
    *,
    tables: Mapping[str, pl.DataFrame] | None = None,
    names: tuple[str, str] = ("source", "target"),
    name: str = "hidden-rules",
    seconds_per_column: float = 4.0,
    progress: Callable[[str], None] = lambda _: None,
) -> Rules:
    """Recover what a feed does from what goes in and what comes out.

    Rows are paired by a key found in both; source rows without a partner speak of filters; several source
    rows to one target row, of a group, whose counts and sums tell which of its rows are left out; then each
    target column is explained by the plainest rule that, run as a spec, makes at least 98 % of the rows that
    source rows stand behind.

    Args:
        source: The feed's input.
        target: The feed's output.
        tables: Reference tables that lookups may use, by the name a spec would give.
        names: The datasets' names.
        name: The spec's name.
        seconds_per_column: How long to look for a chain of steps for one target column.
        progress: Told what is being done.

    Raises:
        SourceError: A side has no rows, or nothing pairs their rows.
    """
    start = monotonic()
    columns = {c: t != pl.String for c, t in source.lazy().collect_schema().items()}
    before, after = as_text(source), as_text(target)
    progress("pairing the rows")
    alignment = _aligned(before, after, names)
    refs = {k: as_text(t) for k, t in (tables or {}).items()}
    progress("looking for filters")
    alignment = (keep_latest(alignment) if alignment.grouped else None) or alignment
    filters, kept, lost = _filters(alignment)
    bench, wanted = bench_of(kept, refs)
    options = {}
    for number, c in enumerate(after.columns, 1):
        progress(f"looking for the rule of {c}, {number} of {len(after.columns)}")
        options[c] = explain(bench, wanted[c], seconds_per_column)
    progress("running the rules")
    found = checked_rules(
        lambda fields: write_spec(name, names, columns, alignment, filters, fields),
        before, refs, alignment, options,
    )  # fmt: skip
    paired = found.paired if found else alignment.target.join(alignment.source, on=KEY, how="semi")
    wrong = paired.filter(~pl.all_horizontal(found.agrees(c) for c in found.fields)) if found else paired
    unexplained = tuple(c for c in after.columns if found is None or c not in found.fields)
    clues = {c: clue(after[c], wanted, kept.source, grouped=kept.grouped) for c in unexplained}
    for c in [c for c in unexplained if not clues[c]]:
        progress(f"looking for a rule of some rows of {c}")
        clues[c] = partly(bench, wanted[c], min(1.0, seconds_per_column))
    hidden = [profile(rows.head(_LOOKED_AT), name="feed").personal for rows in (before, after)]
    return Rules(
        rules=tuple(_rules(found, filters, alignment, hidden)),
        spec=found.spec if found else None,
        key=(alignment.source_key, alignment.target_key),
        how=alignment.words,
        unexplained=unexplained,
        clues={c: said for c, said in clues.items() if said},
        lost=lost,
        extra=alignment.target.join(alignment.source, on=KEY, how="anti").drop(KEY),
        wrong=wrong.select(after.columns),
        seconds=monotonic() - start,
    )


def _aligned(before: pl.DataFrame, after: pl.DataFrame, names: tuple[str, str]) -> Alignment:
    empty = [side for side, rows in zip(names, (before, after), strict=True) if rows.is_empty()]
    if empty:
        raise SourceError(
            "rules are read off rows, and here are none",
            where=" and ".join(empty),
            cure="give the feed's input and output of one run",
        )
    alignment = align(before, after)
    if alignment is None:
        raise SourceError(
            f"no column of {names[1]} identifies its rows and is known in {names[0]}",
            cure="give the target a key column that the source has too, and both of the same run",
        )
    return alignment


def _filters(alignment: Alignment) -> tuple[list[LeftOut], Alignment, pl.DataFrame]:
    """What is left out, the rows that are not, and those of them that the target misses all the same."""
    lines = find_line_filters(alignment) if alignment.grouped else []
    kept = _without(alignment.source, lines)
    known = alignment.target[KEY].unique().implode()
    marked = kept.with_columns((~pl.col(KEY).is_in(known)).fill_null(True).alias(LOST))
    found, left = find_filters(marked)
    return [*lines, *found], replace(alignment, source=_without(kept, found)), left.drop(KEY, LOST)


def _without(rows: pl.DataFrame, filters: Sequence[LeftOut]) -> pl.DataFrame:
    return rows.filter(~pl.any_horizontal(f.rejected.fill_null(False) for f in filters)) if filters else rows


def _rules(
    found: Checked | None, filters: Sequence[LeftOut], alignment: Alignment, hidden: Sequence[frozenset[str]]
) -> Iterator[Rule]:
    """The rules; of columns that are data about persons, the source's and the target's `hidden`, without values."""
    numbers = count(1)
    if alignment.latest:
        keys, by = " and ".join(alignment.source_key), alignment.latest[0]
        words = f"of several rows with one {keys} the latest by {by} is kept"
        rows, reads = alignment.source.height, (*alignment.source_key, by)
        yield Rule(f"R{next(numbers):02}", "filter", None, reads, words, rows, rows)
    for f in filters:
        yield Rule(f"R{next(numbers):02}", "filter", None, f.columns, f.text, f.rows, f.rows)
    if found is None:
        return
    ours, theirs = hidden
    key = alignment.target_key[0] if alignment.target_key else None
    for column, rule in found.fields.items():
        bad = found.paired.filter(~found.agrees(column))
        few = bad.head(_SHOWN)
        at = few[key].to_list() if key else [""] * few.height
        examples = tuple(zip(at, few[column].to_list(), few[found.made(column)].to_list(), strict=True))
        sources = tuple(dict.fromkeys(c.source or alignment.source_key[0] for c in rule.columns))
        rows = found.paired.height
        number = f"R{next(numbers):02}"
        text = rule.text
        if rule.kind in _SPELT_OUT and (column in theirs or not ours.isdisjoint(sources)):
            text = f"{' and '.join(sources) or column}: a {rule.kind} whose values are personal data"
        yield Rule(number, rule.kind, column, sources, text, rows, rows - bad.height, examples)
