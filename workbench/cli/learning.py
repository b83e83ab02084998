"""Verbs that learn from examples: learn, rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.errors import SourceError

from .app import JSON, Short, app, say, show_json, status


@app.command()
def learn(
    examples: Annotated[str, typer.Argument(help="A table: input columns, and the wanted output last.")],
    top: Annotated[int, typer.Option(min=1, help="How many proposals.")] = 3,
    as_json: JSON = False,
) -> None:
    """Find the smallest chain of steps that turns the inputs into the outputs."""
    from workbench.mapping import learn as learn_steps
    from workbench.model import dump_yaml
    from workbench.sources import scan

    rows = scan(examples).frame.collect()
    if rows.width < 2 or not rows.height:
        raise SourceError("examples have an input column and an output column", where=examples, cure="add rows")
    *names, wanted = rows.columns
    texts = rows.cast(dict.fromkeys(rows.columns, str))
    pairs = [(row[:-1], row[-1]) for row in texts.rows() if row[-1] is not None]
    open_rows = [row[:-1] for row in texts.rows() if row[-1] is None]
    with status(f"learning {wanted}", quiet=as_json):
        found = learn_steps(pairs, inputs=open_rows, names=names, top=top)
    if as_json:
        show_json([{"field": f.field, "agree": f.agree, "pairs": f.pairs} for f in found])
    for number, f in enumerate(found, 1) if not as_json else ():
        say(f"[bold]{number}.[/] agrees with {f.agree} of {f.pairs}")
        typer.echo(dump_yaml(f.field))
    if not found:
        if not as_json:
            say("[yellow]![/] nothing explains these examples")
        raise Short


@app.command()
def rules(
    source: Annotated[str, typer.Argument(help="The feed's input: a file, FILE::TABLE.")],
    target: Annotated[str, typer.Argument(help="The feed's output.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the rules as a spec.")] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="A reference table that lookups may use; several times.")
    ] = None,
) -> None:
    """Read the rules out of a feed that nobody documented: from what goes in and what comes out."""
    from workbench.mapping import find_rules
    from workbench.model import dump_spec, write_text
    from workbench.sources import scan

    with status("reading the rules"):
        tables = {name: scan(name).frame.collect() for name in table or ()}
        found = find_rules(scan(source).frame, scan(target).frame, tables=tables, names=(source, target))
    typer.echo(str(found))
    if out is not None and found.spec is not None:
        write_text(out, dump_spec(found.spec))
        say(f"[green]✓[/] {out}")
