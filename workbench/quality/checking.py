"""Hold data against a contract: every rule in one pass, rows that keep them apart from rows that do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from workbench.backends import normalise
from workbench.model import Contract
from workbench.profiling import mask

from .odcs_rules import run_sql_rule
from .row_rule import RowRule
from .rules import build_rules
from .seen import Seen
from .verdicts import Checked, Result, RuleVerdict

__all__ = ["Checker", "check"]


def check(
    frame: pl.LazyFrame | pl.DataFrame,
    contract: Contract,
    *,
    references: Mapping[str, pl.LazyFrame] | None = None,
    examples: int = 3,
) -> Checked:
    """Hold a frame against a contract.

    Text in a column that the contract gives another type is read as the contract says it is written; a blank
    text and a missing-value mark count as no value. Of rows that share a key the first passes.

    Args:
        frame: The data.
        contract: The promises.
        references: Rows of the datasets or entities that fields point to, by name, as in {'Customer': …}.
        examples: Offending values shown per rule; those of personal fields are masked.

    Raises:
        ContractError: The contract contradicts itself, as with a minimum that is no number.

    >>> from workbench.model import INTEGER, Field
    >>> people = Contract("people", "people", "1.0.0", fields=(Field("age", INTEGER, minimum="0"),))
    >>> print(check(pl.DataFrame({"age": ["7", "-1", "old"]}), people))
    people 1.0.0: 0 of 2 rules kept; 1 rows passed, 2 rejected
      ✗ age is a whole number: 1 of 3 rows breaks it (33.33 %), as in 'old'
      ✗ age is at least 0: 1 of 3 rows breaks it (33.33 %), as in '-1'
    """
    checker = Checker(contract, frame.lazy().collect_schema(), references=references, examples=examples)
    data = frame.lazy().collect()
    passed, rejected = checker.run(data)
    return Checked(passed, rejected, checker.verdicts(data), checker.title)


class Checker:
    """The rules of a contract, compiled once and run on batch after batch.

    Args:
        contract: The promises.
        schema: Columns of the data with their Polars types.
        references: See `check`.
        examples: Offending values kept per rule.
    """

    def __init__(
        self,
        contract: Contract,
        schema: Mapping[str, pl.DataType],
        *,
        references: Mapping[str, pl.LazyFrame] | None = None,
        examples: int = 3,
    ) -> None:
        self.contract, self.examples = contract, examples
        self.title = f"{contract.name} {contract.version}"
        shape = normalise(pl.LazyFrame(schema=dict(schema))).collect_schema()
        built = build_rules(contract, shape, references)
        self.prepare, self.rules = built.prepare, built.rules
        self.rows = 0
        self.broken = dict.fromkeys((r.code for r in self.rules), 0)
        self.shown: dict[str, list[str]] = {}
        self.seen = {r.code: Seen() for r in self.rules if r.unique}

    def run(self, data: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Check a batch; returns the rows that pass and those that do not, with their reject columns."""
        flags = self._flags(data)
        self.rows += data.height
        counts = flags.select(pl.all().sum()).row(0, named=True) if flags.width else {}
        for code, count in counts.items():
            self.broken[code] += count or 0
        self._note_examples(data, flags, [r for r in self.rules if counts.get(r.code)])
        fatal = [r for r in self.rules if r.rejects and counts.get(r.code)]
        if not fatal:
            return data, _reject_columns(data.head(0), [], flags.head(0), pl.DataFrame(), self.title)
        bad = flags.select(pl.any_horizontal([r.code for r in fatal])).to_series()
        rows = data.filter(bad)
        rejected = _reject_columns(rows, fatal, flags.filter(bad), self._values(fatal, rows), self.title)
        return data.filter(~bad), rejected

    def _prepared(self, data: pl.DataFrame) -> pl.LazyFrame:
        lazy = normalise(data.lazy())
        for layer in self.prepare:
            lazy = lazy.with_columns(layer)
        return lazy

    def _flags(self, data: pl.DataFrame) -> pl.DataFrame:
        """One boolean per rule that can be checked row by row: true where it is broken."""
        keys = sorted({c for r in self.rules for c in r.unique})
        tests = [r.bad.fill_null(False).alias(r.code) for r in self.rules if r.bad is not None]
        # The index keeps the height when every rule is a constant.
        index = pl.int_range(pl.len()).alias("__row")
        work = self._prepared(data).select(index, *tests, *keys).collect()
        flags = work.select([t.meta.output_name() for t in tests])
        repeats = [self.seen[r.code].repeats(work.select(r.unique)).alias(r.code) for r in self.rules if r.unique]
        return flags.with_columns(repeats)

    def _note_examples(self, data: pl.DataFrame, flags: pl.DataFrame, rules: list[RowRule]) -> None:
        """Offending values from the first few rows that break each rule."""
        for rule in rules:
            kept = self.shown.setdefault(rule.code, [])
            if len(kept) >= self.examples:
                continue
            rows = data[flags[rule.code].arg_true().head(20)]
            for value in self._values([rule], rows)[rule.code].to_list():
                text = None if value is None else mask(value) if rule.personal else value[:80]
                if text is not None and text not in kept and len(kept) < self.examples:
                    kept.append(text)

    def _values(self, rules: list[RowRule], rows: pl.DataFrame) -> pl.DataFrame:
        """What each rule shows of each row, in a column named by its code."""
        nothing = pl.lit(None, pl.String)
        shown = [(nothing if r.shown is None else r.shown.cast(pl.String, strict=False)).alias(r.code) for r in rules]
        index = pl.int_range(pl.len()).alias("__row")
        return self._prepared(rows).select(index, *shown).drop("__row").collect()

    def verdicts(self, data: pl.DataFrame | None = None) -> tuple[RuleVerdict, ...]:
        """One verdict per rule, over all batches so far.

        Args:
            data: All rows, where they are at hand: rules written in SQL need them.
        """
        return tuple(self._verdict(r, data) for r in self.rules)

    def _verdict(self, rule: RowRule, data: pl.DataFrame | None) -> RuleVerdict:
        broken, note = self.broken[rule.code], rule.blocked
        if rule.kind == "quality" and rule.blocked and data is not None:
            rule, note = self._by_query(rule, data)
            ok = not note
        elif rule.kind == "rowCount":
            ok = rule.limit is not None and rule.limit.holds(self.rows)
            note = "" if ok else f"there are {self.rows:,} rows"
        else:
            ok = broken == 0 if rule.limit is None else rule.limit.holds(broken, self.rows)
        result: Result
        if rule.blocked:
            result = "warned" if rule.warning and rule.kind == "schema" else "not checked"
        else:
            result = "passed" if ok else "warned" if rule.warning else "failed"
        examples = () if result == "passed" else tuple(self.shown.get(rule.code, ()))
        return RuleVerdict(rule.code, rule.field, rule.kind, rule.rule, result, broken, self.rows, examples, note)

    def _by_query(self, rule: RowRule, data: pl.DataFrame) -> tuple[RowRule, str]:
        number = int(rule.code.rpartition("quality")[2]) - 1
        written = self.contract.rules[number]
        if written.type != "sql" or rule.limit is None:
            return rule, rule.blocked
        value, why = run_sql_rule(written, data, self.contract.physical_name or "")
        if value is None:
            return rule, why
        held = rule.limit.holds(value)
        return replace(rule, blocked=""), "" if held else f"the query gives {value:f}"


