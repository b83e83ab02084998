"""What every SQL dialect says alike: control flow, comparisons and the primitives composed of few hooks."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlglot import exp

from workbench.model import TEXT, Expr

from .patterns import is_settled
from .sql_helper import Helper
from .sql_hooks import Unportable
from .sql_numbers import NumberEmitter
from .sql_row_hooks import RowEmitter
from .sql_script import Fact
from .sql_text import TextEmitter
from .sql_time import TimeEmitter
from .sql_tree import Sql, all_true, any_true, case, column, fn, negated, not_null, number, string

__all__ = ["Emitter", "Helper", "Unportable", "as_call"]

NEVER_NULL = frozenset({"is_null", "all_of", "any_of", "none_of"})


def as_call(node: Expr, **options: Hashable) -> Expr:
    """A primitive as a call of the Python function of its name."""
    return Expr("call", node.args, node.type, [("function", node.op), ("options", tuple(sorted(options.items())))])


@dataclass
class Emitter(TextEmitter, NumberEmitter, TimeEmitter, RowEmitter):
    """Turns one node at a time into a SQL tree; a dialect overrides what it says differently."""

    # --- nodes ------------------------------------------------------------------------------------------
    def emit(self, node: Expr, args: Sequence[Sql]) -> Sql:
        """The tree of a node, given those of its arguments.

        Raises:
            Unportable: The dialect cannot keep the pinned meaning.
        """
        build: Any = getattr(self, f"op_{node.op}", None)
        if node.op in self.refusals:
            raise Unportable(self.refusals[node.op])
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
        return negated(self._sure(node, any_true(args)))

    def op_compare(self, node: Expr, a: Sql, b: Sql) -> Sql:
        kinds = {"=": exp.EQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE}
        if node.args[0].type.kind == "text":
            a, b = self.collate(a), self.collate(b)
        return kinds[node["op"]](this=a, expression=b)

    def op_is_in(self, node: Expr, x: Sql) -> Sql:
        values = [self.constant(v) for v in node["values"]]
        if not values:
            return case([(not_null(x), exp.false())])
        if len(values) == 1:
            return exp.EQ(this=self.collate(x), expression=values[0])
        return exp.In(this=self.collate(x), expressions=values)

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
        if self.takes_longest:  # a pattern that leaves a choice is asked in Python, which takes the first match
            if node.op == "regex_extract" and not is_settled(node["pattern"], node["group"]):
                return as_call(node, pattern=node["pattern"], group=node["group"])
            if node.op == "regex_replace" and not is_settled(node["pattern"], 0):
                return as_call(node, pattern=node["pattern"], new=node["new"])
        return node if node.op == "call" else None

    def op_json_path(self, node: Expr, x: Sql) -> Sql:
        return self.op_call(as_call(node, path=node["path"]), x)

    def broken(self, fact: Fact) -> Sql:
        """Whether a row breaks a fact; asked of an emitter that takes none for granted."""
        x = column(fact.column)
        if fact.what == "ascii":
            return exp.NEQ(this=self.bytes_of(x.copy()), expression=self.length(x))
        if fact.what == "full":
            node = Expr("blank_to_null", [Expr("col", [], TEXT, [("name", fact.column)])], TEXT)
            return exp.Is(this=self.emit(node, [x]), expression=exp.null())
        raise Unportable(f"it takes no plain form from a fact of the kind '{fact.what}'")

    def function_stubs(self) -> tuple[str, ...]:
        """What must be registered before a script runs."""
        return tuple(
            f"function {name} of {len(node.args)} arguments: Python's '{node['function']}' {dict(node['options'])}"
            for name, node in self.functions.items()
        )
