"""Verbs on records that are the same thing: link."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import UsageError

from .app import JSON, app, say, show_json, status

if TYPE_CHECKING:
    from workbench.linkage import Linkage


@app.command()
def link(
    landscape: Annotated[Path, typer.Argument(help="The landscape file.")],
    entity: Annotated[str, typer.Argument(help="The canonical entity.")],
    model_path: Annotated[
        Path | None, typer.Option("--model", help="The link model; links/ENTITY.yaml otherwise.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Where crosswalk and golden records go.")] = Path(
        "reports/links"
    ),
    anew: Annotated[
        bool, typer.Option("--anew", help="Compare everything again, not only what is new; ids stay.")
    ] = False,
    as_json: JSON = False,
) -> None:
    """Find the same things across systems: crosswalk with stable ids, golden records, conflicts.

    Honours what people decided in the files beside the link model: ENTITY.labels.csv and ENTITY.overrides.yaml.
    """
    from workbench.linkage import LinkFiles, load_crosswalk, load_link_model, propose_model, save_link_model
    from workbench.linkage import link as link_records
    from workbench.project import open_project

    project = open_project(landscape)
    target = project.entity(entity)
    with status(f"mapping to {entity}", quiet=as_json) as shown:
        frames = project.canonical(entity, progress=lambda text: shown.update(text) if shown else None)
        path = model_path or project.root / "links" / f"{entity.lower()}.yaml"
        proposed = not path.exists()
        if proposed and model_path is not None:
            raise UsageError(
                "there is no such link model", where=str(model_path), cure="leave --model out to get one proposed"
            )
        model = propose_model(frames, target, scope="all") if proposed else load_link_model(path)
        known = out / entity / "crosswalk.json"
        if shown:
            shown.update("linking")
        before = load_crosswalk(known.parent) if known.exists() else None
        found = LinkFiles.beside(path).decided(link_records(frames, model, crosswalk=before, anew=anew))
    _keep(found, known.parent)
    if proposed:
        save_link_model(found.model, known.parent / f"{entity.lower()}.yaml")
    if as_json:
        show_json({"entity": entity, "counts": dict(found.counts), "flags": [f.text for f in found.flags]})
        return
    for name, n in found.counts.items():
        say(f"{n:>12,}  {name}")
    for flag in found.flags[:10]:
        say(f"[yellow]![/] {flag.text}".replace("[y", "[y"))
    if proposed:
        say(f"[green]✓[/] proposed link model: {known.parent}/{entity.lower()}.yaml (keep it as {path})")
    say(f"[green]✓[/] {known.parent}")


def _keep(found: Linkage, folder: Path) -> None:
    """Write the crosswalk, and the golden records with where their values come from and where sources disagree."""
    from workbench.sources import write

    found.crosswalk.save(folder)
    golden = found.golden
    for name, frame in (("golden", golden.records), ("provenance", golden.provenance), ("conflicts", golden.conflicts)):
        write(frame, folder / f"{name}.parquet")
