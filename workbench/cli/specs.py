"""Verbs around specs: steps, approve, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import app, say


@app.command()
def steps(
    name: Annotated[str, typer.Argument(help="One step; all of them when left out.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole reference as Markdown.")] = False,
) -> None:
    """List the steps that a spec can name, or explain one."""
    from workbench.model import STEPS, step_reference

    if markdown:
        typer.echo(step_reference(), nl=False)
    elif name:
        typer.echo(f"{name}\n\n{STEPS[name].doc}")
    else:
        for known, step in STEPS.items():
            say(f"[bold]{known:<18}[/] {step.doc.splitlines()[0]}".replace("\\[", "["))


@app.command()
def schema(out: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("spec.schema.json")) -> None:
    """Write the JSON Schema of a spec, so that an editor completes it."""
    from workbench.model import spec_schema

    spec_schema(out)
    say(f"[green]✓[/] {out}")


@app.command()
def approve(
    spec_path: Annotated[Path, typer.Argument(metavar="SPEC", help="The mapping spec.")],
    by: Annotated[str, typer.Option(help="Who approves: the spec's approver.")],
) -> None:
    """Approve a spec as it stands: the approval names its fingerprint and is written to the audit log."""
    from workbench.governance import AuditLog
    from workbench.governance import approve as approve_spec
    from workbench.project import open_project

    log = AuditLog(open_project(spec_path).root / ".workbench" / "audit.jsonl")
    spec = approve_spec(spec_path, by, log)
    say(f"[green]✓[/] {spec.title} is approved as {(spec.approved or '')[:23]}…")
