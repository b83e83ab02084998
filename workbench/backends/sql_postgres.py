"""PostgreSQL's dialect: functions for what macros are elsewhere, and no cast that may fail without a guard."""

from __future__ import annotations

import re
from typing import ClassVar, cast

from sqlglot import exp, parse_one

from workbench.model import Aggregate, DataType, Explode, Expr

from .patterns import is_settled
from .sql_emit import DECIMAL_FORM, FLOAT_FORM, INTEGER_FORM, Emitter, Helper, as_call
from .sql_postgres_helpers import HELPERS
from .sql_tree import Sql, case, column, fn, number, string

__all__ = ["PostgresEmitter"]

_DOLLARS = "$wb$"


class PostgresEmitter(Emitter):
    """PostgreSQL 17 and later: its collation pg_c_utf8 maps case code point by code point."""

    name = "postgres"
    glot = "postgres"
    joins_calls = True
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "TEXT", "integer": "BIGINT", "float": "DOUBLE PRECISION", "boolean": "BOOLEAN", "date": "DATE",
        "time": "TIME", "local": "TIMESTAMP", "timestamp": "TIMESTAMPTZ", "null": "TEXT", "list": "JSONB",
        "struct": "JSONB", "numeric": "NUMERIC", "int": "INT", "bigint": "BIGINT",
    }  # fmt: skip

    def __post_init__(self) -> None:
        self.prefix = "pg_temp.wb_" if self.temporary else "wb_"

    def define(self, name: str) -> str:
        """The statement that defines a helper: one expression, so that the planner can inline it."""
        helper = self.helpers[name]
        kinds = {"integer": "int"}
        params = ", ".join(
            f"{p.split()[0]} {self.types[kinds.get(p.split()[1], p.split()[1])]}"
            for p in helper.params.split(", ")
            if p
        )
        body = helper.body.replace("wb_", self.prefix)
        returns = self.types[kinds.get(helper.returns, helper.returns)]
        return (
            f"-- {helper.says}\nCREATE OR REPLACE FUNCTION {self.prefix}{name}({params}) RETURNS {returns}\n"
            f"LANGUAGE sql IMMUTABLE PARALLEL SAFE AS {_DOLLARS} SELECT {body} {_DOLLARS}"
        )

    # --- storage ----------------------------------------------------------------------------------------
    def load(self, x: Sql, type_: DataType) -> Sql:
        return fn("timezone", "UTC", x) if type_.kind == "timestamp" and not type_.local else x

    store = load

    def fence(self, query: exp.Select) -> exp.Select:
        """The planner would write a shared value out at each of its uses: OFFSET 0 keeps the layers apart."""
        return query.offset(0)

    def collate(self, x: Sql) -> Sql:
        return exp.Collate(
            this=exp.paren(x) if isinstance(x, exp.Binary) else x, expression=exp.to_identifier("C", quoted=True)
        )

    # --- hooks ------------------------------------------------------------------------------------------
    def whole(self, x: Sql) -> Sql:
        return self.cast(x, "INT")

    def matches(self, x: Sql, pattern: str) -> Sql:
        return exp.RegexpLike(this=exp.paren(x) if isinstance(x, exp.Binary) else x, expression=string(_regex(pattern)))

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        return fn("regexp_substr", x, _regex(pattern), 1, 1, "", number_)

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        return self.cast(self.help("decimal", text, scale), f"DECIMAL(38, {scale})")

    # --- text -------------------------------------------------------------------------------------------
    def op_trim(self, node: Expr, x: Sql) -> Sql:
        name = {"both": "btrim", "start": "ltrim", "end": "rtrim"}[node["side"]]
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
        if node["to"] == "title" and self.is_ascii(node.args[0]):
            return fn("initcap", exp.Collate(this=x, expression=exp.to_identifier("pg_c_utf8", quoted=True)))
        return self.help(node["to"], x)

    def op_regex_extract(self, node: Expr, x: Sql) -> Sql:
        found = self.group(x.copy(), node["pattern"], node["group"])  # null without a match, '' for an absent group
        return case([(self.matches(x, node["pattern"]), fn("coalesce", found, ""))])

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("regexp_replace", x, _regex(node["pattern"]), node["new"].replace("\\", "\\\\"), "g")

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        return self.help("split_part", x, node["separator"], node["index"])

    def asked(self, node: Expr) -> Expr | None:
        """A pattern that leaves a choice is asked in Python: PostgreSQL takes the longest match, not the first."""
        if node.op == "regex_extract" and not is_settled(node["pattern"], node["group"]):
            return as_call(node, pattern=node["pattern"], group=node["group"])
        if node.op == "regex_replace" and not is_settled(node["pattern"], 0):
            return as_call(node, pattern=node["pattern"], new=node["new"])
        return super().asked(node)

    # --- time -------------------------------------------------------------------------------------------
    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        codes = {"Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "H": "HH24", "I": "HH12", "M": "MI", "S": "SS",
                 "b": "Mon", "B": "FMMonth", "p": "AM", "f": "US", "z": '"Z"', "%": '"%"'}  # fmt: skip
        out = ""
        for code, plain in re.findall("%(.)|([^%]+)", node["format"]):
            # Inside double quotes nothing is a code; a backslash there guards a quote and itself.
            out += codes[code] if code else '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return fn("to_char", self.cast(x, "TIMESTAMP"), out)

    def op_shift_zone(self, node: Expr, x: Sql) -> Sql:
        if node.args[0].type.local:
            return self.help("from_zone", x, node["zone"])
        return fn("timezone", node["zone"], fn("timezone", "UTC", x))

    # --- records and lists are jsonb --------------------------------------------------------------------
    def _part(self, x: Sql, key: Sql, type_: DataType) -> Sql:
        if type_.is_nested:
            return fn("jsonb_extract_path", x, self.cast(key, "TEXT"))
        text = fn("jsonb_extract_path_text", x, self.cast(key, "TEXT"))
        value = text if type_.kind == "text" else self.cast(text, type_)
        return self.load(value, type_)

    def op_member(self, node: Expr, x: Sql) -> Sql:
        return self._part(x, string(node["name"]), node.type)

    def op_item(self, node: Expr, x: Sql) -> Sql:
        return self._part(x, string(str(node["index"])), node.type)

    def has_items(self, x: Sql) -> Sql:
        return exp.GT(this=fn("coalesce", fn("jsonb_array_length", x), 0), expression=number(0))

    def explode(self, source: str, columns: list[str], step: Explode) -> exp.Select:
        name = "jsonb_array_elements" + ("" if step.type.is_nested else "_text")
        value: Sql = column("value", "i")
        if not step.type.is_nested and step.type.kind != "text":
            value = self.cast(value, step.type)
        items = [*self.columns(columns, "t"), self.as_column(value, step.into)]
        if step.position:
            items.append(self.as_column(column("at", "i"), step.position))
        call = fn(name, column(step.column, "t")).sql("postgres", normalize_functions=False)
        table = exp.Table(this=exp.to_identifier(source, quoted=True)).sql("postgres")
        whole = f'SELECT 1 FROM {table} AS t CROSS JOIN LATERAL {call} WITH ORDINALITY AS i("value", "at")'
        return cast(exp.Select, parse_one(whole, dialect="postgres")).select(*items, append=False)

    def aggregate(self, a: Aggregate, value: Sql | None) -> Sql:
        if a.type.kind == "boolean" and value is not None and a.how in ("min", "max", "any"):
            return fn("bool_or" if a.how == "max" else "bool_and", value)
        return super().aggregate(a, value)

    def sum_of(self, value: Sql, type_: DataType) -> Sql:
        if type_.kind == "integer":
            total = fn("sum", value)
            return case([(self.fits_integer(total.copy()), self.cast(total, type_))])
        return self.cast(fn("sum", value), type_)

    # --- numbers ----------------------------------------------------------------------------------------
    def fits_integer(self, x: Sql) -> Sql:
        """Whether a numeric is a 64-bit integer."""
        return exp.Between(this=x, low=number(-(2**63)), high=number(2**63 - 1))

    def within(self, x: Sql, digits: int, value: Sql) -> Sql:
        """The value, null beyond so many digits before the point."""
        limit = exp.Literal.number("1" + "0" * max(digits, 0))
        return case([(exp.LT(this=fn("abs", self.cast(x, "NUMERIC")), expression=limit), value)])

    def rounded(self, x: Sql, type_: DataType, digits: int) -> Sql:
        """Half away from zero, as DECIMAL(38, digits); its numeric rounds so."""
        scale = type_.scale or 0
        room = 38 - digits if type_.kind == "integer" or digits >= scale else 37 - scale
        return self.within(x.copy(), room, self.cast(x, f"DECIMAL(38, {digits})"))

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
        wide = kind(this=self.cast(a.copy(), "NUMERIC"), expression=self.cast(b.copy(), "NUMERIC"))
        if node.type.kind == "integer":
            return case([(self.fits_integer(exp.paren(wide.copy())), self.cast(wide, "BIGINT"))])
        scale = node.type.scale or 0
        digits = (38 - scale) // 2 if node["op"] == "*" else 37 - scale
        limit = exp.Literal.number("1" + "0" * max(digits, 0))
        both = [exp.LT(this=fn("abs", self.cast(x, "NUMERIC")), expression=limit.copy()) for x in (a, b)]
        return case([(exp.And(this=both[0], expression=both[1]), self.cast(wide, node.type))])

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        moved = exp.Mul(this=self.cast(x.copy(), "NUMERIC"), expression=exp.Literal.number("1" + "0" * scale))
        return self.within(x, 17, fn("trunc", moved))

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        quotient = self.help("quotient", n, d)
        value = exp.Mul(
            this=quotient.copy(), expression=exp.Literal.number(f"{10**-digits:.{digits}f}" if digits else "1")
        )
        return self.within(quotient, 38 - digits, self.cast(value, f"DECIMAL(38, {digits})"))

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        old, new = node.args[0].type, node.type
        if old.kind == "text":
            return self._from_text(x, new)
        if new.kind == "text":
            return self.text_of(x, old)
        if new.kind == "decimal":
            return self._float_to_decimal(x, new) if old.kind == "float" else self.rounded(x, old, new.scale or 0)
        if new.kind == "integer" and old.kind == "decimal":
            whole = self.rounded(x, old, 0)
            return case([(self.fits_integer(whole.copy()), self.cast(whole, new))])
        if new.kind == "integer" and old.kind == "float":
            return self.help("float_to_integer", x)
        if new.kind == "integer" and old.kind == "boolean":
            return self.cast(self.cast(x, "INT"), new)
        if new.kind == "boolean":
            return exp.NEQ(this=x, expression=number(0))
        return self.cast(x, new)

    def _float_to_decimal(self, x: Sql, new: DataType) -> Sql:
        exact = self.help("float_to_decimal", x)
        return self.rounded(exact, DataType("decimal", 18), new.scale or 0)

    def _from_text(self, x: Sql, new: DataType) -> Sql:
        if new.kind == "integer":
            value = self.cast(x.copy(), "NUMERIC")
            fits = case([(self.matches(x.copy(), INTEGER_FORM), self.fits_integer(value))])
            return case([(fits, self.cast(x, new))])
        if new.kind == "decimal":
            exact = case([(self.matches(x.copy(), DECIMAL_FORM), self.cast(x, "NUMERIC"))])
            return self.rounded(exact, DataType("decimal", 18), new.scale or 0)
        if new.kind == "float":
            good = fn("pg_input_is_valid", x.copy(), "double precision")
            return case([(self.matches(x.copy(), FLOAT_FORM), case([(good, self.cast(x, new))]))])
        if new.kind == "boolean":
            return case([(string("true"), exp.true()), (string("false"), exp.false())], subject=x)
        return self.help({"date": "iso_date"}.get(new.kind, "iso_local" if new.local else "iso_instant"), x)

    def text_of(self, x: Sql, old: DataType) -> Sql:
        if old.kind == "float":
            plain = self.cast(self._float_to_decimal(x, DataType("decimal", 18)), "TEXT")
            return fn("rtrim", fn("rtrim", plain, "0"), ".")
        if old.kind == "date":
            return fn("to_char", self.cast(x, "TIMESTAMP"), "YYYY-MM-DD")
        if old.kind == "timestamp":
            return fn("to_char", x, 'YYYY-MM-DD"T"HH24:MI:SS.US' + ("" if old.local else '"Z"'))
        if old.kind == "time":
            return fn("to_char", x, "HH24:MI:SS.US")
        return self.cast(x, "TEXT")


def _regex(pattern: str) -> str:
    """An ARE always reads the pattern as a regular expression, whatever it begins with."""
    return f"(?:){pattern}" if pattern.startswith("***") else pattern
