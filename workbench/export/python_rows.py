"""Row steps of a plan as Python source: filter, lookup, keep_latest, explode, group, unpivot, union, split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbench.backends import dtype_source, polars_source, say
from workbench.model import Explode, Expr, Filter, Group, KeepLatest, Lookup, RowStep, Split, Union, Unpivot, why

from .layout import laid_out

__all__ = ["RowCode", "row_code"]


@dataclass
class RowCode:
    """A function over whole rows and what it needs.

    Attributes:
        text: Its source; '' when there are no row steps.
        helpers: Helpers of the Polars backend that it calls.
        functions: Python-only functions that it calls.
        runtime: Functions of `workbench.export.runtime` that it calls.
    """

    text: str = ""
    helpers: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    runtime: set[str] = field(default_factory=set)


def row_code(steps: Sequence[RowStep], name: str = "row_steps") -> RowCode:
    """Write the row steps of a plan.

    Args:
        steps: The steps, in order.
        name: What the function is called.
    """
    out = RowCode()
    if not steps:
        return out
    lines = [
        f"def {name}(",
        "    rows: pl.DataFrame, tables: Callable[[str], pl.LazyFrame], counts: Counts",
        ") -> pl.DataFrame:",
        '    """What is done to whole rows before their fields are mapped."""',
    ]
    for step in steps:
        kind = type(step).__name__
        books = f"; books as {say(step.book_as)}" if hasattr(step, "book_as") else ""
        lines += ["", f"    # {step.id}: {kind.lower()}{books}"]
        if replaced := getattr(step, "replaced", ()):
            out.runtime.add("tally_replaced")
            lines += _prepared(out, step.id, {f"why {step.id}": why(replaced)}, keep=False)
            lines.append('    tally_replaced(prepared, "why ", counts, replacements())')
        lines += _WRITERS[type(step)](step, out)
    out.text = "\n".join([*lines, "", "    return rows"])
    return out


def _prepared(out: RowCode, word: str, exprs: dict[str, Expr], *, keep: bool = True) -> list[str]:
    """The rows with expressions added under names; or those expressions alone."""
    source = polars_source([(word, e) for e in exprs.values()])
    out.helpers |= source.helpers
    out.functions |= source.functions
    lines = ["    frame = rows.lazy()"]
    for layer in source.layers:
        lines.append("    frame = frame.with_columns(")
        lines += [laid_out(f"{code}.alias({say(name)})", 8, ",") for name, code in layer]
        lines.append("    )")
    lines.append("    prepared = frame.select(")
    lines.append("        *rows.columns," if keep else '        pl.int_range(pl.len()).alias("__row"),')
    for name, code in zip(exprs, source.outputs, strict=True):
        lines.append(laid_out(f"{code}.alias({say(name)})", 8, ","))
    return [*lines, "    ).collect()" if keep else '    ).drop("__row").collect()']


def _filter(step: Filter, out: RowCode) -> list[str]:
    out.runtime.add("filter_rows")
    return [
        *_prepared(out, step.id, {"__keep": step.keep}),
        f"    rows = filter_rows(prepared, {say(step.book_as)}, counts)",
    ]


def _lookup(step: Lookup, out: RowCode) -> list[str]:
    out.runtime.add("lookup_rows")
    take = ", ".join(f"({say(name)}, {say(theirs)}, {dtype_source(t)})" for name, theirs, t in step.take)
    args = (
        f"prepared, tables({say(step.table)}), {say([theirs for _, theirs in step.on])}, [{take}], "
        f"found={say(f'__{step.id}_found')}, once={step.cardinality == 'n:1'}, on_miss={say(step.on_miss)}, "
        f"book_as={say(step.book_as)}, counts=counts"
    )
    keys = {f"__k{i}": e for i, (e, _) in enumerate(step.on)}
    return [*_prepared(out, step.id, keys), laid_out(f"rows = lookup_rows({args})", 4)]


def _keep_latest(step: KeepLatest, out: RowCode) -> list[str]:
    out.runtime.add("latest_rows")
    keys = {f"__k{i}": e for i, e in enumerate(step.by)}
    lines = _prepared(out, step.id, {**keys, "__order": step.order_by})
    return [*lines, f"    rows = latest_rows(prepared, {say(list(keys))}, rows.columns, {say(step.book_as)}, counts)"]


def _explode(step: Explode, out: RowCode) -> list[str]:
    out.runtime.add("explode_rows")
    args = f"rows, {say(step.column)}, {say(step.into)}, {say(step.position)}, {say(step.book_as)}, counts"
    return [f"    rows = explode_rows({args})"]


def _group(step: Group, out: RowCode) -> list[str]:
    out.runtime.add("group_rows")
    keys = {f"__k{i}": e for i, (_, e) in enumerate(step.by)}
    values = {f"__v{i}": a.value for i, a in enumerate(step.take) if a.value is not None}
    take = ", ".join(f"({say(a.name)}, {say(a.how)}, {a.value is not None}, {dtype_source(a.type)})" for a in step.take)
    args = f"prepared, {say([name for name, _ in step.by])}, [{take}], {say(step.book_as)}, counts"
    return [*_prepared(out, step.id, {**keys, **values}), laid_out(f"rows = group_rows({args})", 4)]


def _unpivot(step: Unpivot, out: RowCode) -> list[str]:
    columns = list(step.columns)
    made = f"rows.unpivot({say(columns)}, index=index, variable_name={say(step.name)}, value_name={say(step.value)})"
    return [
        f"    index = [c for c in rows.columns if c not in {say(columns)}]",
        laid_out(f"longer = {made}", 4),
        "    counts.added += longer.height - rows.height",
        "    rows = longer",
    ]


def _union(step: Union, out: RowCode) -> list[str]:
    return [
        f"    other = tables({say(step.table)}).select([pl.col(c).cast(t) for c, t in rows.schema.items()]).collect()",
        "    counts.added += other.height",
        "    rows = pl.concat([rows, other])",
    ]


def _split(step: Split, out: RowCode) -> list[str]:
    lines = ["    parts = []"]
    for tag, columns in step.parts:
        lines += _prepared(out, step.id, dict(columns))
        lines.append(f"    parts.append(prepared.with_columns(pl.lit({say(tag)}).alias({say(step.tag)})))")
    return [*lines, "    counts.added += rows.height * (len(parts) - 1)", "    rows = pl.concat(parts)"]


_WRITERS: dict[type[RowStep], Callable[..., list[str]]] = {
    Filter: _filter, Lookup: _lookup, KeepLatest: _keep_latest, Explode: _explode, Group: _group,
    Unpivot: _unpivot, Union: _union, Split: _split,
}  # fmt: skip
