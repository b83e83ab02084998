"""Numbers and casts in SQL: exact decimals of 38 digits, null where a result does not fit."""

from __future__ import annotations

import re

from sqlglot import exp

from workbench.model import DataType, Expr

from .sql_hooks import Dialect, Unportable
from .sql_tree import Sql, case, fn, number, string

__all__ = ["NumberEmitter"]

INTEGER_FORM = "^[+-]?[0-9]{1,19}$"
DECIMAL_FORM = r"^[+-]?[0-9]{1,20}(?:\.[0-9]{1,18})?$"
FLOAT_FORM = r"^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?$"
_EXACT = DataType("decimal", 18)
_TEXT, _INTEGER = DataType("text"), DataType("integer")


class NumberEmitter(Dialect):
    """Arithmetic, rounding, reading and writing of numbers."""

    # --- hooks ------------------------------------------------------------------------------------------
    def decimal_of(self, text: Sql, scale: int) -> Sql:
        """A text already known to be a plain number as DECIMAL(38, scale); null when it does not fit."""
        return self.try_cast(text, f"DECIMAL(38, {scale})")

    def exact_of(self, text: Sql) -> Sql:
        """A text already known to have up to 20 digits and 18 after the point as an exact number."""
        return self.try_cast(text, "DECIMAL(38, 18)")

    def integer_of(self, text: Sql) -> Sql:
        """A text already known to be up to 19 digits as a 64-bit integer; null when it does not fit."""
        return self.try_cast(text, _INTEGER)

    def float_of(self, text: Sql) -> Sql:
        """A text already known to be a number as a float; null when too large, or zero without being zero."""
        return self.help("float", text)

    def within(self, x: Sql, type_: DataType, digits: int, value: Sql) -> Sql:
        """The value where x has no more than so many digits before the point."""
        limit = self.cast(string("1" + "0" * max(digits, 0)), "DECIMAL(38, 0)")
        # The absolute value of the least 64-bit integer needs more than 64 bits.
        size = fn("abs", self.cast(x, self.types["wide"]) if type_.kind == "integer" else x)
        return case([(exp.LT(this=size, expression=limit), value)])

    def narrowed(self, x: Sql, digits: int) -> Sql:
        """A decimal that fits as DECIMAL(38, digits), rounded half away from zero as most casts do."""
        return self.try_cast(x, f"DECIMAL(38, {digits})")

    def unscaled(self, x: Sql, type_: DataType, scale: int) -> Sql:
        """The digits of a number as a whole one: x · 10^scale; null beyond 17 digits before the point."""
        raise Unportable("it has no exact whole numbers of 38 digits")

    def help_divide(self, n: Sql, d: Sql, digits: int) -> Sql:
        """The rounded quotient of whole numbers as DECIMAL(38, digits)."""
        raise Unportable("it has no exact whole numbers of 38 digits")

    def written(self, x: Sql, type_: DataType) -> Sql:
        """A date or time as text."""
        raise Unportable(f"it has no text of the pinned form for a {type_.kind}")

    def plain_cast(self, x: Sql, old: DataType, new: DataType) -> Sql:
        """A cast between flat types that needs no care."""
        return exp.NEQ(this=x, expression=number(0)) if new.kind == "boolean" else self.cast(x, new)

    # --- arithmetic -------------------------------------------------------------------------------------
    def rounded(self, x: Sql, type_: DataType, digits: int) -> Sql:
        """Half away from zero, as DECIMAL(38, digits)."""
        scale = type_.scale or 0
        if type_.kind == "integer" or digits >= scale:
            return self.try_cast(x, f"DECIMAL(38, {digits})")
        return self.within(x.copy(), type_, 37 - scale, self.narrowed(x, digits))

    def op_round_to(self, node: Expr, x: Sql) -> Sql:
        """Rounded to a number of digits."""
        return self.rounded(x, node.args[0].type, node.type.scale or 0)

    def op_format_number(self, node: Expr, x: Sql) -> Sql:
        """Fixed digits, a point, a mark between groups."""
        return self.marked(self.cast(self.rounded(x, node.args[0].type, node["digits"]), _TEXT), node)

    def marked(self, text: Sql, node: Expr) -> Sql:
        """The text of a decimal with its marks: a point, and one between groups."""
        if not node["group"] and node["point"] == ".":
            return text
        whole: Sql = self.piece(text, ".", 1)
        if node["group"]:
            whole = self.help("group_digits", whole, node["group"])
        if not node["digits"]:
            return whole
        marked = exp.DPipe(this=whole, expression=string(node["point"]))
        return exp.paren(exp.DPipe(this=marked, expression=self.piece(text.copy(), ".", 2)))

    def op_arith(self, node: Expr, a: Sql, b: Sql) -> Sql:
        """Exact; null beyond the range of the type."""
        kind = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}[node["op"]]
        if node.type.kind == "integer":
            wide = self.types["wide"]
            return self.try_cast(kind(this=self.cast(a, wide), expression=self.cast(b, wide)), _INTEGER)
        scale = node.type.scale or 0
        digits = (38 - scale) // 2 if node["op"] == "*" else 37 - scale
        sides = []
        for side, arg in zip((a, b), node.args, strict=True):
            own = (arg.type.scale or 0) if node["op"] == "*" else scale
            exact = self.try_cast(side.copy(), f"DECIMAL(38, {own})")
            known = arg.op == "lit" and abs(arg["value"]) < 10**digits
            sides.append(exact if known else self.within(side, arg.type, digits, exact))
        return self.cast(kind(this=sides[0], expression=sides[1]), node.type)

    def op_divide(self, node: Expr, a: Sql, b: Sql) -> Sql:
        """Exact, rounded half away from zero; null for zero."""
        digits = node.type.scale or 0
        scale = max(arg.type.scale or 0 for arg in node.args)
        n = self.unscaled(a, node.args[0].type, scale)
        d = self.unscaled(b, node.args[1].type, scale)
        return self.help_divide(exp.Mul(this=n, expression=number(10**digits)), d, digits)

    # --- reading and writing ----------------------------------------------------------------------------
    def op_parse_number(self, node: Expr, x: Sql) -> Sql:
        """A text by its marks; null where it is none."""
        p, g, scale = re.escape(node["point"]), re.escape(node["group"]), node.type.scale or 0
        whole = f"(?:[0-9]{{1,3}}(?:{g}[0-9]{{3}})+|[0-9]+)" if g else "[0-9]+"
        fraction = f"(?:{p}[0-9]{{1,{scale}}}0*)?" if scale else f"(?:{p}0+)?"
        body = whole + fraction
        plain = fn("replace", x.copy(), node["group"], "") if g else x.copy()
        if node["point"] != ".":
            plain = fn("replace", plain, node["point"], ".")
        behind = self.decimal_of(self.help("sign_first", plain.copy()), scale)
        usual = (self.matches(x.copy(), f"^[+-]?{body}$"), self.decimal_of(plain, scale))
        return case([usual, (self.matches(x, f"^{body}[+-]$"), behind)])

    def op_cast(self, node: Expr, x: Sql) -> Sql:
        """From one flat type to another; null where a value does not fit."""
        old, new = node.args[0].type, node.type
        if old.kind == "text":
            return self._from_text(x, new)
        if new.kind == "text":
            return self.text_of(x, old)
        if new.kind == "decimal":
            return self._float_to_decimal(x, new) if old.kind == "float" else self.rounded(x, old, new.scale or 0)
        if new.kind == "integer" and old.kind == "decimal":
            return self.try_cast(self.rounded(x, old, 0), new)
        if new.kind == "integer" and old.kind == "float":
            return self.help("float_to_integer", x)
        if new.kind == "float" and old.kind == "decimal":  # the float that its text reads as
            return self.cast(self.cast(x, _TEXT), new)
        return self.plain_cast(x, old, new)

    def _from_text(self, x: Sql, new: DataType) -> Sql:
        if new.kind == "integer":
            return case([(self.matches(x.copy(), INTEGER_FORM), self.integer_of(x))])
        if new.kind == "decimal":
            value = self.rounded(self.exact_of(x.copy()), _EXACT, new.scale or 0)
            return case([(self.matches(x, DECIMAL_FORM), value)])
        if new.kind == "float":
            return case([(self.matches(x.copy(), FLOAT_FORM), self.float_of(x))])
        if new.kind == "boolean":
            return case([(string("true"), exp.true()), (string("false"), exp.false())], subject=self.collate(x))
        return self.help({"date": "iso_date"}.get(new.kind, "iso_local" if new.local else "iso_instant"), x)

    def _float_to_decimal(self, x: Sql, new: DataType) -> Sql:
        return self.rounded(self.help("float_to_decimal", x), _EXACT, new.scale or 0)

    def text_of(self, x: Sql, old: DataType) -> Sql:
        """A value of any flat type as text, as a cast writes it."""
        if old.kind == "float":
            return self.help("plain", self.cast(self._float_to_decimal(x, _EXACT), _TEXT))
        if old.kind in ("date", "timestamp", "time"):
            return self.written(x, old)
        return self.cast(x, _TEXT)
