"""Landscapes read from their file, every reference in them followed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.errors import Fault, LandscapeError, UsageError, did_you_mean

from .document import Document, Where, read_document, validate
from .landscape import Landscape, path_inside

__all__ = ["load_landscape"]


def load_landscape(path: str | os.PathLike[str]) -> Landscape:
    """Read a landscape file.

    Args:
        path: The file, or the folder it lies in as ``landscape.yaml``.

    Raises:
        LandscapeError: With every fault and its line; references to what is not there among them.
    """
    file = Path(path)
    file = file / "landscape.yaml" if file.is_dir() else file
    document = read_document(file, LandscapeError)
    landscape = validate(document, Landscape, LandscapeError).at(file.parent)
    faults = [*_twice(landscape, document), *_paths(landscape, document), *_references(landscape, document)]
    if faults:
        raise LandscapeError(faults)
    return landscape


def _twice(landscape: Landscape, document: Document) -> Iterator[Fault]:
    """Ids that stand twice."""
    for group in ("owners", "systems", "datasets", "flows"):
        yield from _repeated([noun.id for noun in getattr(landscape, group)], (group,), document)
    for i, flow in enumerate(landscape.flows):
        yield from _repeated([c.id for c in flow.criteria], ("flows", i, "criteria"), document)


def _repeated(ids: list[str], at: Where, document: Document) -> Iterator[Fault]:
    for i, id_ in enumerate(ids):
        if id_ in ids[:i]:
            yield Fault(f"the id '{id_}' stands twice", document.place((*at, i, "id")), "rename one")


def _paths(landscape: Landscape, document: Document) -> Iterator[Fault]:
    """Paths that lead out of the landscape's folder."""
    found: list[tuple[str | None, Where]] = [(landscape.entities, ("entities",))]
    for i, dataset in enumerate(landscape.datasets):
        if not dataset.is_url:
            found.append((dataset.location, ("datasets", i, "location")))
        found.append((dataset.contract, ("datasets", i, "contract")))
    for i, flow in enumerate(landscape.flows):
        found.append((flow.spec, ("flows", i, "spec")))
        found.append((flow.documentation, ("flows", i, "documentation")))
    for path, at in found:
        if path is not None and _inside(landscape.root, path) is None:
            what = f"the path '{path}' leads out of the folder"
            yield Fault(what, document.place(at), "move what it names into the folder, write a relative path")


def _inside(root: Path, path: str | None) -> Path | None:
    try:
        return path_inside(root, path) if path is not None else None
    except UsageError:
        return None


def _references(landscape: Landscape, document: Document) -> Iterator[Fault]:
    """Names and files that are not there."""

    def known(kind: str, name: str | None, names: Iterable[str], at: Where) -> Iterator[Fault]:
        names = list(names)
        if name is not None and name not in names:
            yield Fault(f"there is no {kind} '{name}'", document.place(at), did_you_mean(name, names))

    owners = [o.id for o in landscape.owners]
    systems = [s.id for s in landscape.systems]
    datasets = [d.id for d in landscape.datasets]
    entities = landscape.entity_names if _inside(landscape.root, landscape.entities) else ()
    ends = [*entities, *datasets]
    for i, system in enumerate(landscape.systems):
        yield from known("owner", system.owner, owners, ("systems", i, "owner"))
    for i, dataset in enumerate(landscape.datasets):
        yield from known("system", dataset.system, systems, ("datasets", i, "id"))
        yield from known("owner", dataset.owner, owners, ("datasets", i, "owner"))
        yield from _file(landscape, dataset.contract, "contract", ("datasets", i, "contract"), document)
    for i, flow in enumerate(landscape.flows):
        yield from known("dataset or entity", flow.source, ends, ("flows", i, "source"))
        yield from known("entity or dataset", flow.target, ends, ("flows", i, "target"))
        yield from known("owner", flow.owner, owners, ("flows", i, "owner"))
        yield from _file(landscape, flow.documentation, "file", ("flows", i, "documentation"), document)


def _file(landscape: Landscape, path: str | None, kind: str, at: Where, document: Document) -> Iterator[Fault]:
    file = _inside(landscape.root, path)
    if path is None or file is None or file.is_file():
        return
    near = [str((Path(path).parent / p.name).as_posix()) for p in file.parent.glob("*") if p.is_file()]
    cure = did_you_mean(path, near) if near else "check the path"
    yield Fault(f"there is no {kind} '{path}'", document.place(at), cure)
