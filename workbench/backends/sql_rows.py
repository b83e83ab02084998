"""Row steps in SQL: each becomes one or more named queries over the one before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from workbench.model import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Explode,
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

from .sql_parts import Measure, Part, Parts, of_table, table_of
from .sql_tree import Sql, all_true, any_true, case, column, not_null, number, string

__all__ = ["Measure", "Part", "Pipeline"]


@dataclass
class Pipeline(Parts):
    """The parts that row steps become."""

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
        conditions = self.layers(firsts, step).outputs
        seen = self.last
        for i, (guard, condition) in enumerate(zip(replaced, conditions, strict=True), 1):
            found = self.select(*self.rest(seen), source=seen).where(condition)
            name = self.add(self.free(f"{step}_replaced_{i}"), found, guard.reason)
            self.measure("replaced", guard.code, name, "")
        every = self.select(*self.rest(before), source=before)
        self.add(self.free(f"{step}_all_rows"), every, "those whose value is replaced among them")

    def _filter(self, step: Filter) -> None:
        before = self.last
        keep = self.layers([step.keep], step.id).outputs[0]
        name = self.free(f"{step.id}_filter")
        self.add(name, self.select(*self.rest()).where(keep), f"the others are booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, name)

    def _lookup(self, step: Lookup) -> None:
        before, found = self.last, f"__{step.id}_found"
        given = self.layers([e for e, _ in step.on], step.id).outputs
        keys = [self.emitter.key(k, e.type) for k, (e, _) in zip(given, step.on, strict=True)]
        text = self.emitter.type_name(TEXT)
        named = [f"__k{i}" for i in range(len(step.on))]
        items = [
            self.emitter.cast(column(c), text).as_(k, quoted=True) for k, (_, c) in zip(named, step.on, strict=True)
        ]
        items += [column(theirs).as_(name, quoted=True) for name, theirs, _ in step.take]
        there = all_true([not_null(column(c)) for _, c in step.on])
        table = exp.select(*items).from_(self.table(step.table)).where(there)
        if step.cardinality == "n:1":
            table = table.distinct()
        left = self.last
        listed = self.add(self.free(f"{step.id}_table"), table, f"the reference table {step.table}")
        if step.cardinality == "n:1":
            self.unique_keys.append((step, listed))
        same = [exp.EQ(this=column(n, "ref"), expression=of_table(k, "t")) for n, k in zip(named, keys, strict=True)]
        hit = not_null(column(named[0], "ref"))
        items = [column(c, "t") for c in self.columns]
        items += [column(name, "ref") for name, _, _ in step.take] + [hit.as_(found, quoted=True)]
        joined = exp.select(*items).from_(table_of(left, "t"))
        joined = joined.join(table_of(listed, "ref"), on=all_true(same), join_type="left")
        self.columns |= {name: type_ for name, _, type_ in step.take}
        dropped = step.on_miss == "drop"
        whole = self.free(f"{step.id}_found_or_not" if dropped else f"{step.id}_lookup")
        self.add(whole, joined, f"every row with what {step.table} holds for it")
        self.measure("added", "", whole, before)
        if step.on_miss == "reject":
            self.columns[found] = BOOLEAN
        if dropped:
            there = self.select(*self.kept()).where(self.emitter.truth(column(found)))
            name = self.add(self.free(f"{step.id}_lookup"), there, f"those not found are booked as {step.book_as}")
            self.measure(step.book_as, step.book_as, whole, name)

    def _keep_latest(self, step: KeepLatest) -> None:
        before = self.last
        out = self.layers([*step.by, step.order_by], step.id)
        keys, order = out.outputs[:-1], out.outputs[-1]
        keys = tuple(self.emitter.key(k, e.type) for k, e in zip(keys, step.by, strict=True))
        ties = [(column(c), t) for c, t in self.columns.items() if not t.is_nested]
        ordered = [self.emitter.latest(x, t) for x, t in [(order, step.order_by.type), *ties] if t.kind != "null"]
        rank = exp.Window(this=exp.RowNumber(), partition_by=list(keys), order=exp.Order(expressions=ordered))
        unknown = any_true([exp.Is(this=k.copy(), expression=exp.null()) for k in keys])
        ranked = self.select(
            *self.rest(), rank.as_("__rank", quoted=True), self.emitter.flag(unknown).as_("__unknown", quoted=True)
        )
        self.add(self.free(f"{step.id}_ranked"), ranked, "the latest row of a key first")
        first = exp.EQ(this=column("__rank"), expression=number(1))
        stay = any_true([first, self.emitter.truth(column("__unknown"))])
        latest = self.select(*self.kept()).where(stay)
        name = self.add(self.free(f"{step.id}_keep_latest"), latest, f"the others are booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, name)

    def _explode(self, step: Explode) -> None:
        before = self.last
        filled = self.select(*self.rest()).where(self.emitter.has_items(column(step.column)))
        items = self.add(self.free(f"{step.id}_items"), filled, f"rows without items are booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, items)
        each = self.emitter.explode(items, list(self.columns), step)
        name = self.add(self.free(f"{step.id}_explode"), each, f"one row per item of {step.column}")
        self.measure("added", "", name, items)
        self.columns[step.into] = step.type
        if step.position:
            self.columns[step.position] = INTEGER

    def _group(self, step: Group) -> None:
        before = self.last
        values = [a.value for a in step.take if a.value is not None]
        out = self.layers([*(e for _, e in step.by), *values], step.id)
        keys = [self.emitter.key(k, e.type) for k, (_, e) in zip(out.outputs, step.by, strict=False)]
        rest = iter(out.outputs[len(step.by) :])
        items = [k.copy().as_(n, quoted=True) for k, (n, _) in zip(keys, step.by, strict=True)]
        for a in step.take:
            made = self.emitter.aggregate(a, next(rest) if a.value is not None else None)
            items.append(self.emitter.store(made, a.type).as_(a.name, quoted=True))
        stored = [self.emitter.store(k, e.type) for k, (_, e) in zip(keys, step.by, strict=True)]
        items[: len(keys)] = [s.copy().as_(n, quoted=True) for s, (n, _) in zip(stored, step.by, strict=True)]
        grouped = self.select(*items).group_by(*stored)
        name = self.add(self.free(f"{step.id}_group"), grouped, f"merged rows are booked as {step.book_as}")
        self.measure(step.book_as, step.book_as, before, name)
        self.columns = {n: e.type for n, e in step.by} | {a.name: a.type for a in step.take}

    def _unpivot(self, step: Unpivot) -> None:
        before = self.last
        value = case([(string(c), column(c, "t")) for c in step.columns], subject=column("__tag", "n"))
        stay = [column(c, "t") for c in self.columns if c not in step.columns]
        items = [*stay, column("__tag", "n").as_(step.name, quoted=True), value.as_(step.value, quoted=True)]
        name = self.add(self.free(f"{step.id}_unpivot"), self._times(items, step.columns), "one row per column")
        self.measure("added", "", name, before)
        self.columns = {c: t for c, t in self.columns.items() if c not in step.columns}
        self.columns |= {step.name: TEXT, step.value: step.type}

    def _times(self, items: list[Sql], tags: Sequence[str]) -> exp.Select:
        """Every row once per tag."""
        each: exp.Query = exp.select(string(tags[0]).as_("__tag", quoted=True))
        for tag in tags[1:]:
            each = exp.union(each, exp.select(string(tag).as_("__tag", quoted=True)), distinct=False)
        return exp.select(*items).from_(table_of(self.last, "t")).join(each.subquery("n"), join_type="cross")

    def _union(self, step: Union) -> None:
        before = self.last
        other = exp.select(*self.kept()).from_(self.table(step.table))
        both = exp.union(self.select(*self.kept()), other, distinct=False)
        name = self.add(self.free(f"{step.id}_union"), both, f"with the rows of {step.table}")
        self.measure("added", "", name, before)

    def _split(self, step: Split) -> None:
        before = self.last
        out = self.layers([e for _, part in step.parts for _, e in part], step.id)
        stored = [
            self.emitter.store(x, e.type)
            for x, e in zip(out.outputs, (e for _, p in step.parts for _, e in p), strict=True)
        ]
        made: dict[str, list[tuple[Sql, Sql]]] = {}
        rest = iter(stored)
        for tag, part in step.parts:
            for name, _ in part:
                made.setdefault(name, []).append((string(tag), next(rest)))
        cases = {name: of_table(case(pairs, subject=column("__tag", "n")), "t") for name, pairs in made.items()}
        values = [x.as_(name, quoted=True) for name, x in cases.items()]
        items = [*(column(c, "t") for c in self.columns), *values, column("__tag", "n").as_(step.tag, quoted=True)]
        rows = self._times(items, [tag for tag, _ in step.parts])
        name = self.add(self.free(f"{step.id}_split"), rows, "one row per part")
        self.measure("added", "", name, before)
        self.columns |= {name: e.type for name, e in step.parts[0][1]} | {step.tag: TEXT}


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
