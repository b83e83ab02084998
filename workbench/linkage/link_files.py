"""The files in which people keep what they decided about linking an entity, and a run that honours them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UsageError

from .labelling import labelled, read_labels, refit
from .linking import Linkage
from .model import LinkModel
from .model_files import load_link_model
from .overrides import Overrides, load_overrides
from .rescoring import rescored

__all__ = ["LinkFiles"]


@dataclass(frozen=True, slots=True)
class LinkFiles:
    """What people decided, side by side: none of the files need be there.

    Attributes:
        model: The link model with its thresholds.
        labels: Labelled pairs.
        overrides: Pairs that must or cannot be linked.
    """

    model: Path
    labels: Path
    overrides: Path

    @classmethod
    def beside(cls, model: str | os.PathLike[str]) -> LinkFiles:
        """The files that belong to a link model.

        >>> LinkFiles.beside("links/customer.yaml").labels.name
        'customer.labels.csv'
        """
        path = Path(model)
        return cls(path, path.with_suffix(".labels.csv"), path.with_suffix(".overrides.yaml"))

    def decided(self, run: Linkage) -> Linkage:
        """A run with all that people have decided by now: thresholds, labels, overrides; nothing is compared anew.

        Raises:
            LinkModelError: The model or the overrides are faulty.
            SourceError: The labels are.
            UsageError: The model's file meanwhile compares differently.
        """
        overrides = load_overrides(self.overrides) if self.overrides.exists() else Overrides()
        found = rescored(run, self._model(run.model), overrides=overrides)
        labels = read_labels(self.labels)
        seen = labelled(found, labels)["weight"].is_not_null().any() if labels.height else False
        return refit(found, labels) if seen else found

    def _model(self, used: LinkModel) -> LinkModel:
        """The file's model, with the run's weights where it has none."""
        if not self.model.exists():
            return used
        written = load_link_model(self.model)
        if written.fingerprint(weights=False) != used.fingerprint(weights=False):
            what = "the link model was changed and now compares differently"
            raise UsageError(what, where=str(self.model), cure="link again with it: run from the first cell on")
        if written.trained:
            return written
        return written.model_copy(update={"comparisons": used.comparisons, "prior": used.prior})
