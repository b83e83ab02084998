"""Quality rules as the standard writes them: metrics of its library, SQL, and those for people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from workbench.model import Contract, Rule

from .limits import Limit
from .row_rule import RowRule, matches

__all__ = ["quality_rules", "run_sql_rule"]

_WARNINGS = frozenset({"warning", "warn", "info", "low", "minor"})
Prepared = Mapping[str, tuple[str, bool]]


def quality_rules(contract: Contract, prepared: Prepared) -> Iterator[RowRule]:
    """The quality rules of a contract as rules over columns; what cannot be checked says why.

    Args:
        contract: The contract.
        prepared: Per field the column of its cleaned value, and whether it is personal.
    """
    for number, rule in enumerate(contract.rules, start=1):
        code = f"{rule.field}.quality{number}" if rule.field else f"quality{number}"
        yield _rule(rule, code, prepared)


def _rule(rule: Rule, code: str, prepared: Prepared) -> RowRule:
    words = rule.description or rule.name
    warning = (rule.severity or "").lower() in _WARNINGS
    base: dict[str, Any] = {"code": code, "field": rule.field or "", "kind": "quality", "warning": warning}
    limit = Limit.of(rule.operator, rule.value, rule.unit)
    if rule.type == "sql":
        says = words or f"the query gives a number that {limit}" if limit else words or "a query"
        return RowRule(**base, rule=says, limit=limit, blocked="the query needs the whole data and DuckDB")
    if rule.type != "library" or rule.metric is None:
        return RowRule(**base, rule=words or "a rule in words", blocked=f"a rule of type '{rule.type}' is for people")
    rule_text = words or f"{rule.metric} {limit}"
    if limit is None:
        return RowRule(**base, rule=rule_text, blocked="it does not say what the metric is compared with")
    base |= {"rule": rule_text, "limit": limit}
    if rule.metric == "rowCount":
        return RowRule(**{**base, "kind": "rowCount"}, reason="has another number of rows")
    if rule.metric == "duplicateValues":
        names = [rule.field] if rule.field else list(rule.arguments.get("properties", ()))
        columns = [prepared[n] for n in names if n in prepared]
        if not names or len(columns) != len(names):
            return RowRule(**base, blocked=f"there is no column {', '.join(names) or 'named'}")
        shown = pl.concat_str([pl.col(c).cast(pl.String) for c, _ in columns], separator=" · ", ignore_nulls=True)
        unique = tuple(c for c, _ in columns)
        hidden = any(p for _, p in columns)
        return RowRule(**base, reason="repeats an earlier row", shown=shown, unique=unique, personal=hidden)
    if rule.field is None or rule.field not in prepared:
        return RowRule(**base, blocked=f"there is no column '{rule.field}'")
    clean, personal = prepared[rule.field]
    bad, reason = _metric(rule, pl.col(clean), code)
    if bad is None:
        return RowRule(**base, blocked=reason)
    return RowRule(**base, reason=reason, bad=bad, shown=pl.col(clean).cast(pl.String), personal=personal)


def _metric(rule: Rule, x: pl.Expr, code: str) -> tuple[pl.Expr | None, str]:
    if rule.metric == "nullValues":
        return x.is_null(), "is empty"
    if rule.metric == "missingValues":
        marks = [str(v) for v in rule.arguments.get("missingValues", ()) if v is not None]
        return x.is_null() | x.cast(pl.String).is_in(marks), "is missing"
    if rule.metric == "invalidValues":
        valid = rule.arguments.get("validValues")
        pattern = rule.arguments.get("pattern")
        if valid is None and pattern is None:
            return None, "it does not say which values are valid"
        text = x.cast(pl.String)
        bad = pl.lit(False) if valid is None else ~text.is_in([str(v) for v in valid])
        if pattern is not None:
            bad = bad | ~matches(text, str(pattern), code)
        return bad, "is not a valid value"
    return None, f"the metric '{rule.metric}' is not known"


def run_sql_rule(rule: Rule, frame: pl.DataFrame, table: str) -> tuple[Decimal | None, str]:
    """Run the query of a rule on the data in DuckDB, shut off from files and network.

    Returns:
        The number it gives; or none and why not.
    """
    try:
        import duckdb
    except ImportError:
        return None, "needs DuckDB: pip install 'mapping-workbench[sql]'"
    name = "rows_to_check"
    query = re.sub(r"\$?\{(object|table|schema)\}", name, rule.query or "")
    query = re.sub(r"\$?\{(property|column)\}", f'"{rule.field}"', query)
    query = re.sub(rf"\b{re.escape(table)}\b", name, query) if table else query
    with duckdb.connect(config={"enable_external_access": False}) as connection:
        connection.register(name, frame.to_arrow())
        try:
            row = connection.execute(query).fetchone()
        except duckdb.Error as e:
            return None, f"the query fails: {str(e).splitlines()[0]}"
    if row is None or row[0] is None:
        return None, "the query gives nothing"
    try:
        return Decimal(str(row[0])), ""
    except ArithmeticError:
        return None, f"the query gives '{row[0]}', not a number"
