"""The parts of a script in the making: named queries one over the other, what is booked, and what is shared."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from workbench.model import DataType, Expr, Lookup

from .sql_emit import Emitter
from .sql_graph import Layer, Layered, lay_out
from .sql_tree import Sql, all_true, column

__all__ = ["Measure", "Part", "Parts", "of_table", "table_of"]


@dataclass(frozen=True)
class Part:
    """A named query of the script: a CTE, or a table when the script runs step by step."""

    name: str
    query: exp.Query
    says: str = ""


@dataclass(frozen=True)
class Measure:
    """A booking: rows of one part less those of another if any; 'added', 'replaced', or what they are booked as."""

    kind: str
    name: str
    more: str
    less: str


@dataclass
class Parts:
    """Grows part by part; knows the columns of the last one.

    Attributes:
        emitter: The dialect.
        columns: What the rows hold now, helping columns aside.
        tables: Per location of a reference table, the table that holds it.
        parts: The named queries so far.
        measures: What is booked.
        unique_keys: Lookups whose tables must hold each key once, with the part that reads them.
        calls: Tables of a Python-only function's answers: name, call, the part asked, the arguments there.
        row_parts: How many of the parts the row steps are, that of the source with them.
        shown: The columns of each part in order, as far as they are known.
        located: Names of tables that no part may take, in lower case.
    """

    emitter: Emitter
    columns: dict[str, DataType]
    tables: Mapping[str, str]
    parts: list[Part] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    unique_keys: list[tuple[Lookup, str]] = field(default_factory=list)
    calls: list[tuple[str, Expr, str, tuple[Sql, ...]]] = field(default_factory=list)
    row_parts: int = 0
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    located: set[str] = field(default_factory=set)

    @property
    def last(self) -> str:
        """Name of the last part."""
        return self.parts[-1].name

    def free(self, name: str) -> str:
        """A name that no part and no table has yet, whatever its case."""
        known = {p.name.lower() for p in self.parts} | {"source", "mapped", "passed", "rejects"} | self.located
        out, number = name, 1
        while out.lower() in known:
            number += 1
            out = f"{name}_{number}"
        return out

    def add(self, name: str, query: exp.Query, says: str = "") -> str:
        """Append a part; its name."""
        names = tuple(query.named_selects)
        if names == ("*",):
            names = self.shown.get(query.find(exp.Table).name, ())  # type: ignore[union-attr]  # it reads one
        self.shown[name] = names
        self.parts.append(Part(name, query, "\n".join(textwrap.wrap(says, 110))))
        return name

    def measure(self, kind: str, name: str, more: str, less: str) -> None:
        """Append a booking."""
        self.measures.append(Measure(kind, name, more, less))

    def kept(self, *without: str) -> list[Sql]:
        """The columns as they are."""
        return [column(c) for c in self.columns if c not in without]

    def rest(self, source: str | None = None) -> list[Sql]:
        """The columns as they are: a star where the part has just them."""
        just_them = self.shown.get(source or self.last) == tuple(self.columns)
        return [exp.Star()] if just_them else self.kept()

    def select(self, *items: Sql, source: str | None = None) -> exp.Select:
        """A query over the last part."""
        return exp.select(*items).from_(table_of(source or self.last))

    def layers(self, roots: Sequence[Expr], step: str = "", told: Sequence[str] = ()) -> Layered:
        """Add the parts that shared nodes need, and give what is asked for over the last of them.

        Args:
            roots: The expressions.
            step: The row step that they belong to.
            told: What each is for, as comments tell it.
        """
        out = lay_out(roots, self.emitter, self.columns, join_calls=self.emitter.joins_calls, told=told)
        for layer in out.layers:
            part = self.free(f"{step}_{layer.title}" if step else layer.title)
            query = self.select(exp.Star(), *[v.as_(n, quoted=True) for n, v in layer.columns])
            if layer.calls:
                query = self._joined(layer)
            every = len(layer.used_by) > 1 and len(layer.used_by) == len(set(told))
            says = "used by " + (step or ("every field" if every else ", ".join(layer.used_by)))
            self.add(part, self.emitter.fence(query), says + self.emitter.fence_says)
        return out

    def _joined(self, layer: Layer) -> exp.Select:
        items: list[Sql] = [exp.Column(this=exp.Star(), table=exp.to_identifier("t"))]
        # An alias could be taken for a column of its name: every column says its table.
        items += [of_table(v, "t").as_(n, quoted=True) for n, v in layer.columns]
        query = exp.select().from_(table_of(self.last, "t"))
        for i, call in enumerate(layer.calls):
            table = self.free("_".join([str(call.node["function"]), "of", *call.columns]))
            self.located.add(table.lower())
            alias = f"c{i}"
            keys = [column(f"k{j}", alias) for j in range(len(call.args))]
            same = [
                exp.EQ(this=k, expression=of_table(self.emitter.call_key(a.copy(), n.type), "t"))
                for k, a, n in zip(keys, call.args, call.node.args, strict=True)
            ]
            query = query.join(table_of(table, alias), on=all_true(same), join_type="left")
            items.append(column("value", alias).as_(call.name, quoted=True))
            self.calls.append((table, call.node, self.last, call.args))
        return query.select(*items)

    def table(self, name: str) -> exp.Table:
        """The table that a location stands for."""
        return exp.to_table(self.tables[name], dialect=self.emitter.glot) if name in self.tables else table_of(name)


def table_of(name: str, alias: str | None = None) -> exp.Table:
    """A part or a table by its name."""
    table = exp.Table(this=exp.to_identifier(name, quoted=True))
    if alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return table


def of_table(x: Sql, table: str) -> Sql:
    """The expression with its columns taken from a table, but for those that say theirs."""
    x = x.copy()
    for c in x.find_all(exp.Column):
        if not c.table:
            c.set("table", exp.to_identifier(table))
    return x
