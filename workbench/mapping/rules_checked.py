"""Run the rules that a feed seems to follow, and keep those that make what the feed made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.model import TEXT, DataType, Spec

from .applying import Applied, apply
from .hidden.aligning import KEY, Alignment, as_text
from .hidden.candidates import ENOUGH, Explanation
from .reads import columns_read
from .resolving import resolve

__all__ = ["Checked", "checked_rules", "run_spec"]

Write = Callable[[Mapping[str, Explanation]], dict[str, Any]]
_OURS, _BACK = "__made_", "__back_"


@dataclass(frozen=True)
class Checked:
    """Rules that hold.

    Attributes:
        spec: They, as a spec.
        fields: The rule of each target column that has one.
        paired: The target rows that source rows stand behind, with what the rules make of each column c as c's `made`.
    """

    spec: Spec
    fields: dict[str, Explanation]
    paired: pl.DataFrame

    @staticmethod
    def made(column: str) -> str:
        """The name in `paired` of what is made of a column."""
        return f"{_OURS}{column}"

    def agrees(self, column: str) -> pl.Expr:
        """Whether a row of `paired` is explained."""
        return pl.col(self.made(column)).eq_missing(pl.col(column))


def checked_rules(
    write: Write,
    source: pl.DataFrame,
    tables: Mapping[str, pl.DataFrame],
    alignment: Alignment,
    options: Mapping[str, Sequence[Explanation]],
) -> Checked | None:
    """Of each column's explanations the first that, run as a spec, makes at least 98 % of the target's rows.

    Args:
        write: Writes the spec of some rules.
        source: The feed's input as text.
        tables: Reference tables by name.
        alignment: Which source rows stand behind which target row.
        options: Explanations of the target's columns, the likeliest first.
    """
    left = {column: list(found) for column, found in options.items() if found}
    while left:
        fields = {column: found[0] for column, found in left.items()}
        document = write(fields)
        paired = _paired(document, source, tables, alignment)
        found = Checked(Spec.model_validate(document), fields, paired)
        shares = found.paired.select(found.agrees(c).mean().alias(c) for c in fields).row(0, named=True)
        failing = [c for c, share in shares.items() if (share or 0.0) < ENOUGH]
        if not failing:
            return Checked(_without_rejects(found, source, tables), fields, found.paired)
        for column in failing:
            left[column] = left[column][1:]
        left = {column: rest for column, rest in left.items() if rest}
    return None


def _paired(
    document: Mapping[str, Any], source: pl.DataFrame, tables: Mapping[str, pl.DataFrame], alignment: Alignment
) -> pl.DataFrame:
    """What a spec makes beside the target, where what one rule rejects does not take the row from the others."""
    back = {f"{_BACK}{i}": {"id": f"b{i}", "from": c} for i, c in enumerate(alignment.source_key)}
    fields = {name: {**field, "on_error": "null"} for name, field in document["fields"].items()}
    trial = Spec.model_validate({**document, "fields": fields | back})
    made = run_spec(trial, source, tables).rename({c: f"{_OURS}{c}" for c in fields})
    target = alignment.target.join(alignment.source.select(KEY), on=KEY, how="semi")
    if not alignment.source_key:  # row by row
        return pl.concat([target.head(made.height), made.head(target.height)], how="horizontal")
    keys = alignment.source.select(KEY, *(pl.col(c).alias(f"{_BACK}{i}") for i, c in enumerate(alignment.source_key)))
    made = made.join(keys.unique(), on=list(back), how="left", nulls_equal=True).unique(KEY, keep="first")
    return target.join(made, on=KEY, how="left", maintain_order="left")


def _without_rejects(found: Checked, source: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> Spec:
    """The spec, in which a field whose refused values are nulls in the target says so."""
    refused = _applied(found.spec, source, tables).rejected
    if not refused.height:
        return found.spec
    ids = {i for text in refused["_faults"].to_list() for i in re.findall(r"\b(f[0-9]+)[.]", text or "")}
    fields = {}
    for name, field in found.spec.fields.items():
        exact = field.id in ids and found.paired.select(found.agrees(name).all()).item()
        fields[name] = field.model_copy(update={"on_error": "null"}) if exact else field
    return found.spec.model_copy(update={"fields": fields})


def run_spec(spec: Spec, source: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """What a spec of text columns gives, as text.

    Args:
        spec: The spec.
        source: Its source, all columns text.
        tables: Reference tables by the name the spec gives them.
    """
    return as_text(_applied(spec, source, tables).passed)


def _applied(spec: Spec, source: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> Applied:

    def schema(table: str) -> dict[str, DataType]:
        return dict.fromkeys(tables[table].columns, TEXT)

    # Columns stand here by their path; the spec's own list names records whole.
    read = columns_read(spec, source.columns)
    spec = spec.model_copy(update={"unmapped": tuple(c for c in source.columns if c not in read)})
    resolved = resolve(spec, dict.fromkeys(source.columns, TEXT), tables=schema)
    return apply(resolved.plan, source, lambda table: tables[table].lazy())
