"""The dialect of SQL Server 2017 and later: what needs no patterns, no case of letters and no boolean values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from workbench.model import WHITESPACE, DataType, Expr

from .sql_emit import NEVER_NULL, Emitter, Unportable
from .sql_tree import Sql, any_true, case, number

__all__ = ["TsqlEmitter"]

_NO_PATTERNS = "it had no regular expressions before 2025"
_UNITS = "its lengths count UTF-16 units and leave blanks at the end out"


class TsqlEmitter(Emitter):
    """Texts are compared in a binary collation with a mark behind them, for it takes blanks at the end for nothing."""

    name = "tsql"
    glot = "tsql"
    types: ClassVar[dict[str, str]] = {
        "text": "NVARCHAR(MAX)", "integer": "BIGINT", "float": "FLOAT(53)", "date": "DATE", "boolean": "BIT",
        "local": "DATETIME2(6)", "null": "NVARCHAR(MAX)", "int": "INT", "wide": "DECIMAL(38, 0)",
    }  # fmt: skip
    refusals: ClassVar[dict[str, str]] = {
        "squeeze": _NO_PATTERNS,
        "regex_match": _NO_PATTERNS,
        "regex_extract": _NO_PATTERNS,
        "regex_replace": _NO_PATTERNS,
        "parse_number": _NO_PATTERNS,
        "parse_time": _NO_PATTERNS,
        "split_part": _NO_PATTERNS,
        "change_case": "its mapping of letters depends on a collation",
        "length": _UNITS,
        "substring": _UNITS,
        "pad": _UNITS,
        "arith": "it shortens the fraction of a result of more than 38 digits",
        "divide": "it shortens the fraction of a result of more than 38 digits",
        "round_to": "it shortens the fraction of a result of more than 38 digits",
        "format_number": "it shortens the fraction of a result of more than 38 digits",
        "format_time": "its texts of times depend on a language",
        "shift_zone": "its zones have names of their own",
        "call": "a table of answers cannot be joined by texts that differ in blanks at the end only",
        "json_path": "a table of answers cannot be joined by texts that differ in blanks at the end only",
        "member": "its records are texts of JSON",
        "item": "its lists are texts of JSON",
    }

    # --- text -------------------------------------------------------------------------------------------
    def text(self, value: str) -> Sql:
        return exp.National(this=value)

    def binary(self, x: Sql) -> Sql:
        """A text whose letters are told apart by their code."""
        inner = exp.paren(x) if isinstance(x, exp.Binary) else x
        return exp.Collate(this=inner, expression=exp.to_identifier("Latin1_General_100_BIN2"))

    def collate(self, x: Sql) -> Sql:
        return self.binary(exp.Add(this=x, expression=self.text("|")))

    def constant(self, value: str) -> Sql:
        return self.text(value + "|")

    def key(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "text":
            raise Unportable("its columns take texts for the same that differ in case or in blanks at the end only")
        return x

    def latest(self, x: Sql, type_: DataType) -> exp.Ordered:
        if type_.kind == "text":
            raise Unportable("its order of texts is not that of code points")
        return exp.Ordered(this=x.copy(), desc=True)  # null is last

    def op_lit(self, node: Expr) -> Sql:
        return self.text(node["value"]) if isinstance(node["value"], str) else super().op_lit(node)

    def op_trim(self, node: Expr, x: Sql) -> Sql:
        if node["side"] != "both":
            raise Unportable("it trims one end only since 2022")
        return self._trimmed(x, node["characters"])

    def _trimmed(self, x: Sql, characters: str = "") -> Sql:
        what = self.text(characters) if characters else exp.Parameter(this=exp.to_identifier("wb_blanks"))
        return exp.Trim(this=self.binary(x), expression=what)

    def settings(self) -> tuple[str, ...]:
        codes = ", ".join(f"NCHAR({ord(c)})" for c in WHITESPACE)
        return (f"-- Unicode's White_Space\nDECLARE @wb_blanks NVARCHAR({len(WHITESPACE)}) = CONCAT({codes})",)

    def op_blank_to_null(self, node: Expr, x: Sql) -> Sql:
        inner = node.args[0]
        if self.is_full(inner):
            return x
        size = exp.Anonymous(this="DATALENGTH", expressions=[self._trimmed(x.copy())])
        return case([(exp.GT(this=size, expression=number(0)), x)])

    def op_concat(self, node: Expr, *args: Sql) -> Sql:
        out = args[0]
        for part in args[1:]:
            out = exp.Add(this=out, expression=part)
        return exp.paren(out)

    def op_replace(self, node: Expr, x: Sql) -> Sql:
        words = [self.text(node["old"]), self.text(node["new"])]
        return exp.Anonymous(this="REPLACE", expressions=[self.binary(x), *words])

    # --- conditions are no values -----------------------------------------------------------------------
    def op_col(self, node: Expr) -> Sql:
        if node.type.kind == "boolean":
            raise Unportable("it has no booleans as conditions")
        if node.type.kind == "timestamp" and not node.type.local:
            raise Unportable("its instants carry an offset")
        return super().op_col(node)

    def _sure(self, node: Expr, joined: Sql) -> Sql:
        known = all(a.op in NEVER_NULL for a in node.args)
        return joined if known else exp.EQ(this=self.flag(joined), expression=number(1))

    def op_any_of(self, node: Expr, *args: Sql) -> Sql:
        given = [x for x, a in zip(args, node.args, strict=True) if not (a.op == "lit" and a["value"] is False)]
        return self._sure(node, any_true(given or args))

    def flag(self, condition: Sql) -> Sql:
        return case([(condition, number(1))], number(0))

    def truth(self, x: Sql) -> Sql:
        return exp.EQ(this=x, expression=number(1))

    def op_when(self, node: Expr, *args: Sql) -> Sql:
        return self._value(node, super().op_when(node, *args))

    def op_coalesce(self, node: Expr, *args: Sql) -> Sql:
        return self._value(node, super().op_coalesce(node, *args))

    def _value(self, node: Expr, made: Sql) -> Sql:
        if node.type.kind == "boolean":
            raise Unportable("it has no booleans as values")
        return made

    def op_compare(self, node: Expr, a: Sql, b: Sql) -> Sql:
        if node.args[0].type.kind == "text" and node["op"] != "=":
            raise Unportable("its order of texts is not that of code points")
        return super().op_compare(node, a, b)

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        if (node.args[0].type.kind, node.type.kind) == ("integer", "text"):
            return self.cast(x, node.type)
        raise Unportable("its casts accept and write other texts")

    def joined(self, separator: str, texts: Sequence[Sql]) -> Sql:
        if len(texts) == 1:  # CONCAT_WS wants two (Transact-SQL reference, "CONCAT_WS", Remarks)
            return exp.Coalesce(this=texts[0], expressions=[self.text("")])
        return exp.Anonymous(this="CONCAT_WS", expressions=[self.text(separator), *texts])
