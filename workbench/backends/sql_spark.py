"""The dialect of Spark SQL 4 and Databricks."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp

from workbench.model import Aggregate, DataType, Explode, Expr

from .sql_emit import DECIMAL_FORM, FLOAT_FORM, INTEGER_FORM, Emitter, Helper, as_call
from .sql_spark_helpers import HELPERS
from .sql_tree import Sql, case, column, fn, number, string, try_cast

__all__ = ["DatabricksEmitter", "SparkEmitter"]


class SparkEmitter(Emitter):
    """Spark 4 in ANSI mode, its session in UTC; Python-only functions are Arrow functions registered by name."""

    name = "spark"
    glot = "databricks"  # sqlglot writes no TRY_CAST for plain Spark, which has had it since 3.2
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "STRING", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "local": "TIMESTAMP_NTZ", "timestamp": "TIMESTAMP", "null": "STRING", "int": "INT", "integer64": "BIGINT",
    }  # fmt: skip

    def define(self, name: str) -> str:
        helper = self.helpers[name]
        kinds = {"integer": "int"}
        params = ", ".join(
            f"{p.split()[0]} {self.types[kinds.get(p.split()[1], p.split()[1])]}"
            for p in helper.params.split(", ")
            if p
        )
        temporary = "TEMPORARY " if self.temporary else ""
        returns = self.types[kinds.get(helper.returns, helper.returns)]
        head = f"-- {helper.says}\nCREATE OR REPLACE {temporary}FUNCTION wb_{name}({params}) RETURNS {returns}"
        return f"{head}\nRETURN {helper.body}"

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

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        return try_cast(x, type_ if isinstance(type_, str) else self.type_name(type_), self.glot)

    def whole(self, x: Sql) -> Sql:
        return self.try_cast(x, "INT")

    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("regexp_like", x, _java(pattern))

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        return fn("regexp_extract", x, _java(pattern), number_)

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        return self.try_cast(text, f"DECIMAL(38, {scale})")

    def asked(self, node: Expr) -> Expr | None:
        if node.op == "divide":  # its whole division ends at 64 bits
            return as_call(node, digits=node.type.scale or 0)
        return super().asked(node)

    # --- text -------------------------------------------------------------------------------------------
    def op_trim(self, node: Expr, x: Sql) -> Sql:
        side = {"both": "trim", "start": "trim_start", "end": "trim_end"}[node["side"]]
        return self.help(f"{side}_of", x, node["characters"]) if node["characters"] else self.help(side, x)

    def op_blank_to_null(self, node: Expr, x: Sql) -> Sql:
        inner = node.args[0]
        if inner.op == "col" and inner["name"] in self.full_columns:
            return x
        if inner.op == "trim" and not inner["characters"] and inner["side"] == "both":
            return fn("nullif", x, "")
        return self.help("blank", x)

    def op_squeeze(self, node: Expr, x: Sql) -> Sql:
        return self.help("squeeze", x)

    def op_change_case(self, node: Expr, x: Sql) -> Sql:
        if node["to"] in ("upper", "lower") and self.is_ascii(node.args[0]):
            return fn(node["to"], x)
        return self.help(node["to"], x)

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

    def op_shift_zone(self, node: Expr, x: Sql) -> Sql:
        if node.args[0].type.local:
            return self.help("from_zone", x, node["zone"])
        return fn("convert_timezone", "UTC", node["zone"], x)

    # --- records, lists, row steps ----------------------------------------------------------------------
    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self.load(exp.Dot(this=x, expression=exp.to_identifier(node["name"], quoted=True)), node.type)

    def op_item(self, node: Expr, x: Sql) -> Sql:
        index = node["index"]
        return self.load(fn("try_element_at", x, index + 1 if index >= 0 else index), node.type)

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

    def sum_of(self, value: Sql, type_: DataType) -> Sql:
        return self.try_cast(fn("sum", value), type_)

    # --- numbers ----------------------------------------------------------------------------------------
    def within(self, x: Sql, digits: int, scale: int, value: Sql) -> Sql:
        """The value, null beyond so many digits before the point; both sides compared in one type."""
        limit = self.cast(string("1" + "0" * max(digits, 0)), f"DECIMAL(38, {scale})")
        return case([(exp.LT(this=fn("abs", self.cast(x, f"DECIMAL(38, {scale})")), expression=limit), value)])

    def rounded(self, x: Sql, type_: DataType, digits: int) -> Sql:
        """Half away from zero, which its casts of decimals do."""
        scale = type_.scale or 0
        value = self.try_cast(x, f"DECIMAL(38, {digits})")
        if type_.kind == "integer" or digits >= scale:
            return value
        return self.within(x.copy(), 37 - scale, scale, value)

    def op_round_to(self, node: Expr, x: Sql) -> Sql:
        return self.rounded(x, node.args[0].type, node.type.scale or 0)

    def op_format_number(self, node: Expr, x: Sql) -> Sql:
        text = self.cast(self.rounded(x, node.args[0].type, node["digits"]), "STRING")
        if not node["group"] and node["point"] == ".":
            return text
        whole: Sql = fn("split_part", text, ".", 1)
        if node["group"]:
            whole = self.help("group_digits", whole, node["group"])
        if not node["digits"]:
            return whole
        marked = exp.DPipe(this=whole, expression=string(node["point"]))
        return exp.paren(exp.DPipe(this=marked, expression=fn("split_part", text.copy(), ".", 2)))

    def op_arith(self, node: Expr, a: Sql, b: Sql) -> Sql:
        kind = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[node["op"]]
        if node.type.kind == "integer":
            wide = kind(this=self.cast(a, "DECIMAL(20, 0)"), expression=self.cast(b, "DECIMAL(20, 0)"))
            return self.try_cast(wide, "BIGINT")
        scale = node.type.scale or 0
        digits = (38 - scale) // 2 if node["op"] == "*" else 37 - scale
        sides = []
        for side, arg in zip((a, b), node.args, strict=True):
            own = arg.type.scale or 0
            exact = self.try_cast(side.copy(), f"DECIMAL(38, {own if node['op'] == '*' else scale})")
            sides.append(self.within(side, digits, own, exact))
        return self.try_cast(kind(this=sides[0], expression=sides[1]), node.type)

    def op_divide(self, node: Expr, a: Sql, b: Sql) -> Sql:
        return self.try_cast(self.op_call(as_call(node, digits=node.type.scale or 0), a, b), node.type)

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        old, new = node.args[0].type, node.type
        if old.kind == "text":
            return self._from_text(x, new)
        if new.kind == "text":
            return self._to_text(x, old)
        if new.kind == "decimal":
            return self._float_to_decimal(x, new) if old.kind == "float" else self.rounded(x, old, new.scale or 0)
        if new.kind == "integer" and old.kind == "decimal":
            return self.try_cast(self.rounded(x, old, 0), new)
        if new.kind == "integer" and old.kind == "float":
            return self.help("float_to_integer", x)
        if new.kind == "float" and old.kind == "decimal":
            return self.cast(self.cast(x, "STRING"), new)
        if new.kind == "boolean":
            return exp.NEQ(this=x, expression=number(0))
        return self.cast(x, new)

    def _float_to_decimal(self, x: Sql, new: DataType) -> Sql:
        exact = self.try_cast(self.cast(x.copy(), "STRING"), "DECIMAL(38, 18)")
        fits = exp.LT(this=fn("abs", x), expression=self.cast(string("1e18"), "DOUBLE"))
        return case([(fits, self.rounded(exact, DataType("decimal", 18), new.scale or 0))])

    def _from_text(self, x: Sql, new: DataType) -> Sql:
        if new.kind == "integer":
            return case([(self.matches(x.copy(), INTEGER_FORM), self.try_cast(x, new))])
        if new.kind == "decimal":
            value = self.rounded(self.try_cast(x.copy(), "DECIMAL(38, 18)"), DataType("decimal", 18), new.scale or 0)
            return case([(self.matches(x, DECIMAL_FORM), value)])
        if new.kind == "float":
            return case([(self.matches(x.copy(), FLOAT_FORM), self.help("float", x))])
        if new.kind == "boolean":
            return case([(string("true"), exp.true()), (string("false"), exp.false())], subject=x)
        return self.help({"date": "iso_date"}.get(new.kind, "iso_local" if new.local else "iso_instant"), x)

    def _to_text(self, x: Sql, old: DataType) -> Sql:
        if old.kind == "float":
            return self.help("plain", self.cast(self._float_to_decimal(x, DataType("decimal", 18)), "STRING"))
        if old.kind == "date":
            return fn("date_format", self.cast(x, "TIMESTAMP_NTZ"), "yyyy-MM-dd")
        if old.kind == "timestamp":
            return fn("date_format", x, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS" + ("" if old.local else "'Z'"))
        return self.cast(x, "STRING")


class DatabricksEmitter(SparkEmitter):
    """Databricks SQL: the same engine; its Python-only functions are Unity Catalog functions."""

    name = "databricks"
    glot = "databricks"


def _java(pattern: str) -> str:
    r"""Java's '$' also matches before a last line feed; '\z' is the very end."""
    return re.sub(r"(\\.|\[\^?(?:\\.|[^\]\\])*\])|\$", lambda m: m[1] or r"\z", pattern)
