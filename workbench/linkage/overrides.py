"""What people decided about single pairs: must link, cannot link; a file that every run honours."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, field_validator

from workbench.errors import Fault, LinkModelError
from workbench.model import Document, dump_yaml, read_document, validate, write_text

from .records import Records

__all__ = ["Override", "Overrides", "load_overrides", "save_overrides"]

Pair = tuple[int, int]


class Override(BaseModel):
    """One decision.

    Attributes:
        pair: Two records, each as 'system:id'.
        by: Who decided.
        on: When.
        why: The reason.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    pair: Annotated[tuple[str, str], Field()]
    by: str | None = None
    on: str | None = None
    why: str | None = None

    @field_validator("pair")
    @classmethod
    def _named(cls, pair: tuple[str, str]) -> tuple[str, str]:
        for record in pair:
            if not record.partition(":")[2]:
                raise ValueError(f"'{record}' is not 'system:id'")
        if pair[0] == pair[1]:
            raise ValueError(f"'{pair[0]}' is paired with itself")
        return pair


class Overrides(BaseModel):
    """All decisions about single pairs."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    must_link: tuple[Override, ...] = ()
    cannot_link: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Overrides as row numbers, and what could not be placed."""

    must: tuple[Pair, ...]
    cannot: tuple[Pair, ...]
    flags: tuple[str, ...]


def load_overrides(path: str | os.PathLike[str]) -> Overrides:
    """Read an overrides file.

    Raises:
        LinkModelError: It is faulty, or says both of one pair; every fault with its line.
    """
    document = read_document(path, LinkModelError)
    found = validate(document, Overrides, LinkModelError)
    if faults := _contradictions(document, found):
        raise LinkModelError(faults)
    return found


def save_overrides(overrides: Overrides, path: str | os.PathLike[str]) -> None:
    """Write the overrides, atomically."""
    write_text(path, dump_yaml(overrides.model_dump(mode="json", exclude_none=True, exclude_defaults=True)))


def _contradictions(document: Document, overrides: Overrides) -> list[Fault]:
    joined = {frozenset(o.pair) for o in overrides.must_link}
    return [
        Fault(
            f"{' and '.join(o.pair)} must and cannot be linked",
            document.place(("cannot_link", i)),
            "keep one of the two",
        )
        for i, o in enumerate(overrides.cannot_link)
        if frozenset(o.pair) in joined
    ]


def placed(records: Records, overrides: Overrides | None) -> Placed:
    """Find the records that overrides name; one that is gone makes a flag, not an error: data comes and goes."""
    if overrides is None or not (overrides.must_link or overrides.cannot_link):
        return Placed((), (), ())
    named = sorted({r for o in (*overrides.must_link, *overrides.cannot_link) for r in o.pair})
    wanted = pl.DataFrame({"name": named}).with_columns(
        pl.col("name").str.splitn(":", 2).struct.rename_fields(["system", "source_id"]).alias("key")
    )
    rows = records.keys().with_row_index("row")
    found = wanted.unnest("key").join(rows, on=["system", "source_id"])
    place: dict[str, int] = dict(found.select("name", "row").iter_rows())
    flags = [f"an override names {name}, which is not among the records" for name in named if name not in place]

    def rows_of(items: tuple[Override, ...]) -> tuple[Pair, ...]:
        return tuple((place[o.pair[0]], place[o.pair[1]]) for o in items if o.pair[0] in place and o.pair[1] in place)

    return Placed(rows_of(overrides.must_link), rows_of(overrides.cannot_link), tuple(flags))
