"""Verbs on mapping specs: match, apply, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.errors import SpecError, UsageError
from workbench.markup import shown_score

from .app import JSON, Short, app, errors, say, show_json, status
from .profiles import split_name
from .reading import open_source

_LISTED = 20  # names without a match


@app.command()
def match(
    source: Annotated[str, typer.Argument(help="A file, FILE::TABLE, LANDSCAPE:DATASET, or a LANDSCAPE alone.")],
    entity: Annotated[
        str, typer.Argument(help="An entity's name, or the path of its contract; found out when left out.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to write the draft spec.")] = None,
    accept: Annotated[float, typer.Option(min=0, max=1, help="Leave matches below this score out.")] = 0.5,
    crosswalk: Annotated[
        Path | None, typer.Option(help="A crosswalk's folder: fields that linked records contradict are learned.")
    ] = None,
    as_json: JSON = False,
) -> None:
    """Propose which source field means which entity field, with its steps, as a draft spec.

    Without an entity it says which entity the rows are; for a landscape alone it says so for every dataset.
    """
    from workbench.linkage import load_crosswalk
    from workbench.model import dump_spec, write_text
    from workbench.project import open_project

    landscape, name = split_name(source)
    if not entity and landscape == "." and name.endswith((".yaml", ".yml")):
        project = open_project(name)
        _choose_entities(project, [d.id for d in project.landscape.datasets] if project.landscape else [], as_json)
        return
    project = open_project(landscape)
    facts = None
    if not entity:
        with status(f"profiling {name}", quiet=as_json):
            facts = project.profile(name)
        entity = _choose_entities(project, [name], as_json, facts)[name]
    links = load_crosswalk(crosswalk).entries if crosswalk else None
    with status(f"matching {name} to {entity}", quiet=as_json) as shown:
        tell = shown.update if shown else lambda _: None
        proposal = project.propose(name, entity, facts=facts, accept=accept, crosswalk=links, progress=tell)
    spec = proposal.spec
    if out is not None:
        write_text(out, dump_spec(spec))
    if as_json:
        typer.echo(proposal.matches.to_json(indent=2))
        return
    _show_draft(project, spec, proposal)
    faults = _faults(project, spec, entity)
    for fault in faults:
        say(f"[yellow]![/] {str(fault).replace('[', chr(92) + '[')}")
    if out is not None:
        say(f"[green]✓[/] {out}: {len(spec.fields)} fields" + (f", {len(faults)} to mend" if faults else ""))


def _choose_entities(project: Any, names: list[str], as_json: bool, facts: Any = None) -> dict[str, str]:
    """Say which entity the rows of each source are; several sources are a report, a single one must have one.

    The facts are those of a single source that is profiled already.
    """
    single = len(names) == 1
    with status("finding the entity", quiet=as_json) as shown:
        known = {} if facts is None else {names[0]: facts}
        found = project.entities_of(*names, facts=known, progress=shown.update if shown else lambda _: None)
    best = {name: m.target for name, m in found.best.items()}
    if as_json and not single:
        rows = [{"source": m.source, "entity": m.target, "score": shown_score(m.score)} for m in found.all]
        show_json({"entities": best, "all": rows})
    for name in names if not as_json else ():
        tried = [m for m in found.all if m.source == name]
        if name in best:
            rivals = ", ".join(f"{m.target} {shown_score(m.score):.2f}" for m in tried[1:3])
            said = f"{name} is {tried[0].target}: {tried[0].evidence[0]}; next {rivals or 'none'}"
            say(f"{shown_score(tried[0].score):.2f}  {said}")
        else:
            say(f"  –   {name} is none of them; nearest {tried[0].target} {shown_score(tried[0].score):.2f}")
    if single and not best:
        raise UsageError(
            f"no entity fits {names[0]}", cure="write its contract: workbench contract infer, or name an entity"
        )
    return best


def _show_draft(project: Any, spec: Any, proposal: Any) -> None:
    from workbench.model import linked_evidence

    for name, field in spec.fields.items():
        score = spec.evidence.get(field.id, {}).get("match", "")
        ways = [" → ".join(s.name for s in w.steps) or getattr(w, "then", "") for w in (field.case or (field,))]
        steps = " | ".join(w for w in (*ways, f"else {field.else_}" if field.else_ else "") if w)
        line = f"{score}  {name} ← {', '.join(_read_by(field))}" + (f"  ({steps})" if steps else "")
        say(line.replace("[", "\\["))
        said = spec.evidence.get(field.id, {})
        for why in linked_evidence(said):
            say(f"      [dim]{why}[/]")
        for note in said.get("check", ()):
            say(f"      [yellow]![/] {note}")
    without = [m for m in proposal.matches.missing if m not in spec.fields]
    for what, names in (("no source for", without), ("not mapped", spec.unmapped)):
        if names:
            more = f" … and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            say(f"  –   {what}: {', '.join(names[:_LISTED])}{more}".replace("[", "\\["))


def _read_by(field: Any) -> list[str]:
    """The source columns of a field, those that its steps and branches read included."""
    branches = [path for b in field.case or () for path in (b.when.field, *(b.from_ or ()))]
    beside = [s.args["field"] for s in field.steps if isinstance(s.args, dict) and "field" in s.args]
    return list(dict.fromkeys([*(field.from_ or ()), *filter(None, branches), *beside]))


def _faults(project: Any, spec: Any, entity: str) -> tuple[Any, ...]:
    try:
        project.resolve(spec, target=project.entity(entity))
    except SpecError as e:
        return e.faults
    return ()


@app.command()
def apply(
    spec_path: Annotated[Path, typer.Argument(metavar="SPEC", help="The mapping spec.")],
    source: Annotated[str, typer.Argument(metavar="IN", help="A file, FILE::TABLE, DATASET or LANDSCAPE:DATASET.")],
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="A .parquet, .csv, .ndjson or .xlsx file, or DATABASE_FILE[::TABLE].")
    ],
    rejects: Annotated[Path | None, typer.Option(help="Folder for the dead letters; beside OUT otherwise.")] = None,
    entity: Annotated[str, typer.Option(help="The target's contract, where the project does not hold it.")] = "",
    engine: Annotated[str, typer.Option(help="polars, duckdb, postgres or spark.")] = "polars",
    as_json: JSON = False,
) -> None:
    """Apply a spec: passed rows to OUT, rejected rows with their reasons to the dead letters; books checked."""
    from workbench.backends import normalise
    from workbench.flow import run_spec
    from workbench.model import load_spec
    from workbench.sources import write

    spec, (project, name) = load_spec(spec_path), _opened(spec_path, source)
    target = project.entity(entity) if entity else None
    found = open_source(project, name, quiet=as_json)
    frame, unread = normalise(found.frame), found.rejected.height
    resolved = project.resolve(spec, frame=frame, target=target)
    path, table = _place(out, spec.target.name)
    folder = rejects or path.parent / "dead_letters"
    if not as_json:
        if target is None and not spec.target.entity and project.contract(spec.target.name) is None:
            say(f"[yellow]![/] {spec.target.name} has no contract: what comes out is held against the spec alone")
        _say_needs(resolved.plan, frame, engine)
    with _bar(quiet=as_json) as (bar, task):
        counts = run_spec(
            resolved.plan, frame, path, folder, table=table, tables=project.table, engine=engine,
            progress=lambda n: bar.update(task, completed=n),
        )  # fmt: skip
    if unread:
        write(found.rejected, folder / "unreadable.csv")
    if as_json:
        show_json(counts.to_dict() | {"unreadable_lines": unread, "out": str(out), "dead_letters": str(folder)})
    else:
        say(f"{'[green]✓[/]' if not counts.total_rejected else '[yellow]![/]'} {counts}")
        for books in (counts.rejected, counts.replaced):
            for code, n in books.most_common(10):
                say(f"  {n:>8,}  {code}  {counts.reasons.get(code, '')}".replace("[", "\\["))
        say(f"  {out}" + (f", dead letters in {folder}" if counts.total_rejected else ""))
        if unread:
            say(f"  {unread:,} not readable as rows, in {folder / 'unreadable.csv'}")
    if counts.total_rejected or unread:
        raise Short


def _say_needs(plan: Any, frame: Any, engine: str = "polars") -> None:
    """What streams, what needs all rows, and the memory expected: told before anything runs."""
    from workbench.mapping import footprint

    needs = str(footprint(plan, frame, engine=engine))
    errors.print("\n".join(f"  {line}" for line in needs.splitlines()), highlight=False)


def _place(out: str, entity: str) -> tuple[Path, str | None]:
    """The file that OUT names and, in a database, the table: named like the entity where none is said."""
    from workbench.sources import takes_table

    file, _, table = out.partition("::")
    return Path(file), table or (entity if takes_table(file) else None)


def _opened(spec_path: Path, source: str) -> tuple[Any, str]:
    """The project that the source names, or else the one that the spec lies in, and the source's name in it."""
    from workbench.project import open_project

    landscape, name = split_name(source)
    return open_project(spec_path if landscape == "." else landscape), name


