"""Verbs around specs: steps, schema, approve, invert, diff, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .app import JSON, app, say, show_json
from .reading import open_source


@app.command()
def steps(
    name: Annotated[str, typer.Argument(help="One step; all of them when left out.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole reference as Markdown.")] = False,
) -> None:
    """List the steps that a spec can name, or explain one: a step, case, or a row operation."""
    from workbench.model import STEPS, explain_step, step_reference

    if markdown:
        typer.echo(step_reference(), nl=False)
    elif name:
        typer.echo(f"{name}\n\n{explain_step(name)}")
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


@app.command()
def invert(
    spec_path: Annotated[Path, typer.Argument(metavar="SPEC", help="The mapping spec.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write the way back.")] = None,
) -> None:
    """Write the spec that leads back from the canonical form, and say what is lost."""
    from workbench.mapping import invert as invert_spec
    from workbench.model import dump_spec, load_spec, write_text
    from workbench.project import open_project

    spec, project = load_spec(spec_path), open_project(spec_path)
    back = invert_spec(spec, project.resolve(spec), project.contract(spec.source.dataset))
    for lost in back.lost:
        say(f"[yellow]![/] {lost}".replace("'[", "'\\["))
    if out is None:
        typer.echo(dump_spec(back.spec), nl=False)
    else:
        write_text(out, dump_spec(back.spec))
        say(f"[green]✓[/] {out}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The spec as it was.")],
    new: Annotated[Path, typer.Argument(help="The spec as it is.")],
    as_json: JSON = False,
) -> None:
    """Say what a change of a spec does to the data, replayed on its source, and how much that matters."""
    from workbench.mapping import diff as diff_specs
    from workbench.model import load_spec
    from workbench.project import open_project

    before, after, project = load_spec(old), load_spec(new), open_project(old)
    contract = project.contract(before.source.dataset)
    personal = frozenset(f.name for f in contract.fields if f.personal) if contract else frozenset()
    found = diff_specs(
        before, after, project.resolve(before), project.resolve(after), project.frame(before.source.dataset),
        tables=project.table, personal=personal,
    )  # fmt: skip
    if as_json:
        show_json(found.to_dict())
    else:
        typer.echo(str(found))


@app.command()
def export(
    spec_path: Annotated[Path, typer.Argument(metavar="SPEC", help="The mapping spec.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file, or a folder for artefacts of several files.")],
    to: Annotated[
        str,
        typer.Option(
            help="yaml, python, sql:DIALECT, pyspark, dbt, dbt:DIALECT, odcs, openlineage, sssom or jsonschema. "
            "SQL dialects: duckdb, postgres, spark, databricks, snowflake, bigquery, tsql, mysql."
        ),
    ],
    entity: Annotated[str, typer.Option(help="The target's contract, where the project does not hold it.")] = "",
    prove: Annotated[
        bool,
        typer.Option(
            "--prove", help="Look at all rows of the source: SQL may rely on what they prove, says so and can check it."
        ),
    ] = False,
) -> None:
    """Write a spec as an artefact that a team can use where it lives."""
    from workbench.backends import normalise
    from workbench.export import export as export_spec
    from workbench.model import load_spec
    from workbench.project import open_project

    spec, project = load_spec(spec_path), open_project(spec_path)
    target = project.entity(entity) if entity else project.target(spec)
    resolved = project.resolve(spec, target=target)
    source = project.contract(spec.source.dataset)
    rows = normalise(open_source(project, spec.source.dataset).frame) if prove else None
    for path in export_spec(spec, to, out, resolved=resolved, target=target, source=source, rows=rows):
        say(f"[green]✓[/] {path}")
