"""Hold a draft against linked records: what another system says of the same things tells which field is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from polars import selectors

from workbench.backends import schema_of
from workbench.errors import SpecError
from workbench.model import Contract, DataType, Field, FieldSpec, Spec, dump_spec, parse_spec

from .applying import apply
from .hidden.aligning import as_text
from .learn_links import LinkedField, learn_from_links
from .reads import columns_read
from .resolving import resolve
from .row_engine import Tables

__all__ = ["field_values", "held_against"]

_ROW, _KEY = "__row", "__key"
_ENOUGH = 30  # linked pairs below which nothing is concluded
_GOOD = 0.85  # share of agreeing pairs from which a drafted field is left alone
_BETTER = 0.1  # how much more of the pairs a learned field must explain to replace a drafted one
_LEAST = 0.6  # share that a learned field must explain


def held_against(
    draft: Spec,
    target: Contract,
    rows: pl.LazyFrame,
    records: pl.DataFrame,
    pairs: pl.DataFrame,
    *,
    tables: Tables,
    table_schema: Callable[[str], dict[str, DataType]],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Spec, dict[str, LinkedField]]:
    """Compare every drafted field with what other systems say of the same things, and learn those that differ.

    A field is learned where its draft is missing or most pairs contradict it, and taken where it explains clearly
    more of them. How many pairs agree goes into the evidence of each field.

    Args:
        draft: The draft; its target's key must be drafted.
        target: The entity.
        rows: The source.
        records: Records of other systems in the entity's form.
        pairs: Two columns: canonical keys of the source's records and of theirs.
        tables: Gives the frame of a table that the draft names.
        table_schema: Gives its columns.
        progress: Told what is being done.

    Returns:
        The draft, mended, and by name the fields that were learned.
    """
    key = next((f.name for f in target.fields if f.key), "")
    if key not in draft.fields or any(r.explode or r.group for r in draft.rows):
        return draft, {}  # one row of the source is not one record of the entity
    ours = field_values(draft, key, rows, tables, table_schema).rename({"value": _KEY})
    linked = ours.join(pairs.rename(dict(zip(pairs.columns, (_KEY, "__theirs"), strict=True))), on=_KEY)
    linked = linked.join(as_text(records).rename({key: "__theirs"}), on="__theirs")
    learned: dict[str, LinkedField] = {}
    said: dict[str, tuple[int, int]] = {}
    for field in target.fields:
        if field.name == key or field.name not in linked.columns:
            continue
        agree, of = _agreement(draft, field, rows, linked, tables, table_schema)
        if of >= _ENOUGH:
            said[field.name] = agree, of
        if agree >= _GOOD * max(of, _ENOUGH) or linked[field.name].drop_nulls().len() < _ENOUGH:
            continue
        progress(f"learning {field.name} from linked records")
        found = _learn(field, key, rows, ours, records, pairs)
        if found and found.learned.coverage >= max(_LEAST, agree / max(of, 1) + _BETTER):
            learned[field.name] = found
    return _mended(draft, target, learned, said, list(rows.collect_schema())), learned


def field_values(
    spec: Spec,
    name: str,
    rows: pl.LazyFrame,
    tables: Tables,
    table_schema: Callable[[str], dict[str, DataType]],
) -> pl.DataFrame:
    """What one field of a spec makes of each source row: '__row' from 0, and 'value' as text; no rejected rows.

    Raises:
        SpecError: The field does not fit the source.
    """
    numbered = rows.with_row_index(_ROW).cast({_ROW: pl.Int64})
    fields = {_ROW: FieldSpec.model_validate({"id": "row", "from": _ROW}), name: spec.fields[name]}
    schema = schema_of(numbered)
    exploded = tuple(r for r in spec.rows if r.explode)
    # All columns in the key: none is one that nobody said anything about.
    alone = {"fields": fields, "rows": exploded, "row_key": tuple(schema), "checks": (), "unmapped": ()}
    resolved = resolve(spec.model_copy(update=alone), schema, tables=table_schema)
    made = apply(resolved.plan, numbered, tables).passed
    return made.select(_ROW, pl.col(name).cast(pl.String).alias("value"))


def _agreement(
    draft: Spec, field: Field, rows: pl.LazyFrame, linked: pl.DataFrame, tables: Tables, table_schema: Any
) -> tuple[int, int]:
    """How many linked pairs the drafted field agrees with, of those in which both sides hold a value."""
    if field.name not in draft.fields:
        return 0, 0
    try:
        made = field_values(draft, field.name, rows, tables, table_schema)
    except SpecError:
        return 0, 0
    both = linked.select(_ROW, pl.col(field.name).alias("theirs")).join(made, on=_ROW)
    ours, theirs = pl.col("value"), pl.col("theirs")
    if field.type.kind in ("decimal", "integer", "float"):
        ours, theirs = (side.cast(pl.Float64, strict=False).round(6) for side in (ours, theirs))
    same = both.select((ours == theirs).alias("same")).drop_nulls()["same"]
    return int(same.sum()), same.len()


def _learn(
    field: Field, key: str, rows: pl.LazyFrame, ours: pl.DataFrame, records: pl.DataFrame, pairs: pl.DataFrame
) -> LinkedField | None:
    """The field out of whatever source columns explain it."""
    flat = rows.select(~selectors.nested()).with_row_index(_ROW).cast({_ROW: pl.Int64}).collect()
    left = flat.join(ours, on=_ROW).drop(_ROW)
    columns = [c for c in left.columns if c != _KEY]
    right = records.select(key, field.name)
    return learn_from_links(left, right, pairs, keys=(_KEY, key), fields={field.name: columns}).get(field.name)


def _mended(
    draft: Spec,
    target: Contract,
    learned: Mapping[str, LinkedField],
    said: Mapping[str, tuple[int, int]],
    columns: list[str],
) -> Spec:
    """The draft with the learned fields, and with how many linked records agree."""
    fields, evidence = dict(draft.fields), dict(draft.evidence)
    for name, found in learned.items():
        key = fields[name].id if name in fields else f"f{1 + max((int(f.id[1:]) for f in fields.values()), default=0)}"
        kind = target.field(name).type.kind
        written = dict(found.learned.field) | {"id": key}
        if kind != "text" and "case" not in written:
            written["steps"] = [*written.get("steps", ()), {"cast": {"to": kind}}]
        fields[name] = FieldSpec.model_validate(written)
        evidence[key] = {"match": f"{found.learned.coverage:.2f}", "why": ["learned from linked records"]}
    for name, field in fields.items():
        agree, of = (
            (learned[name].learned.agree, learned[name].learned.pairs) if name in learned else said.get(name, (0, 0))
        )
        if of:
            known = evidence.get(field.id, {})
            words = f"{agree:,} of {of:,} linked records agree"
            evidence[field.id] = {**known, "why": [*known.get("why", ()), words]}
    ordered = {f.name: fields[f.name] for f in target.fields if f.name in fields}
    made = draft.model_copy(update={"fields": ordered, "evidence": evidence, "unmapped": ()})
    read = columns_read(made, columns) | set(made.row_key)
    return parse_spec(dump_spec(made.model_copy(update={"unmapped": tuple(c for c in columns if c not in read)})))
