"""Verbs that run notebooks: run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.errors import UsageError

from .app import JSON, Short, app, say, show_json, status


@app.command()
def run(
    names: Annotated[
        list[str], typer.Argument(metavar="NOTEBOOK… LANDSCAPE", help="'all', or names, then the landscape.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where the reports go.")] = Path("reports"),
    flow: Annotated[list[str] | None, typer.Option(help="Only this flow; may be given several times.")] = None,
    as_json: JSON = False,
) -> None:
    """Run notebooks through papermill for every flow of a landscape: executed copies, pages, specs, index.html."""
    from workbench.notebooks import run_story
    from workbench.notebooks.story import STORY

    *notebooks, landscape = names
    if not notebooks:
        raise UsageError(
            "name the notebooks, or 'all', and then the landscape", cure="workbench run all landscape.yaml"
        )
    chosen = STORY if notebooks == ["all"] else tuple(notebooks)
    with status("starting", quiet=as_json) as shown:

        def told(name: str, done: Any) -> None:
            if not as_json:
                mark = "[red]✗[/]" if done.failure else "[green]✓[/]"
                say(f"{mark} {name:<20} {done.name:<10} {_summary(done)}".replace("[/]", "[/]"))
            if shown is not None:
                shown.update(f"{name} {done.name}")

        chapters = run_story(landscape, out, notebooks=chosen, flows=flow or (), told=told)
    index = write_index(landscape, out, chapters)
    failed = [c for c in chapters if c.failure]
    if as_json:
        show_json(
            [{"flow": c.flow, "failure": c.failure, "results": {d.name: d.result for d in c.done}} for c in chapters]
        )
    else:
        say(
            f"[green]✓[/] {index}"
            if not failed
            else f"[yellow]![/] {index}: {len(failed)} of {len(chapters)} flows stopped"
        )
    if failed:
        raise Short


def _summary(done: Any) -> str:
    text = done.failure.splitlines()[0][:160] if done.failure else str(done.result.get("summary", ""))
    return text.replace("[", "\\[")


def write_index(landscape: str, out: Path, chapters: list[Any]) -> Path:
    """Write the first page over the chapters of a story."""
    from workbench.model import load_landscape, write_text
    from workbench.reports import index_page

    world = load_landscape(landscape)
    rows = []
    for c in chapters:
        results = {d.name: d.result for d in c.done}
        counts = results.get("5_verify", {}).get("counts") or results.get("4_map", {}).get("counts") or {}
        links = [(d.name.partition("_")[2], f"{c.flow}/{d.html.name}") for d in c.done]
        spec = results.get("4_map", {}).get("spec_copy")
        links += [("spec", f"{c.flow}/{spec}")] if spec else []
        verdict = results.get("5_verify", {}).get("passed")
        rows.append(
            {"flow": c.flow, "source": c.source, "target": c.target, "failure": c.failure, "counts": counts,
             "verdict": verdict, "links": links, "summary": results.get("3_deduplicate", {}).get("summary", "")}
        )  # fmt: skip
    return write_text(out / "index.html", index_page(world.name, world.description, rows))
