"""Small pieces of SQL that all databases share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from workbench.errors import SourceError, UsageError, did_you_mean

from .locations import Place

__all__ = ["choose", "is_select", "quoted", "table_name"]


def quoted(name: str) -> str:
    """An identifier, quoted.

    >>> quoted('a"b')
    '"a""b"'
    """
    if "\0" in name:
        raise UsageError("a name cannot hold a NUL", where=repr(name), cure="rename it")
    return '"' + name.replace('"', '""') + '"'


def table_name(table: str) -> str:
    """A table, perhaps with its schema, quoted.

    >>> table_name("crm.customers")
    '"crm"."customers"'
    """
    return ".".join(quoted(part) for part in table.split(".", 1))


def is_select(query: str) -> bool:
    """Whether a query reads and does nothing else; the connection is read-only besides."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", query, flags=re.S).strip().rstrip(";").strip()
    return bool(re.match(r"(?i)(select|with|from|values|table)\b", text)) and ";" not in re.sub(r"'[^']*'", "", text)


def choose(
    place: Place,
    table: str | None,
    query: str | None,
    known: Sequence[str],
    named: Callable[[str], str] = table_name,
) -> tuple[str, str]:
    """What to read: a name for it and the SQL that gives its rows.

    Args:
        place: The database.
        table: The table asked for.
        query: The query asked for.
        known: The tables there are.
        named: How the database quotes a table's name.

    Raises:
        UsageError: Both or no query and table are given where they are needed.
        SourceError: There is no such table.
    """
    if query is not None:
        if table is not None:
            raise UsageError("both table= and query= are given", where=place.shown, cure="give one")
        if not is_select(query):
            raise UsageError("the query is not a single SELECT", where=place.shown, cure="give one SELECT")
        return place.name if place.path else "query", f"({query.strip().rstrip(';')}\n) AS q"
    if table is None:
        if len(known) == 1:
            table = known[0]
        else:
            what = "the database has no table" if not known else "the table is not said"
            cure = "give table=" + (" or ".join(f"'{n}'" for n in known[:8]) if known else "")
            raise SourceError(what, where=place.shown, cure=cure + (" …" if len(known) > 8 else ""))
    if table not in known:
        folded = [n for n in known if n.lower() == table.lower()]
        if len(folded) != 1:
            raise SourceError(f"there is no table '{table}'", where=place.shown, cure=did_you_mean(table, known))
        table = folded[0]
    return table, named(table)
