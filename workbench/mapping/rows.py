"""Row steps of a spec, resolved: filter, lookup, keep_latest, explode, group, unpivot, union, split."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.errors import SourceError, did_you_mean
from workbench.model import (
    INTEGER,
    TEXT,
    Aggregate,
    DataType,
    Explode,
    Expr,
    Filter,
    Group,
    Guard,
    KeepLatest,
    Lookup,
    RowSpec,
    RowStep,
    Split,
    StepFault,
    StepSpec,
    TypeClash,
    Union,
    Unpivot,
    cast,
    coalesce,
    col,
    decimal,
    lit,
    none_of,
)

from .scope import Refusal, Scope, as_text, unread

__all__ = ["TableSchema", "resolve_row"]

TableSchema = Callable[[str], "dict[str, DataType]"]
# Row steps may name what they take away; these are the names when a spec is silent.
_BOOKED = {
    "filter": "filtered",
    "keep_latest": "merged",
    "group": "merged",
    "lookup": "not_found",
    "explode": "no_items",
}


def resolve_row(scope: Scope, number: int, row: RowSpec, tables: TableSchema) -> RowStep | None:
    """Resolve one row step and change the scope's columns as it does; None when a fault was noted."""
    where = ("rows", number, row.kind)
    missed = [r.id for r in scope.spec.rows[:number] if r.lookup and r.lookup.on_miss == "reject"]
    if missed and row.kind in ("group", "union"):
        what = f"after this {row.kind} the rows that lookup {missed[0]} does not find cannot be told apart any more"
        scope.fault(where, what, f"write on_miss: drop in {missed[0]}; the rows are booked then")
    book_as = row.book_as or _BOOKED.get(row.kind, row.kind)
    try:
        return _RESOLVERS[row.kind](scope, row, where, book_as, tables)
    except StepFault as e:
        scope.fault(where, e.what, e.cure)
    except TypeClash as e:
        scope.fault(where, str(e), "give the field a step that fits")
    except SourceError as e:
        scope.fault(where, e.fault.what, e.fault.cure)
    return None


def _add(scope: Scope, name: str, type_: DataType) -> None:
    if name in scope.columns:
        raise StepFault(f"there is already a field '{name}'", "give the new one another name")
    scope.columns[name] = type_
    scope.used.add(name)


def _stepped(
    scope: Scope, row: RowSpec, name: str, steps: Sequence[StepSpec], where: tuple[str | int, ...], instead: str
) -> tuple[Expr | None, list[Guard]]:
    """A column through its steps, and what is told of the values that they refuse."""
    start = scope.column(name)
    value, rejects = scope.steps([start], steps, where)
    fatal = scope.spec.on_error == "fail"
    return value, [Refusal(name, start, *r).guard(row.id, instead, fatal=fatal) for r in rejects]


