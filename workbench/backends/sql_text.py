"""Text in SQL: what every dialect says alike, over the hooks that it fills in."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from workbench.model import Expr

from .sql_hooks import Dialect
from .sql_tree import Sql, case, fn, number

__all__ = ["TextEmitter"]


class TextEmitter(Dialect):
    """Blanks, case, parts and patterns."""

    # What trims the characters that it is given, per side.
    trims: ClassVar[dict[str, str]] = {"both": "trim", "start": "ltrim", "end": "rtrim"}
    # Changes of case whose plain function is right for ASCII, whatever the server's locale.
    plain_cases: ClassVar[frozenset[str]] = frozenset({"upper", "lower"})
    # Those whose plain function is right for every text.
    exact_cases: ClassVar[frozenset[str]] = frozenset()

    def op_trim(self, node: Expr, x: Sql) -> Sql:
        """Blanks, or the characters given, taken from the ends."""
        if node["characters"]:
            return self.trim_of(x, node["side"], node["characters"])
        return self.help({"both": "trim", "start": "trim_start", "end": "trim_end"}[node["side"]], x)

    def trim_of(self, x: Sql, side: str, characters: str) -> Sql:
        """Some characters taken from the ends."""
        return fn(self.trims[side], x, characters)

    def op_blank_to_null(self, node: Expr, x: Sql) -> Sql:
        """Null for nothing but blanks."""
        inner = node.args[0]
        if self.is_full(inner):
            return x
        if inner.op == "trim" and not inner["characters"] and inner["side"] == "both":
            return fn("nullif", x, "")
        return self.help("blank", x)

    def op_squeeze(self, node: Expr, x: Sql) -> Sql:
        """Each run of blanks one space."""
        return self.help("squeeze", x)

    def op_change_case(self, node: Expr, x: Sql) -> Sql:
        """Upper, lower or title case, one code point to one."""
        to = node["to"]
        if to in self.exact_cases or (to in self.plain_cases and self.is_ascii(node.args[0])):
            return fn(to, x)
        return self.help(to, x)

    def op_concat(self, node: Expr, *args: Sql) -> Sql:
        """Null when a part is null."""
        out = args[0]
        for part in args[1:]:
            out = exp.DPipe(this=out, expression=part)
        return exp.paren(out)

    def op_length(self, node: Expr, x: Sql) -> Sql:
        """Number of code points."""
        return self.length(x)

    def op_substring(self, node: Expr, x: Sql) -> Sql:
        """Code points from a start; a start beyond an end is clipped to it."""
        start, count = node["start"], node["count"]
        if start >= 0:
            return self.substr(x, start + 1, count)
        short = exp.LT(this=self.length(x), expression=number(-start))
        whole = x.copy() if count is None else self.substr(x.copy(), 1, count)
        first = exp.Add(this=self.length(x.copy()), expression=number(start + 1))
        return case([(short, whole)], self.substr(x.copy(), first, count))

    def op_replace(self, node: Expr, x: Sql) -> Sql:
        """Literal, from the left."""
        return fn("replace", x, node["old"], node["new"])

    def op_regex_match(self, node: Expr, x: Sql) -> Sql:
        """Whether a pattern is found."""
        return self.matches(x, node["pattern"])

    def op_regex_extract(self, node: Expr, x: Sql) -> Sql:
        """What a group holds; null without a match."""
        found = self.group(x.copy(), node["pattern"], node["group"])
        return case([(self.matches(x, node["pattern"]), found)])

    def op_pad(self, node: Expr, x: Sql) -> Sql:
        """Filled to a width, never cut."""
        return self.help(f"pad_{node['side']}", x, node["width"], node["fill"])

    def op_translate(self, node: Expr, x: Sql) -> Sql:
        """The other value of a list; null where it is not listed."""
        return case([(self.constant(old), self.text(new)) for old, new in node["pairs"]], subject=self.collate(x))
