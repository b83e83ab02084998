"""What every SQL dialect says alike: control flow, comparisons and the primitives composed of few hooks."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from sqlglot import exp

from workbench.model import DataType, Expr

from .sql_helper import Helper
from .sql_row_hooks import RowEmitter, Unportable
from .sql_time import TimeEmitter
from .sql_tree import Sql, all_true, any_true, case, fn, number, string

__all__ = ["Emitter", "Helper", "Unportable"]

NEVER_NULL = frozenset({"is_null", "all_of", "any_of", "none_of"})
INTEGER_FORM = "^[+-]?[0-9]{1,19}$"
DECIMAL_FORM = r"^[+-]?[0-9]{1,20}(?:\.[0-9]{1,18})?$"
FLOAT_FORM = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$"


def as_call(node: Expr, **options: Hashable) -> Expr:
    """A primitive as a call of the Python function of its name."""
    return Expr("call", node.args, node.type, [("function", node.op), ("options", tuple(sorted(options.items())))])


@dataclass
class Emitter(RowEmitter, TimeEmitter):
    """Turns one node at a time into a SQL tree; a dialect overrides what it says differently.

    Attributes:
        ascii_columns: Columns whose every value is ASCII, so that the plain form of a primitive is safe.
        full_columns: Text columns without a null or blank value.
        used: Names of the helpers that were called, in order of first use.
    """

    name: ClassVar[str] = ""
    glot: ClassVar[str] = ""
    helpers: ClassVar[dict[str, Helper]] = {}
    types: ClassVar[dict[str, str]] = {}
    ascii_columns: frozenset[str] = frozenset()
    full_columns: frozenset[str] = frozenset()
    formats: dict[str, str] = field(default_factory=dict)
    used: dict[str, None] = field(default_factory=dict)
    prefix: str = "wb_"
    temporary: bool = False
    functions: dict[str, Expr] = field(default_factory=dict)

    # --- hooks ------------------------------------------------------------------------------------------
    def type_name(self, type_: DataType) -> str:
        """The dialect's type."""
        if type_.kind == "decimal":
            return f"DECIMAL(38, {type_.scale})"
        if type_.kind == "timestamp":
            return self.types["local" if type_.local else "timestamp"]
        return self.types[type_.kind]

    def cast(self, x: Sql, type_: DataType | str) -> Sql:
        """A cast that cannot fail here."""
        name = type_ if isinstance(type_, str) else self.type_name(type_)
        return exp.Cast(this=x, to=exp.DataType.build(name, dialect=self.glot))

    def load(self, x: Sql, type_: DataType) -> Sql:
        """A stored column as the expressions work on it: instants are UTC clock times inside."""
        return x

    def store(self, x: Sql, type_: DataType) -> Sql:
        """A value in the type that a table holds."""
        return x

    def help(self, name: str, *args: Sql | str | int) -> Sql:
        """A call of a helper, which the prelude then defines."""
        helper = self.helpers[name]
        for other in re.findall(r"\bwb_(\w+)\(", helper.body):
            self.note(other)
        self.note(name)
        return fn(self.prefix + name, *args)

    def note(self, name: str) -> None:
        """Remember that a helper is needed, after those it needs itself."""
        for other in re.findall(r"\bwb_(\w+)\(", self.helpers[name].body):
            self.note(other)
        self.used.setdefault(name)

    def matches(self, x: Sql, pattern: str) -> Sql:
        """Whether a pinned pattern is found."""
        raise Unportable("it has no regular expressions of the pinned kind")

    def group(self, x: Sql, pattern: str, number_: int) -> Sql:
        """What a group holds, where the pattern is known to be found."""
        raise Unportable("it has no regular expressions of the pinned kind")

    def decimal_of(self, text: Sql, scale: int) -> Sql:
        """A text already known to be a plain number as DECIMAL(38, scale); null when it does not fit."""
        raise NotImplementedError

    def substr(self, x: Sql, start: Sql | int, count: int | None = None) -> Sql:
        """Code points from a position (1 is the first)."""
        return fn("substr", x, start, *([] if count is None else [count]))

    def length(self, x: Sql) -> Sql:
        """Number of code points."""
        return fn("length", x)

    def is_ascii(self, node: Expr) -> bool:
        """Whether every value of a node is known to be ASCII."""
        if node.op == "col":
            return str(node["name"]) in self.ascii_columns
        if node.op == "lit":
            return str(node["value"]).isascii()
        plain = {"blank_to_null", "trim", "squeeze", "change_case", "concat", "substring", "coalesce", "split_part"}
        if node.op in (*plain, "regex_extract"):
            return all(self.is_ascii(a) for a in node.args)
        if node.op in ("format_number", "format_time", "cast"):
            return True
        return node.op in ("regex_replace", "replace") and self.is_ascii(node.args[0]) and str(node["new"]).isascii()

    # --- nodes ------------------------------------------------------------------------------------------
    def emit(self, node: Expr, args: Sequence[Sql]) -> Sql:
        """The tree of a node, given those of its arguments.

        Raises:
            Unportable: The dialect cannot keep the pinned meaning.
        """
        build: Any = getattr(self, f"op_{node.op}", None)
        if build is None:
            raise Unportable(f"it has no '{node.op}' of the pinned meaning")
        return build(node, *[a.copy() for a in args])  # type: ignore[no-any-return]

    def op_col(self, node: Expr) -> Sql:
        return self.load(exp.column(node["name"], quoted=True), node.type)

    def op_lit(self, node: Expr) -> Sql:
        value = node["value"]
        if value is None:
            return exp.null() if node.type.kind == "null" else self.cast(exp.null(), node.type)
        if isinstance(value, bool):
            return exp.true() if value else exp.false()
        if isinstance(value, int):
            return number(value)
        if isinstance(value, Decimal):
            return self.cast(string(str(value)), node.type)
        return string(value) if isinstance(value, str) else self.cast(string(value.isoformat()), node.type)

    def op_is_null(self, node: Expr, x: Sql) -> Sql:
        return exp.Is(this=exp.paren(x) if isinstance(x, exp.Connector | exp.Not) else x, expression=exp.null())

    def op_coalesce(self, node: Expr, *args: Sql) -> Sql:
        return exp.Coalesce(this=args[0], expressions=list(args[1:]))

    def op_when(self, node: Expr, *args: Sql) -> Sql:
        last = node.args[-1]
        plain_null = last.op == "lit" and last["value"] is None and node.type.kind == "text"
        pairs = list(zip(args[:-1:2], args[1:-1:2], strict=True))
        return case(pairs, None if plain_null else args[-1])

    def _sure(self, node: Expr, joined: Sql) -> Sql:
        known = all(a.op in NEVER_NULL for a in node.args)
        return joined if known else exp.Coalesce(this=joined, expressions=[exp.false()])

    def op_all_of(self, node: Expr, *args: Sql) -> Sql:
        return self._sure(node, all_true(args))

    def op_any_of(self, node: Expr, *args: Sql) -> Sql:
        if len(args) == 2 and node.args[1].op == "lit" and node.args[1]["value"] is False:
            return args[0] if node.args[0].op in NEVER_NULL else exp.Coalesce(this=args[0], expressions=[exp.false()])
        return self._sure(node, any_true(args))

    def op_none_of(self, node: Expr, *args: Sql) -> Sql:
        inner = self._sure(node, any_true(args))
        if isinstance(inner, exp.Is):
            return exp.Not(this=inner)
        return exp.Not(this=inner if isinstance(inner, exp.Coalesce | exp.Column) else exp.paren(inner))

    def op_compare(self, node: Expr, a: Sql, b: Sql) -> Sql:
        kinds = {"=": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
        if node.args[0].type.kind == "text":
            a, b = self.collate(a), self.collate(b)
        return kinds[node["op"]](this=a, expression=b)

    def op_is_in(self, node: Expr, x: Sql) -> Sql:
        values = [string(v) for v in node["values"]]
        if not values:
            return case([(exp.Not(this=exp.Is(this=x, expression=exp.null())), exp.false())])
        if len(values) == 1:
            return exp.EQ(this=self.collate(x), expression=values[0])
        return exp.In(this=self.collate(x), expressions=values)

    def op_concat(self, node: Expr, *args: Sql) -> Sql:
        out = args[0]
        for part in args[1:]:
            out = exp.DPipe(this=out, expression=part)
        return exp.paren(out)

    def op_length(self, node: Expr, x: Sql) -> Sql:
        return self.length(x)

    def op_substring(self, node: Expr, x: Sql) -> Sql:
        start, count = node["start"], node["count"]
        if start >= 0:
            return self.substr(x, start + 1, count)
        short = exp.LT(this=self.length(x), expression=number(-start))
        whole = x.copy() if count is None else self.substr(x.copy(), 1, count)
        first = exp.Add(this=self.length(x.copy()), expression=number(start + 1))
        return case([(short, whole)], self.substr(x.copy(), first, count))

    def op_replace(self, node: Expr, x: Sql) -> Sql:
        return fn("replace", x, node["old"], node["new"])

    def op_regex_match(self, node: Expr, x: Sql) -> Sql:
        return self.matches(x, node["pattern"])

    def op_regex_extract(self, node: Expr, x: Sql) -> Sql:
        found = self.group(x.copy(), node["pattern"], node["group"])
        return case([(self.matches(x, node["pattern"]), found)])

    def op_pad(self, node: Expr, x: Sql) -> Sql:
        return self.help(f"pad_{node['side']}", x, node["width"], node["fill"])

    def op_translate(self, node: Expr, x: Sql) -> Sql:
        return case([(string(old), string(new)) for old, new in node["pairs"]], subject=self.collate(x))

    def op_parse_number(self, node: Expr, x: Sql) -> Sql:
        p, g, scale = re.escape(node["point"]), re.escape(node["group"]), node.type.scale or 0
        whole = f"(?:[0-9]{{1,3}}(?:{g}[0-9]{{3}})+|[0-9]+)" if g else "[0-9]+"
        fraction = f"(?:{p}[0-9]{{1,{scale}}}0*)?" if scale else f"(?:{p}0+)?"
        body = whole + fraction
        plain = fn("replace", x.copy(), node["group"], "") if g else x.copy()
        if node["point"] != ".":
            plain = fn("replace", plain, node["point"], ".")
        signed = self.help("sign_first", plain)
        return case([(self.matches(x, f"^(?:[+-]?{body}|{body}[+-])$"), self.decimal_of(signed, scale))])

    def op_divide(self, node: Expr, a: Sql, b: Sql) -> Sql:
        digits = node.type.scale or 0
        scale = max(arg.type.scale or 0 for arg in node.args)
        n = self.unscaled(a, node.args[0].type, scale)
        d = self.unscaled(b, node.args[1].type, scale)
        return self.help_divide(exp.Mul(this=n, expression=number(10**digits)), d, digits)

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        """The digits of a number as a whole one: x · 10^scale; null beyond 17 digits before the point."""
        raise Unportable("it has no exact whole numbers of 38 digits")

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        """The rounded quotient of whole numbers as DECIMAL(38, digits)."""
        raise Unportable("it has no exact whole numbers of 38 digits")

    def op_call(self, node: Expr, *args: Sql) -> Sql:
        """A registered function; the same function with the same options has one name."""
        for name, known in self.functions.items():
            if all(known[k] == node[k] for k in ("function", "options")) and len(known.args) == len(node.args):
                return fn(name, *args)
        name = f"{self.prefix}{node['function']}" + (f"_{len(self.functions) + 1}" if self.functions else "")
        self.functions[name] = node
        return fn(name, *args)

    def asked(self, node: Expr) -> Expr | None:
        """The call of a Python-only function that a node is in this dialect, if it is one."""
        if node.op == "json_path":  # numbers are wanted as they are written, which no engine's own function gives
            return as_call(node, path=node["path"])
        return node if node.op == "call" else None

    def op_json_path(self, node: Expr, x: Sql) -> Sql:
        return self.op_call(as_call(node, path=node["path"]), x)

    def function_stubs(self) -> tuple[str, ...]:
        """What must be registered before a script runs."""
        return tuple(
            f"function {name} of {len(node.args)} arguments: Python's '{node['function']}' {dict(node['options'])}"
            for name, node in self.functions.items()
        )

    def text_of(self, x: Sql, type_: DataType) -> Sql:
        """A value of any flat type as text, as a cast writes it."""
        raise NotImplementedError

    def settings(self) -> tuple[str, ...]:
        """Statements that the session needs for the pinned meanings to hold."""
        return ()

    def define(self, name: str) -> str:
        """The statement that defines a helper."""
        raise NotImplementedError
