"""Rules over values: moved as they are, defaults, translations, lookups, exceptions from a usual value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from .candidates import ENOUGH, Column, Explanation, Table

__all__ = ["depends", "table_rules", "value_rules"]

MOST_VALUES = 200
LEAST_MISSING = 5  # rows without and with a value from which a missing value is evidence
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
    # One row, or a column that holds nothing at all, says no default.
    if 2 <= missing.len() < texts.len() and missing.n_unique() == 1 and missing[0] is not None:
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
    if enough < ENOUGH and not _tells(xs, texts):
        default = None  # where pairs may be wrong, what stands beside a missing value says little
    values = {k: v for k, v in usual.items() if k is not None and v is not None}
    emptied = [k for k, v in usual.items() if k is not None and v is None]
    if not values or (emptied and default is not None):
        return
    if not emptied:
        yield from _looked_up(column, values, default, share, tables)
        yield from _excepted(column, values, default, share)
    steps: list[Any] = [{"null_if": emptied}] if emptied else []
    steps.append({"translate": {"values": values}})
    if default is not None:
        steps.append({"default": {"value": default}})
    shown = ", ".join(f"{k} becomes {v or 'nothing'}" for k, v in list(usual.items())[:6])
    shown += f" and {len(usual) - 6} more" if len(usual) > 6 else ""
    shown += f"; where there is none, {default}" if default is not None else ""
    cost = 2.0 + 0.12 * len(usual) + 0.5 * (default is not None)
    yield Explanation(
        "translation", (column,), {"from": column.name, "steps": steps}, cost, share, f"{column.source}: {shown}"
    )


def presence_rules(column: Column, xs: pl.Series, texts: pl.Series, enough: float = ENOUGH) -> Iterator[Explanation]:
    """One text where the column is missing, another where it holds whatever it holds: closed or not, by a date."""
    missing, there = (_commonest(texts.filter(side)) for side in (xs.is_null(), xs.is_not_null()))
    if not _tells(xs, texts) or missing is None or there is None or missing == there:
        return
    makes = pl.select(pl.when(xs.is_null()).then(pl.lit(missing)).otherwise(pl.lit(there))).to_series()
    share = float(makes.eq_missing(texts).mean() or 0.0)  # type: ignore[arg-type]
    if share >= enough:
        cases = [{"when": {"field": column.name, "is_null": "true"}, "then": missing}]
        words = f"{missing} where there is no {column.source}, {there} otherwise"
        yield Explanation("conditional", (column,), {"case": cases, "else": there}, 1.5, share, words)


def _tells(xs: pl.Series, texts: pl.Series) -> bool:
    """Whether a missing value says something: beside it stands nearly always one text, which is rare elsewhere."""
    missing, there = texts.filter(xs.is_null()), texts.filter(xs.is_not_null())
    common = _commonest(missing)
    if common is None or min(missing.len(), there.len()) < LEAST_MISSING:
        return False
    here, elsewhere = (int((texts == common).sum()) / texts.len() for texts in (missing, there))
    return here >= 0.95 and elsewhere <= 0.5


def _commonest(texts: pl.Series) -> str | None:
    counts = texts.drop_nulls().value_counts(sort=True)
    return str(counts.item(0, 0)) if counts.height else None


def _excepted(column: Column, values: dict[str, str], default: str | None, share: float) -> Iterator[Explanation]:
    """Most values give one text; a few are exceptions."""
    texts = list(values.values())
    usual = max(dict.fromkeys(texts), key=texts.count)
    others = {k: v for k, v in values.items() if v != usual}
    if not others or texts.count(usual) < 3 or len(others) >= texts.count(usual) or default not in (None, usual):
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
