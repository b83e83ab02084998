"""DuckDB's dialect."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from workbench.model import DataType, Explode, Expr

from .patterns import OTHER_BLANK, always_holds
from .sql_duckdb_helpers import HELPERS
from .sql_emit import Emitter, Helper, Unportable
from .sql_script import Fact
from .sql_tree import Sql, case, column, fn, string
from .time_forms import form_of

__all__ = ["DuckEmitter"]


class DuckEmitter(Emitter):
    """DuckDB: everything but the Python-only functions is SQL; those are registered functions."""

    name = "duckdb"
    glot = "duckdb"
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "TEXT", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "time": "TIME", "local": "TIMESTAMP", "timestamp": "TIMESTAMP", "null": "TEXT", "int": "INTEGER",
        "wide": "HUGEINT",
    }  # fmt: skip
    item_function = "list_extract"
    exact_cases = frozenset({"lower"})

    def load(self, x: Sql, type_: DataType) -> Sql:
        return fn("timezone", "UTC", x) if type_.kind == "timestamp" and not type_.local else x

    store = load

    def define(self, name: str) -> str:
        helper = self.helpers[name]
        params = ", ".join(p.split()[0] for p in helper.params.split(", ") if p)
        return f"-- {helper.says}\nCREATE OR REPLACE TEMPORARY MACRO wb_{name}({params}) AS ({helper.body})"

    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("regexp_matches", x, pattern)

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        if number_ > 9:
            raise Unportable("it knows no more than nine groups")
        return fn("regexp_extract", x, pattern, number_)

    def rewritten(self, node: Expr) -> Expr:
        if node.op == "trim" and not (node["characters"] or self.only_spaces(node.args[0])):
            bare = Expr("bare_trim", node.args, node.type, [("side", node["side"])])
            return Expr("trim", [bare], node.type, node.params)
        if node.op == "regex_extract" and always_holds(node["pattern"], node["group"]):
            return Expr("empty_to_null", [Expr("bare_group", node.args, node.type, node.params)], node.type)
        return node

    def bytes_of(self, x: Sql) -> Sql:
        return fn("strlen", x)

    def broken(self, fact: Fact) -> Sql:
        x = column(fact.column)
        if fact.what == "spaces":
            return self.matches(x, OTHER_BLANK)
        if fact.what == "format":
            there = exp.NEQ(this=self.help("trim", fn("trim", x.copy())), expression=string(""))
            return exp.And(this=there, expression=exp.Not(this=self.matches(x, form_of(fact.format))))
        return super().broken(fact)

    def op_bare_trim(self, node: Expr, x: Sql) -> Sql:
        """Spaces alone taken from the ends."""
        return fn(self.trims[node["side"]], x)

    def op_trim(self, node: Expr, x: Sql) -> Sql:
        if node["characters"]:
            return self.trim_of(x, node["side"], node["characters"])
        if self.only_spaces(node.args[0]):
            return self.op_bare_trim(node, x)
        return super().op_trim(node, x)

    def op_squeeze(self, node: Expr, x: Sql) -> Sql:
        return self.help("squeeze_spaces" if self.only_spaces(node.args[0]) else "squeeze", x)

    def op_bare_group(self, node: Expr, x: Sql) -> Sql:
        """What a group holds, '' without a match."""
        return self.group(x, node["pattern"], node["group"])

    def op_empty_to_null(self, node: Expr, x: Sql) -> Sql:
        """Null for ''."""
        return fn("nullif", x, "")

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("regexp_replace", x, node["pattern"], node["new"].replace("\\", "\\\\"), "g")

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        index = node["index"]
        return fn("list_extract", fn("string_split", x, node["separator"]), index + 1 if index >= 0 else index)

    def op_parse_time(self, node: Expr, x: Sql) -> Sql:
        format_ = node["format"]
        if "%y" in format_ or "%z" in format_:  # its pivot is 1969, and it reads no 'Z'
            return super().op_parse_time(node, x)
        parsed: Sql = fn("try_strptime", x.copy(), format_)
        if node.type.kind == "date":
            parsed = self.cast(parsed, node.type)
        inner = node.args[0]
        while inner.op in ("bare_trim", "blank_to_null") or (inner.op == "trim" and not inner["characters"]):
            inner = inner.args[0]
        if inner.op == "col" and self.proven("format", [str(inner["name"])], format_):
            return parsed
        return case([(self.matches(x, form_of(format_)), parsed)])

    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        return fn("strftime", x, node["format"].replace("%z", "Z"))

    # --- row steps --------------------------------------------------------------------------------------
    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        items = [*self.columns(columns), self.as_column(fn("unnest", column(step.column)), step.into)]
        if step.position:
            places = self.cast(fn("generate_subscripts", column(step.column), 1), "BIGINT")
            items.append(self.as_column(places, step.position))
        return exp.select(*items).from_(exp.Table(this=exp.to_identifier(source, quoted=True)))

    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self.load(fn("struct_extract", x, node["name"]), node.type)

    # --- numbers ----------------------------------------------------------------------------------------

    def narrowed(self, x: Sql, digits: int) -> Sql:
        return super().narrowed(fn("round", x, digits), digits)

    def plain_cast(self, x: Sql, old: DataType, new: DataType) -> Sql:
        return self.cast(x, new)

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        wide = self.try_cast(x.copy(), f"DECIMAL(38, {scale})")
        if scale:  # without its point the text of a decimal is the whole number; its scale is fixed
            wide = fn("replace", self.cast(wide, "TEXT"), ".", "")
        return self.within(x, type_, 17, self.cast(wide, "HUGEINT"))

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        narrow = self.try_cast(self.help("quotient", n, d), f"DECIMAL({38 - digits}, 0)")
        if digits == 0:
            return narrow
        unit = self.cast(string("0." + "1".rjust(digits, "0")), f"DECIMAL({digits + 1}, {digits})")
        return self.try_cast(exp.Mul(this=narrow, expression=unit), f"DECIMAL(38, {digits})")

    def written(self, x: Sql, type_: DataType) -> Sql:
        forms = {"date": "%Y-%m-%d", "time": "%H:%M:%S.%f", "timestamp": "%Y-%m-%dT%H:%M:%S.%f"}
        if type_.kind == "time":
            x = exp.Add(this=self.cast(string("2000-01-01"), "DATE"), expression=x)
        return fn("strftime", x, forms[type_.kind] + ("Z" if type_.kind == "timestamp" and not type_.local else ""))
