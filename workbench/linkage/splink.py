"""A trained model as Splink settings, so that the same model runs on Spark when one machine is outgrown.

``to_splink`` gives the settings, ``splink_table`` the standardised records they expect (what Splink's SQL cannot
say on every engine stands in columns of their own: transforms, nicknames, parts of dates, tokens), and
``splink_terms`` how common values are; ``save_for_splink`` writes all of it. How to run it: docs/linking.md.
"""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workbench.errors import UsageError
from workbench.model import write_text

from .keys import Key
from .model import BlockingRule, Comparison, Level, LinkModel
from .nicknames import nickname_groups
from .records import Column, Records
from .scoring import adjusted, exact_share
from .similarity import Tokens
from .splink_sql import Dialect, Sql
from .transforms import key_codes

__all__ = ["save_for_splink", "splink_table", "splink_terms", "to_splink"]

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
    sql, terms = Sql(dialect), term_names(model)
    kind = "dedupe_only" if not several else "link_only" if model.scope == "across" else "link_and_dedupe"
    return {
        "link_type": kind,
        "unique_id_column_name": "unique_id",
        "source_dataset_column_name": "source_dataset",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": _rule_sql(model, rule, several, sql), "sql_dialect": dialect} for rule in model.blocking
        ],
        "comparisons": [_comparison(c, sql, terms.get(c.id)) for c in model.comparisons],
        "retain_intermediate_calculation_columns": False,
    }


def key_name(key: Key) -> str:
    """The column of a blocking key."""
    return key.field if key.take is None else f"{key.field}__{key.take}" + (f"_{key.size}" if key.size else "")


def _rule_sql(model: LinkModel, rule: BlockingRule, several: bool, sql: Sql) -> str:
    terms = [f"l.{sql.name(key_name(k))} = r.{sql.name(key_name(k))}" for k in rule.keys]
    if several and model.scope == "within":
        terms.append(f"l.{sql.name('source_dataset')} = r.{sql.name('source_dataset')}")
    return " AND ".join(terms)


def _comparison(comparison: Comparison, sql: Sql, term: str | None) -> dict[str, Any]:
    names = comparison.fields
    gaps = " OR ".join(f"{sql.sides(n)[0]} IS NULL OR {sql.sides(n)[1]} IS NULL" for n in names)
    null = {"sql_condition": gaps, "label_for_charts": "a value is missing", "is_null_level": True}
    levels = []
    for number, level in enumerate(comparison.levels):
        made: dict[str, Any] = {
            "sql_condition": "ELSE" if level.test == "else" else sql.level(level, level.fields or names),
            "label_for_charts": level.label,
            "m_probability": max(level.m or 0, 1e-9),
            "u_probability": max(level.u or 0, 1e-9),
        }
        if number == adjusted(comparison) and term is not None:
            made |= {"tf_adjustment_column": term, "tf_adjustment_weight": 1.0}
            made["sql_condition"] = sql.level(level, (term,))
        levels.append(made)
    # with several fields a level may hold although another field is missing: the gap is looked at last
    levels.insert(0 if len(names) == 1 else len(levels) - 1, null)
    return {"output_column_name": comparison.id, "comparison_levels": levels}


def term_names(model: LinkModel) -> dict[str, str]:
    """Per comparison with rare and common values the column that holds them: the field, or one of its own."""
    found: dict[str, str] = {}
    for comparison in model.comparisons:
        if (number := adjusted(comparison)) is not None:
            fields = comparison.levels[number].fields or comparison.fields
            own = len(fields) > 1 or fields[0] in found.values()
            found[comparison.id] = f"{comparison.id}__term" if own else fields[0]
    return found


def splink_terms(records: Records, model: LinkModel) -> dict[str, pl.DataFrame]:
    """How common values are: per column its distinct values and 'tf_COLUMN', to register with Splink's linker.

    The frequencies are scaled so that Splink's log2(u / tf) is our weight: by u over the chance of agreeing.
    """
    out = {}
    for name, term in term_names(model).items():
        comparison = model.comparison(name)
        level = comparison.levels[adjusted(comparison) or 0]
        fields = level.fields or comparison.fields
        share = pl.Series([max(level.u or 0, 1e-9)], dtype=pl.Float64)
        for field in fields:
            column = records.column(field)
            of = pl.Series(column.counts / max(column.known, 1) / exact_share(records, field), dtype=pl.Float64)
            share = share * _spread(of, column.codes)
        both = pl.DataFrame({term: _term(records, fields), f"tf_{term}": share})
        out[term] = both.drop_nulls().unique(term).sort(term)
    return out


def save_for_splink(
    records: Records, model: LinkModel, folder: str | os.PathLike[str], *, dialect: Dialect = "spark"
) -> Path:
    """Write what Splink needs to run a model elsewhere: settings.json, records.parquet and terms/COLUMN.parquet.

    Args:
        records: The records, all of them: no pair is made here.
        model: The trained model.
        folder: Where to; made when it is not there.
        dialect: The engine Splink will run on.

    Raises:
        NotPortableError: A level has no SQL that means the same.
    """
    settings = to_splink(model, dialect=dialect, systems=len(records.systems))
    target = Path(folder)
    (target / "terms").mkdir(parents=True, exist_ok=True)
    for stale in (target / "terms").glob("*.parquet"):
        stale.unlink()
    splink_table(records, model).write_parquet(target / "records.parquet")
    for column, terms in splink_terms(records, model).items():
        terms.write_parquet(target / "terms" / f"{column}.parquet")
    write_text(target / "settings.json", json.dumps(settings, indent=1))
    return target


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
    for name, term in term_names(model).items():
        comparison = model.comparison(name)
        if term not in records.columns:
            extra[term] = _term(records, comparison.levels[adjusted(comparison) or 0].fields or comparison.fields)
    return out.with_columns(s.alias(n) for n, s in extra.items())


def _term(records: Records, fields: tuple[str, ...]) -> pl.Series:
    """The value whose rarity counts, per record; of several fields all have to be there."""
    return pl.select(pl.concat_str([records.column(f).series() for f in fields], separator="\x1f")).to_series()


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
    if level.test in ("token_set", "token_overlap"):
        tokens = (
            column.values.str.split(" ").list.eval(pl.element().filter(pl.element() != "")).list.unique().list.sort()
        )
        return {f"{name}__tokens": _spread(tokens, column.codes)}
    if level.test == "token_cosine":
        return {f"{name}__{part}": _spread(v, column.codes) for part, v in _terms(column).items()}
    return {}


def _terms(column: Column) -> dict[str, pl.Series]:
    """A list of numbers per value, one per token, whose sum over shared tokens is the dot product; and its length.

    Each token is its squared rarity, moved by the least amount that tells it from the others: so a plain
    intersection of lists finds the shared tokens and their worth at once, on any engine.
    """
    tokens: Tokens = column.fact("tokens", Tokens)
    worth = np.asarray(tokens.rarity, dtype=np.float64) ** 2
    order = np.argsort(worth, kind="stable")
    worth[order] *= 1 + 1e-12 * np.arange(len(order))
    rows = [worth[tokens.plain.indices[a:b]].tolist() for a, b in pairwise(tokens.plain.indptr.tolist())]
    norms = np.sqrt([sum(row) for row in rows])
    return {"terms": pl.Series(rows, dtype=pl.List(pl.Float64)), "norm": pl.Series(norms, dtype=pl.Float64)}
