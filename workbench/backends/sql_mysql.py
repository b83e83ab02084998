"""The dialect of MySQL 8: texts compared in a binary collation, patterns as ICU has them, no times."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp

from workbench.model import WHITESPACE, Aggregate, DataType, Expr

from .sql_emit import Emitter, Helper, Unportable
from .sql_helper import SHARED
from .sql_tree import Sql, case, fn, number

__all__ = ["MySqlEmitter"]

_SET = "".join(f"\\\\x{{{ord(c):X}}}" for c in WHITESPACE)
_SAME = "its columns take texts for the same that differ in case or accents only"
_TIMES = "its dates begin with the year 1000"


def _without(pattern: str, says: str) -> Helper:
    return Helper("x text", "text", f"REGEXP_REPLACE(x, '{pattern}', '')", says)


HELPERS = {
    "trim": _without(f"^[{_SET}]+|[{_SET}]+\\\\z", "without blanks (Unicode's White_Space) at the ends"),
    "trim_start": _without(f"^[{_SET}]+", "without blanks at the start"),
    "trim_end": _without(f"[{_SET}]+\\\\z", "without blanks at the end"),
    "blank": Helper("x text", "text", f"CASE WHEN REGEXP_LIKE(x, '[^{_SET}]', 'c') THEN x END", "null for blanks"),
    "squeeze": Helper("x text", "text", f"REGEXP_REPLACE(x, '[{_SET}]+', ' ')", "runs of blanks are one space"),
    "pad_start": Helper(
        "x text, width integer, fill text", "text",
        "CONCAT(REPEAT(fill, GREATEST(width - CHAR_LENGTH(x), 0)), x)", "fill in front",
    ),
    "pad_end": Helper(
        "x text, width integer, fill text", "text",
        "CONCAT(x, REPEAT(fill, GREATEST(width - CHAR_LENGTH(x), 0)))", "fill behind",
    ),
    "sign_first": Helper(
        "x text", "text",
        "CASE RIGHT(x, 1) WHEN '-' THEN CONCAT('-', LEFT(x, CHAR_LENGTH(x) - 1)) "
        "WHEN '+' THEN LEFT(x, CHAR_LENGTH(x) - 1) ELSE x END",
        SHARED["sign_first"].says,
    ),
}  # fmt: skip


class MySqlEmitter(Emitter):
    """MySQL 8.0.29 and later, its session in the character set utf8mb4."""

    name = "mysql"
    glot = "mysql"
    joins_calls = True
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "CHAR", "integer": "SIGNED", "float": "DOUBLE", "boolean": "SIGNED", "null": "CHAR",
        "wide": "DECIMAL(65, 0)", "int": "SIGNED",
    }  # fmt: skip
    refusals: ClassVar[dict[str, str]] = {
        "upper": "its mapping of letters depends on a collation",
        "lower": "its mapping of letters depends on a collation",
        "title": "it has no title case",
        "split_part": "its SUBSTRING_INDEX does not tell a part that is not there",
        "parse_time": _TIMES,
        "iso_date": _TIMES,
        "iso_local": _TIMES,
        "iso_instant": _TIMES,
        "format_time": _TIMES,
        "shift_zone": "its time zones are tables that a server may lack",
        "group_digits": "it has no helper for groups of digits yet",
        "divide": "its quotients have another scale",
        "float": "it reads numbers that are too small as zero",
        "plain": "its text of a float need not be the shortest that reads back",
        "float_to_decimal": "its text of a float need not be the shortest that reads back",
        "float_to_integer": "its rounding of floats is not pinned",
        "member": "its records are JSON, whose parts have no type of their own",
        "item": "its lists are JSON, whose items have no type of their own",
    }
    plain_cases: ClassVar[frozenset[str]] = frozenset({"upper", "lower"})

    def define(self, name: str) -> str:
        kinds = {"text": "TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin", "integer": "INT"}
        helper = self.helpers[name]
        params = ", ".join(f"{n} {kinds[kind]}" for n, kind in (p.split() for p in helper.params.split(", ")))
        head = f"-- {helper.says}\nCREATE FUNCTION IF NOT EXISTS wb_{name}({params}) RETURNS {kinds[helper.returns]}"
        return f"{head}\nDETERMINISTIC NO SQL RETURN {helper.body}"

    def settings(self) -> tuple[str, ...]:
        return ("SET NAMES utf8mb4 COLLATE utf8mb4_0900_bin",)

    def load(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "timestamp" and not type_.local:
            raise Unportable("it keeps instants in the session's zone")
        return x

    # --- text -------------------------------------------------------------------------------------------
    def collate(self, x: Sql) -> Sql:
        return exp.Collate(
            this=exp.paren(x) if isinstance(x, exp.Binary) else x, expression=exp.to_identifier("utf8mb4_0900_bin")
        )

    def key(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "text":
            raise Unportable(_SAME)
        return x

    def aggregate(self, a: Aggregate, value: Sql | None) -> Sql:
        if a.how == "count_distinct" or (a.how == "any" and a.type.kind == "text"):
            raise Unportable(_SAME)
        return super().aggregate(a, value)

    def latest(self, x: Sql, type_: DataType) -> exp.Ordered:
        return exp.Ordered(this=(self.collate(x) if type_.kind == "text" else x).copy(), desc=True)  # null is last

    def call_key(self, x: Sql, type_: DataType) -> Sql:
        return self.collate(super().call_key(x, type_))

    def trim_of(self, x: Sql, side: str, characters: str) -> Sql:
        a_set = "[" + "".join(f"\\{c}" if c in "\\]^-[&" else c for c in characters) + "]+"
        pattern = {"start": f"^{a_set}", "end": f"{a_set}\\z", "both": f"^{a_set}|{a_set}\\z"}[side]
        return fn("REGEXP_REPLACE", x, pattern, "")

    def op_blank_to_null(self, node: Expr, x: Sql) -> Sql:
        inner = node.args[0]
        return x if self.is_full(inner) else self.help("blank", x)  # '' equals more than itself there

    def op_concat(self, node: Expr, *args: Sql) -> Sql:
        return fn("CONCAT", *args)

    def length(self, x: Sql) -> Sql:
        return fn("CHAR_LENGTH", x)

    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("REGEXP_LIKE", x, _icu(pattern), "c")

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        # It takes whole matches only: all around the first match is replaced by what the group holds.
        around = rf"\A[\s\S]*?(?:{_icu(pattern)})[\s\S]*\z"
        if number_ == 0:
            around, number_ = around.replace("(?:", "(", 1), 1
        return fn("REGEXP_REPLACE", x, around, f"${number_}", 1, 1, "c")

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        new = node["new"].replace("\\", "\\\\").replace("$", "\\$")
        return fn("REGEXP_REPLACE", x, _icu(node["pattern"]), new, 1, 0, "c")

    def piece(self, x: Sql, marks: str, at: int) -> Sql:
        return fn("SUBSTRING_INDEX", fn("SUBSTRING_INDEX", x, marks, at), marks, -1)

    # --- numbers ----------------------------------------------------------------------------------------
    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        """Its casts bring what does not fit to the nearest that does: its size is asked first."""
        name = type_ if isinstance(type_, str) else self.type_name(type_)
        if name == "SIGNED":
            fits: Sql = exp.Between(this=exp.paren(x.copy()), low=number(-(2**63)), high=number(2**63 - 1))
            return case([(fits, self.cast(x, name))])
        if found := re.fullmatch(r"DECIMAL\(38, ([0-9]+)\)", name):
            limit = exp.Literal.number("1" + "0" * (38 - int(found[1])))
            return case([(exp.LT(this=fn("ABS", x.copy()), expression=limit), self.cast(x, name))])
        return self.cast(x, name)

    def narrowed(self, x: Sql, digits: int) -> Sql:
        return self.cast(fn("ROUND", x, digits), f"DECIMAL(38, {digits})")

    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        limit = exp.Literal.number("1" + "0" * max(digits, 0))
        size = fn("ABS", self.cast(x, f"DECIMAL(65, {type_.scale or 0})"))
        return case([(exp.LT(this=size, expression=limit), value)])

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        fits = self.matches(text.copy(), f"^[+-]?0*[0-9]{{0,{38 - scale}}}(?:\\.|$)")
        return case([(fits, self.cast(text, f"DECIMAL(38, {scale})"))])

    def exact_of(self, text: Sql) -> Sql:
        return self.cast(text, "DECIMAL(38, 18)")

    def integer_of(self, text: Sql) -> Sql:
        return self.try_cast(self.cast(text, "DECIMAL(65, 0)"), "SIGNED")

    def op_arith(self, node: Expr, a: Sql, b: Sql) -> Sql:
        if (node.type.scale or 0) > 30:
            raise Unportable("its numbers have no more than thirty digits after the point")
        return super().op_arith(node, a, b)

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        kinds = (node.args[0].type.kind, node.type.kind)
        if "boolean" in kinds and kinds[0] != kinds[1]:
            raise Unportable("its booleans are numbers")
        return super().op_cast(node, x)


def _icu(pattern: str) -> str:
    r"""ICU's '$' also matches before a last line break; '\z' is the very end."""
    return re.sub(r"(\\.|\[\^?(?:\\.|[^\]\\])*\])|\$", lambda m: m[1] or r"\z", pattern)
