"""What a dialect may say differently about row steps."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from workbench.model import TEXT, Aggregate, DataType, Explode, Expr

from .outcome import SUM_DIGITS
from .sql_hooks import Dialect, Unportable
from .sql_tree import Sql, column, fn, number

__all__ = ["RowEmitter"]


class RowEmitter(Dialect):
    """The hooks of row steps, as most dialects have them."""

    # Gives an item by its place from 1, or from -1 backwards; null where there is none.
    item_function: ClassVar[str] = ""
    # What a reader is told about the fence.
    fence_says: ClassVar[str] = ""

    def fence(self, query: exp.Select) -> exp.Select:
        """A layer's query, kept from being merged with its users where that would compute it twice."""
        return query

    def call_key(self, x: Sql, type_: DataType) -> Sql:
        """An argument of a Python-only function as a text that is never null and tells null from blank."""
        text = x if type_.kind == "text" else self.cast(x, TEXT)
        return fn("coalesce", exp.DPipe(this=exp.Literal.string("="), expression=text), "")

    def key(self, x: Sql, type_: DataType) -> Sql:
        """A value as rows are joined, grouped or ranked by it: two are the same when their code points are."""
        return x

    def latest(self, x: Sql, type_: DataType) -> exp.Ordered:
        """The greatest first, null last."""
        ordered = self.collate(x) if type_.kind == "text" else x
        return exp.Ordered(this=ordered.copy(), desc=True, nulls_first=False)

    def has_items(self, x: Sql) -> Sql:
        """Whether a list has an item."""
        return exp.GT(this=fn("coalesce", fn("len", x), 0), expression=number(0))

    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        """One row per item."""
        raise Unportable("it has no lists of the pinned kind")

    def aggregate(self, a: Aggregate, value: Sql | None) -> Sql:
        """An aggregate over a group; nulls do not count."""
        if value is None:
            return exp.Count(this=exp.Star())
        if a.how == "count":
            return exp.Count(this=value)
        if a.how == "count_distinct":
            return exp.Count(this=exp.Distinct(expressions=[value]))
        if a.how == "sum":
            if a.type.kind == "float":
                raise Unportable("a sum of floats depends on the order of the rows: make them decimals first")
            if a.type.kind == "decimal":
                digits = max(0, SUM_DIGITS - (a.type.scale or 0))
                limit = self.cast(exp.Literal.string("1" + "0" * digits), "DECIMAL(38, 0)")
                fits = exp.LT(this=fn("max", fn("abs", value.copy())), expression=limit)
                # The engine adds before it asks whether it should: what is too long is left out of the sum.
                small = exp.LT(this=fn("abs", value.copy()), expression=limit.copy())
                safe = exp.Case(ifs=[exp.If(this=small, true=value)])
                return exp.Case(ifs=[exp.If(this=fits, true=self.sum_of(safe, a.type))])
            return self.sum_of(value, a.type)
        least = self.collate(value) if a.type.kind == "text" else value
        return fn("max" if a.how == "max" else "min", least)

    def sum_of(self, value: Sql, type_: DataType) -> Sql:
        """An exact sum, null when it does not fit."""
        return self.try_cast(fn("sum", value), type_)

    def joined(self, separator: str, texts: list[Sql]) -> Sql:
        """The texts that are there with a separator between them."""
        return fn("concat_ws", separator, *texts)

    def as_column(self, x: Sql, name: str) -> Sql:
        """A named item of a select list."""
        return exp.alias_(x, name, quoted=True)

    def columns(self, names: list[str], table: str | None = None) -> list[Sql]:
        """Columns by name."""
        return [column(n, table) for n in names]

    def op_member(self, node: Expr, x: Sql) -> Sql:
        """A part of a record."""
        raise Unportable("it has no records of the pinned kind")

    def op_item(self, node: Expr, x: Sql) -> Sql:
        """An item of a list; null where there is none."""
        if not self.item_function:
            raise Unportable("it has no lists of the pinned kind")
        index = node["index"]
        return self.load(fn(self.item_function, x, index + 1 if index >= 0 else index), node.type)