def _filter(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    assert row.filter is not None
    refused: list[Refusal] = []
    keep = scope.condition(row.filter, where, refused)
    return Filter(row.id, keep, book_as, tuple(unread(refused, row.id, fatal=scope.spec.on_error == "fail")))


def _lookup(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, tables: TableSchema) -> RowStep:
    look = row.lookup
    assert look is not None
    schema = tables(look.table)
    on: list[tuple[Expr, str]] = []
    replaced: list[Guard] = []
    for name, key in look.match.items():
        value, told = _stepped(scope, row, name, look.steps, (*where, "steps"), "not looked up")
        replaced += told if look.on_miss == "null" else []  # otherwise the miss is rejected or booked
        if key not in schema:
            scope.fault((*where, "match"), f"{look.table} has no column '{key}'", did_you_mean(key, schema))
        elif value is not None:
            on.append((as_text(value), key))
    take: list[tuple[str, str, DataType]] = []
    for name, theirs in look.take.items():
        if theirs not in schema:
            scope.fault((*where, "take"), f"{look.table} has no column '{theirs}'", did_you_mean(theirs, schema))
            continue
        _add(scope, name, schema[theirs])
        take.append((name, theirs, schema[theirs]))
    guard = None
    if look.on_miss == "reject" and on:
        # The engine adds this column: whether the key was found.
        found = col(f"__{row.id}_found", DataType("boolean"))
        reason = f"is not in {look.table}"
        guard = Guard(row.id, "", "lookup", reason, none_of(found), coalesce(on[0][0], lit("")))
    return Lookup(
        row.id, look.table, tuple(on), tuple(take), look.cardinality, look.on_miss, book_as, guard, tuple(replaced)
    )


def _keep_latest(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    keep = row.keep_latest
    assert keep is not None
    by = tuple(scope.column(name) for name in keep.by)
    order, replaced = _stepped(scope, row, keep.order_by, keep.steps, (*where, "steps"), "taken as the oldest")
    return KeepLatest(row.id, by, order or lit(None), book_as, tuple(replaced))


def _explode(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    explode = row.explode
    assert explode is not None
    lists = scope.column(explode.field)
    if lists.type.kind != "list" or lists.type.item is None or lists.op != "col":
        raise StepFault(f"'{explode.field}' is a {lists.type}, not a list at the top of the record")
    _add(scope, explode.into, lists.type.item)
    if explode.position:
        _add(scope, explode.position, INTEGER)
    return Explode(row.id, str(lists["name"]), explode.into, lists.type.item, explode.position, book_as)


def _group(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    group = row.group
    assert group is not None
    by = tuple((name, scope.column(name)) for name in group.by)
    take: list[Aggregate] = []
    replaced: dict[str, Guard] = {}
    for name, how_of in group.take.items():
        if len(how_of) != 1:
            raise StepFault(f"'{name}' needs one aggregate, as in {{sum: amount}}")
        how, source = next(iter(how_of.items()))
        value = scope.column(source) if source else None
        if value is not None and source in group.steps:
            value, told = _stepped(scope, row, source, group.steps[source], (*where, "steps", source), "left out")
            replaced |= {g.code: g for g in told}
        if value is None and how != "count":
            raise StepFault(f"'{name}': {how} needs a field")
        if how == "sum" and value is not None:
            if value.type.kind == "text":
                value = cast(value, decimal(4))
            if not value.type.is_numeric:
                raise StepFault(f"'{name}': sum works on numbers, not on {value.type}")
        type_ = INTEGER if how in ("count", "count_distinct") else value.type if value else INTEGER
        take.append(Aggregate(name, how, value, type_))
    scope.columns.clear()
    scope.columns.update({n: e.type for n, e in by} | {a.name: a.type for a in take})
    scope.used.update(scope.columns)
    return Group(row.id, by, tuple(take), book_as, tuple(replaced.values()))


def _unpivot(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    unpivot = row.unpivot
    assert unpivot is not None
    types = {scope.column(name).type for name in unpivot.fields}
    if len(types) != 1:
        raise StepFault("the fields to unpivot have several types: " + ", ".join(sorted(map(str, types))))
    for name in unpivot.fields:
        scope.columns.pop(name, None)
    _add(scope, unpivot.name, TEXT)
    _add(scope, unpivot.value, next(iter(types)))
    return Unpivot(row.id, unpivot.fields, unpivot.name, unpivot.value, next(iter(types)))


def _union(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, tables: TableSchema) -> RowStep:
    assert row.union is not None
    theirs = tables(row.union.table)
    for name, type_ in scope.columns.items():
        if name not in theirs:
            scope.fault(where, f"{row.union.table} has no column '{name}'", did_you_mean(name, theirs))
        elif theirs[name] != type_:
            scope.fault(where, f"{row.union.table}: column '{name}' is {theirs[name]}, here it is {type_}")
    return Union(row.id, row.union.table)


def _split(scope: Scope, row: RowSpec, where: tuple[str | int, ...], book_as: str, _: TableSchema) -> RowStep:
    split = row.split
    assert split is not None
    names = [tuple(part) for part in split.into.values()]
    if len({frozenset(n) for n in names}) != 1:
        raise StepFault("every part of a split gives the same columns")
    parts = tuple(
        (tag, tuple((new, scope.column(old)) for new, old in part.items())) for tag, part in split.into.items()
    )
    for i, name in enumerate(names[0]):
        types = {part[i][1].type for _, part in parts}
        if len(types) != 1:
            raise StepFault(f"column '{name}' has several types: " + ", ".join(sorted(map(str, types))))
        _add(scope, name, parts[0][1][i][1].type)
    _add(scope, split.tag, TEXT)
    return Split(row.id, split.tag, parts)


_RESOLVERS: dict[str, Callable[..., RowStep]] = {
    "filter": _filter, "lookup": _lookup, "keep_latest": _keep_latest, "explode": _explode, "group": _group,
    "unpivot": _unpivot, "union": _union, "split": _split,
}  # fmt: skip
