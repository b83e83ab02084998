"""From matches and facts to a draft spec: which field comes from where, and through which steps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any

from workbench.markup import shown_score
from workbench.model import Contract, Spec, dump_spec, parse_spec
from workbench.profiling import ColumnProfile, Profile

from .draft_field import Draftee
from .draft_steps import assumptions, field_for, reads_as_number
from .reads import columns_read

__all__ = ["Choice", "draft_spec"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A match that was chosen for the draft.

    Attributes:
        field: The target field.
        sources: Source paths as the profile names them ('items[].sku'), one or several.
        score: How sure the match is, 0 to 1.
        evidence: Why, in words.
        translate: The proposed translation of values, where the target has a list of them.
        untranslated: Source values for which none was found.
        separator: What joins several sources.
        operator: '×', '+' or '−' where the field is what two numbers make.
        present: The field's values for a filled and for an empty source, where that is what decides.
    """

    field: str
    sources: tuple[str, ...]
    score: float
    evidence: tuple[str, ...] = ()
    translate: Mapping[str, str] = attribute(default_factory=dict)
    untranslated: tuple[str, ...] = ()
    separator: str | None = None
    operator: str | None = None
    present: tuple[str, str] | None = None


def draft_spec(
    profile: Profile,
    entity: Contract,
    choices: Sequence[Choice],
    *,
    dataset: str,
    name: str = "",
    maintainer: str | None = None,
    target_is_dataset: bool = False,
    stated: Contract | None = None,
    system: str = "",
) -> Spec:
    """Write a draft spec.

    Args:
        profile: Facts about the source.
        entity: The contract of the target.
        choices: At most one per target field.
        dataset: What the spec calls its source.
        name: Name of the spec; made from source and target when empty.
        maintainer: Who keeps it.
        target_is_dataset: The target is a dataset, not a canonical entity.
        system: The source's system; keys get it as a prefix, so that those of several systems never meet.
        stated: The source's contract: a format that is written down beats one that is found.

    Returns:
        A spec with status draft. It may still have faults that only a person can mend (a required field
        that nothing matches); `resolve` says them.
    """
    columns = {c.name: c for c in profile.columns}
    usable = [c for choice in choices if choice.field in entity and (c := _usable(choice, columns)) is not None]
    lists = _exploded(usable, entity)
    fields: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    renamed = {path: _path(path, lists) for path in columns}
    for number, choice in enumerate(_in_order(usable, entity), start=1):
        target, sources = entity.field(choice.field), [columns[s] for s in choice.sources]
        written_down = [stated.field(s) if stated and s in stated else None for s in choice.sources]
        draftee = Draftee(
            target, sources, columns, renamed, choice.translate, system, choice.separator, written_down,
            choice.operator, choice.present,
        )  # fmt: skip
        fields[choice.field] = {"id": f"f{number}"} | field_for(draftee)
        evidence[f"f{number}"] = _evidence(choice, draftee, lists)
    rows = _rows(profile, entity, fields, lists, columns, renamed)
    _number(entity, fields, evidence, rows, columns)
    tops = dict.fromkeys(c.path[0] if c.path else c.name for c in profile.columns)
    document: dict[str, Any] = {
        "spec": "1",
        "name": name or _slug(f"{dataset}-to-{entity.name}"),
        "version": "0.1.0",
        "source": {"dataset": dataset},
        "target": {"dataset" if target_is_dataset else "entity": entity.id if target_is_dataset else entity.name},
        "status": "draft",
        "rows": rows,
        "fields": fields,
        "evidence": evidence,
    }
    if maintainer:
        document["maintainer"] = maintainer
    key = _row_key(profile)
    if key:
        document["row_key"] = key
    # Through the written form, so that a draft is exactly what a person would read back.
    spec = Spec.model_validate(document)
    read = columns_read(spec, tops)
    return parse_spec(dump_spec(spec.model_copy(update={"unmapped": tuple(t for t in tops if t not in read)})))


def _usable(choice: Choice, columns: Mapping[str, ColumnProfile]) -> Choice | None:
    """The choice; of a product or sum with the column last that needs no reading, as its step asks for.

    None where a column is not there, or where both are texts that only steps can read as numbers.
    """
    if not all(s in columns for s in choice.sources):
        return None
    if choice.operator is None or reads_as_number(columns[choice.sources[1]]):
        return choice
    if choice.operator == "−" or not reads_as_number(columns[choice.sources[0]]):
        return None
    return replace(choice, sources=choice.sources[::-1])


def _in_order(choices: Sequence[Choice], entity: Contract) -> list[Choice]:
    by_field = {c.field: c for c in choices}
    return [by_field[f.name] for f in entity.fields if f.name in by_field]


def _slug(text: str) -> str:
    """A name that a file can have: 'shop.sqlite::Invoice' is 'shop-invoice'."""
    last = re.sub(r"\.[A-Za-z0-9]{2,7}(?=::|-to-)", "", re.split(r"[/\\]", text)[-1])
    return re.sub(r"[^A-Za-z0-9]+", "-", last).strip("-").lower()


