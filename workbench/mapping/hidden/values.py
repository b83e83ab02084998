"""Rules over values: moved as they are, defaults, translations, lookups, exceptions from a usual value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from .candidates import Column, Explanation, Table

__all__ = ["depends", "table_rules", "value_rules"]

ENOUGH = 0.98
MOST_VALUES = 200
CLEAR = 0.75


def depends(xs: pl.Series, texts: pl.Series) -> float:
    """Share of the rows whose text is the usual one for their value: 1.0 when the text depends on it."""
    frame = pl.DataFrame({"x": xs, "t": texts})
    counts = frame.group_by("x", "t").len()
    return float(counts.group_by("x").agg(pl.col("len").max())["len"].sum()) / max(1, frame.height)


def _usual(xs: pl.Series, texts: pl.Series, least: float) -> dict[str | None, str | None]:
    """The usual text of each value; of values whose rows agree less than this, none."""
    frame = pl.DataFrame({"x": xs, "t": texts})
    clear = frame.group_by("x", "t").len().group_by("x").agg(pl.col("len").max() >= least * pl.col("len").sum())
    kept = frame.join(clear.filter("len"), on="x", how="semi", nulls_equal=True)
    xs, texts = kept["x"], kept["t"]
    counts = pl.DataFrame({"x": xs, "t": texts}).group_by("x", "t").len().sort("len", "t", descending=[True, False])
    return dict(counts.group_by("x", maintain_order=True).agg(pl.col("t").first()).sort("x").rows())


def value_rules(column: Column, xs: pl.Series, texts: pl.Series, enough: float = ENOUGH) -> Iterator[Explanation]:
    """The value as it is, with or without a default for what is missing."""
    share = float(xs.eq_missing(texts).mean() or 0.0)  # type: ignore[arg-type]
    name = column.name
    if share >= enough:
        yield Explanation("move", (column,), {"from": name}, 0.0, share, f"{column.source} as it is")
        return
    missing = texts.filter(xs.is_null())
    if not missing.is_empty() and missing.n_unique() == 1 and missing[0] is not None:
        share = float(xs.fill_null(missing[0]).eq_missing(texts).mean() or 0.0)  # type: ignore[arg-type]
        if share >= enough:
            steps = [{"default": {"value": missing[0]}}]
            words = f"{column.source}; where there is none, {missing[0]}"
            yield Explanation("default", (column,), {"from": name, "steps": steps}, 0.8, share, words)


def table_rules(
    column: Column,
    xs: pl.Series,
    texts: pl.Series,
    tables: Mapping[str, pl.DataFrame],
    enough: float = ENOUGH,
) -> Iterator[Explanation]:
    """A translation value by value, where values come again often enough; by a reference table if one says so."""
    distinct = xs.n_unique()
    if distinct > MOST_VALUES or distinct * 3 > xs.len() or texts.n_unique() < 2:
        return
    share = depends(xs, texts)
    if share < enough:
        return
    usual = _usual(xs, texts, CLEAR)
    default = usual.pop(None, None)
    if enough < ENOUGH:
        default = None  # where pairs may be wrong, what stands beside a missing value says nothing
    values = {k: v for k, v in usual.items() if k is not None and v is not None}
    if not values or any(v is None for v in usual.values()):
        return
    yield from _looked_up(column, values, default, share, tables)
    yield from _excepted(column, values, default, share)
    steps: list[Any] = [{"translate": {"values": values}}]
    if default is not None:
        steps.append({"default": {"value": default}})
    shown = ", ".join(f"{k} becomes {v}" for k, v in list(values.items())[:6])
    cost = 2.0 + 0.12 * len(values) + 0.5 * (default is not None)
    yield Explanation(
        "translation", (column,), {"from": column.name, "steps": steps}, cost, share, f"{column.source}: {shown}"
    )


def _excepted(column: Column, values: dict[str, str], default: str | None, share: float) -> Iterator[Explanation]:
    """Most values give one text; a few are exceptions."""
    texts = list(values.values())
    usual = max(dict.fromkeys(texts), key=texts.count)
    others = {k: v for k, v in values.items() if v != usual}
    if texts.count(usual) < 3 or len(others) >= texts.count(usual) or default not in (None, usual):
        return
    cases = []
    for text in dict.fromkeys(others.values()):
        same = [k for k, v in others.items() if v == text]
        test: dict[str, Any] = {"equals": same[0]} if len(same) == 1 else {"in": same}
        cases.append({"when": {"field": column.name, **test}, "then": text})
    words = "".join(f"{v} where {column.source} is {k}, " for k, v in others.items()) + f"{usual} otherwise"
    yield Explanation("conditional", (column,), {"case": cases, "else": usual}, 1.7 + 0.2 * len(others), share, words)


def _looked_up(
    column: Column, values: dict[str, str], default: str | None, share: float, tables: Mapping[str, pl.DataFrame]
) -> Iterator[Explanation]:
    for name, table in tables.items():
        for key in table.columns:
            keys = table[key]
            if keys.n_unique() < table.height or sum(k in set(keys.to_list()) for k in values) < len(values):
                continue
            for take in table.columns:
                if take == key:
                    continue
                known = dict(zip(keys.to_list(), table[take].to_list(), strict=True))
                if len(values) >= 2 and all(known.get(k) == v for k, v in values.items()):
                    field: dict[str, Any] = {"from": f"{column.name}_{take}"}
                    if default is not None:
                        field["steps"] = [{"default": {"value": default}}]
                    words = f"{take} of {name} by {key} = {column.source}"
                    yield Explanation("lookup", (column,), field, 1.5, share, words, Table(name, key, take))
