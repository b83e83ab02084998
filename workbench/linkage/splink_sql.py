"""Levels as SQL conditions that Splink runs on DuckDB and on Spark with the meaning they have here."""

from __future__ import annotations

from typing import Literal

from workbench.errors import Fault, NotPortableError

from .model import Level
from .nicknames import MOST_GROUPS
from .similarity import EARTH_KM, ROUNDING

__all__ = ["Dialect", "Sql"]

Dialect = Literal["duckdb", "spark"]


class Sql:
    """Conditions in one dialect, over the columns that `splink_table` gives."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def name(self, column: str) -> str:
        """A quoted name; Spark reads double quotes as text."""
        return f"`{column}`" if self.dialect == "spark" else f'"{column}"'

    def sides(self, column: str) -> tuple[str, str]:
        """A column of the left and of the right record."""
        return self.name(f"{column}_l"), self.name(f"{column}_r")

    def level(self, level: Level, names: tuple[str, ...]) -> str:
        """The condition of a level on some fields, each of which must hold.

        Raises:
            NotPortableError: It has no SQL that means the same.
        """
        if level.test == "swapped":
            (al, ar), (bl, br) = (self.sides(n) for n in names)
            return f"{al} = {br} AND {ar} = {bl}"
        if level.test == "within_km":
            return f"{self._kilometres(*names)} <= {_number(level)}"
        return " AND ".join(f"({self._one(level, name)})" for name in names)

    def _one(self, level: Level, name: str) -> str:
        (left, right), at = self.sides(name), _number(level)
        if level.test in ("date_parts", "within_days", "swapped_day_month"):
            return self._date(level.test, name, at)
        if level.test in ("token_set", "token_overlap", "token_cosine"):
            return f"{self._tokens(level.test, name)} >= {at} - {ROUNDING}"
        jaro = "jaro_winkler_similarity" if self.dialect == "duckdb" else "jaro_winkler"
        nicks = [[self.sides(f"{name}__nick{i}")[side] for i in range(MOST_GROUPS)] for side in (0, 1)]
        long = f"length({left}) >= {at} AND length({right}) >= {at}"
        known = {
            "exact": f"{left} = {right}",
            "jaro_winkler": f"{jaro}({left}, {right}) >= {at} - {ROUNDING}",
            "damerau_levenshtein": f"damerau_levenshtein({left}, {right}) <= {at}",
            "initial": f"left({left}, 1) = left({right}, 1) AND (length({left}) = 1 OR length({right}) = 1)",
            "prefix": f"{long} AND left({left}, {at}) = left({right}, {at})",
            "suffix": f"{long} AND right({left}, {at}) = right({right}, {at})",
            "within": f"abs({left} - {right}) <= {at}",
            "within_ratio": f"abs({left} - {right}) <= {at} * greatest(abs({left}), abs({right}))",
            "nickname": " OR ".join(f"{a} = {b}" for a in nicks[0] for b in nicks[1]),
        }
        if level.test not in known:
            cure = "use another level there, or link with the workbench"
            what = f"the test '{level.test}' ({level.using}) is a Python function: no SQL means the same"
            raise NotPortableError([Fault(what, name, cure)])
        return known[level.test]

    def _date(self, test: str, name: str, at: str) -> str:
        (yl, yr), (ml, mr), (dl, dr), (nl, nr) = (
            self.sides(f"{name}__{part}") for part in ("year", "month", "day", "days")
        )
        if test == "within_days":
            return f"abs({nl} - {nr}) <= {at}"
        if test == "swapped_day_month":
            return f"{yl} = {yr} AND {ml} = {dr} AND {dl} = {mr}"
        equal = " + ".join(f"CASE WHEN {a} = {b} THEN 1 ELSE 0 END" for a, b in ((yl, yr), (ml, mr), (dl, dr)))
        return f"{yl} IS NOT NULL AND {yr} IS NOT NULL AND ({equal}) >= {at}"

    def _tokens(self, test: str, name: str) -> str:
        """Shared tokens as a share."""
        both = "list_intersect" if self.dialect == "duckdb" else "array_intersect"
        size = "len" if self.dialect == "duckdb" else "size"
        if test == "token_cosine":
            (left, right), (a, b) = self.sides(f"{name}__terms"), self.sides(f"{name}__norm")
            shared = f"{both}({left}, {right})"
            total = "list_sum(%s)" if self.dialect == "duckdb" else "aggregate(%s, 0.0D, (sum, x) -> sum + x)"
            return f"{total % shared} / greatest({a} * {b}, {ROUNDING})"
        left, right = self.sides(f"{name}__tokens")
        shared, one, other = f"{size}({both}({left}, {right}))", f"{size}({left})", f"{size}({right})"
        of = f"{one} + {other} - {shared}" if test == "token_set" else f"least({one}, {other})"
        return f"CAST({shared} AS DOUBLE) / greatest({of}, 1)"

    def _kilometres(self, lat: str, lon: str) -> str:
        (al, ar), (bl, br) = self.sides(lat), self.sides(lon)
        half = [f"sin(radians({other} - {one}) / 2)" for one, other in ((al, ar), (bl, br))]
        chord = f"{half[0]} * {half[0]} + cos(radians({al})) * cos(radians({ar})) * {half[1]} * {half[1]}"
        return f"2 * {EARTH_KM} * asin(sqrt(least({chord}, 1.0)))"


def _number(level: Level) -> str:
    return "" if level.at is None else f"{level.at:.12g}"
