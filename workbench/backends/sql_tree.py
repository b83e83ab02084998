"""Small constructors of SQL trees: what the dialects are written with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlglot import exp

__all__ = [
    "Sql",
    "all_true",
    "any_true",
    "case",
    "cast",
    "column",
    "fn",
    "negated",
    "not_null",
    "number",
    "string",
    "try_cast",
]

Sql = exp.Expr


def fn(name: str, *args: Sql | str | int) -> Sql:
    """A call of a function by its name in the dialect at hand; nothing is translated."""
    return exp.Anonymous(this=name, expressions=[_arg(a) for a in args])


def _arg(value: Sql | str | int) -> Sql:
    if isinstance(value, str):
        return string(value)
    return number(value) if isinstance(value, int) else value


def string(text: str) -> Sql:
    """A text literal."""
    return exp.Literal.string(text)


def number(value: int) -> Sql:
    """A whole number."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def column(name: str, table: str | None = None) -> Sql:
    """A column, quoted."""
    return exp.column(name, table=table, quoted=True)


def cast(x: Sql, type_: str, glot: str) -> Sql:
    """A cast that may fail."""
    return exp.Cast(this=x, to=exp.DataType.build(type_, dialect=glot))


def try_cast(x: Sql, type_: str, glot: str) -> Sql:
    """A cast that gives null where the value does not fit."""
    return exp.TryCast(this=x, to=exp.DataType.build(type_, dialect=glot))


def case(ifs: Iterable[tuple[Sql, Sql]], otherwise: Sql | None = None, subject: Sql | None = None) -> Sql:
    """A CASE; without an ELSE it gives null."""
    whens = [exp.If(this=condition, true=value) for condition, value in ifs]
    parts: dict[str, Any] = {"this": subject, "ifs": whens, "default": otherwise}
    return exp.Case(**{k: v for k, v in parts.items() if v is not None})


def not_null(x: Sql) -> Sql:
    """Whether a value is there."""
    return exp.Is(this=x, expression=exp.Not(this=exp.null()))


def negated(condition: Sql) -> Sql:
    """The opposite of a condition that is never null."""
    if isinstance(condition, exp.Is):
        is_there = isinstance(condition.expression, exp.Not)
        return exp.Is(this=condition.this, expression=exp.null()) if is_there else not_null(condition.this)
    if isinstance(condition, exp.Not):
        inner: Sql = condition.this.unnest()
        return inner
    return exp.Not(this=exp.paren(condition) if isinstance(condition, exp.Binary) else condition)


def _chained(kind: type[exp.Connector], parts: Sequence[Sql]) -> Sql:
    if len(parts) == 1:
        return parts[0]
    wrapped = [exp.paren(p) if isinstance(p, exp.Connector) and not isinstance(p, kind) else p for p in parts]
    out = wrapped[0]
    for part in wrapped[1:]:
        out = kind(this=out, expression=part)
    return out


def all_true(parts: Sequence[Sql]) -> Sql:
    """Conditions joined by AND."""
    return _chained(exp.And, parts)


def any_true(parts: Sequence[Sql]) -> Sql:
    """Conditions joined by OR."""
    return _chained(exp.Or, parts)
