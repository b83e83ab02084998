"""The whole story of a landscape: every flow profiled, mapped, verified and exported, and one page over all."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from workbench.errors import UsageError
from workbench.model import Flow, Landscape, load_landscape
from workbench.project import open_project

from .running import Done, notebook_path, run_notebook

__all__ = ["Chapter", "run_story"]

STORY = ("2_profile", "3_deduplicate", "4_map", "5_verify", "6_export")
# These look at an entity across its systems, not at one flow.
OF_ENTITIES = ("3_deduplicate",)
Told = Callable[[str, Done], None]


@dataclass
class Chapter:
    """One flow of the story: its notebooks, in order; it ends at the first that fails."""

    flow: str
    source: str
    target: str
    done: list[Done] = field(default_factory=list)

    @property
    def failure(self) -> str:
        """Why the chapter stopped, '' when it did not."""
        return next((f"{d.name}: {d.failure}" for d in self.done if d.failure), "")


def run_story(
    landscape: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    notebooks: Sequence[str] = STORY,
    flows: Sequence[str] = (),
    told: Told | None = None,
    workers: int = 2,
) -> list[Chapter]:
    """Run notebooks for the flows of a landscape.

    Args:
        landscape: The landscape file.
        folder: Where reports and specs go.
        notebooks: Which, in order.
        flows: Which flows, by id; all flows from a dataset to an entity when empty.
        told: Called after each notebook with the flow and what came out.
        workers: Processes; two make use of two cores.

    Raises:
        LandscapeError: The file is no landscape, with every fault.
        UsageError: The landscape has no such flow, or its file another name.
    """
    file = Path(landscape)
    if file.is_file() and not file.name.startswith("landscape"):
        load_landscape(file)  # tells all that is wrong with it, where it is none
        raise UsageError("a landscape has another name", where=str(file), cure="call the file landscape.yaml")
    project = open_project(landscape)
    if project.landscape is None:
        raise UsageError("this is not a landscape", where=str(landscape), cure="name a landscape.yaml")
    chosen = _flows(project.landscape, flows)
    names = [notebook_path(n).stem for n in notebooks]
    base = Path(folder).absolute()
    steps = _chapters(chosen, names, str(Path(landscape).absolute()), base)
    # spawn: Polars holds threads that a forked child would wait for forever.
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[Done], tuple[Chapter, int]] = {}

        def start(chapter: Chapter, number: int) -> None:
            name, parameters = steps[chapter.flow][1][number]
            waiting[pool.submit(run_notebook, name, parameters, base / chapter.flow)] = (chapter, number)

        chapters = [chapter for chapter, _ in steps.values()]
        for chapter in chapters:
            start(chapter, 0)
        while waiting:
            future = _first(waiting)
            chapter, number = waiting.pop(future)
            done = future.result()
            chapter.done.append(done)
            if told is not None:
                told(chapter.flow, done)
            if not done.failure and number + 1 < len(steps[chapter.flow][1]):
                start(chapter, number + 1)
    return chapters


def _chapters(
    flows: Sequence[Flow], names: Sequence[str], landscape: str, base: Path
) -> dict[str, tuple[Chapter, list[tuple[str, dict[str, Any]]]]]:
    """Per chapter its notebooks with their parameters: one per flow, one per entity that several flows bring."""
    out: dict[str, tuple[Chapter, list[tuple[str, dict[str, Any]]]]] = {}
    own = [n for n in names if n not in OF_ENTITIES]
    for flow in flows if own else ():
        out[flow.id] = (
            Chapter(flow.id, flow.source, flow.target),
            [(n, _parameters(n, landscape, flow, base)) for n in own],
        )
    across = [n for n in names if n in OF_ENTITIES]
    root = Path(landscape).parent
    specs = [f for f in flows if f.spec and (root / f.spec).exists()]
    for entity in dict.fromkeys(f.target for f in specs) if across else ():
        systems = {f.source.partition(".")[0] for f in specs if f.target == entity}
        # Only what people keep under links/ is linked on its own; anything else would be a guess at what is the same.
        kept = root / "links" / f"{entity.lower()}.yaml"
        if len(systems) > 1 and kept.exists():
            name = f"{entity.lower()}-linked"
            given = {"landscape": landscape, "entity": entity, "model": str(kept), "out": str(base / name)}
            out[name] = (Chapter(name, " + ".join(sorted(systems)), entity), [(n, given) for n in across])
    return out


def _first(waiting: dict[Future[Done], Any]) -> Future[Done]:
    from concurrent.futures import FIRST_COMPLETED, wait

    return next(iter(wait(waiting, return_when=FIRST_COMPLETED).done))


def _flows(landscape: Landscape, wanted: Sequence[str]) -> list[Flow]:
    if wanted:
        return [landscape.flow(name) for name in wanted]
    datasets = {d.id for d in landscape.datasets}
    return [f for f in landscape.flows if f.source in datasets and f.target in landscape.entity_names]


def _parameters(name: str, landscape: str, flow: Flow, base: Path) -> dict[str, Any]:
    root = Path(landscape).parent
    reviewed = root / flow.spec if flow.spec else None
    # A spec that people keep is read where it lies; one that nobody wrote yet is drafted among the reports.
    spec = reviewed if reviewed and reviewed.exists() else base / flow.id / f"{flow.id}.yaml"
    every: dict[str, dict[str, Any]] = {
        "2_profile": {"dataset": flow.source},
        "4_map": {"dataset": flow.source, "entity": flow.target, "spec": str(spec)},
        "5_verify": {"spec": str(spec)},
        "6_export": {"spec": str(spec), "out": str(base / flow.id / "exports")},
    }
    return {"landscape": landscape, **every.get(name, {})}
