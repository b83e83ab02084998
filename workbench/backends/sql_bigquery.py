"""The dialect of BigQuery: SQL functions for helpers; patterns are RE2's."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp

from workbench.model import DataType, Explode, Expr

from .patterns import one_group
from .sql_bigquery_helpers import HELPERS
from .sql_emit import Emitter, Helper, Unportable
from .sql_tree import Sql, case, column, fn, number

__all__ = ["BigQueryEmitter"]


class BigQueryEmitter(Emitter):
    """BigQuery: exact numbers are BIGNUMERIC, clock times are DATETIME."""

    name = "bigquery"
    glot = "bigquery"
    joins_calls = True
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "STRING", "integer": "INT64", "float": "FLOAT64", "boolean": "BOOL", "date": "DATE", "time": "TIME",
        "local": "DATETIME", "timestamp": "TIMESTAMP", "null": "STRING", "int": "INT64", "wide": "BIGNUMERIC",
    }  # fmt: skip
    refusals: ClassVar[dict[str, str]] = {
        "float": "it reads numbers that are too small as zero",
        "float_to_decimal": "its text of a float need not be the shortest that reads back",
        "float_to_integer": "its rounding of floats is not pinned",
    }

    def define(self, name: str) -> str:
        params, returns = self.signature(name)
        helper = self.helpers[name]
        head = f"-- {helper.says}\nCREATE TEMP FUNCTION wb_{name}({params}) RETURNS {returns}"
        return f"{head}\nAS ({helper.body})"

    def type_name(self, type_: DataType) -> str:
        return f"BIGNUMERIC(38, {type_.scale})" if type_.kind == "decimal" else super().type_name(type_)

    def cast(self, x: Sql, type_: DataType | str) -> Sql:
        if isinstance(type_, DataType) and type_.kind == "decimal":
            return exp.Cast(this=x, to=exp.DataType.build(self.type_name(type_), dialect=self.glot))
        return super().cast(x, type_)

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        if isinstance(type_, str) and (found := re.fullmatch(r"DECIMAL\(38, ([0-9]+)\)", type_)):
            type_ = DataType("decimal", int(found[1]))
        if isinstance(type_, DataType) and type_.kind == "decimal":
            # A careful cast to a type with digits fails where the number has more.
            return self.cast(self.help("fits", super().try_cast(x, "BIGNUMERIC"), type_.scale or 0), type_)
        return super().try_cast(x, type_)

    def plain_cast(self, x: Sql, old: DataType, new: DataType) -> Sql:
        if new.kind == "timestamp":  # a clock time inside, UTC's for an instant
            return self.cast(x, "DATETIME")
        return super().plain_cast(x, old, new)

    def load(self, x: Sql, type_: DataType) -> Sql:
        return fn("DATETIME", x, "UTC") if type_.kind == "timestamp" and not type_.local else x

    def store(self, x: Sql, type_: DataType) -> Sql:
        return fn("TIMESTAMP", x, "UTC") if type_.kind == "timestamp" and not type_.local else x

    # --- text -------------------------------------------------------------------------------------------
    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("REGEXP_CONTAINS", x, pattern)

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        return fn("COALESCE", fn("REGEXP_EXTRACT", x, one_group(pattern, number_)), "")

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("REGEXP_REPLACE", x, node["pattern"], node["new"].replace("\\", "\\\\"))

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        return self._item(fn("SPLIT", x, node["separator"]), node["index"])

    def piece(self, x: Sql, marks: str, at: int) -> Sql:
        if len(marks) > 1:
            x = fn("TRANSLATE", x, marks, marks[0] * len(marks))
        return self._item(fn("SPLIT", x, marks[0]), at - 1)

    def joined(self, separator: str, texts: list[Sql]) -> Sql:
        return fn("ARRAY_TO_STRING", exp.Array(expressions=texts), separator)

    # --- numbers ----------------------------------------------------------------------------------------
    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        limit = self.cast(exp.Literal.string("1" + "0" * max(digits, 0)), "BIGNUMERIC")
        size = fn("ABS", self.cast(x, "BIGNUMERIC"))
        return case([(exp.LT(this=size, expression=limit), value)])

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        ten = self.cast(exp.Literal.string("1" + "0" * scale), "BIGNUMERIC")
        moved = exp.Mul(this=self.cast(x.copy(), "BIGNUMERIC"), expression=ten)
        return self.within(x, type_, 17, fn("TRUNC", moved))

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        unit = self.cast(exp.Literal.string(f"{10**-digits:.{digits}f}"), "BIGNUMERIC")
        return self.try_cast(exp.Mul(this=self.help("quotient", n, d), expression=unit), DataType("decimal", digits))

    def text_of(self, x: Sql, old: DataType) -> Sql:
        if old.kind == "decimal":  # a cast would leave zeros out
            return fn("FORMAT", f"%.{old.scale or 0}f", x)
        return super().text_of(x, old)

    def op_format_number(self, node: Expr, x: Sql) -> Sql:
        text = fn("FORMAT", f"%.{node['digits']}f", self.rounded(x, node.args[0].type, node["digits"]))
        return self.marked(text, node)

    # --- time -------------------------------------------------------------------------------------------
    def zoned(self, x: Sql, zone: str) -> Sql:
        return fn("DATETIME", fn("TIMESTAMP", x, "UTC"), zone)

    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        format_ = node["format"].replace("%z", "Z").replace("%Y", "%E4Y").replace("%S.%f", "%E6S")
        if other := set(re.findall("%(.)", node["format"])) - set("YymdHIMSbBpfz%"):
            raise Unportable(f"'%{min(other)}' is not pinned in its texts of times")
        if "%f" in format_:
            raise Unportable("its formats write fractions of a second only behind the second and a point")
        return fn("FORMAT_DATETIME", format_, self.cast(x, "DATETIME"))

    def written(self, x: Sql, type_: DataType) -> Sql:
        zone = "" if type_.local else "Z"
        forms = {"date": "%E4Y-%m-%d", "time": "%H:%M:%E6S", "timestamp": f"%E4Y-%m-%dT%H:%M:%E6S{zone}"}
        functions = {"date": "FORMAT_DATE", "time": "FORMAT_TIME", "timestamp": "FORMAT_DATETIME"}
        return fn(functions[type_.kind], forms[type_.kind], x)

    # --- records and lists ------------------------------------------------------------------------------
    def _item(self, x: Sql, index: int) -> Sql:
        place = fn("SAFE_OFFSET", index if index >= 0 else -index - 1)
        return exp.Bracket(this=x if index >= 0 else fn("ARRAY_REVERSE", x), expressions=[place])

    def op_item(self, node: Expr, x: Sql) -> Sql:
        return self.load(self._item(x, node["index"]), node.type)

    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self.load(exp.Dot(this=x, expression=exp.to_identifier(node["name"], quoted=True)), node.type)

    def has_items(self, x: Sql) -> Sql:
        return exp.GT(this=fn("COALESCE", fn("ARRAY_LENGTH", x), 0), expression=number(0))

    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        items = [*self.columns(columns, "t"), self.as_column(exp.column("item"), step.into)]
        if step.position:
            items.append(self.as_column(exp.Add(this=exp.column("place"), expression=number(1)), step.position))
        table = exp.alias_(exp.Table(this=exp.to_identifier(source, quoted=True)), "t", table=True)
        unnest = exp.Unnest(
            expressions=[column(step.column, "t")], alias=exp.TableAlias(columns=[exp.to_identifier("item")]),
            offset=exp.to_identifier("place"),
        )  # fmt: skip
        return exp.select(*items).from_(table).join(unnest, join_type="cross")