def _exploded(choices: Sequence[Choice], entity: Contract) -> dict[str, str]:
    """Lists whose items the target's records are, and the name an item gets.

    They are not where the whole key stands outside the list: an order that only mentions its first item is no item.
    Without a key, half of the fields must come out of the list.
    """
    inside = {c.field: c.sources[0].split("[]")[0] for c in choices if "[]" in c.sources[0]}
    outside = {c.field for c in choices} - set(inside)
    whole = set(entity.key) <= outside if entity.key else 2 * len(inside) < len(choices)
    tops = [] if whole else list(dict.fromkeys(inside.values()))
    return {t: f"{t.removesuffix('s') or t}_item" if t == t.removesuffix("s") else t.removesuffix("s") for t in tops}


def _path(path: str, lists: Mapping[str, str]) -> str:
    """A profile's path as a spec writes it: inside an exploded list from the item, else its first item."""
    top, inside, rest = path.partition("[]")
    if not inside:
        return path
    if top in lists and "." not in top:
        return lists[top] + rest.replace("[]", ".0")
    return path.replace("[]", ".0")


def _number(
    entity: Contract,
    fields: dict[str, Any],
    evidence: dict[str, Any],
    rows: Sequence[dict[str, Any]],
    columns: Mapping[str, ColumnProfile],
) -> None:
    """Where one list is made rows and nothing is mapped to a whole number in the key, the place in the list is it."""
    missing = [k for k in entity.key if k not in fields and entity.field(k).type.kind == "integer"]
    if len(missing) != 1 or len(entity.key) < 2 or len(rows) != 1 or "explode" not in rows[0]:
        return
    explode = rows[0]["explode"]
    name = f"{explode['into']}_no"
    if name in columns:
        return
    explode["position"] = name
    last = f"f{len(fields) + 1}"
    fields[missing[0]] = {"id": last, "from": [name]}
    why = f"nothing else tells the records of one {explode['field']} apart"
    evidence[last] = {"match": "0.50", "why": [why], "check": ["the place in the list, from 1, is taken"]}
    for f in entity.fields:  # in the entity's order
        if f.name in fields:
            fields[f.name] = fields.pop(f.name)


def _evidence(choice: Choice, d: Draftee, lists: Mapping[str, str]) -> dict[str, Any]:
    out: dict[str, Any] = {"match": f"{shown_score(choice.score):.2f}"}
    if choice.evidence:
        out["why"] = list(choice.evidence)
    notes = assumptions(d)
    if choice.untranslated:
        shown = "***" if d.target.personal else ", ".join(choice.untranslated[:10])
        notes.append(f"no translation found for {len(choice.untranslated)} values: {shown}")
    amount = d.target.type.kind in ("decimal", "float") and d.target.key is None
    for top in lists if amount and "[]" not in choice.sources[0] else ():
        notes.append(f"{choice.sources[0]}: stands once for all {top}, each of them gets the whole")
    if notes:
        out["check"] = notes
    return out


def _rows(
    profile: Profile,
    entity: Contract,
    fields: Mapping[str, Any],
    lists: Mapping[str, str],
    columns: Mapping[str, ColumnProfile],
    renamed: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Row steps that the facts ask for: items of lists become rows, repeated keys keep their latest."""
    rows: list[dict[str, Any]] = [
        {"id": f"r{i}", "explode": {"field": top, "into": item}, "book_as": "no_items"}
        for i, (top, item) in enumerate(lists.items(), start=1)
        if "." not in top
    ]
    key = [s for name in entity.key if name in fields for s in fields[name].get("from", ())]
    repeated = len(key) == 1 and key[0] in columns and columns[key[0]].distinct.value < 0.999 * columns[key[0]].filled
    when = _changed_at(columns) if repeated and not lists else None
    if when is not None:
        latest: dict[str, Any] = {"by": key, "order_by": renamed[when.name]}
        if when.physical == "String" and when.dates:
            code = when.dates[0].format
            time = any(part in code for part in ("%H", "%I"))
            latest["steps"] = [{"parse_timestamp" if time else "parse_date": [code]}]
        rows.append({"id": f"r{len(rows) + 1}", "keep_latest": latest, "book_as": "merged"})
    return rows


def _changed_at(columns: Mapping[str, ColumnProfile]) -> ColumnProfile | None:
    """The column that says when a record last changed, by its name and type."""
    words = ("updated", "modified", "changed", "last_change", "geaendert", "timestamp")
    for column in columns.values():
        named = any(w in column.name.lower() for w in words)
        if named and column.type.kind in ("date", "timestamp") and "[]" not in column.name:
            return column
    return None


def _row_key(profile: Profile) -> list[str]:
    for candidate in profile.keys:
        names = list(candidate.columns)
        if all(len(profile.column(n).path) < 2 for n in names):
            return names
    return []
