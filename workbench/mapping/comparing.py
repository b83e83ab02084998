"""Compare two versions of a spec by what they do: both are replayed on the distinct values of the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from workbench.errors import UsageError
from workbench.model import Expr, FieldSpec, Filter, PlannedField, RowStep, Spec, columns_of, dump_spec, fingerprint

from .counts import Counts
from .difference import SpecChange, SpecDiff, by_grade
from .inverting import invert
from .replaying import Replayed, replay_field, replay_filter
from .resolving import Resolved
from .row_engine import run_row_step

__all__ = ["diff"]

Tables = Callable[[str], pl.LazyFrame]


def diff(
    old: Spec,
    new: Spec,
    old_resolved: Resolved,
    new_resolved: Resolved,
    rows: pl.LazyFrame | pl.DataFrame | None = None,
    *,
    tables: Tables | None = None,
    personal: frozenset[str] = frozenset(),
) -> SpecDiff:
    """Every difference between two versions of a spec, graded by what it does to data.

    Major: an accepted output changes, a target field goes or is retyped, more is rejected, key, filter,
    grouping or cardinality change, a way back is lost, the semantics change. Minor: a new target field,
    values once rejected now map, a way back is gained. Patch: text, owners, evidence, another wording that
    gives the same on every value replayed. What cannot be replayed is graded by the worst it may do.

    Args:
        old: The spec as it is.
        new: The spec as it shall be.
        old_resolved: What the old one resolves to.
        new_resolved: What the new one resolves to.
        rows: Source rows, or their frozen distinct values.
        tables: Gives the frame of a table that a lookup or union names.
        personal: Source fields whose values are masked in examples.
    """
    work = _Comparison(old, new, old_resolved, new_resolved, rows, tables, personal)
    changes = [*work.spec(), *work.row_steps(), *work.fields(), *work.ways_back()]
    if not changes and dump_spec(old) != dump_spec(new):
        changes.append(SpecChange("patch", "spec", "text, evidence or owners only"))
    count = None if rows is None else int(rows.lazy().select(pl.len()).collect().item())
    same = fingerprint(old) == fingerprint(new)
    return SpecDiff(new.name, old.version, new.version, by_grade(changes), count, same)


class _Comparison:
    def __init__(
        self, old: Spec, new: Spec, old_resolved: Resolved, new_resolved: Resolved,
        rows: pl.LazyFrame | pl.DataFrame | None, tables: Tables | None, personal: frozenset[str],
    ) -> None:  # fmt: skip
        self.old, self.new, self.was, self.now = old, new, old_resolved, new_resolved
        self.rows = None if rows is None else rows.lazy()
        self.tables, self.personal = tables, personal
        self._after: pl.LazyFrame | None = None

    def spec(self) -> Iterator[SpecChange]:
        """Keys of the spec that are neither row steps nor fields."""
        old, new = self.old, self.new
        if old.semantics != new.semantics:
            yield SpecChange("major", "semantics", f"was {old.semantics}, is {new.semantics}")
        for part, a, b in (
            ("source", old.source.dataset, new.source.dataset),
            ("target", old.target.name, new.target.name),
            ("row_key", ", ".join(old.row_key), ", ".join(new.row_key)),
            ("key", ", ".join(self.was.plan.key), ", ".join(self.now.plan.key)),
        ):
            if a != b:
                yield SpecChange("major", part, f"was {a or 'none'}, is {b or 'none'}")
        for part in ("maintainer", "approver"):
            a, b = getattr(old, part), getattr(new, part)
            if a != b:
                yield SpecChange("patch", part, f"was {a or 'none'}, is {b or 'none'}")
        for side in ("source", "target"):
            a, b = getattr(old, side).contract, getattr(new, side).contract
            if a != b:
                yield SpecChange("minor", side, f"asks for version {b or 'any'} of the contract, was {a or 'any'}")
        yield from _checks(old, new)
        if old.unmapped != new.unmapped:
            yield SpecChange("patch", "unmapped", _sets("left out", set(old.unmapped), set(new.unmapped)))

    def row_steps(self) -> Iterator[SpecChange]:
        before, after = ({s.id: s for s in r.plan.rows} for r in (self.was, self.now))
        for name in dict.fromkeys([*before, *after]):
            a, b = before.get(name), after.get(name)
            kind = next(r.kind for spec in (self.old, self.new) for r in spec.rows if r.id == name)
            if a is None or b is None:
                yield SpecChange("major", f"row step {name}", f"the {kind} is {'new' if a is None else 'gone'}")
            elif a != b:
                yield from self._row_step(name, kind, a, b)
        kept = [[i for i in side if i in before and i in after] for side in (before, after)]
        if kept[0] != kept[1]:
            yield SpecChange("major", "row steps", f"the order was {', '.join(kept[0])}, is {', '.join(kept[1])}")

    def _row_step(self, name: str, kind: str, a: RowStep, b: RowStep) -> Iterator[SpecChange]:
        part = f"row step {name}"
        booked = [getattr(s, "book_as", "") for s in (a, b)]
        if booked[0] != booked[1]:
            yield SpecChange("minor", part, f"books rows as {booked[1]}, was {booked[0]}")
            step: Any = a  # every kind that books has the attribute
            a = replace(step, book_as=booked[1])
        if a == b:
            return
        if not (isinstance(a, Filter) and isinstance(b, Filter)):
            yield SpecChange("major", part, f"the {kind} changed: {_changed_keys(self.old, self.new, name)}")
            return
        data = self._data(a.keep, b.keep)
        if data is None:
            yield SpecChange("major", part, "the filter changed, and it could not be replayed")
        else:
            yield _of_filter(part, replay_filter(data, a.keep, b.keep, self.personal))

    def fields(self) -> Iterator[SpecChange]:
        # A plan also holds target fields that its spec does not map: they are always empty.
        before = {f.id: f for f in self.was.plan.fields if f.name in self.old.fields}
        after = {f.id: f for f in self.now.plan.fields if f.name in self.new.fields}
        by_name = {f.name: f for f in before.values()}
        met: set[str] = set()
        for field in after.values():
            was = before.get(field.id) or by_name.get(field.name)
            if was is None or was.id in met:
                yield SpecChange("minor", f"{field.name} ({field.id})", "a new target field")
                continue
            met.add(was.id)
            yield from self._field(was, field)
        for field in before.values():
            if field.id not in met:
                empty = any(f.name == field.name for f in self.now.plan.fields)
                what = "is not mapped any more, so it is always empty" if empty else "the target field is gone"
                yield SpecChange("major", f"{field.name} ({field.id})", what)

    def _field(self, was: PlannedField, now: PlannedField) -> Iterator[SpecChange]:
        part = f"{now.name} ({now.id})"
        if was.name != now.name:
            yield SpecChange("major", part, f"was called {was.name}")
        if was.value.type != now.value.type:
            yield SpecChange("major", part, f"was {was.value.type}, is {now.value.type}")
            return
        old_spec, new_spec = self.old.fields[was.name], self.new.fields[now.name]
        fatal = [any(g.fatal for g in f.guards) for f in (was, now)]
        if fatal[0] != fatal[1]:
            what = "a fault stops the run now" if fatal[1] else "a fault rejects the row now, it stopped the run before"
            yield SpecChange("major" if fatal[1] else "minor", part, what)
        rejects = [tuple(g.condition for g in f.guards) for f in (was, now)]
        if was.value is now.value and rejects[0] == rejects[1]:
            if _worded(old_spec) != _worded(new_spec):
                yield SpecChange("patch", part, "worded otherwise, and the same by definition")
            return
        how = _reworded(old_spec, new_spec)
        data = self._data(was.value, now.value, *rejects[0], *rejects[1])
        if data is None:
            yield SpecChange("major", part, f"{how}; it could not be replayed, so the worst is assumed")
            return
        yield from _of_field(part, how, replay_field(data, was, now, self.personal))

    def _data(self, *exprs: Expr) -> pl.LazyFrame | None:
        """Rows that hold every column the expressions read: source rows, or rows after the row steps."""
        needed = columns_of(*exprs)
        known = {n for n, _ in self.was.plan.source} & {n for n, _ in self.now.plan.source}
        if self.rows is None:
            return None
        if set(needed) <= known:
            return self.rows.select(needed) if needed else self.rows.head(1).select(pl.lit(1).alias("__any"))
        if self.was.plan.rows != self.now.plan.rows:
            return None
        after = self._after_row_steps()
        return after.select(needed) if after is not None and set(needed) <= set(after.collect_schema()) else None

    def _after_row_steps(self) -> pl.LazyFrame | None:
        if self._after is None and self.rows is not None:
            from workbench.backends import normalise

            names = [n for n, _ in self.was.plan.source]
            data = normalise(self.rows).select(names).collect()
            for step in self.was.plan.rows:
                needs = getattr(step, "table", None)
                if needs and self.tables is None:
                    return None
                data = run_row_step(step, data, self.tables or _none, Counts())
            self._after = data.lazy()
        return self._after

    def ways_back(self) -> Iterator[SpecChange]:
        """Source fields that came back and do not any more, or now do."""
        before, after = (_ways(s, r) for s, r in ((self.old, self.was), (self.new, self.now)))
        for name in before - after:
            yield SpecChange("major", name, "the source field does not come back any more")
        for name in after - before:
            yield SpecChange("minor", name, "the source field comes back now")


def _none(name: str) -> pl.LazyFrame:
    raise UsageError(f"the table '{name}' cannot be read here")


def _ways(spec: Spec, resolved: Resolved) -> set[str]:
    try:
        return {w.source for w in invert(spec, resolved).ways}
    except UsageError:
        return set()


def _sets(what: str, before: set[str], after: set[str]) -> str:
    said = [f"{what} now: {', '.join(sorted(after - before))}"] if after - before else []
    said += [f"no longer {what}: {', '.join(sorted(before - after))}"] if before - after else []
    return "; ".join(said) or "another order"


def _checks(old: Spec, new: Spec) -> Iterator[SpecChange]:
    """What verify measures otherwise, check by check."""
    before, after = ({c.id: c.model_dump(exclude={"id"}, exclude_defaults=True) for c in s.checks} for s in (old, new))
    for name in dict.fromkeys([*before, *after]):
        a, b = before.get(name, {}), after.get(name, {})
        said = [f"{k} {_said(b[k])}" + (f", was {_said(a[k])}" if k in a else "") for k in b if a.get(k) != b[k]]
        said += [f"{k} is gone, was {_said(a[k])}" for k in a if k not in b]
        if said:
            new_ = "new: " if name not in before else ""
            yield SpecChange("minor", f"check {name}", new_ + "; ".join(said))


def _changed_keys(old: Spec, new: Spec, step_id: str) -> str:
    a, b = (next(r for r in s.rows if r.id == step_id).model_dump(exclude_none=True, by_alias=True) for s in (old, new))
    inner_a, inner_b = (next((v for v in d.values() if isinstance(v, dict)), {}) for d in (a, b))
    keys = [k for k in dict.fromkeys([*inner_a, *inner_b]) if inner_a.get(k) != inner_b.get(k)]
    said = (f"{k} was {_said(inner_a.get(k))}, is {_said(inner_b.get(k))}" for k in keys)
    return "; ".join(said) or "what it works on"


def _said(value: Any) -> str:
    """An argument of a row step in words."""
    if isinstance(value, dict):
        return ", ".join(f"{k}: {_said(v)}" for k, v in value.items())
    return ", ".join(map(_said, value)) if isinstance(value, list | tuple) else str(value or "none")


def _worded(field: FieldSpec) -> dict[str, Any]:
    return field.model_dump(exclude={"id", "description"})


def _reworded(old: FieldSpec, new: FieldSpec) -> str:
    """What was edited in a field, in words."""
    said = []
    if old.from_ != new.from_:
        said.append(f"from {', '.join(new.from_ or ('nothing',))}, was {', '.join(old.from_ or ('nothing',))}")
    if old.steps != new.steps:
        chains = [" → ".join(s.name for s in f.steps) or "no step" for f in (old, new)]
        said.append(f"steps {chains[1]}, were {chains[0]}" if chains[0] != chains[1] else f"arguments of {chains[1]}")
    for key in ("value", "case", "else_", "else_from", "on_error", "default"):
        if getattr(old, key) != getattr(new, key):
            said.append(f"another {key.rstrip('_')}")
    return "; ".join(said) or "the contract around it changed"


def _of_filter(part: str, seen: Replayed) -> SpecChange:
    if not seen.changed.values:
        return SpecChange("patch", part, "the filter is worded otherwise; no row replayed is treated otherwise")
    what = f"the filter treats {seen.changed.rows:,} rows otherwise"
    return SpecChange("major", part, what, seen.changed.rows, seen.changed.values, seen.changed.examples)


def _of_field(part: str, how: str, seen: Replayed) -> Iterator[SpecChange]:
    said = False
    for grade, group, what in (
        ("major", seen.changed, "another result for"),
        ("major", seen.refused, "rejected now:"),
        ("minor", seen.accepted, "rejected before, accepted now:"),
    ):
        if group.values:
            said = True
            values = f"{group.values:,} {'value' if group.values == 1 else 'values'}"
            rows = f"{group.rows:,} {'row' if group.rows == 1 else 'rows'}"
            text = f"{how}: {what} {values}, in {rows}"
            yield SpecChange(grade, part, text, group.rows, group.values, group.examples)  # type: ignore[arg-type]
    if not said:
        yield SpecChange("patch", part, f"{how}: the same on all {seen.values:,} values replayed")
