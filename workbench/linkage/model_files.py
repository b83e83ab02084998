"""Link model files: YAML in, with every fault and its line, and stable YAML out."""

from __future__ import annotations

import os
from typing import Any

from workbench.errors import Fault, LinkModelError, did_you_mean
from workbench.model import Document, dump_yaml, parse_document, read_document, validate, write_text

from .model import LinkModel, plain_model
from .similarity import comparers
from .standardising import known_steps, written
from .survivorship import survivors

__all__ = ["dump_link_model", "load_link_model", "parse_link_model", "save_link_model"]


def load_link_model(path: str | os.PathLike[str]) -> LinkModel:
    """Read a link model file.

    Raises:
        LinkModelError: With every fault and its line.
    """
    return _checked(read_document(path, LinkModelError))


def parse_link_model(text: str, *, name: str = "link model") -> LinkModel:
    """Read a link model from YAML text; see `load_link_model`."""
    return _checked(parse_document(text, name=name, error=LinkModelError))


def dump_link_model(model: LinkModel) -> str:
    """The model as YAML: equal models give equal text."""
    return dump_yaml(plain_model(model))


def save_link_model(model: LinkModel, path: str | os.PathLike[str]) -> None:
    """Write the model, atomically."""
    write_text(path, dump_link_model(model))


def _checked(document: Document) -> LinkModel:
    model = validate(document, LinkModel, LinkModelError)
    if faults := _strays(document, model):
        raise LinkModelError(faults)
    return model


def _strays(document: Document, model: LinkModel) -> list[Fault]:
    """Names that point nowhere, each with its line."""
    faults: list[Fault] = []

    def known(name: str, names: Any, kind: str, *where: str | int) -> None:
        if name not in names:
            faults.append(Fault(f"there is no {kind} '{name}'", document.place(where), did_you_mean(name, names)))

    for i, rule in enumerate(model.blocking):
        for j, key in enumerate(rule.keys):
            known(key.field, model.fields, "field", "blocking", i, "same", j)
    seen: set[str] = set()
    for i, comparison in enumerate(model.comparisons):
        if comparison.id in seen:
            place = document.place(("comparisons", i, "id"))
            faults.append(Fault(f"the comparison '{comparison.id}' stands twice", place, "rename one"))
        seen.add(comparison.id)
        for j, name in enumerate(comparison.fields):
            known(name, model.fields, "field", "comparisons", i, "fields", j)
    for field, rule_ in model.fields.items():
        for j, step in enumerate(rule_.standardise):
            known(written(step)[0], known_steps(), "step", "fields", field, "standardise", j)
    for i, comparison in enumerate(model.comparisons):
        for j, level in enumerate(comparison.levels):
            if level.using is not None:
                known(level.using, comparers, "comparer", "comparisons", i, "levels", j, "using")
    for field, survivor in model.survivorship.items():
        known(survivor.take, survivors, "survivor", "survivorship", field, "take")
    for system, about in model.systems.items():
        for name in about.columns:
            known(name, model.fields, "field", "systems", system, "columns", name)
    return faults
