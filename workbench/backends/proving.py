"""What is proven of a source: the facts by which a dialect may take the plain forms of primitives."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.model import WHITESPACE, Filter, KeepLatest, Lookup, Plan

from .patterns import OTHER_BLANK
from .sql_run import select_source
from .sql_script import Fact
from .time_forms import form_of
from .to_sql import compile_sql

__all__ = ["prove", "wanted_facts"]

_NOT_BLANK = "[^" + "".join(f"\\x{{{ord(c):X}}}" for c in WHITESPACE) + "]"
# After any other row step a column of the source's name may hold what the source does not.
_KEEPS_VALUES = (Filter, KeepLatest, Lookup)


@dataclass(frozen=True)
class _Hopes:
    """Every fact of some columns: what a dialect relies on when it may hope for all is what is worth a look."""

    columns: frozenset[str]

    def __contains__(self, fact: object) -> bool:
        return isinstance(fact, Fact) and fact.column in self.columns


def wanted_facts(plan: Plan, dialect: str) -> tuple[Fact, ...]:
    """The facts of the source that would let plain forms stand in a dialect.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning, whatever holds of the source.
    """
    if not all(isinstance(step, _KEEPS_VALUES) for step in plan.rows):
        return ()
    taken = {name for step in plan.rows if isinstance(step, Lookup) for name, _, _ in step.take}
    texts = frozenset(name for name, type_ in plan.source if type_.kind == "text") - taken
    return compile_sql(plan, dialect, facts=_Hopes(texts)).relies_on


def prove(plan: Plan, frame: pl.LazyFrame | pl.DataFrame, dialect: str) -> frozenset[Fact]:
    """Look at every row of a source for the facts that would let plain forms stand in a dialect.

    They hold of these rows and of no others.

    Args:
        plan: What will run.
        frame: The source, all of it; a lazy frame is streamed.
        dialect: Where it will run.

    Raises:
        NotPortableError: The dialect cannot keep a pinned meaning, whatever holds of the source.
        SourceError: A column of the plan is missing.
    """
    wanted = wanted_facts(plan, dialect)
    if not wanted:
        return frozenset()
    marks = {f: f"__fits_{i}" for i, f in enumerate(wanted) if f.what == "format"}
    source = select_source(plan, frame).with_columns(_fits(f).alias(name) for f, name in marks.items())
    # What has a plain date format needs no other look.
    settled = {f.column: name for f, name in marks.items() if _is_plain(f.format)}

    def asked(fact: Fact) -> pl.Expr:
        x, mark = pl.col(fact.column), marks.get(fact, settled.get(fact.column))
        return _breaks(fact, x.filter(~pl.col(mark)) if mark else x)

    broken = source.select(asked(f).alias(str(i)) for i, f in enumerate(wanted)).collect(engine="streaming").row(0)
    return frozenset(fact for fact, is_broken in zip(wanted, broken, strict=True) if not is_broken)


def _is_plain(format_: str) -> bool:
    """Whether what has the format is ASCII without other blanks than spaces; it never is blank."""
    return format_.isascii() and not set(format_) & set(WHITESPACE) - {" "}


def _fits(fact: Fact) -> pl.Expr:
    """Whether a value has the date format of a fact; never null."""
    return pl.col(fact.column).str.contains(form_of(fact.format)).fill_null(value=False)


def _breaks(fact: Fact, x: pl.Expr) -> pl.Expr:
    """Whether any of some values breaks a fact, where none has its format; dear questions only of those that can."""
    if fact.what == "ascii":
        return (x.str.len_bytes() != x.str.len_chars()).any()
    if fact.what == "spaces":
        return x.str.contains(OTHER_BLANK).any()
    if fact.what == "format":
        return x.str.contains(_NOT_BLANK).any()
    # A blank begins before '!', or is beyond ASCII.
    perhaps = x.filter((x < "!") | (x > "~"))
    return (x.null_count() > 0) | perhaps.str.contains(_NOT_BLANK).not_().any()
