"""Label pairs of records: same, different or unsure; the labels file grows with every verdict and never shrinks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import polars as pl

from workbench.errors import UsageError
from workbench.linkage import Explanation, Label, Linkage, add_labels, most_informative, read_labels
from workbench.profiling import mask

from .desk import Desk, Message
from .html import page_table, text
from .saving import alone

__all__ = ["Pair", "PairLabelling", "Piece"]

Verdict = Literal["same", "different", "unsure"]
Key = tuple[str, str]
_MATCH: dict[Verdict, bool | None] = {"same": True, "different": False, "unsure": None}
_ROUND = 25


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a value, and whether the other record has it at this place too."""

    text: str
    same: bool


@dataclass(frozen=True)
class Pair:
    """Two records side by side.

    Attributes:
        left, right: The records, as 'system:id'.
        fields: Per field its name, the two values in pieces, and 'same', 'different' or 'missing'.
        explanation: The waterfall of match weights.
    """

    left: str
    right: str
    fields: tuple[tuple[str, tuple[Piece, ...], tuple[Piece, ...], str], ...]
    explanation: Explanation


class PairLabelling(Desk):
    """Pairs to label, those first whose labels teach most.

    Args:
        linkage: A run of linking.
        path: The labels file; made with the first verdict. Others may write to it too: verdicts are added, none
            is overwritten, and the last about a pair counts.
        by: Who labels.
        aim: How many labels are wanted.
        masked: Hide personal values; differences are marked all the same.
    """

    panel = "pair_labelling"

    def __init__(
        self, linkage: Linkage, path: str | os.PathLike[str], *, by: str = "", aim: int = 50, masked: bool = True
    ) -> None:
        self.linkage, self.path, self.aim, self.masked = linkage, Path(path), aim, masked
        self.by = by or os.environ.get("USER") or "unknown"
        self._given: list[tuple[Key, Key]] = []
        self._unsure = _unsure(self.path)
        self._queue: list[tuple[Key, Key]] = []
        self._next()

    def __repr__(self) -> str:
        return f"{self.linkage.model.entity}: {self.labels.height} of {self.aim} pairs labelled"

    @property
    def labels(self) -> pl.DataFrame:
        """What is labelled, by anybody; see `workbench.linkage.read_labels`."""
        return read_labels(self.path)

    @property
    def progress(self) -> Mapping[str, int]:
        """How many pairs are labelled, which way, and how many are wanted."""
        found = self.labels
        same = int(found["match"].sum() or 0)
        return {
            "labelled": found.height, "same": same, "different": found.height - same,
            "unsure": len(self._unsure), "aim": self.aim,
        }  # fmt: skip

    @property
    def current(self) -> Pair | None:
        """The pair to look at; None when every pair has a verdict."""
        return self.pair(*self._queue[0]) if self._queue else None

    def label(self, verdict: Verdict) -> None:
        """Give a verdict on the present pair; the next one comes up.

        Raises:
            UsageError: There is no pair left, or no such verdict.
        """
        if verdict not in _MATCH:
            raise UsageError(f"'{verdict}' is no verdict", cure="say same, different or unsure")
        if not self._queue:
            raise UsageError("every pair has a verdict", cure="refit the model with them")
        left, right = self._queue.pop(0)
        self._write(left, right, _MATCH[verdict])
        (self._unsure.add if verdict == "unsure" else self._unsure.discard)(_pair_key(left, right))
        self._given.append((left, right))
        if not self._queue:
            self._next()

    def undo(self) -> None:
        """Take the last verdict back and show its pair again."""
        if self._given:
            left, right = self._given.pop()
            self._write(left, right, None)
            self._unsure.discard(_pair_key(left, right))
            self._queue.insert(0, (left, right))

    def pair(self, left: Key, right: Key) -> Pair:
        """Two records side by side, differences marked."""
        names = tuple(":".join(k) for k in (left, right))
        a, b = self._places[names[0]], self._places[names[1]]
        fields = []
        for name, rule in self.linkage.model.fields.items():
            values = [_value(self.linkage, name, row) for row in (a, b)]
            hide = self.masked and rule.personal
            one, other = _pieces(values[0], values[1], hide), _pieces(values[1], values[0], hide)
            state = "missing" if not all(values) else "same" if values[0] == values[1] else "different"
            fields.append((name, one, other, state))
        told = self.linkage.explain(names[0], names[1], masked=self.masked)
        return Pair(names[0], names[1], tuple(fields), told)

    @cached_property
    def _places(self) -> dict[str, int]:
        keys = self.linkage.records.keys()
        names = keys.select(pl.concat_str("system", "source_id", separator=":")).to_series().to_list()
        return {name: i for i, name in enumerate(names)}

    def _write(self, left: Key, right: Key, match: bool | None) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with alone(self.path.parent):  # what others added meanwhile is read again and kept
            add_labels(self.path, [Label(left, right, match, self.by)])

    def _next(self) -> None:
        """Ask for more pairs, without those somebody is unsure of; those come when nothing else is left."""
        found = most_informative(self.linkage.pairs, self.labels, _ROUND + len(self._unsure))
        pairs = [((a, i), (b, j)) for a, i, b, j in found.select("system_l", "id_l", "system_r", "id_r").iter_rows()]
        self._queue = [p for p in pairs if _pair_key(*p) not in self._unsure][:_ROUND]

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        now = self.current
        return {
            "title": f"Label pairs: {self.linkage.model.entity}",
            "progress": dict(self.progress),
            "masked": self.masked,
            "undo": bool(self._given),
            "pair": None if now is None else _shown(now),
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {
            "hello": lambda _: self._whole(),
            "label": lambda m: self._whole(self.label, m["verdict"]),
            "undo": lambda _: self._whole(self.undo),
            "masked": lambda m: self._whole(setattr, self, "masked", bool(m["masked"])),
        }

    def _whole(self, act: Callable[..., object] | None = None, *args: Any) -> Message:
        if act is not None:
            act(*args)
        return {"kind": "whole", **self.snapshot()}

    def to_html(self) -> str:
        """How far the labelling is, and the pair that would be asked next, static."""
        said = self.progress
        how_far = page_table(
            ("pairs", "number"), [(text(name), f"{n:,}") for name, n in said.items()], repr(self), (1,)
        )
        now = self.current
        if now is None:
            return how_far
        rows = [(text(name), _marked(a), text(state), _marked(b)) for name, a, b, state in now.fields]
        pair = page_table(("field", now.left, "compared", now.right), rows, "The pair whose label would teach most")
        return how_far + pair + now.explanation._repr_html_()


def _marked(pieces: Sequence[Piece]) -> str:
    """A value with what differs marked."""
    return "".join(text(p.text) if p.same else f"<mark>{text(p.text)}</mark>" for p in pieces) or "–"


def _pair_key(left: Key, right: Key) -> tuple[Key, Key]:
    return (left, right) if left <= right else (right, left)


def _unsure(path: Path) -> set[tuple[Key, Key]]:
    """Pairs whose last line in the file has no verdict."""
    if not path.exists():
        return set()
    read_labels(path)  # says what is wrong with it
    frame = pl.read_csv(path, infer_schema=False)
    keys = ["system_l", "id_l", "system_r", "id_r"]
    last = frame.group_by(keys, maintain_order=True).last().filter(pl.col("match").fill_null("") == "")
    return {_pair_key((a, i), (b, j)) for a, i, b, j in last.select(keys).iter_rows()}


def _value(linkage: Linkage, name: str, row: int) -> str:
    column = linkage.records.column(name)
    code = int(column.codes[row])
    return "" if code < 0 else str(column.values[code])


def _pieces(mine: str, other: str, hide: bool) -> tuple[Piece, ...]:
    """A value cut where it differs from the other; masking keeps the length, so the cuts stay right."""
    shown = mask(mine) if hide else mine
    blocks = SequenceMatcher(None, mine, other, autojunk=False).get_opcodes()
    return tuple(Piece(shown[i:j], kind == "equal") for kind, i, j, _, _ in blocks if j > i)


def _shown(pair: Pair) -> dict[str, Any]:
    def told(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
        return [{"text": p.text, "same": p.same} for p in pieces]

    e = pair.explanation
    return {
        "left": pair.left,
        "right": pair.right,
        "fields": [{"name": n, "left": told(a), "right": told(b), "state": s} for n, a, b, s in pair.fields],
        "parts": [{"name": p.name, "outcome": p.outcome, "weight": round(p.weight, 2)} for p in e.parts],
        "weight": round(e.weight, 2),
        "probability": round(e.probability, 4),
    }
