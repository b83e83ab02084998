"""Pick the match threshold: what each would link, and its precision and recall with their uncertainty."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import DocumentError, UsageError
from workbench.linkage import (
    Linkage,
    LinkModel,
    dump_link_model,
    labelled,
    parse_link_model,
    read_labels,
    threshold_table,
)
from workbench.model import with_scalars

from .desk import Desk, Message
from .html import page_table
from .saving import SharedFile

__all__ = ["ThresholdPicker"]

_GRID = (0.01, 0.02, 0.05, *(round(x / 20, 2) for x in range(2, 20)), 0.97, 0.98, 0.99, 0.995, 0.999)


class ThresholdPicker(Desk):
    """Thresholds of a link model, told from labelled pairs.

    Args:
        linkage: A run of linking.
        labels: The labels file.
        path: The link model's file, where the choice goes; it is made from the run's model when it is not there.
    """

    panel = "threshold_picker"

    def __init__(self, linkage: Linkage, labels: str | os.PathLike[str], path: str | os.PathLike[str]) -> None:
        self.linkage, self.path = linkage, Path(path)
        self._file = SharedFile(path)
        self._text = text = self._file.read()
        self.model = parse_link_model(text, name=str(path)) if text is not None else linkage.model
        self._known = labelled(linkage, read_labels(labels))

    def __repr__(self) -> str:
        t = self.model.thresholds
        return f"{self.model.entity}: match at {t.match:g}, review from {t.review:g}, {self._known.height} labels"

    @property
    def labelled(self) -> int:
        """How many pairs are labelled."""
        return self._known.height

    def table(self) -> pl.DataFrame:
        """One row per threshold; see `workbench.linkage.threshold_table`.

        Raises:
            UsageError: Nothing is labelled yet.
        """
        if not self._known.height:
            raise UsageError("nothing is labelled yet", cure="label pairs first, with PairLabelling")
        at = sorted({*_GRID, round(self.model.thresholds.match, 4)})
        apart = self._known["weight"].is_null()  # labelled, but not a scored pair: it stands for itself
        among = pl.concat([self.linkage.pairs["probability"], self._known["probability"].filter(apart)])
        columns = (self._known["match"], self._known["probability"], among)
        match, scores, population = (c.to_numpy() for c in columns)
        return threshold_table(match, scores, population, at=at)

    def choose(self, match: float, review: float | None = None) -> None:
        """Write thresholds into the link model's file.

        Args:
            match: Pairs at least this probable are linked.
            review: Pairs at least this probable are kept for a person; unchanged when left out.

        Raises:
            UsageError: They are out of order, or somebody else changed the file.
        """
        least = min(self.model.thresholds.review, match) if review is None else review
        if not (0 <= least <= match < 1 and match > 0):
            raise UsageError(f"match at {match:g} and review from {least:g}", cure="0 ≤ review ≤ match < 1, match > 0")
        changed = self.model.thresholds.model_copy(update={"match": match, "review": least})
        model = self.model.model_copy(update={"thresholds": changed})
        text = self._written(model)
        if not self._file.write(text):
            cure = "open the picker again: it then starts from their file"
            raise UsageError(
                "somebody else changed the link model; nothing was written", where=str(self.path), cure=cure
            )
        self.model, self._text = model, text

    def _written(self, model: LinkModel) -> str:
        """The file's text with the thresholds that changed, all else as it was; a new file where there is none."""
        if self._text is None:
            return dump_link_model(model)
        was, now = self.model.thresholds, model.thresholds
        changed = {
            ("thresholds", k): repr(getattr(now, k)) for k in ("match", "review") if getattr(now, k) != getattr(was, k)
        }
        try:
            text = with_scalars(self._text, changed)
            if parse_link_model(text) == model:
                return text
        except DocumentError:  # a text of another shape: written anew, it is at least right
            pass
        return dump_link_model(model)

    # -- for the panel

    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""
        t = self.model.thresholds
        return {
            "title": f"Threshold: {self.model.entity}",
            "match": t.match,
            "review": t.review,
            "labels": self._known.height,
            "rows": self.table().to_dicts() if self._known.height else [],
        }

    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """The panel's buttons."""
        return {"hello": lambda _: {"kind": "whole", **self.snapshot()}, "choose": self._choose}

    def _choose(self, message: Message) -> Message:
        self.choose(float(message["match"]))
        return {"kind": "whole", **self.snapshot()}

    def to_html(self) -> str:
        """The thresholds as a static table."""
        if not self._known.height:
            return f"<p>{self!r}: nothing is labelled yet.</p>"
        here = self.model.thresholds.match
        seen, table = set(), []
        for r in self.table().to_dicts():  # thresholds that tell nothing new only make it long
            if (told := (r["precision"], r["recall"])) not in seen or abs(r["threshold"] - here) < 1e-9:
                seen.add(told)
                table.append(r)
        rows = [
            (
                f"{'→ ' if abs(r['threshold'] - here) < 1e-9 else ''}{r['threshold']:g}",
                f"{r['pairs']:,}",
                f"{r['precision']:.3f} ({r['precision_low']:.3f} … {r['precision_high']:.3f})",
                f"{r['recall']:.3f} ({r['recall_low']:.3f} … {r['recall_high']:.3f})",
                f"{r['f1']:.3f}",
            )
            for r in table
        ]
        headings = ("threshold", "pairs linked", "precision (95 %)", "recall (95 %)", "F1")
        return page_table(headings, rows, repr(self), (1, 2, 3, 4))
