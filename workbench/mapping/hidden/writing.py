"""The rules found, as one spec: filters, a group with its aggregates, lookups, fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .aligning import Alignment
from .candidates import Explanation
from .filters import LeftOut

__all__ = ["write_spec"]

_AS_TEXT = {"cast": "text"}


def write_spec(
    name: str,
    names: tuple[str, str],
    columns: Mapping[str, bool],
    alignment: Alignment,
    filters: Sequence[LeftOut],
    fields: Mapping[str, Explanation],
) -> dict[str, Any]:
    """Write the spec as a document.

    Args:
        name: The spec's name.
        names: The source's and the target's name.
        columns: The source's columns at the top of a record, and whether they are other than text.
        alignment: The key.
        filters: What is left out.
        fields: The rule of each target column.
    """
    rows: list[dict[str, Any]] = []
    if alignment.latest:
        by, steps = alignment.latest
        latest = {"by": list(alignment.source_key), "order_by": by, "steps": steps}
        rows.append({"id": "r1", "keep_latest": latest, "book_as": "merged"})
    rows += [{"id": f"r{i}", "filter": f.keep, "book_as": "left_out"} for i, f in enumerate(filters, len(rows) + 1)]
    if alignment.grouped:
        rows.append({"id": f"r{len(rows) + 1}", "group": _group(alignment, fields.values())})
    for table, column, take in _lookups(fields.values()):
        look = {"table": table[0], "match": {column: table[1]}, "take": {f"{column}_{take}": take}, "on_miss": "null"}
        rows.append({"id": f"r{len(rows) + 1}", "lookup": look})
    used = {c for f in filters for c in f.columns} | set(
        alignment.source_key if alignment.grouped or alignment.latest else ()
    )
    used |= {alignment.latest[0]} if alignment.latest else set()
    used |= {c.source for e in fields.values() for c in e.columns if c.source}
    written = {target: {"id": f"f{i}", **e.field} for i, (target, e) in enumerate(fields.items(), 1)}
    document = {
        "name": re.sub("[^A-Za-z0-9_.-]+", "-", name).strip("-.") or "feed",
        "source": {"dataset": names[0]},
        "target": {"dataset": names[1]},
        "rows": rows,
        "fields": written,
        "unmapped": [c for c in columns if c not in used and not any(u.startswith(f"{c}.") for u in used)],
    }
    typed = [c for c, other in columns.items() if other]
    return _read_as_text(document, typed) if typed else document


def _read_as_text(node: Any, typed: Sequence[str]) -> Any:
    """The same document, in which steps that were found on texts read other types as texts."""
    if isinstance(node, list):
        return [_read_as_text(item, typed) for item in node]
    if not isinstance(node, dict):
        return node
    out = {key: _read_as_text(value, typed) for key, value in node.items()}
    name = out.get("field", out.get("from"))
    told = isinstance(name, str) and any(name == t or name.startswith(f"{t}.") for t in typed)
    tested = "field" in out and not set(out) & {"is_null", "is_blank"} and len(out) > 1
    if told and (out.get("steps") or tested):
        out["steps"] = [_AS_TEXT, *out.get("steps", [])]
    if isinstance(name, list) and isinstance(out.get("steps"), list):
        out["steps"] = [_parts_as_text(step, name, typed) for step in out["steps"]]
    if out.get("order_by") in typed and "steps" in out:
        out["steps"] = [_AS_TEXT, *out["steps"]]
    if "by" in out and "take" in out and "steps" in out:
        out["steps"] = {c: [_AS_TEXT, *s] if c in typed else s for c, s in out["steps"].items()}
    return out


def _parts_as_text(step: Any, sources: Sequence[str], typed: Sequence[str]) -> Any:
    if not (isinstance(step, dict) and "build" in step):
        return step
    parts = [
        part
        if "text" in part or sources[int(part.get("from", 0))] not in typed
        else {**part, "steps": [_AS_TEXT, *part.get("steps", [])]}
        for part in step["build"]["parts"]
    ]
    return {"build": {**step["build"], "parts": parts}}


def _group(alignment: Alignment, rules: Any) -> dict[str, Any]:
    take: dict[str, Any] = {}
    steps: dict[str, Any] = {}
    for rule in rules:
        for column in rule.columns:
            if column.how == "value":
                if column.name not in alignment.source_key:
                    take[column.name] = {"any": column.source}
            else:
                take[column.name] = {column.how: None if column.how == "count" else column.source}
                if column.steps and column.source:
                    steps[column.source] = list(column.steps)
    out: dict[str, Any] = {"by": list(alignment.source_key), "take": take}
    return out | {"steps": steps} if steps else out


def _lookups(rules: Any) -> list[tuple[tuple[str, str], str, str]]:
    found = [((r.table.table, r.table.key), r.columns[0].name, r.table.take) for r in rules if r.table is not None]
    return list(dict.fromkeys(found))
