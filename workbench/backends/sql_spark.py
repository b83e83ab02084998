"""The dialect of Spark SQL 4 and Databricks."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp

from workbench.model import Aggregate, DataType, Explode, Expr

from .sql_emit import Emitter, Helper, Unportable, as_call
from .sql_spark_helpers import HELPERS
from .sql_tree import Sql, case, column, fn, number, string

__all__ = ["DatabricksEmitter", "SparkEmitter"]


class SparkEmitter(Emitter):
    """Spark 4 in ANSI mode, its session in UTC; Python-only functions are Arrow functions registered by name."""

    name = "spark"
    glot = "databricks"  # sqlglot writes no TRY_CAST for plain Spark, which has had it since 3.2
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "STRING", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "local": "TIMESTAMP_NTZ", "timestamp": "TIMESTAMP", "null": "STRING", "int": "INT", "integer64": "BIGINT",
        "wide": "DECIMAL(20, 0)", "exact": "DECIMAL(38, 18)",
    }  # fmt: skip
    item_function = "try_element_at"
    cuts_fractions: ClassVar[bool] = False

    def define(self, name: str) -> str:
        params, returns = self.signature(name)
        temporary = "TEMPORARY " if self.temporary else ""
        head = f"CREATE OR REPLACE {temporary}FUNCTION wb_{name}({params}) RETURNS {returns}"
        return f"-- {self.helpers[name].says}\n{head}\nRETURN {self.helpers[name].body}"

    def settings(self) -> tuple[str, ...]:
        """What the session must say for the pinned meanings to hold."""
        return (
            "SET spark.sql.session.timeZone = UTC",
            "SET spark.sql.ansi.enabled = true",
            "SET spark.sql.decimalOperations.allowPrecisionLoss = false",
        )

    def load(self, x: Sql, type_: DataType) -> Sql:
        return self.cast(x, "TIMESTAMP_NTZ") if type_.kind == "timestamp" and not type_.local else x

    def store(self, x: Sql, type_: DataType) -> Sql:
        return self.cast(x, "TIMESTAMP") if type_.kind == "timestamp" and not type_.local else x

    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("regexp_like", x, _java(pattern))

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        return fn("regexp_extract", x, _java(pattern), number_)

    def asked(self, node: Expr) -> Expr | None:
        if node.op == "divide":  # its whole division ends at 64 bits
            return as_call(node, digits=node.type.scale or 0)
        return super().asked(node)

    # --- text -------------------------------------------------------------------------------------------

    def trim_of(self, x: Sql, side: str, characters: str) -> Sql:
        return self.help({"both": "trim_of", "start": "trim_start_of", "end": "trim_end_of"}[side], x, characters)

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        new = node["new"].replace("\\", "\\\\").replace("$", "\\$")
        return fn("regexp_replace", x, _java(node["pattern"]), new)

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        index = node["index"]
        parts = fn("split", x, re.escape(node["separator"]), -1)
        return fn("try_element_at", parts, index + 1 if index >= 0 else index)

    # --- time -------------------------------------------------------------------------------------------
    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        codes = {"Y": "yyyy", "y": "yy", "m": "MM", "d": "dd", "H": "HH", "I": "hh", "M": "mm", "S": "ss",
                 "b": "MMM", "B": "MMMM", "p": "a", "f": "SSSSSS"}  # fmt: skip
        out = ""
        # Quoted texts side by side would make a quote between them: what is plain is gathered first.
        for code, plain in re.findall("%([YymdHIMSbBpf])|((?:[^%]|%[z%])+)", node["format"]):
            text = plain.replace("%z", "Z").replace("%%", "%").replace("'", "''")
            out += codes[code] if code else f"'{text}'"
        return fn("date_format", self.cast(x, "TIMESTAMP_NTZ"), out)

    def zoned(self, x: Sql, zone: str) -> Sql:
        return fn("convert_timezone", "UTC", zone, x)

    def written(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "date":
            return fn("date_format", self.cast(x, "TIMESTAMP_NTZ"), "yyyy-MM-dd")
        return fn("date_format", x, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS" + ("" if type_.local else "'Z'"))

    # --- records, lists, row steps ----------------------------------------------------------------------
    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self.load(exp.Dot(this=x, expression=exp.to_identifier(node["name"], quoted=True)), node.type)

    def has_items(self, x: Sql) -> Sql:
        return exp.GT(this=fn("coalesce", fn("size", x), 0), expression=number(0))

    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        items = [*self.columns(columns, "t"), self.as_column(column("item", "i"), step.into)]
        if step.position:
            place = self.cast(exp.Add(this=column("at", "i"), expression=number(1)), "BIGINT")
            items.append(self.as_column(place, step.position))
        table = exp.alias_(exp.Table(this=exp.to_identifier(source, quoted=True)), "t", table=True)
        view = exp.Lateral(
            this=fn("posexplode", column(step.column, "t")),
            view=True,
            alias=exp.TableAlias(
                this=exp.to_identifier("i"), columns=[exp.to_identifier("at"), exp.to_identifier("item")]
            ),
        )
        query = exp.select(*items).from_(table)
        query.append("laterals", view)
        return query

    def aggregate(self, a: Aggregate, value: Sql | None) -> Sql:
        if a.type.kind == "integer" and a.how == "sum" and value is not None:
            value = self.cast(value, "DECIMAL(20, 0)")
        return super().aggregate(a, value)

    # --- numbers ----------------------------------------------------------------------------------------

    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        one = f"DECIMAL(38, {type_.scale or 0})"  # both sides are compared in one type
        limit = self.cast(string("1" + "0" * max(digits, 0)), one)
        return case([(exp.LT(this=fn("abs", self.cast(x, one)), expression=limit), value)])

    def op_arith(self, node: Expr, a: Sql, b: Sql) -> Sql:
        """Each side in no more digits than it may have: where a result's could be over 38, its fraction may be cut."""
        scale = node.type.scale or 0
        if node.type.kind == "integer":
            return super().op_arith(node, a, b)
        digits = (38 - scale) // 2 if node["op"] == "*" else 37 - scale
        sides, whole = [], 0
        for side, arg in zip((a, b), node.args, strict=True):
            own = (arg.type.scale or 0) if node["op"] == "*" else scale
            known = arg.op == "lit" and abs(arg["value"]) < 10**digits
            before = len(str(int(abs(arg["value"])))) if known else digits
            whole += before + own
            exact = self.try_cast(side.copy(), f"DECIMAL({min(38, max(1, before + own))}, {own})")
            sides.append(exact if known else self.within(side, arg.type, digits, exact))
        if self.cuts_fractions and node["op"] == "*" and whole + 1 > 38 and scale > 6:
            raise Unportable("it shortens the fraction of a product whose sides may have 38 digits together")
        kind = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[node["op"]]
        return self.cast(kind(this=sides[0], expression=sides[1]), node.type)

    def op_divide(self, node: Expr, a: Sql, b: Sql) -> Sql:
        return self.try_cast(self.op_call(as_call(node, digits=node.type.scale or 0), a, b), node.type)


class DatabricksEmitter(SparkEmitter):
    """Databricks SQL: the same engine; its Python-only functions are Unity Catalog functions."""

    name = "databricks"
    glot = "databricks"
    # A SQL warehouse knows no spark.sql.decimalOperations.allowPrecisionLoss ("Configuration parameters": "does not
    # support setting Spark configurations that aren't listed").
    cuts_fractions = True

    def settings(self) -> tuple[str, ...]:
        """What a SQL warehouse can be told (Databricks SQL language manual, "Configuration parameters")."""
        return (
            "SET TIME ZONE 'UTC'",
            "-- on a cluster: SET spark.sql.ansi.enabled = true\nSET ANSI_MODE = true",
        )


def _java(pattern: str) -> str:
    r"""Java's '$' also matches before a last line feed; '\z' is the very end."""
    return re.sub(r"(\\.|\[\^?(?:\\.|[^\]\\])*\])|\$", lambda m: m[1] or r"\z", pattern)
