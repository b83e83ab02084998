"""Rules that differ by a code: one plain rule for each of its values, as cases of one field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import polars as pl

from .candidates import Column, Explanation, Workbench

__all__ = ["by_code"]

MOST_CODES = 12
LEAST_ROWS = 5

Plain = Callable[[Workbench, pl.Series], Iterable[Explanation]]


def by_code(bench: Workbench, texts: pl.Series, plain: Plain) -> Iterator[Explanation]:
    """For every column of few values: the target, explained value by value.

    Args:
        bench: What may be read.
        texts: The target column.
        plain: Gives plain rules for some of the rows.
    """
    for column in bench.columns:
        if column.how != "value":
            continue
        parts = _parts(bench.data[column.name])
        if parts is None:
            continue
        found: dict[str, tuple[Explanation, list[str | None]]] = {}
        share = 0.0
        for value, rows in parts:
            some = texts.gather(rows)
            nothing = [Explanation("constant", (), {}, 0.1, 1.0, "nothing")] if some.null_count() == some.len() else []
            options = nothing or [
                e for e in plain(bench.part(rows), some) if e.table is None and not _repeats(e, column)
            ]
            if not options:
                break
            best = min(options, key=lambda e: e.cost + 20 * (1 - e.share))
            share += best.share * some.len() / texts.len()
            found.setdefault(json.dumps(best.field, sort_keys=True), (best, []))[1].append(value)
        else:
            kinds = {e.kind for e, _ in found.values()}
            if len(found) > 1 and kinds != {"constant"}:
                yield _joined(column, list(found.values()), share)


def _repeats(rule: Explanation, column: Column) -> bool:
    """A rule by rules that reads the code again, or a table of values, says no more than a translation."""
    return rule.kind in ("translation", "lookup") or column in rule.columns


def _parts(codes: pl.Series) -> list[tuple[str | None, pl.Series]] | None:
    """The rows of each value; None where the column has one value only, too many, or too rare ones."""
    counts = codes.value_counts()
    if not 2 <= counts.height <= MOST_CODES or counts["count"].min() < LEAST_ROWS:  # type: ignore[operator]
        return None
    values = counts.sort("count", counts.columns[0], descending=[True, False])[codes.name].to_list()
    return [(v, (codes.is_null() if v is None else (codes == v)).fill_null(False).arg_true()) for v in values]


def _joined(column: Column, found: list[tuple[Explanation, list[str | None]]], share: float) -> Explanation:
    cases: list[dict[str, Any]] = []
    words, cost, read = [], 1.5, [column]
    for rule, values in found:
        conditions = _tests(column.name, values)
        for condition in conditions:
            cases += _branches(condition, rule.field)
        shown = " or ".join(v or "missing" for v in values)
        words.append(f"where {column.source} is {shown}: {rule.text}")
        cost += 0.3 + rule.cost
        read += [c for c in rule.columns if c not in read]
    known = [v for _, values in found for v in values if v is not None]
    # A code that was never seen is refused, not made a null.
    unseen = {"when": {"field": column.name, "not_in": known}, "from": column.name}
    cases.append({**unseen, "steps": [{"translate": {"values": {known[0]: known[0]}}}]})
    return Explanation("conditional", tuple(read), {"case": cases}, cost, share, "; ".join(words))


def _tests(name: str, values: list[str | None]) -> list[dict[str, Any]]:
    there = [v for v in values if v is not None]
    out: list[dict[str, Any]] = [{"field": name, "is_null": "true"}] if None in values else []
    if there:
        out.append({"field": name, "equals": there[0]} if len(there) == 1 else {"field": name, "in": there})
    return out


def _branches(condition: dict[str, Any], field: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The branches of a case that a rule makes under a condition."""
    for case in field.get("case", ()):
        yield {**case, "when": {"all": [condition, case["when"]]}}
    if "case" in field:
        yield {"when": condition} | ({"then": field["else"]} if "else" in field else {})
    elif "value" in field:
        yield {"when": condition, "then": field["value"]}
    else:
        yield {"when": condition, **field}
