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
        running: dict[Future[Done], tuple[Chapter, int]] = {}
        ready = [(chapter, 0) for chapter, _ in steps.values()]
        while running or ready:
            linking = {c.flow for c, _ in running.values()} | {c.flow for c, n in ready if n == 0}
            held = [(c, n) for c, n in ready if _waits(steps[c.flow][1][n], linking - {c.flow}, base)]
            for chapter, number in ready:
                if (chapter, number) not in held:
                    name, parameters = steps[chapter.flow][1][number]
                    future = pool.submit(run_notebook, name, _there(parameters), base / chapter.flow)
                    running[future] = (chapter, number)
            ready = held
            future = _first(running)
            chapter, number = running.pop(future)
            done = future.result()
            chapter.done.append(done)
            if told is not None:
                told(chapter.flow, done)
            if not done.failure and number + 1 < len(steps[chapter.flow][1]):
                ready.append((chapter, number + 1))
    return [chapter for chapter, _ in steps.values()]


def _waits(step: tuple[str, dict[str, Any]], busy: set[str], base: Path) -> bool:
    """Whether a notebook reads a crosswalk that another chapter still makes."""
    crosswalk = step[1].get("crosswalk")
    return crosswalk is not None and Path(crosswalk).relative_to(base).parts[0] in busy


def _there(parameters: dict[str, Any]) -> dict[str, Any]:
    """Without a crosswalk that was not made after all: its chapter says why."""
    made = Path(parameters.get("crosswalk") or ".").is_dir()
    return parameters if made else {k: v for k, v in parameters.items() if k != "crosswalk"}


def _chapters(
    flows: Sequence[Flow], names: Sequence[str], landscape: str, base: Path
) -> dict[str, tuple[Chapter, list[tuple[str, dict[str, Any]]]]]:
    """Per chapter its notebooks with their parameters: one per flow, one per entity that several flows bring."""
    out: dict[str, tuple[Chapter, list[tuple[str, dict[str, Any]]]]] = {}
    across = [n for n in names if n in OF_ENTITIES]
    root = Path(landscape).parent
    specs = [f for f in flows if f.spec and (root / f.spec).exists()]
    crosswalks: dict[str, Path] = {}
    for entity in dict.fromkeys(f.target for f in specs) if across else ():
        systems = {f.source.partition(".")[0] for f in specs if f.target == entity}
        # Only what people keep under links/ is linked on its own; anything else would be a guess at what is the same.
        kept = root / "links" / f"{entity.lower()}.yaml"
        if len(systems) > 1 and kept.exists():
            name = f"{entity.lower()}-linked"
            given = {"landscape": landscape, "entity": entity, "model": str(kept), "out": str(base / name)}
            out[name] = (Chapter(name, " + ".join(sorted(systems)), entity), [(n, given) for n in across])
            crosswalks[entity] = base / name / "crosswalk"
    own = [n for n in names if n not in OF_ENTITIES]
    for flow in flows if own else ():
        steps = {n: _parameters(n, landscape, flow, base) for n in own}
        if "4_map" in steps and flow.target in crosswalks:
            steps["4_map"]["crosswalk"] = str(crosswalks[flow.target])
        out[flow.id] = (Chapter(flow.id, flow.source, flow.target), list(steps.items()))
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
