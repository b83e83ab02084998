"""Read the rules out of a feed that nobody documented: from its input and its output to a spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from time import monotonic
from typing import Any

import polars as pl

from workbench.errors import SourceError
from workbench.model import TEXT, DataType, Spec, dump_spec

from .applying import apply
from .hidden.aligning import KEY, Alignment, align, as_text
from .hidden.candidates import Column, Explanation
from .hidden.columns import number_column
from .hidden.fields import Workbench, explain
from .hidden.filters import LOST, LeftOut, find_filters
from .hidden.writing import write_spec
from .resolving import resolve

__all__ = ["Rule", "Rules", "find_rules"]

_AGGREGATES = ("sum", "max", "min")


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
        unexplained: Target columns without a rule.
        lost: Source rows that are left out without a rule for it.
        extra: Target rows that no source row stands behind.
        wrong: Target rows in which some rule fails, with their columns.
        seconds: What it took.
    """

    rules: tuple[Rule, ...]
    spec: Spec | None
    key: tuple[tuple[str, ...], tuple[str, ...]]
    unexplained: tuple[str, ...]
    lost: pl.DataFrame
    extra: pl.DataFrame
    wrong: pl.DataFrame
    seconds: float

    def __repr__(self) -> str:
        lines = [f"{r.id} {r.kind:<12} {r.target or '':<20} {r.coverage:7.2%}  {r.text}" for r in self.rules]
        if self.unexplained:
            lines.append(f"without a rule: {', '.join(self.unexplained)}")
        counts = f"{self.lost.height} rows lost, {self.extra.height} extra, {self.wrong.height} explained wrongly"
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
) -> Rules:
    """Recover what a feed does from what goes in and what comes out.

    Rows are paired by a key found in both; source rows without a partner speak of filters; several source
    rows to one target row, of a group; then each target column is explained by the plainest rule that
    holds for at least 98 % of the rows. The rules are written as a spec, run, and held against the target.

    Args:
        source: The feed's input.
        target: The feed's output.
        tables: Reference tables that lookups may use, by the name a spec would give.
        names: The datasets' names.
        name: The spec's name.
        seconds_per_column: How long to look for a chain of steps for one target column.

    Raises:
        SourceError: A side has no rows, or nothing pairs their rows.
    """
    start = monotonic()
    before, after = as_text(source), as_text(target)
    if before.is_empty() or after.is_empty():
        raise SourceError(
            "rules are read off rows, and one side has none", cure="give the feed's input and output of one run"
        )
    alignment = align(before, after)
    if alignment is None:
        raise SourceError(
            "no column of the target identifies its rows and is known in the source",
            cure="give the target a key column that the source has too",
        )
    refs = {k: as_text(t) for k, t in (tables or {}).items()}
    filters, lost = _filters(alignment)
    bench, wanted = _bench(alignment, filters, refs)
    fields = _fields(bench, wanted, after.columns, seconds_per_column)
    extra = alignment.target.join(alignment.source, on=KEY, how="anti").drop(KEY)
    key = (alignment.source_key, alignment.target_key)
    unexplained = tuple(c for c in after.columns if c not in fields)
    if not fields:
        return Rules((), None, key, unexplained, lost, extra, after, monotonic() - start)
    spec = write_spec(name, names, before.columns, alignment, filters, fields)
    rules, wrong = _verified(spec, before, after, refs, alignment, filters, fields)
    return Rules(tuple(rules), spec, key, unexplained, lost, extra, wrong, monotonic() - start)


def _filters(alignment: Alignment) -> tuple[list[LeftOut], pl.DataFrame]:
    known = alignment.target[KEY].unique().implode()
    marked = alignment.source.with_columns((~pl.col(KEY).is_in(known)).fill_null(True).alias(LOST))
    found, left = find_filters(marked)
    return found, left.drop(KEY, LOST)


