"""Hold a draft against linked records: what another system says of the same things tells which field is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import polars as pl
from polars import selectors

from workbench.backends import schema_of
from workbench.errors import SpecError
from workbench.markup import shown_score
from workbench.model import Contract, DataType, Field, FieldSpec, Spec, dump_spec, parse_spec

from .applying import apply
from .hidden.aligning import as_text
from .learn_links import LinkedField, learn_from_links
from .reads import columns_read
from .resolving import resolve
from .row_engine import Tables

__all__ = ["field_values", "held_against"]

_ROW, _KEY, _THEIRS = "__row", "__key", "__theirs_"
_ENOUGH = 30  # linked pairs below which nothing is concluded
_GOOD = 0.85  # share of agreeing pairs from which a drafted field is left alone
_BETTER = 0.1  # how much more of the pairs a learned field must explain to replace a drafted one
_LEAST = 0.8  # share that a learned field must explain: a rule that over a fifth contradict is none


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
    made = field_values(draft, _resolving(draft, rows, table_schema), rows, tables, table_schema)
    if key not in made:
        return draft, {}
    ours = made.select(_ROW, pl.col(key).alias(_KEY))
    linked = made.join(pairs.rename(dict(zip(pairs.columns, (key, _THEIRS), strict=True))), on=key)
    theirs = as_text(records).rename({c: _THEIRS + ("" if c == key else c) for c in records.columns})
    linked = linked.join(theirs, on=_THEIRS)
    learned: dict[str, LinkedField] = {}
    said: dict[str, tuple[int, int]] = {}
    left: pl.DataFrame | None = None  # the source's own columns, read where something has to be learned
    for field in target.fields:
        if field.name == key or _THEIRS + field.name not in linked.columns:
            continue
        agree, of = _agreement(linked, field)
        if of >= _ENOUGH:
            said[field.name] = agree, of
        if agree >= _GOOD * max(of, _ENOUGH) or linked[_THEIRS + field.name].drop_nulls().len() < _ENOUGH:
            continue
        progress(f"learning {field.name} from linked records")
        left = _columns(rows, ours) if left is None else left
        found = _learn(field, key, left, records, pairs)
        if found and found.learned.coverage >= max(_LEAST, agree / max(of, 1) + _BETTER):
            learned[field.name] = found
    return _mended(draft, target, learned, said, list(rows.collect_schema())), learned


def _resolving(draft: Spec, rows: pl.LazyFrame, table_schema: Callable[[str], dict[str, DataType]]) -> list[str]:
    """The fields that fit the source: a draft may have others, which only a person can mend."""
    found, schema = [], schema_of(_numbered(rows))
    for name in draft.fields:
        try:
            resolve(_alone(draft, [name], tuple(schema)), schema, tables=table_schema)
        except SpecError:
            continue
        found.append(name)
    return found


def _numbered(rows: pl.LazyFrame) -> pl.LazyFrame:
    return rows.with_row_index(_ROW).cast({_ROW: pl.Int64})


def _alone(spec: Spec, names: Iterable[str], columns: tuple[str, ...]) -> Spec:
    """The spec with these fields only; what a step refuses becomes null, and no column asks for a word."""
    row = FieldSpec.model_validate({"id": "row", "from": _ROW})
    fields = {name: spec.fields[name].model_copy(update={"on_error": "null"}) for name in names}
    exploded = tuple(r for r in spec.rows if r.explode)
    alone = {"fields": {_ROW: row, **fields}, "rows": exploded, "row_key": columns, "checks": (), "unmapped": ()}
    return spec.model_copy(update=alone)


def field_values(
    spec: Spec,
    names: Iterable[str],
    rows: pl.LazyFrame,
    tables: Tables,
    table_schema: Callable[[str], dict[str, DataType]],
) -> pl.DataFrame:
    """What fields of a spec make of each source row, in one run: '__row' from 0, and the fields as text.

    A value that a step refuses is null.

    Raises:
        SpecError: A field does not fit the source.
    """
    names, numbered = list(names), _numbered(rows)
    schema = schema_of(numbered)
    resolved = resolve(_alone(spec, names, tuple(schema)), schema, tables=table_schema)
    made = apply(resolved.plan, numbered, tables).passed
    return made.select(_ROW, pl.col(names).cast(pl.String))


def _agreement(linked: pl.DataFrame, field: Field) -> tuple[int, int]:
    """How many linked pairs the drafted field agrees with, of those in which both sides hold a value."""
    if field.name not in linked:
        return 0, 0
    ours, theirs = pl.col(field.name), pl.col(_THEIRS + field.name)
    if field.type.kind in ("decimal", "integer", "float"):
        ours, theirs = (side.cast(pl.Float64, strict=False).round(6) for side in (ours, theirs))
    same = linked.select((ours == theirs).alias("same")).drop_nulls()["same"]
    return int(same.sum()), same.len()


def _columns(rows: pl.LazyFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """The source's plain columns beside the canonical key of each row."""
    flat = _numbered(rows.select(~selectors.nested())).collect()
    return flat.join(ours, on=_ROW).drop(_ROW)


def _learn(
    field: Field, key: str, left: pl.DataFrame, records: pl.DataFrame, pairs: pl.DataFrame
) -> LinkedField | None:
    """The field as the linked records teach it from the source's own columns."""
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
        evidence[key] = {
            "match": f"{shown_score(found.learned.coverage):.2f}",
            "learned_from": _pairs(found.learned.agree, found.learned.pairs),
        }
    for name, counts in said.items():
        if name in fields and name not in learned:
            known = evidence.get(fields[name].id, {})
            evidence[fields[name].id] = {**known, "linked": _pairs(*counts)}
    ordered = {f.name: fields[f.name] for f in target.fields if f.name in fields}
    made = draft.model_copy(update={"fields": ordered, "evidence": evidence, "unmapped": ()})
    read = columns_read(made, columns) | set(made.row_key)
    return parse_spec(dump_spec(made.model_copy(update={"unmapped": tuple(c for c in columns if c not in read)})))


def _pairs(agree: int, pairs: int) -> dict[str, str]:
    return {"pairs": str(pairs), "agree": str(agree)}
