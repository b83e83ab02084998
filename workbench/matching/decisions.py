"""Decisions people took on matches: kept in a small file, they settle a pair and speak for pairs like it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from workbench.model import dump_yaml, read_document, validate, write_text

from .names import tokens

__all__ = ["Decision", "Decisions", "Verdict", "load_decisions"]

Verdict = Literal["accepted", "rejected"]
_VOTE = 2.0  # log-odds of one decision on a column of the same name in another dataset
_VOTES = 2.0  # and the most that several count for, in votes


@dataclass(frozen=True)
class Decision:
    """What somebody decided on a pair.

    Attributes:
        source: 'dataset.column'; the dataset may have dots itself.
        target: 'Entity.field'.
        verdict: 'accepted' or 'rejected'.
        by: Who decided.
        on: When, as a date.
        note: Why, in words.
    """

    source: str
    target: str
    verdict: Verdict
    by: str = ""
    on: str = ""
    note: str = ""

    def __str__(self) -> str:
        who = f" by {self.by}" if self.by else ""
        when = f" on {self.on}" if self.on else ""
        why = f": {self.note}" if self.note else ""
        return f"{self.verdict}{who}{when}{why}"


class Decisions:
    """All decisions of a project, the latest on a pair counting.

    Args:
        entries: In the order they were taken.

    >>> known = Decisions([Decision("crm.customers.cust_no", "Customer.customer_id", "accepted")])
    >>> known.settled("crm.customers", "cust_no", "Customer", "customer_id").verdict
    'accepted'
    >>> known.leaning("shop.customers", "CustNo", "Customer", "customer_id")
    2.0
    """

    def __init__(self, entries: Iterable[Decision] = ()) -> None:
        latest: dict[tuple[str, str], Decision] = {}
        for entry in entries:
            latest.pop((entry.source, entry.target), None)
            latest[entry.source, entry.target] = entry
        self._latest = latest
        self._votes: dict[tuple[tuple[str, ...], str], float] = {}
        for entry in latest.values():
            vote = 1.0 if entry.verdict == "accepted" else -1.0
            key = (tokens(entry.source.rpartition(".")[2]), entry.target)
            self._votes[key] = self._votes.get(key, 0.0) + vote

    def __iter__(self) -> Iterator[Decision]:
        return iter(self._latest.values())

    def __len__(self) -> int:
        return len(self._latest)

    def settled(self, dataset: str, column: str, entity: str, field: str) -> Decision | None:
        """The decision on exactly this pair, if there is one."""
        return self._latest.get((f"{dataset}.{column}", f"{entity}.{field}"))

    def leaning(self, dataset: str, column: str, entity: str, field: str) -> float:
        """Log-odds that decisions on columns of this name in other datasets give the pair."""
        votes = self._votes.get((tokens(column), f"{entity}.{field}"), 0.0)
        own = self.settled(dataset, column, entity, field)
        if own is not None:
            votes -= 1.0 if own.verdict == "accepted" else -1.0
        return _VOTE * max(-_VOTES, min(_VOTES, votes))

    def having(self, *entries: Decision) -> Decisions:
        """These decisions and more; a later one on the same pair replaces the earlier."""
        return Decisions([*self._latest.values(), *entries])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file: one entry per pair, in the order taken."""
        pairs = [{name: text for name, text in vars(entry).items() if text} for entry in self._latest.values()]
        return write_text(path, dump_yaml({"decisions": 1, "pairs": pairs}))


class _Pair(BaseModel):
    model_config = ConfigDict(extra="forbid")
    source: str
    target: str
    verdict: Verdict
    by: str = ""
    on: str = ""
    note: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    decisions: Literal["1"]
    pairs: list[_Pair] = []


def load_decisions(path: str | os.PathLike[str]) -> Decisions:
    """Read a decisions file; a file that isn't there yet holds none.

    Raises:
        DocumentError: The file is faulty; every fault is named with its line.
    """
    if not Path(path).exists():
        return Decisions()
    found = validate(read_document(path), _File)
    return Decisions(Decision(**pair.model_dump()) for pair in found.pairs)
