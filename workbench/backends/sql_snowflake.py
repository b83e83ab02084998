"""The dialect of Snowflake: SQL functions for helpers; patterns are POSIX, without a choice to make."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp

from workbench.model import DataType, Expr

from .patterns import posix_pattern
from .sql_emit import Emitter, Helper, Unportable
from .sql_snowflake_helpers import HELPERS
from .sql_tree import Sql, case, fn, number

__all__ = ["SnowflakeEmitter"]


class SnowflakeEmitter(Emitter):
    """Snowflake: its numbers have 38 digits, its texts compare by code point."""

    name = "snowflake"
    glot = "snowflake"
    joins_calls = True
    takes_longest = True
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "VARCHAR", "integer": "NUMBER(38, 0)", "float": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "time": "TIME", "local": "TIMESTAMP_NTZ", "timestamp": "TIMESTAMP_TZ", "null": "VARCHAR", "int": "INTEGER",
        "wide": "NUMBER(38, 0)",
    }  # fmt: skip
    refusals: ClassVar[dict[str, str]] = {
        "title": "its INITCAP ends words elsewhere and it cannot list the words of a text",
        "divide": "its quotients have another scale",
        "member": "its records are variants, whose parts have no type of their own",
        "item": "its lists are variants, whose items have no type of their own",
        "float": "it reads numbers that are too small as zero",
        "float_to_decimal": "its text of a float need not be the shortest that reads back",
        "float_to_integer": "its rounding of floats is not pinned",
    }

    def define(self, name: str) -> str:
        params, returns = self.signature(name)
        helper, kind = self.helpers[name], "TEMPORARY " if self.temporary else ""
        head = f"-- {helper.says}\nCREATE OR REPLACE {kind}FUNCTION wb_{name}({params}) RETURNS {returns}"
        return f"{head}\nIMMUTABLE AS $$ {helper.body} $$"

    def load(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "timestamp" and not type_.local:
            return self.cast(fn("CONVERT_TIMEZONE", "UTC", x), "TIMESTAMP_NTZ")
        return x

    def store(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "timestamp" and not type_.local:
            parts = [fn("DATE_PART", part, x.copy()) for part in _PARTS]
            return fn("TIMESTAMP_TZ_FROM_PARTS", *parts, "UTC")
        return x

    # --- patterns ---------------------------------------------------------------------------------------
    def matches(self, x: Sql, pattern: str) -> Sql:
        return exp.GT(this=fn("REGEXP_INSTR", x, _posix(pattern)[0]), expression=number(0))

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        written, at = _posix(pattern, number_)
        return fn("COALESCE", fn("REGEXP_SUBSTR", x, written, 1, 1, "e" if at else "c", *([at] if at else [])), "")

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("REGEXP_REPLACE", x, _posix(node["pattern"])[0], node["new"].replace("\\", "\\\\"))

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        return self.help("split_part", x, node["separator"], node["index"])

    def joined(self, separator: str, texts: list[Sql]) -> Sql:
        return fn("ARRAY_TO_STRING", fn("ARRAY_CONSTRUCT_COMPACT", *texts), separator)

    # --- numbers ----------------------------------------------------------------------------------------
    def type_name(self, type_: DataType) -> str:
        return f"NUMBER(38, {type_.scale})" if type_.kind == "decimal" else super().type_name(type_)

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        """It casts only texts carefully: whether a number fits is asked of its digits first."""
        name = type_ if isinstance(type_, str) else self.type_name(type_)
        if isinstance(type_, DataType) and type_.kind == "integer":
            fits = exp.Between(this=exp.paren(x.copy()), low=number(-(2**63)), high=number(2**63 - 1))
            return case([(fits, self.cast(x, name))])
        if found := re.fullmatch(r"(?:DECIMAL|NUMBER)\(38, ([0-9]+)\)", name):
            return case([(self._digits_within(x.copy(), 38 - int(found[1])), self.cast(x, name))])
        return self.cast(x, name)

    def whole(self, x: Sql) -> Sql:
        return self.cast(x, "INTEGER")

    def _digits_within(self, x: Sql, digits: int) -> Sql:
        # A limit would have to be brought to the number's own scale, where it may not fit.
        whole = fn("SPLIT_PART", fn("TO_VARCHAR", fn("ABS", x)), ".", 1)
        if digits <= 0:
            return exp.EQ(this=whole, expression=exp.Literal.string("0"))
        return exp.LTE(this=fn("LENGTH", whole), expression=number(digits))

    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        return case([(self._digits_within(x, digits), value)])

    def narrowed(self, x: Sql, digits: int) -> Sql:
        return self.cast(fn("ROUND", x, digits), f"NUMBER(38, {digits})")

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        return fn("TRY_TO_NUMBER", text, 38, scale)

    def exact_of(self, text: Sql) -> Sql:
        return fn("TRY_TO_NUMBER", text, 38, 18)

    def integer_of(self, text: Sql) -> Sql:
        return self.try_cast(fn("TRY_TO_NUMBER", text, 38, 0), DataType("integer"))

    def op_arith(self, node: Expr, a: Sql, b: Sql) -> Sql:
        scales = [arg.type.scale or 0 for arg in node.args]
        if node["op"] == "*" and sum(scales) > max(*scales, 12):
            raise Unportable("its products keep no more than twelve digits after the point, or those of one side")
        return super().op_arith(node, a, b)

    # --- time -------------------------------------------------------------------------------------------
    def zoned(self, x: Sql, zone: str) -> Sql:
        return fn("CONVERT_TIMEZONE", "UTC", zone, x)

    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        codes = {"Y": "YYYY", "m": "MM", "d": "DD", "H": "HH24", "M": "MI", "S": "SS", "f": "FF6"}
        out = ""
        for code, plain in re.findall("%(.)|([^%]+)", node["format"]):
            if code and code not in codes and code != "z":
                raise Unportable(f"'%{code}' is not pinned in its texts of times")
            if '"' in plain:
                raise Unportable("a format of its own cannot hold a double quote")
            out += codes.get(code, '"Z"') if code else f'"{plain}"'
        return fn("TO_CHAR", self.cast(x, "TIMESTAMP_NTZ"), out)

    def written(self, x: Sql, type_: DataType) -> Sql:
        zone = "" if type_.local else '"Z"'
        forms = {"date": "YYYY-MM-DD", "time": "HH24:MI:SS.FF6", "timestamp": f'YYYY-MM-DD"T"HH24:MI:SS.FF6{zone}'}
        return fn("TO_CHAR", x, forms[type_.kind])


_PARTS = ("year", "month", "day", "hour", "minute", "second", "nanosecond")


def _posix(pattern: str, number_: int = 0) -> tuple[str, int]:
    written = posix_pattern(pattern, number_)
    if written is None:
        raise Unportable("its patterns read a backslash inside [...] in another way")
    return written
