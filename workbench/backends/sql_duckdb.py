"""DuckDB's dialect."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from workbench.model import DataType, Explode, Expr

from .patterns import always_holds
from .sql_duckdb_helpers import HELPERS
from .sql_emit import DECIMAL_FORM, FLOAT_FORM, INTEGER_FORM, Emitter, Helper, Unportable
from .sql_tree import Sql, case, column, fn, number, string, try_cast
from .time_forms import form_of

__all__ = ["DuckEmitter"]

_HALF = exp.Literal.number("0.5")


class DuckEmitter(Emitter):
    """DuckDB: everything but the Python-only functions is SQL; those are registered functions."""

    name = "duckdb"
    glot = "duckdb"
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "TEXT", "integer": "BIGINT", "float": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
        "time": "TIME", "local": "TIMESTAMP", "timestamp": "TIMESTAMP", "null": "TEXT", "huge": "HUGEINT",
    }  # fmt: skip

    def load(self, x: Sql, type_: DataType) -> Sql:
        return fn("timezone", "UTC", x) if type_.kind == "timestamp" and not type_.local else x

    store = load

    def define(self, name: str) -> str:
        helper = self.helpers[name]
        params = ", ".join(p.split()[0] for p in helper.params.split(", ") if p)
        return f"-- {helper.says}\nCREATE OR REPLACE TEMPORARY MACRO wb_{name}({params}) AS ({helper.body})"

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        return try_cast(x, type_ if isinstance(type_, str) else self.type_name(type_), self.glot)

    def whole(self, x: Sql) -> Sql:
        return self.try_cast(x, "INTEGER")

    def matches(self, x: Sql, pattern: str) -> Sql:
        return fn("regexp_matches", x, pattern)

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        if number_ > 9:
            raise Unportable("it knows no more than nine groups")
        return fn("regexp_extract", x, pattern, number_)

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        return self.try_cast(text, f"DECIMAL(38, {scale})")

    def op_trim(self, node: Expr, x: Sql) -> Sql:
        name = {"both": "trim", "start": "ltrim", "end": "rtrim"}[node["side"]]
        if node["characters"]:
            return fn(name, x, node["characters"])
        return self.help({"both": "trim", "start": "trim_start", "end": "trim_end"}[node["side"]], x)

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
        if node["to"] == "lower":
            return fn("lower", x)
        if node["to"] == "upper":
            return fn("upper", x) if self.is_ascii(node.args[0]) else self.help("upper", x)
        return self.help("title", x)

    def op_regex_extract(self, node: Expr, x: Sql) -> Sql:
        if always_holds(node["pattern"], node["group"]):
            return fn("nullif", self.group(x, node["pattern"], node["group"]), "")
        return super().op_regex_extract(node, x)

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
        while inner.op in ("trim", "blank_to_null") and inner.args:
            inner = inner.args[0]
        if inner.op == "col" and self.formats.get(str(inner["name"])) == format_:
            return parsed
        return case([(self.matches(x, form_of(format_)), parsed)])

    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        return fn("strftime", x, node["format"].replace("%z", "Z"))

    def op_shift_zone(self, node: Expr, x: Sql) -> Sql:
        if node.args[0].type.local:
            return fn("timezone", "UTC", self.help("from_zone", x, node["zone"]))
        return fn("timezone", node["zone"], fn("timezone", "UTC", x))

    # --- row steps --------------------------------------------------------------------------------------
    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        items = [*self.columns(columns), self.as_column(fn("unnest", column(step.column)), step.into)]
        if step.position:
            places = self.cast(fn("generate_subscripts", column(step.column), 1), "BIGINT")
            items.append(self.as_column(places, step.position))
        return exp.select(*items).from_(exp.Table(this=exp.to_identifier(source, quoted=True)))

    def sum_of(self, value: Sql, type_: DataType) -> Sql:
        return self.try_cast(fn("sum", value), type_)

    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self.load(fn("struct_extract", x, node["name"]), node.type)

    def op_item(self, node: Expr, x: Sql) -> Sql:
        index = node["index"]
        return self.load(fn("list_extract", x, index + 1 if index >= 0 else index), node.type)

    # --- numbers ----------------------------------------------------------------------------------------
    def within(self, x: Sql, digits: int, value: Sql | None = None, *, whole: bool = False) -> Sql:
        """The value, null beyond so many digits before the point."""
        limit = self.cast(string("1" + "0" * max(digits, 0)), "DECIMAL(38, 0)")
        # The absolute value of the least 64-bit integer needs more than 64 bits.
        size = fn("abs", self.cast(x.copy(), "HUGEINT") if whole else x)
        return case([(exp.LT(this=size, expression=limit), value or x.copy())])

    def rounded(self, x: Sql, type_: DataType, digits: int) -> Sql:
        """Half away from zero, as DECIMAL(38, digits)."""
        if type_.kind == "integer" or digits >= (type_.scale or 0):
            return self.try_cast(x, f"DECIMAL(38, {digits})")
        halved = self.try_cast(fn("round", x.copy(), digits), f"DECIMAL(38, {digits})")
        return self.within(x, 37 - (type_.scale or 0), halved)

    def op_round_to(self, node: Expr, x: Sql) -> Sql:
        return self.rounded(x, node.args[0].type, node.type.scale or 0)

    def op_format_number(self, node: Expr, x: Sql) -> Sql:
        text = self.cast(self.rounded(x, node.args[0].type, node["digits"]), "TEXT")
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
            wide = kind(this=self.cast(a, "HUGEINT"), expression=self.cast(b, "HUGEINT"))
            return self.try_cast(wide, "BIGINT")
        scale = node.type.scale or 0
        digits = (38 - scale) // 2 if node["op"] == "*" else 37 - scale
        sides = []
        for side, arg in zip((a, b), node.args, strict=True):
            wide_scale = (arg.type.scale or 0) if node["op"] == "*" else scale
            known = arg.op == "lit" and abs(arg["value"]) < 10**digits
            as_decimal = self.try_cast(side, f"DECIMAL(38, {wide_scale})")
            sides.append(
                as_decimal if known else self.within(side.copy(), digits, as_decimal, whole=arg.type.kind == "integer")
            )
        return kind(this=sides[0], expression=sides[1])

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        wide = self.try_cast(x.copy(), f"DECIMAL(38, {scale})")
        if scale == 0:
            return self.within(x, 17, self.cast(wide, "HUGEINT"), whole=type_.kind == "integer")
        # Without its point the text of a decimal is the whole number; its scale is fixed.
        digits = self.cast(fn("replace", self.cast(wide, "TEXT"), ".", ""), "HUGEINT")
        return self.within(x, 17, digits, whole=type_.kind == "integer")

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        narrow = self.try_cast(self.help("quotient", n, d), f"DECIMAL({38 - digits}, 0)")
        if digits == 0:
            return narrow
        unit = self.cast(string("0." + "1".rjust(digits, "0")), f"DECIMAL({digits + 1}, {digits})")
        return self.try_cast(exp.Mul(this=narrow, expression=unit), f"DECIMAL(38, {digits})")

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        old, new = node.args[0].type, node.type
        if old.kind == "text":
            return self._from_text(x, new)
        if new.kind == "text":
            return self._to_text(x, old)
        if new.kind == "decimal":
            if old.kind == "float":
                return self._float_to_decimal(x, new)
            return self.rounded(x, old, new.scale or 0)
        if new.kind == "integer" and old.kind == "decimal":
            return self.try_cast(self.rounded(x, old, 0), new)
        if new.kind == "integer" and old.kind == "float":
            away = case(
                [(exp.LT(this=x.copy(), expression=number(0)), fn("ceil", exp.Sub(this=x.copy(), expression=_HALF)))],
                fn("floor", exp.Add(this=x.copy(), expression=_HALF.copy())),
            )
            fits = exp.LT(this=fn("abs", x), expression=number(2**53))
            return case([(fits, self.cast(away, new))])
        if new.kind == "float" and old.kind == "decimal":
            return self.cast(self.cast(x, "TEXT"), new)
        return self.cast(x, new)

    def _float_to_decimal(self, x: Sql, new: DataType) -> Sql:
        exact = self.try_cast(self.cast(x.copy(), "TEXT"), "DECIMAL(38, 18)")
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
            plain = self.cast(self._float_to_decimal(x, DataType("decimal", 18)), "TEXT")
            return fn("rtrim", fn("rtrim", plain, "0"), ".")
        if old.kind == "date":
            return fn("strftime", x, "%Y-%m-%d")
        if old.kind == "timestamp":
            return fn("strftime", x, "%Y-%m-%dT%H:%M:%S.%f" + ("" if old.local else "Z"))
        if old.kind == "time":
            return fn("strftime", exp.Add(this=self.cast(string("2000-01-01"), "DATE"), expression=x), "%H:%M:%S.%f")
        return self.cast(x, "TEXT")