def _bench(
    alignment: Alignment, filters: Sequence[LeftOut], tables: Mapping[str, pl.DataFrame]
) -> tuple[Workbench, pl.DataFrame]:
    """The columns that rules may read, one row a key, beside the target's rows in the same order."""
    kept = alignment.source
    if filters:
        out = reduce(lambda a, b: a | b, (f.rejected.fill_null(False) for f in filters))
        kept = kept.filter(~out)
    names = [c for c in kept.columns if c != KEY]
    if not alignment.grouped:
        data = kept.unique(KEY, keep="first", maintain_order=True)
        columns = [Column(n, n) for n in names]
    else:
        data, columns = _grouped(kept, names)
    wanted = alignment.target.join(data.select(KEY), on=KEY, how="semi")
    beside = wanted.select(KEY).join(data, on=KEY, how="left", maintain_order="left")
    return Workbench(columns, beside, tables), wanted


def _grouped(kept: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, list[Column]]:
    spread = kept.group_by(KEY).agg(pl.col(n).n_unique() for n in names).select(pl.col(names).max()).row(0)
    same = [n for n, most in zip(names, spread, strict=True) if most == 1]
    columns = [Column(n, n) for n in same]
    exprs: list[pl.Expr] = [pl.col(n).first() for n in same]
    exprs.append(pl.len().alias(_free("rows", names)))
    columns.append(Column(_free("rows", names), None, "count"))
    work = kept
    for n in names:
        if n in same:
            continue
        read = number_column(kept[n])
        columns.append(Column(_free(f"{n}_different", names), n, "count_distinct"))
        exprs.append(pl.col(n).n_unique().alias(columns[-1].name))
        if read is None:
            continue
        work = work.with_columns(read[1].alias(f"__n_{n}"))
        for how in _AGGREGATES:
            columns.append(Column(_free(f"{n}_{how}", names), n, how, tuple(read[0])))
            exprs.append(getattr(pl.col(f"__n_{n}"), how)().alias(columns[-1].name))
    return work.group_by(KEY, maintain_order=True).agg(exprs), columns


def _free(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name}_"


def _fields(bench: Workbench, wanted: pl.DataFrame, columns: Sequence[str], seconds: float) -> dict[str, Explanation]:
    out = {}
    for column in columns:
        found = explain(bench, wanted[column], seconds)
        if found:
            out[column] = found[0]
    return out


def _verified(
    spec: Spec,
    before: pl.DataFrame,
    after: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    alignment: Alignment,
    filters: Sequence[LeftOut],
    fields: Mapping[str, Explanation],
) -> tuple[list[Rule], pl.DataFrame]:
    """Run the spec and hold it against the target, column by column."""
    made = run_spec(spec, before, tables)
    rules = [Rule(f"R{i:02}", "filter", None, (f.column,), f.text, f.rows, f.rows) for i, f in enumerate(filters, 1)]
    keys = [k for k in alignment.target_key if k in made.columns]
    paired = _paired(made, after, keys)
    wrong = pl.lit(False)
    for column, rule in fields.items():
        found = pl.col(f"__{column}").eq_missing(pl.col(column))
        agree = int(paired.select(found.sum()).item() or 0)
        bad = paired.filter(~found).head(20)
        name = bad[keys[0]] if keys else pl.Series([""] * bad.height)
        shown = tuple(zip(name.to_list(), bad[column].to_list(), bad[f"__{column}"].to_list(), strict=True))
        sources = tuple(dict.fromkeys(c.source or alignment.source_key[0] for c in rule.columns))
        rules.append(Rule(f"R{len(rules) + 1:02}", rule.kind, column, sources, rule.text, paired.height, agree, shown))
        wrong = wrong | ~found
    return rules, paired.filter(wrong).select(after.columns)


def _paired(made: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    theirs = made.rename({c: f"__{c}" for c in made.columns})
    if not keys:
        both = min(made.height, after.height)
        return pl.concat([after.head(both), theirs.head(both)], how="horizontal")
    theirs = theirs.with_columns(pl.col(f"__{k}").alias(f"__k{i}") for i, k in enumerate(keys))
    return after.join(theirs, left_on=list(keys), right_on=[f"__k{i}" for i in range(len(keys))], how="left")


def run_spec(spec: Spec, source: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What a spec of text columns gives, as text."""

    def schema(table: str) -> dict[str, DataType]:
        return dict.fromkeys(tables[table].columns, TEXT)

    resolved = resolve(spec, dict.fromkeys(source.columns, TEXT), tables=schema)
    applied: Any = apply(resolved.plan, source, lambda table: tables[table].lazy())
    return as_text(applied.passed)
