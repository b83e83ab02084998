"""PostgreSQL's dialect: functions for what macros are elsewhere, and no cast that may fail without a guard."""

from __future__ import annotations

import re
from typing import ClassVar, cast

from sqlglot import exp, parse_one

from workbench.model import Aggregate, DataType, Explode, Expr

from .patterns import always_holds, one_group
from .sql_emit import Emitter, Helper
from .sql_postgres_helpers import HELPERS
from .sql_tree import Sql, case, column, fn, number, string
from .time_forms import form_of

__all__ = ["PostgresEmitter"]

_DOLLARS = "$wb$"
# What its own input takes as it stands, once the pattern has been asked.
_ISO = re.compile(r"%Y-%m-%d([ T]%H:%M(:%S(\.%f)?)?)?")


class PostgresEmitter(Emitter):
    """PostgreSQL 17 and later: its collation pg_c_utf8 maps case code point by code point."""

    name = "postgres"
    glot = "postgres"
    joins_calls = True
    takes_longest = True
    helpers: ClassVar[dict[str, Helper]] = HELPERS
    types: ClassVar[dict[str, str]] = {
        "text": "TEXT", "integer": "BIGINT", "float": "DOUBLE PRECISION", "boolean": "BOOLEAN", "date": "DATE",
        "time": "TIME", "local": "TIMESTAMP", "timestamp": "TIMESTAMPTZ", "null": "TEXT", "list": "JSONB",
        "struct": "JSONB", "numeric": "NUMERIC", "int": "INT", "bigint": "BIGINT", "wide": "NUMERIC",
    }  # fmt: skip
    plain_cases = frozenset()
    trims: ClassVar[dict[str, str]] = {"both": "btrim", "start": "ltrim", "end": "rtrim"}

    def __post_init__(self) -> None:
        self.prefix = "pg_temp.wb_" if self.temporary else "wb_"

    def define(self, name: str) -> str:
        """The statement that defines a helper: one expression, so that the planner can inline it."""
        params, returns = self.signature(name)
        body = self.helpers[name].body.replace("wb_", self.prefix)
        head = f"-- {self.helpers[name].says}\n"
        return head + (
            f"CREATE OR REPLACE FUNCTION {self.prefix}{name}({params}) RETURNS {returns}\n"
            f"LANGUAGE sql IMMUTABLE PARALLEL SAFE AS {_DOLLARS} SELECT {body} {_DOLLARS}"
        )

    # --- storage ----------------------------------------------------------------------------------------
    def load(self, x: Sql, type_: DataType) -> Sql:
        return fn("timezone", "UTC", x) if type_.kind == "timestamp" and not type_.local else x

    store = load

    fence_says = "; OFFSET 0 has it computed once"

    def fence(self, query: exp.Select) -> exp.Select:
        """The planner would write a shared value out at each of its uses: OFFSET 0 keeps the layers apart."""
        return query.offset(0)

    def collate(self, x: Sql) -> Sql:
        return exp.Collate(
            this=exp.paren(x) if isinstance(x, exp.Binary) else x, expression=exp.to_identifier("C", quoted=True)
        )

    # --- hooks ------------------------------------------------------------------------------------------

    def matches(self, x: Sql, pattern: str) -> Sql:
        return exp.RegexpLike(this=exp.paren(x) if isinstance(x, exp.Binary) else x, expression=string(_regex(pattern)))

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        return fn("substring", x, _regex(one_group(pattern, number_)))

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        return self.cast(self.help("decimal", text, scale), f"DECIMAL(38, {scale})")

    def try_cast(self, x: Sql, type_: DataType | str) -> Sql:
        """It has none: whether the number fits is asked of its unlimited numeric first."""
        name = type_ if isinstance(type_, str) else self.type_name(type_)
        number_ = self.cast(x.copy(), "NUMERIC")
        if name == "BIGINT":
            return case([(self.fits_integer(number_), self.cast(x, name))])
        if name.startswith("DECIMAL(38, "):
            digits = 38 - int(name[12:-1])
            return case([(exp.LT(this=fn("abs", number_), expression=_ten_to(digits)), self.cast(x, name))])
        return self.cast(x, name)

    # --- text -------------------------------------------------------------------------------------------

    def op_change_case(self, node: Expr, x: Sql) -> Sql:
        if node["to"] == "title" and self.is_ascii(node.args[0]):
            return fn("initcap", exp.Collate(this=x, expression=exp.to_identifier("pg_c_utf8", quoted=True)))
        return super().op_change_case(node, x)

    def op_regex_extract(self, node: Expr, x: Sql) -> Sql:
        found = self.group(x.copy(), node["pattern"], node["group"])  # null without a match, and for an absent group
        if node["group"] == 0 or always_holds(node["pattern"], node["group"]):
            return found
        return case([(self.matches(x, node["pattern"]), fn("coalesce", found, ""))])

    def op_regex_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("regexp_replace", x, _regex(node["pattern"]), node["new"].replace("\\", "\\\\"), "g")

    def op_split_part(self, node: Expr, x: Sql) -> Sql:
        return self.help("split_part", x, node["separator"], node["index"])

    # --- time -------------------------------------------------------------------------------------------
    def op_parse_time(self, node: Expr, x: Sql) -> Sql:
        iso = _ISO.fullmatch(node["format"])
        if iso is None or (node.type.kind == "date" and iso[1]):
            return super().op_parse_time(node, x)
        kind = "date" if node.type.kind == "date" else "timestamp"
        there = fn("pg_input_is_valid", x.copy(), kind)
        return case([(exp.And(this=self.matches(x.copy(), form_of(iso[0])), expression=there), self.cast(x, kind))])

    def op_format_time(self, node: Expr, x: Sql) -> Sql:
        codes = {"Y": "YYYY", "y": "YY", "m": "MM", "d": "DD", "H": "HH24", "I": "HH12", "M": "MI", "S": "SS",
                 "b": "Mon", "B": "FMMonth", "p": "AM", "f": "US", "z": '"Z"', "%": '"%"'}  # fmt: skip
        out = ""
        for code, plain in re.findall("%(.)|([^%]+)", node["format"]):
            # Inside double quotes nothing is a code; a backslash there guards a quote and itself.
            out += codes[code] if code else '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return fn("to_char", self.cast(x, "TIMESTAMP"), out)

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

    # --- numbers ----------------------------------------------------------------------------------------
    def fits_integer(self, x: Sql) -> Sql:
        """Whether a numeric is a 64-bit integer."""
        return exp.Between(this=x, low=number(-(2**63)), high=number(2**63 - 1))

    def exact_of(self, text: Sql) -> Sql:
        return self.cast(text, "NUMERIC")

    def integer_of(self, text: Sql) -> Sql:
        return case([(self.fits_integer(self.cast(text.copy(), "NUMERIC")), self.cast(text, "BIGINT"))])

    def float_of(self, text: Sql) -> Sql:
        # Written in place: in a function the planner would fold the cast of a constant before its guard is asked.
        valid = fn("pg_input_is_valid", text.copy(), "double precision")
        return case([(valid, self.cast(text, "DOUBLE PRECISION"))])

    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        return case([(exp.LT(this=fn("abs", self.cast(x, "NUMERIC")), expression=_ten_to(digits)), value)])

    def narrowed(self, x: Sql, digits: int) -> Sql:
        return self.cast(x, f"DECIMAL(38, {digits})")

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        moved = exp.Mul(this=self.cast(x.copy(), "NUMERIC"), expression=_ten_to(scale))
        return self.within(x, type_, 17, fn("trunc", moved))

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        quotient = self.help("quotient", n, d)
        unit = exp.Literal.number(f"{10**-digits:.{digits}f}" if digits else "1")
        return self.try_cast(exp.paren(exp.Mul(this=quotient, expression=unit)), f"DECIMAL(38, {digits})")

    def plain_cast(self, x: Sql, old: DataType, new: DataType) -> Sql:
        if new.kind == "integer" and old.kind == "boolean":
            x = self.cast(x, "INT")
        return super().plain_cast(x, old, new)

    def written(self, x: Sql, type_: DataType) -> Sql:
        if type_.kind == "date":
            return fn("to_char", self.cast(x, "TIMESTAMP"), "YYYY-MM-DD")
        if type_.kind == "time":
            return fn("to_char", x, "HH24:MI:SS.US")
        return fn("to_char", x, 'YYYY-MM-DD"T"HH24:MI:SS.US' + ("" if type_.local else '"Z"'))


def _ten_to(digits: int) -> Sql:
    return exp.Literal.number("1" + "0" * max(digits, 0))


def _regex(pattern: str) -> str:
    """An ARE always reads the pattern as a regular expression, whatever it begins with."""
    return f"(?:){pattern}" if pattern.startswith("***") else pattern