def _reject_columns(
    rows: pl.DataFrame, rules: list[RowRule], flags: pl.DataFrame, values: pl.DataFrame, title: str
) -> pl.DataFrame:
    """The rows with the reject columns of a dead letter: the first broken rule and all of them."""
    nothing: pl.Expr = pl.lit(None, pl.String)
    said = dict.fromkeys(("code", "field", "step", "reason", "value"), nothing)
    shown = flags.with_columns(values.rename(lambda code: f"v {code}").get_columns())
    for rule in reversed(rules):
        here = {
            "code": pl.lit(rule.code), "field": pl.lit(rule.field), "step": pl.lit("contract"),
            "reason": pl.lit(rule.reason), "value": pl.col(f"v {rule.code}"),
        }  # fmt: skip
        said = {n: pl.when(pl.col(rule.code)).then(here[n]).otherwise(e) for n, e in said.items()}
    faults = [pl.when(pl.col(r.code)).then(pl.lit(f"{r.code} {r.field} {r.reason}")) for r in rules]
    every = pl.concat_str(faults, separator="; ", ignore_nulls=True) if faults else nothing
    index = pl.int_range(pl.len()).alias("__row")
    columns = [e.alias(f"_{n}") for n, e in said.items()] + [every.alias("_faults"), pl.lit(title).alias("_spec")]
    return rows.with_columns(shown.select(index, *columns).drop("__row").get_columns())
