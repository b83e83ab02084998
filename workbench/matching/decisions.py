"""Decisions people took on matches: kept in a small file, they settle a pair and speak for pairs like it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from workbench.model import FieldSpec, Spec, dump_yaml, load_spec, read_document, validate, write_text

from .names import tokens

__all__ = ["Decision", "Decisions", "Verdict", "decided_in", "gather_decisions", "load_decisions"]

Verdict = Literal["accepted", "rejected"]
_VOTE = 2.0  # log-odds of one decision on a column of the same name in another dataset
_VOTES = 2.0  # and the most that several count for, in votes


@dataclass(frozen=True)
class Decision:
    """What somebody decided on a pair.

    Attributes:
        source: 'dataset.column'; the dataset may have dots itself.
        target: 'Entity.field'; 'Entity.*' for a column that is to be mapped to none of its fields.
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
        """The decision on exactly this pair, or else on the column as a whole, if there is one."""
        source = f"{dataset}.{column}"
        return self._latest.get((source, f"{entity}.{field}")) or self._latest.get((source, f"{entity}.*"))

    def leaning(self, dataset: str, column: str, entity: str, field: str) -> float:
        """Log-odds that decisions on columns of this name in other datasets give the pair."""
        votes = self._votes.get((tokens(column), f"{entity}.{field}"), 0.0)
        own = self._latest.get((f"{dataset}.{column}", f"{entity}.{field}"))
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


def decided_in(spec: Spec) -> list[Decision]:
    """The decisions that a spec holds: fields accepted, changed, added or written by hand, and those turned down.

    A proposal that still waits for a person in a draft is no decision; whoever hands a spec on ('proposed' or later)
    stands behind all of it, and behind the columns that it leaves out.
    """
    dataset, entity = spec.source.dataset, spec.target.name
    handed_on = spec.status != "draft"
    out = [_decision(dataset, c, entity, "*", "rejected", {}, spec) for c in spec.unmapped if handed_on]
    for name, field in spec.fields.items():
        said = _said(spec, field.id)
        if handed_on or "decision" in said or "decided_by" in said or "match" not in said:
            out += [_decision(dataset, c, entity, name, "accepted", said, spec) for c in _columns(spec, field)]
    for said in (_said(spec, key) for key in spec.evidence):
        turned_down, was = str(said.get("field")), said.get("was")
        if said.get("decision") == "rejected" and turned_down not in spec.fields and isinstance(was, Mapping):
            columns = _columns(spec, FieldSpec.model_validate(was))
            out += [_decision(dataset, c, entity, turned_down, "rejected", said, spec) for c in columns]
    return out


def _said(spec: Spec, key: str) -> Mapping[str, Any]:
    found = spec.evidence.get(key)
    return found if isinstance(found, Mapping) else {}


def _decision(
    dataset: str, column: str, entity: str, field: str, verdict: Verdict, said: Mapping[str, Any], spec: Spec
) -> Decision:
    by, on = str(said.get("decided_by", "")), str(said.get("on", ""))[:10]
    return Decision(f"{dataset}.{column}", f"{entity}.{field}", verdict, by, on, note=f"in {spec.name}")


def _columns(spec: Spec, field: FieldSpec) -> list[str]:
    """The source columns of a field, named as profiles name them: an item of a list is 'items[].sku'."""
    items = {r.explode.into: r.explode.field for r in spec.rows if r.explode and r.explode.into}
    paths = [*(field.from_ or ()), *(path for b in field.case or () for path in b.from_ or ())]
    if not paths and field.case:  # constants by a condition: what is asked decides the value
        paths = [b.when.field for b in field.case if b.when.field]
    out = []
    for path in dict.fromkeys(paths):
        top, dot, rest = path.partition(".")
        named = f"{items[top]}[]{dot}{rest}" if top in items else path
        out.append(named.replace(".0", "[]"))
    return out


def gather_decisions(specs: Iterable[Path], by_hand: str | os.PathLike[str]) -> Decisions:
    """The decisions in specs that are there, and those in a decisions file, which come last and so count.

    Raises:
        DocumentError: A file is faulty; every fault is named with its line.
    """
    there = [p for p in dict.fromkeys(specs) if p.is_file() and re.search(r"^spec:", p.read_text("utf-8"), re.M)]
    return Decisions([*(d for path in there for d in decided_in(load_spec(path))), *load_decisions(by_hand)])


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
