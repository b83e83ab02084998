"""A trained model as Splink settings, so that the same model runs on Spark when one machine is outgrown.

``to_splink`` gives the settings and ``splink_table`` the standardised input they expect: what Splink's SQL
cannot say on every engine (transforms, nicknames, parts of dates, frequencies) stands in columns of their
own. On Spark::

    linkage.splink_table().write_parquet("people.parquet")
    json.dump(to_splink(linkage.model, dialect="spark"), open("settings.json", "w"))
    # there: Linker(SparkAPI(spark_session=…).register(spark.read.parquet("people.parquet")), "settings.json")
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import polars as pl

from workbench.errors import Fault, NotPortableError, UsageError

from .keys import Key
from .model import Comparison, Level, LinkModel
from .nicknames import MOST_GROUPS, nickname_groups
from .records import Column, Records
from .scoring import adjusted, exact_share
from .transforms import key_codes

__all__ = ["splink_table", "to_splink"]

Dialect = Literal["duckdb", "spark"]
DATE_TESTS = frozenset(("date_parts", "within_days", "swapped_day_month"))


def to_splink(model: LinkModel, *, dialect: Dialect = "duckdb", systems: int | None = None) -> dict[str, Any]:
    """Splink settings of a trained model.

    Args:
        model: The model.
        dialect: The engine Splink runs on.
        systems: How many systems are linked; those the model names when left out.

    Raises:
        UsageError: The model has no weights.
        NotPortableError: A level has no SQL that means the same.
    """
    if not model.trained:
        raise UsageError("the model has no weights", cure="train it first")
    several = (len(model.systems) if systems is None else systems) > 1
    kind = "dedupe_only" if not several else "link_only" if model.scope == "across" else "link_and_dedupe"
    return {
        "link_type": kind,
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _rule_sql(model, i, several), "sql_dialect": dialect} for i in range(len(model.blocking))
        ],
        "comparisons": [_comparison(c, dialect) for c in model.comparisons],
        "retain_intermediate_calculation_columns": False,
    }


def key_name(key: Key) -> str:
    """The column of a blocking key."""
    return key.field if key.take is None else f"{key.field}__{key.take}" + (f"_{key.size}" if key.size else "")


def _rule_sql(model: LinkModel, index: int, several: bool) -> str:
    terms = [f'l."{key_name(k)}" = r."{key_name(k)}"' for k in model.blocking[index].keys]
    if several and model.scope == "within":
        terms.append('l."source_dataset" = r."source_dataset"')
    return " AND ".join(terms)


def _comparison(comparison: Comparison, dialect: Dialect) -> dict[str, Any]:
    names = comparison.fields
    gaps = " OR ".join(f'"{n}_l" IS NULL OR "{n}_r" IS NULL' for n in names)
    null = {"sql_condition": gaps, "label_for_charts": "a value is missing", "is_null_level": True}
    levels = []
    for number, level in enumerate(comparison.levels):
        made: dict[str, Any] = {
            "sql_condition": "ELSE" if level.test == "else" else _sql(level, level.fields or names, dialect),
            "label_for_charts": level.label,
            "m_probability": max(level.m or 0, 1e-9),
            "u_probability": max(level.u or 0, 1e-9),
        }
        if number == adjusted(comparison) and len(level.fields or names) == 1:
            made |= {"tf_adjustment_column": (level.fields or names)[0], "tf_adjustment_weight": 1.0}
        levels.append(made)
    # with several fields a level may hold although another field is missing: the gap is looked at last
    levels.insert(0 if len(names) == 1 else len(levels) - 1, null)
    return {"output_column_name": comparison.id, "comparison_levels": levels}


def _sql(level: Level, names: tuple[str, ...], dialect: Dialect) -> str:
    if level.test == "swapped":
        a, b = names
        return f'"{a}_l" = "{b}_r" AND "{a}_r" = "{b}_l"'
    if level.test == "within_km":
        return f"{_km_sql(*names)} <= {level.at}"
    return (
        " AND ".join(f"({_one_sql(level, name, dialect)})" for name in names)
        if len(names) > 1
        else _one_sql(level, names[0], dialect)
    )


def _one_sql(level: Level, name: str, dialect: Dialect) -> str:
    left, right, at = f'"{name}_l"', f'"{name}_r"', f"{level.at:g}" if level.at is not None else ""
    parts = [(f'"{name}__{p}_l"', f'"{name}__{p}_r"') for p in ("year", "month", "day", "days")]
    (yl, yr), (ml, mr), (dl, dr), (nl, nr) = parts
    initial = f"substr({left}, 1, 1) = substr({right}, 1, 1) AND (length({left}) = 1 OR length({right}) = 1)"
    jaro = "jaro_winkler_similarity" if dialect == "duckdb" else "jaro_winkler"
    groups = [f'"{name}__nick{i}_l" = "{name}__nick{j}_r"' for i in range(MOST_GROUPS) for j in range(MOST_GROUPS)]
    long = f"length({left}) >= {at} AND length({right}) >= {at}"
    equal = " + ".join(f"CASE WHEN {a} = {b} THEN 1 ELSE 0 END" for a, b in parts[:3])
    known: dict[str, str] = {
        "exact": f"{left} = {right}",
        "jaro_winkler": f"{jaro}({left}, {right}) >= {at}",
        "damerau_levenshtein": f"damerau_levenshtein({left}, {right}) <= {at}",
        "initial": initial,
        "prefix": f"{long} AND substr({left}, 1, {at}) = substr({right}, 1, {at})",
        "suffix": f"{long} AND right({left}, {at}) = right({right}, {at})",
        "within": f"abs({left} - {right}) <= {at}",
        "within_ratio": f"abs({left} - {right}) <= {at} * greatest(abs({left}), abs({right}))",
        "within_days": f"abs({nl} - {nr}) <= {at}",
        "date_parts": f"{yl} IS NOT NULL AND {yr} IS NOT NULL AND ({equal}) >= {at}",
        "swapped_day_month": f"{yl} = {yr} AND {ml} = {dr} AND {dl} = {mr}",
        "nickname": " OR ".join(groups),
    }
    if level.test not in known:
        cure = "use another level there, or link with the workbench"
        raise NotPortableError([Fault(f"the test '{level.test}' has no SQL that means the same", name, cure)])
    return known[level.test]


def _km_sql(lat: str, lon: str) -> str:
    half = [f'sin(radians("{c}_r" - "{c}_l") / 2)' for c in (lat, lon)]
    chord = f'{half[0]} * {half[0]} + cos(radians("{lat}_l")) * cos(radians("{lat}_r")) * {half[1]} * {half[1]}'
    return f"2 * 6371.0088 * asin(sqrt({chord}))"


def splink_table(records: Records, model: LinkModel) -> pl.DataFrame:
    """The standardised input that the settings of `to_splink` expect.

    Args:
        records: The records.
        model: The trained model.
    """
    out = records.frame().rename({"system": "source_dataset", "source_id": "unique_id"})
    extra: dict[str, pl.Series] = {}
    for rule in model.blocking:
        for key in rule.keys:
            if key.take is not None:
                codes, values = key_codes(key, records.column(key.field))
                extra[key_name(key)] = _spread(values, codes)
    for comparison in model.comparisons:
        for level in comparison.levels:
            for name in level.fields or comparison.fields:
                extra |= _helpers(level, records.column(name))
        number = adjusted(comparison)
        if number is not None and len(fields := comparison.levels[number].fields or comparison.fields) == 1:
            extra[f"tf_{fields[0]}"] = _frequencies(records, fields[0], comparison.levels[number])
    return out.with_columns(s.alias(n) for n, s in extra.items())


def _spread(values: pl.Series, codes: Any) -> pl.Series:
    """A value per record from a value per code."""
    wanted = pl.Series(codes, dtype=pl.Int32)
    return values.gather(wanted.set(wanted < 0, None))


def _helpers(level: Level, column: Column) -> dict[str, pl.Series]:
    name = column.name
    if level.test in DATE_TESTS:
        date = column.values.str.to_date("%Y-%m-%d", strict=False)
        parts = {"year": date.dt.year(), "month": date.dt.month(), "day": date.dt.day(), "days": date.to_physical()}
        return {f"{name}__{p}": _spread(v.cast(pl.Int32), column.codes) for p, v in parts.items()}
    if level.test == "nickname":
        groups = nickname_groups(column.values.to_list())
        lists = [pl.Series(g, dtype=pl.Int32) for g in groups]
        return {f"{name}__nick{i}": _spread(g.set(g < 0, None), column.codes) for i, g in enumerate(lists)}
    return {}


def _frequencies(records: Records, name: str, level: Level) -> pl.Series:
    """Frequencies scaled so that Splink's log2(u / tf) is our weight: by u over the chance of agreeing."""
    column = records.column(name)
    scale = max(level.u or 0, 1e-9) / exact_share(records, name)
    return _spread(pl.Series(column.counts / max(column.known, 1) * scale, dtype=pl.Float64), np.asarray(column.codes))
