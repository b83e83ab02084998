"""Verbs that look at data: sample, profile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from workbench.errors import UsageError
from workbench.profiling import Profile

from .app import JSON, app, console, say, status
from .reading import open_source


@app.command()
def sample(
    kind: Annotated[str, typer.Argument(help="Which landscape; there is one: retail.")],
    directory: Annotated[Path, typer.Argument(help="Where to write it.")],
    rows: Annotated[int, typer.Option(min=1, help="Number of customers.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    postgres: Annotated[
        str,
        typer.Option(
            metavar="VARIABLE", help="Put the ERP into the PostgreSQL whose address this environment variable holds."
        ),
    ] = "",
) -> None:
    """Make a sample landscape: CRM, ERP, web shop and warehouse with realistic errors and the truth beside."""
    from workbench.sample import generate

    if kind != "retail":
        raise UsageError(f"there is no sample landscape '{kind}'", cure="workbench sample retail DIR")
    with status(f"making {rows:,} customers"):
        generate(directory, rows=rows, seed=seed, postgres=postgres)
    say(f"[green]✓[/] {directory}/landscape.yaml")


@app.command(name="profile")
def profile_(
    source: Annotated[str, typer.Argument(help="A file, FILE::TABLE, or LANDSCAPE:DATASET.")],
    full: Annotated[bool, typer.Option(help="Exact distinct counts and patterns over every row.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the profile: .html or .json.")] = None,
    as_json: JSON = False,
) -> None:
    """Say what is in a dataset: types, formats, meanings, keys, and problems, worst first."""
    from workbench.backends import normalise
    from workbench.profiling import profile
    from workbench.project import open_project

    landscape, name = split_name(source)
    project = open_project(landscape)
    with status(f"profiling {name}", quiet=as_json):
        found = open_source(project, name, quiet=as_json)
        facts = profile(normalise(found.frame), name=name, full=full)
    if out is not None:
        _write(facts, out)
    if as_json:
        typer.echo(facts.to_json(indent=2))
    else:
        _print(facts)
        if out is not None:
            say(f"[green]✓[/] {out}")


def split_name(source: str) -> tuple[str, str]:
    """Split LANDSCAPE:DATASET; a lone file stands in its own folder."""
    head, colon, tail = source.partition(":")
    if colon and not tail.startswith((":", "//")) and head.endswith((".yaml", ".yml")):
        return head, tail
    return ".", source


def _write(facts: Profile, out: Path) -> None:
    from workbench.reports import profile_page

    if out.suffix not in (".html", ".json"):
        raise UsageError(f"a profile is written as .html or .json, not '{out.suffix}'", where=str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(facts.to_json() if out.suffix == ".json" else profile_page(facts), encoding="utf-8")


def _print(facts: Profile) -> None:
    table = Table(title=f"{facts.name}: {facts.rows} rows", title_justify="left", header_style="bold")
    for heading in ("column", "type", "meaning", "empty", "distinct", "formats and patterns"):
        table.add_column(heading, overflow="fold")
    for c in facts.columns:
        empty = (c.nulls.value + c.blanks.value) / c.rows.value if c.rows.value else 0.0
        forms = [d.format for d in c.likely_dates[:2]] or [p.text for p in c.patterns[:2]]
        meaning = c.semantic.type + (f" ({c.semantic.form})" if c.semantic.form else "") if c.semantic else ""
        row = (c.name, str(c.type), meaning, f"{empty:.1%}", str(c.distinct), "  ".join(forms))
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    console.print(table)
    for problem in facts.problems[:20]:
        say(f"[yellow]![/] {str(problem).replace('[', chr(92) + '[')}")
    if len(facts.problems) > 20:
        say(f"  … {len(facts.problems) - 20} more; --json or --out shows them all")
