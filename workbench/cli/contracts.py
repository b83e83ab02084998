"""Verbs on data contracts: infer, check, diff."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .app import JSON, Short, app, say, show_json, status
from .profiles import split_name

_MARKS = {"failed": "[red]✗[/]", "warned": "[yellow]![/]", "not checked": "?", "passed": "[green]✓[/]"}
contract = typer.Typer(no_args_is_help=True, help="Data contracts (ODCS): infer, check, diff.")
app.add_typer(contract, name="contract")


@contract.command()
def infer(
    source: Annotated[str, typer.Argument(help="A file, FILE::TABLE, or LANDSCAPE:DATASET.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write it; printed otherwise.")] = None,
    entity: Annotated[str, typer.Option(help="Make it a canonical entity of this name.")] = "",
) -> None:
    """Write a contract from what is found in a dataset."""
    from workbench.model import dump_contract, write_text
    from workbench.profiling import as_entity, infer_contract
    from workbench.project import open_project

    landscape, name = split_name(source)
    with status(f"profiling {name}"):
        facts = open_project(landscape).profile(name)
    made = infer_contract(facts)
    if entity:
        made = as_entity(made, entity)
    text = dump_contract(made)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_text(out, text)
        say(f"[green]✓[/] {out}: {len(made.fields)} fields")


@contract.command()
def check(
    source: Annotated[str, typer.Argument(help="A file, FILE::TABLE, or LANDSCAPE:DATASET.")],
    path: Annotated[Path | None, typer.Argument(help="The contract; the dataset's own when left out.")] = None,
    as_json: JSON = False,
) -> None:
    """Check a dataset against a contract; exit 1 when it falls short."""
    from workbench.errors import UsageError
    from workbench.model import load_contract
    from workbench.project import open_project
    from workbench.quality import check as check_frame

    landscape, name = split_name(source)
    project = open_project(landscape)
    wanted = load_contract(path) if path else project.contract(name)
    if wanted is None:
        raise UsageError(f"'{name}' has no contract", cure="name one: workbench contract check SOURCE CONTRACT")
    with status(f"checking {name}", quiet=as_json):
        checked = check_frame(project.frame(name), wanted)
    failed = [v for v in checked.verdicts if v.result == "failed"]
    if as_json:
        show_json({"contract": wanted.id, "verdicts": [asdict(v) for v in checked.verdicts]})
    else:
        for v in checked.verdicts:
            say(f"{_MARKS[v.result]} {str(v).replace('[', chr(92) + '[')}")
    if failed:
        raise Short


@contract.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The contract as it was.")],
    new: Annotated[Path, typer.Argument(help="The contract as it is.")],
    as_json: JSON = False,
) -> None:
    """Say what changed between two versions of a contract, and how much that matters."""
    from workbench.model import diff_contracts, grade_of, load_contract, next_version

    before, after = load_contract(old), load_contract(new)
    changes = diff_contracts(before, after)
    if as_json:
        show_json({"grade": grade_of(changes), "changes": [asdict(c) for c in changes]})
        return
    for change in changes:
        say(str(change).replace("[", "\\["))
    grade = grade_of(changes)
    say(f"[bold]{grade or 'no change'}[/]" + (f": next version {next_version(before.version, grade)}" if grade else ""))
