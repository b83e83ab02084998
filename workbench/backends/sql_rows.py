"""Row steps in SQL: each becomes one or two named queries over the one before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from workbench.model import (
    BOOLEAN,
    INTEGER,
    TEXT,
    DataType,
    Explode,
    Expr,
    Filter,
    Group,
    Guard,
    KeepLatest,
    Lookup,
    RowStep,
    Split,
    Union,
    Unpivot,
    all_of,
    none_of,
)

from .sql_emit import Emitter
from .sql_graph import Layered, lay_out
from .sql_tree import Sql, all_true, any_true, case, column, number, string

__all__ = ["Measure", "Part", "Pipeline"]


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
class Pipeline:
    """Grows part by part; knows the columns of the last one."""

    emitter: Emitter
    columns: dict[str, DataType]
    tables: Mapping[str, str]
    parts: list[Part] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    unique_keys: list[tuple[Lookup, str]] = field(default_factory=list)
    calls: list[tuple[str, Expr, str, tuple[Sql, ...]]] = field(default_factory=list)

    @property
    def last(self) -> str:
        """Name of the last part."""
        return self.parts[-1].name

    def add(self, name: str, query: exp.Query, says: str = "") -> None:
        """Append a part."""
        self.parts.append(Part(name, query, says))

    def measure(self, kind: str, name: str, more: str, less: str) -> None:
        """Append a booking."""
        self.measures.append(Measure(kind, name, more, less))

    def kept(self, *without: str) -> list[Sql]:
        """The columns as they are."""
        return [column(c) for c in self.columns if c not in without]

    def select(self, *items: Sql, source: str | None = None) -> exp.Select:
        """A query over the last part."""
        return exp.select(*items).from_(_table(source or self.last))

    def layers(self, name: str, roots: Sequence[Expr]) -> Layered:
        """Add the parts that shared nodes need, and give what is asked for over the last of them."""
        out = lay_out(roots, self.emitter, self.columns, join_calls=self.emitter.joins_calls)
        for i, layer in enumerate(out.layers, 1):
            part = name if i == 1 else f"{name}_{i}"
            query = self.select(exp.Star(), *[v.as_(n, quoted=True) for n, v in layer.columns])
            if layer.calls:
                query = self._joined(part, layer.columns, layer.calls)
            self.add(part, self.emitter.fence(query), "values that several fields or checks share")
        return out

    def _joined(self, part: str, columns: list[tuple[str, Sql]], calls: Sequence[object]) -> exp.Select:
        items: list[Sql] = [exp.Column(this=exp.Star(), table=exp.to_identifier("t"))]
        items += [v.as_(n, quoted=True) for n, v in columns]
        query = exp.select().from_(_table(self.last, "t"))
        for i, call in enumerate(calls):
            table = f"{part}_{call.name.strip('_')}"  # type: ignore[attr-defined]
            alias = f"c{i}"
            keys = [column(f"k{j}", alias) for j in range(len(call.args))]  # type: ignore[attr-defined]
            same = [
                exp.EQ(this=k, expression=self.emitter.call_key(a.copy(), n.type))
                for k, a, n in zip(keys, call.args, call.node.args, strict=True)  # type: ignore[attr-defined]
            ]
            query = query.join(_table(table, alias), on=all_true(same), join_type="left")
            items.append(column("value", alias).as_(call.name, quoted=True))  # type: ignore[attr-defined]
            self.calls.append((table, call.node, self.last, call.args))  # type: ignore[attr-defined]
        return query.select(*items)

    # --- steps ------------------------------------------------------------------------------------------
    def step(self, step: RowStep) -> None:
        """Append a row step.

        Raises:
            Unportable: The dialect cannot keep its pinned meaning.
        """
        if getattr(step, "replaced", ()):
            self._replaced(step.id, step.replaced)  # type: ignore[union-attr]  # those steps have it
        _STEPS[type(step)](self, step)

    def _replaced(self, step: str, replaced: Sequence[Guard]) -> None:
        """A part per reason with the rows whose value the step goes on without, to be counted."""
        before, met = self.last, [g.condition for g in replaced]
        firsts = [all_of(c, none_of(*met[:i])) if i else c for i, c in enumerate(met)]
        conditions = self.layers(f"{step}_looked_at", firsts).outputs
        seen = self.last
        for i, (guard, condition) in enumerate(zip(replaced, conditions, strict=True), 1):
            name = f"{step}_replaced_{i}"
            self.add(name, self.select(*self.kept(), source=seen).where(condition), guard.reason)
            self.measure("replaced", guard.code, name, "")
        self.add(f"{step}_all", self.select(*self.kept(), source=before), "all rows, those among them")

    def _filter(self, step: Filter) -> None:
        before = self.last
        keep = self.layers(f"{step.id}_cleaned", [step.keep]).outputs[0]
        self.add(step.id, self.select(*self.kept()).where(keep), f"filter, the others booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, step.id)

    def _lookup(self, step: Lookup) -> None:
        before, found = self.last, f"__{step.id}_found"
        given = self.layers(f"{step.id}_cleaned", [e for e, _ in step.on]).outputs
        keys = [self.emitter.key(k, e.type) for k, (e, _) in zip(given, step.on, strict=True)]
        text = self.emitter.type_name(TEXT)
        named = [f"__k{i}" for i in range(len(step.on))]
        items = [
            self.emitter.cast(column(c), text).as_(k, quoted=True) for k, (_, c) in zip(named, step.on, strict=True)
        ]
        items += [column(theirs).as_(name, quoted=True) for name, theirs, _ in step.take]
        there = all_true([exp.Not(this=exp.Is(this=column(c), expression=exp.null())) for _, c in step.on])
        table = exp.select(*items).from_(self.table(step.table)).where(there)
        if step.cardinality == "n:1":
            table = table.distinct()
            self.unique_keys.append((step, f"{step.id}_table"))
        self.add(f"{step.id}_table", table, f"the reference table {step.table}")
        left = self.parts[-2].name
        same = [exp.EQ(this=column(n, "ref"), expression=_of(k, "t")) for n, k in zip(named, keys, strict=True)]
        hit = exp.Not(this=exp.Is(this=column(named[0], "ref"), expression=exp.null()))
        items = [column(c, "t") for c in self.columns]
        items += [column(name, "ref") for name, _, _ in step.take] + [hit.as_(found, quoted=True)]
        joined = exp.select(*items).from_(_table(left, "t"))
        joined = joined.join(_table(f"{step.id}_table", "ref"), on=all_true(same), join_type="left")
        self.columns |= {name: type_ for name, _, type_ in step.take}
        whole = f"{step.id}_joined" if step.on_miss == "drop" else step.id
        self.add(whole, joined, f"lookup in {step.table}")
        self.measure("added", "", whole, before)
        if step.on_miss == "reject":
            self.columns[found] = BOOLEAN
        if step.on_miss == "drop":
            self.add(
                step.id, self.select(*self.kept()).where(self.emitter.truth(column(found))), "rows not found dropped"
            )
            self.measure(step.book_as, step.book_as, whole, step.id)

    def table(self, name: str) -> exp.Table:
        """The table that a location stands for."""
        return exp.to_table(self.tables[name], dialect=self.emitter.glot) if name in self.tables else _table(name)

    def _keep_latest(self, step: KeepLatest) -> None:
        before = self.last
        out = self.layers(f"{step.id}_cleaned", [*step.by, step.order_by])
        keys, order = out.outputs[:-1], out.outputs[-1]
        keys = tuple(self.emitter.key(k, e.type) for k, e in zip(keys, step.by, strict=True))
        ties = [(column(c), t) for c, t in self.columns.items() if not t.is_nested]
        ordered = [self.emitter.latest(x, t) for x, t in [(order, step.order_by.type), *ties] if t.kind != "null"]
        rank = exp.Window(this=exp.RowNumber(), partition_by=list(keys), order=exp.Order(expressions=ordered))
        unknown = any_true([exp.Is(this=k.copy(), expression=exp.null()) for k in keys])
        ranked = self.select(
            *self.kept(), rank.as_("__rank", quoted=True), self.emitter.flag(unknown).as_("__unknown", quoted=True)
        )
        self.add(f"{step.id}_ranked", ranked, "the latest row of a key first")
        first = exp.EQ(this=column("__rank"), expression=number(1))
        stay = any_true([first, self.emitter.truth(column("__unknown"))])
        self.add(step.id, self.select(*self.kept()).where(stay), f"keep_latest, the others booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, step.id)

    def _explode(self, step: Explode) -> None:
        before = self.last
        items = f"{step.id}_items"
        self.add(items, self.select(*self.kept()).where(self.emitter.has_items(column(step.column))), "rows with items")
        self.measure(step.book_as, step.book_as, before, items)
        self.add(step.id, self.emitter.explode(items, list(self.columns), step), f"explode {step.column}")
        self.measure("added", "", step.id, items)
        self.columns[step.into] = step.type
        if step.position:
            self.columns[step.position] = INTEGER

    def _group(self, step: Group) -> None:
        before = self.last
        values = [a.value for a in step.take if a.value is not None]
        out = self.layers(f"{step.id}_cleaned", [*(e for _, e in step.by), *values])
        keys = [self.emitter.key(k, e.type) for k, (_, e) in zip(out.outputs, step.by, strict=False)]
        rest = iter(out.outputs[len(step.by) :])
        items = [k.copy().as_(n, quoted=True) for k, (n, _) in zip(keys, step.by, strict=True)]
        for a in step.take:
            made = self.emitter.aggregate(a, next(rest) if a.value is not None else None)
            items.append(self.emitter.store(made, a.type).as_(a.name, quoted=True))
        stored = [self.emitter.store(k, e.type) for k, (_, e) in zip(keys, step.by, strict=True)]
        items[: len(keys)] = [s.copy().as_(n, quoted=True) for s, (n, _) in zip(stored, step.by, strict=True)]
        self.add(step.id, self.select(*items).group_by(*stored), f"group, merged rows booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, step.id)
        self.columns = {n: e.type for n, e in step.by} | {a.name: a.type for a in step.take}

    def _unpivot(self, step: Unpivot) -> None:
        before = self.last
        value = case([(string(c), column(c, "t")) for c in step.columns], subject=column("__tag", "n"))
        stay = [column(c, "t") for c in self.columns if c not in step.columns]
        items = [*stay, column("__tag", "n").as_(step.name, quoted=True), value.as_(step.value, quoted=True)]
        self.add(step.id, self._times(items, step.columns), "one row per column")
        self.measure("added", "", step.id, before)
        self.columns = {c: t for c, t in self.columns.items() if c not in step.columns}
        self.columns |= {step.name: TEXT, step.value: step.type}

    def _times(self, items: list[Sql], tags: Sequence[str]) -> exp.Select:
        """Every row once per tag."""
        each: exp.Query = exp.select(string(tags[0]).as_("__tag", quoted=True))
        for tag in tags[1:]:
            each = exp.union(each, exp.select(string(tag).as_("__tag", quoted=True)), distinct=False)
        return exp.select(*items).from_(_table(self.last, "t")).join(each.subquery("n"), join_type="cross")

    def _union(self, step: Union) -> None:
        before = self.last
        other = exp.select(*self.kept()).from_(self.table(step.table))
        self.add(step.id, exp.union(self.select(*self.kept()), other, distinct=False), f"with the rows of {step.table}")
        self.measure("added", "", step.id, before)

    def _split(self, step: Split) -> None:
        before = self.last
        out = self.layers(f"{step.id}_cleaned", [e for _, part in step.parts for _, e in part])
        stored = [
            self.emitter.store(x, e.type)
            for x, e in zip(out.outputs, (e for _, p in step.parts for _, e in p), strict=True)
        ]
        made: dict[str, list[tuple[Sql, Sql]]] = {}
        rest = iter(stored)
        for tag, part in step.parts:
            for name, _ in part:
                made.setdefault(name, []).append((string(tag), next(rest)))
        values = [case(pairs, subject=column("__tag", "n")).as_(name, quoted=True) for name, pairs in made.items()]
        items = [*(column(c, "t") for c in self.columns), *values, column("__tag", "n").as_(step.tag, quoted=True)]
        self.add(step.id, self._times(items, [tag for tag, _ in step.parts]), "one row per part")
        self.measure("added", "", step.id, before)
        self.columns |= {name: e.type for name, e in step.parts[0][1]} | {step.tag: TEXT}


def _table(name: str, alias: str | None = None) -> exp.Table:
    table = exp.Table(this=exp.to_identifier(name, quoted=True))
    if alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
    return table


def _of(x: Sql, table: str) -> Sql:
    """The expression with its columns taken from a table."""
    x = x.copy()
    for c in x.find_all(exp.Column):
        c.set("table", exp.to_identifier(table))
    return x


_STEPS: dict[type[RowStep], Callable[..., None]] = {
    Filter: Pipeline._filter,
    Lookup: Pipeline._lookup,
    KeepLatest: Pipeline._keep_latest,
    Explode: Pipeline._explode,
    Group: Pipeline._group,
    Unpivot: Pipeline._unpivot,
    Union: Pipeline._union,
    Split: Pipeline._split,
}
