"""A target field and what is known of the columns that it is drafted from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from workbench.model import Field
from workbench.profiling import ColumnProfile

__all__ = ["Draftee", "zone_named"]


@dataclass(frozen=True)
class Draftee:
    """A target field and what is known of the source columns it is drafted from.

    Attributes:
        target: The target field.
        sources: The source columns chosen for it.
        columns: All source columns by path.
        paths: How the spec writes each path.
        translate: The proposed translation of values.
        system: The source's system, for the prefix of keys.
        separator: What joins several sources.
        stated: What the source's contract says of each source column.
        operator: '×', '+' or '−' where the field is what two numbers make.
        present: The field's values for a filled and for an empty source, where that is what decides.
    """

    target: Field
    sources: Sequence[ColumnProfile]
    columns: Mapping[str, ColumnProfile]
    paths: Mapping[str, str]
    translate: Mapping[str, str]
    system: str
    separator: str | None = None
    stated: Sequence[Field | None] = ()
    operator: str | None = None
    present: tuple[str, str] | None = None

    @property
    def format(self) -> str:
        """The format that the source's contract states for the first source column, '' without one."""
        first = self.stated[0] if self.stated else None
        return (first.format or "") if first else ""

    @property
    def zone(self) -> str:
        """The time zone that the contract's words on the source columns name; UTC where they name none."""
        said = (zone_named(f.description) for f in self.stated if f is not None)
        return next((zone for zone in said if zone), "UTC")

    @property
    def source(self) -> ColumnProfile:
        """The first source column."""
        return self.sources[0]

    def nearest(self, semantic: str) -> str | None:
        """The path of another column with this meaning, the nearest in the record; None without one."""
        home = self.source.name.rpartition(".")[0]
        found = [
            c for c in self.columns.values()
            if c.semantic and c.semantic.type.startswith(semantic) and c.name != self.source.name
            and ("[]" not in c.name or c.name.split("[]")[0] == self.source.name.split("[]")[0])
        ]  # fmt: skip
        found.sort(key=lambda c: (c.name.rpartition(".")[0] != home, c.name.count(".")))
        return self.paths[found[0].name] if found else None


def zone_named(text: str) -> str:
    """The IANA time zone that a text speaks of, '' without one.

    >>> zone_named("Time of the order, local (Europe/Berlin)."), zone_named("Day/night")
    ('Europe/Berlin', '')
    """
    words = re.findall(r"[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)+", text)
    return next((w for w in words if w in available_timezones()), "") if words else ""
