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
    rows = select_source(plan, frame).select(_broken(fact).any().alias(str(i)) for i, fact in enumerate(wanted))
    broken = rows.collect(engine="streaming").row(0)
    return frozenset(fact for fact, is_broken in zip(wanted, broken, strict=True) if not is_broken)


def _broken(fact: Fact) -> pl.Expr:
    """Whether a row breaks a fact; never null."""
    x = pl.col(fact.column)
    blank = x.is_null() | (x.str.strip_chars(WHITESPACE) == "")
    broken = {
        "ascii": lambda: x.str.len_bytes() != x.str.len_chars(),
        "spaces": lambda: x.str.contains(OTHER_BLANK),
        "full": lambda: blank,
        "format": lambda: ~blank & ~x.str.contains(form_of(fact.format)),
    }
    return broken[fact.what]().fill_null(False)
