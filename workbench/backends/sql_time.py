"""Dates and times in SQL, from the parts that a pattern finds: the way that every dialect can go."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from sqlglot import exp

from workbench.model import Expr

from .sql_hooks import Dialect
from .sql_tree import Sql, case, fn, number, string
from .time_forms import FORMS, MONTHS, form_of, pieces_of

__all__ = ["TimeEmitter"]

_NUMBERS = frozenset("YymdHIMSf")


class TimeEmitter(Dialect):
    """Reads a time by its parts; a dialect says how a pattern's group is taken and how parts make a time."""

    def whole(self, x: Sql) -> Sql:
        """A text of few digits as a whole number."""
        return self.try_cast(x, self.types["int"])

    def zoned(self, x: Sql, zone: str) -> Sql:
        """A UTC clock time as that of a zone."""
        return fn("timezone", zone, fn("timezone", "UTC", x))

    def op_shift_zone(self, node: Expr, x: Sql) -> Sql:
        """A zone's clock time to UTC, or UTC to a zone's clock time."""
        if node.args[0].type.local:
            return self.help("from_zone", x, node["zone"])
        return self.zoned(x, node["zone"])

    def op_parse_time(self, node: Expr, x: Sql) -> Sql:
        """Text to date or timestamp by one format."""
        format_ = node["format"]
        parts = _Parts(self, x, format_)
        day = self.help("make_date", parts.year(), parts.month(), parts.number("d", 1))
        value = day if node.type.kind == "date" else self.help("make_time", day, *parts.clock())
        if "z" in parts.codes:
            value = self.help("shift_back", value, parts.offset())
        return case([(self.matches(x.copy(), form_of(format_)), value)])


class _Parts:
    """The parts of a text by their codes; each is a group of the format's pattern."""

    def __init__(self, emitter: TimeEmitter, x: Sql, format_: str) -> None:
        self.emitter, self.x = emitter, x
        pieces = pieces_of(format_)
        self.codes = [code for code, _ in pieces if code]
        self.marks, self.places = "", dict[str, int]()
        self._find_places(pieces)
        # A pattern with one group in it, per code: nested groups would need counting in every dialect.
        self.patterns = {
            wanted: "^"
            + "".join(f"({p})" if code == wanted else p if code else re.escape(p) for code, p in pieces)
            + "$"
            for wanted in self.codes
        }

    def _find_places(self, pieces: list[tuple[str, str]]) -> None:
        """Numbers with marks between them are told apart by the marks alone, which costs far less than a pattern."""
        literal = "".join(text for code, text in pieces if not code)
        numeric = all(code in _NUMBERS for code in self.codes)
        apart = all(not (a and b) for (a, _), (b, _) in pairwise(pieces))
        if not (numeric and apart and literal) or any(c.isdigit() for c in literal):
            return
        self.marks = "".join(dict.fromkeys(literal))
        at = 1
        for code, text in pieces:
            if code:
                self.places[code] = at
            else:
                at += len(text)

    def text(self, code: str) -> Sql:
        if code in self.places:
            return self.emitter.piece(self.x.copy(), self.marks, self.places[code])
        return self.emitter.group(self.x.copy(), self.patterns[code], 1)

    def number(self, code: str, otherwise: int) -> Sql:
        return self.emitter.whole(self.text(code)) if code in self.codes else number(otherwise)

    def year(self) -> Sql:
        if "Y" in self.codes:
            return self.number("Y", 1)
        short = self.number("y", 0)
        century = case([(exp.GTE(this=short.copy(), expression=number(70)), number(1900))], number(2000))
        return exp.paren(exp.Add(this=short, expression=century))

    def month(self) -> Sql:
        if "m" in self.codes:
            return self.number("m", 1)
        name = fn("substr", self.emitter.lower(self.text("B" if "B" in self.codes else "b")), 1, 3)
        names = [(string(m[:3]), number(i)) for i, m in enumerate(MONTHS, 1)]
        return case(names, subject=name)

    def clock(self) -> list[Sql]:
        """Hour, minute, second, microsecond."""
        if "p" in self.codes:
            twelve = exp.EQ(this=self.emitter.lower(self.text("p")), expression=string("pm"))
            hour: Any = exp.Mod(this=self.number("I", 0), expression=number(12))
            hour = exp.paren(exp.Add(this=hour, expression=case([(twelve, number(12))], number(0))))
        else:
            hour = self.number("H", 0)
        micro: Sql = number(0)
        if "f" in self.codes:
            micro = self.emitter.whole(fn("rpad", self.text("f"), 6, "0"))
        return [hour, self.number("M", 0), self.number("S", 0), micro]

    def offset(self) -> Sql:
        """Minutes east of Greenwich."""
        return self.emitter.help("offset_minutes", self.text("z"))


assert set("YymdHIMSbBpfz%") == set(FORMS)