def _bar(*, quiet: bool) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def shown() -> Any:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        from rich.console import Console

        with Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet) as bar:
            yield bar, bar.add_task("rows", total=None)

    return shown()


@app.command()
def verify(
    spec_path: Annotated[Path, typer.Argument(metavar="SPEC", help="The mapping spec.")],
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A file, FILE::TABLE, DATASET or LANDSCAPE:DATASET.")
    ] = "",
    entity: Annotated[str, typer.Option(help="The target's contract, where the project does not hold it.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the verdict as .html.")] = None,
    as_json: JSON = False,
) -> None:
    """Run a spec on full volume and check the result against the entity's contract; exit 1 when it falls short."""
    from workbench.backends import normalise
    from workbench.flow import verify as verify_spec
    from workbench.model import load_spec

    spec, (project, name) = load_spec(spec_path), _opened(spec_path, source)
    target = project.entity(entity) if entity else project.target(spec)
    frame = normalise(open_source(project, name or spec.source.dataset, quiet=as_json).frame)
    if not spec.fields:
        raise UsageError("the spec maps no field", where=str(spec_path), cure="add fields")
    with status(f"verifying {spec.title}", quiet=as_json):
        resolved = project.resolve(spec, frame=frame, target=target)
    if not as_json:
        _say_needs(resolved.plan, frame)
        errors.print("  what must be unique: 8 bytes a row and key")
    with status(f"verifying {spec.title}", quiet=as_json):
        verdict = verify_spec(
            spec, frame, target, resolved=resolved, tables=project.table, references=project.references(target)
        )
    if out is not None:
        from workbench.reports import verdict_page

        out.write_text(verdict_page(verdict), encoding="utf-8")
    if as_json:
        typer.echo(verdict.to_json())
    else:
        say(str(verdict).replace("[", "\\["))
    if not verdict.passed:
        raise Short
