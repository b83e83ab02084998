"""A tree as text that people read: what is short stays on one line, a CASE has one line per choice."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlglot import Dialect, exp

__all__ = ["written_out"]

_WIDTH = 100  # characters of a line that is not broken


def written_out(tree: exp.Expr, glot: str) -> str:
    """The text of a query or an expression in a dialect of sqlglot."""
    dialect = Dialect.get_or_raise(glot)
    generator = _readable(type(dialect).generator_class)
    options: dict[str, Any] = {"dialect": dialect, "pretty": True, "normalize_functions": False}
    return str(generator(**options, max_text_width=_WIDTH).generate(tree))


@cache
def _readable(parent: Any) -> Any:
    """A dialect's generator that breaks only what is long."""

    def on_one_line(broken: Callable[[Any, Any], str]) -> Callable[[Any, Any], str]:
        def write(self: Any, tree: Any) -> str:
            if not self.pretty:
                return broken(self, tree)
            self.pretty = False
            try:
                flat = broken(self, tree)
            finally:
                self.pretty = True
            return flat if len(flat) <= _WIDTH and "\n" not in flat else broken(self, tree)

        return write

    def case_sql(self: Any, tree: exp.Case) -> str:
        subject, otherwise = self.sql(tree, "this"), self.sql(tree, "default")
        lines = [choice(f"WHEN {self.sql(e, 'this')}", f"THEN {self.sql(e, 'true')}") for e in tree.args["ifs"]]
        lines += [f"ELSE {otherwise}"] if otherwise else []
        head = f"CASE {subject}" if subject else "CASE"
        if not self.pretty:
            return " ".join([head, *lines, "END"])
        return str(self.indent("\n".join([head, *lines, "END"]), skip_first=True, skip_last=True))

    def choice(when: str, then: str) -> str:
        short = "\n" not in when and len(when) + len(then.split("\n")[0]) <= _WIDTH
        return f"{when} {then}" if short else when + "\n  " + then.replace("\n", "\n  ")

    names = ("paren_sql", "subquery_sql", "select_sql")
    own = {name: on_one_line(getattr(parent, name)) for name in names}
    return type("Readable", (parent,), own | {"case_sql": on_one_line(case_sql)})
