"""Verbs that learn from examples: learn, rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.errors import SourceError, UsageError

from .app import JSON, Short, app, errors, say, show_json, status
from .profiles import split_name

if TYPE_CHECKING:
    import polars as pl

    from workbench.mapping import Documented, Learned, LinkedField, Rules

_SHOWN = 10  # disagreeing rows


@app.command()
def learn(
    examples: Annotated[
        str,
        typer.Argument(help="A table (a file, FILE::TABLE, LANDSCAPE:DATASET): input columns, the wanted output last."),
    ],
    top: Annotated[int, typer.Option(min=1, help="How many proposals.")] = 3,
    linked: Annotated[
        str | None, typer.Option(help="Learn from linked records: the other system's table; EXAMPLES is the first's.")
    ] = None,
    crosswalk: Annotated[str | None, typer.Option(help="With --linked: canonical_id, system, source_id.")] = None,
    systems: Annotated[str, typer.Option(help="With --linked: the two systems as the crosswalk names them.")] = "",
    keys: Annotated[str, typer.Option(help="With --linked: the two id columns, as in cust_no,KUNNR.")] = "",
    as_json: JSON = False,
) -> None:
    """Find the smallest chain of steps that turns the inputs into the outputs.

    Rows without an output are inputs to choose the next example from.
    """
    if linked is not None:
        if crosswalk is None:
            raise UsageError("--linked needs the crosswalk that links the records", cure="add --crosswalk FILE")
        _from_links(examples, linked, crosswalk, _two(systems, "--systems"), _two(keys, "--keys"), as_json)
        return
    if crosswalk is not None or systems or keys:
        raise UsageError(
            "--crosswalk, --systems and --keys go with --linked", cure="add --linked TABLE, or leave them out"
        )
    from workbench.mapping import learn as learn_steps
    from workbench.mapping import next_question

    texts = _examples(examples)
    *names, wanted = texts.columns
    pairs = [(row[:-1], row[-1]) for row in texts.rows() if row[-1] is not None]
    open_rows = [row[:-1] for row in texts.rows() if row[-1] is None]
    with status(f"learning {wanted}", quiet=as_json):
        found = learn_steps(pairs, inputs=open_rows, names=names, top=top)
    question = next_question(found, open_rows)
    if as_json:
        asked = None if question is None else dict(zip(names, question, strict=True))
        show_json({"proposals": [_as_data(f) for f in found], "ask": asked})
    else:
        _show(found, names, question)
        _say_doubts(names, pairs)
    if not found:
        raise Short


def _examples(source: str) -> pl.DataFrame:
    """The examples as texts, blanks as nulls.

    Raises:
        SourceError: They are no examples: an output is missing, or a column holds more than single values.
    """
    from workbench.mapping import as_text

    rows = _rows(source)
    nested = [name for name, type_ in rows.schema.items() if type_.is_nested()]
    if nested:
        raise SourceError(
            f"the column '{nested[0]}' holds lists or records, and examples are single values",
            where=source,
            cure="give a table whose columns are single values",
        )
    if rows.width < 2:
        raise SourceError("there is one column only", where=source, cure="add a last column with the wanted outputs")
    texts = as_text(rows)
    wanted = texts.columns[-1]
    if texts[wanted].null_count() == texts.height:
        raise SourceError(
            f"no row says its output: the last column, '{wanted}', is empty", where=source, cure="fill in some outputs"
        )
    return texts


def _say_doubts(names: Sequence[str], pairs: Sequence[tuple[tuple[str | None, ...], str | None]]) -> None:
    """What about the examples themselves leaves a doubt: inputs with two outputs, outputs that are all the same."""
    outputs: dict[tuple[str | None, ...], list[str]] = {}
    for given, wanted in pairs:
        outputs.setdefault(given, []).append(str(wanted))
    double = [(given, list(dict.fromkeys(said))) for given, said in outputs.items() if len(set(said)) > 1]
    for given, said in double[:_SHOWN]:
        typer.echo(f"! {_row(names, given)} stands with {len(said)} outputs: {', '.join(map(repr, said[:5]))}")
    if len(double) > _SHOWN:
        typer.echo(f"! and {len(double) - _SHOWN:,} more inputs stand with several outputs")
    if len(pairs) > 1 and len({wanted for _, wanted in pairs}) == 1:
        typer.echo(f"! every output is {pairs[0][1]!r}: another one would say what it depends on")


def _rows(source: str) -> pl.DataFrame:
    """All rows of a file, FILE::TABLE, or LANDSCAPE:DATASET, as they stand there."""
    from workbench.project import open_project

    landscape, name = split_name(source)
    return open_project(landscape).scan(name).frame.collect()


def _two(text: str, option: str) -> tuple[str, str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise UsageError(f"{option} names two, parted by a comma", where=text, cure=f"{option} first,second")
    return parts[0], parts[1]


def _as_data(found: Learned) -> dict[str, Any]:
    rows = [{"inputs": d.inputs, "wanted": d.wanted, "got": d.found} for d in found.disagreements]
    return {"field": found.field, "agree": found.agree, "pairs": found.pairs, "disagreeing": rows}


def _show(found: Sequence[Learned], names: Sequence[str], question: Sequence[str | None] | None) -> None:
    from workbench.model import dump_yaml

    for number, f in enumerate(found, 1):
        say(f"[bold]{number}.[/] {f.agree:,} of {f.pairs:,} examples agree")
        typer.echo(dump_yaml({k: v for k, v in f.field.items() if k != "id"}))
        for d in f.disagreements[:_SHOWN] if number == 1 else ():
            typer.echo(f"   {_row(names, d.inputs)}: wanted {d.wanted!r}, made {d.found!r}")
        left = f.pairs - f.agree - _SHOWN
        if number == 1 and left > 0:
            typer.echo(f"   and {left:,} more\n")
    if not found:
        say("[yellow]![/] nothing explains these examples")
    if question is not None:
        typer.echo(f"? What should {_row(names, question)} become? The proposals make:")
        for number, f in enumerate(found, 1):
            typer.echo(f"   {number}. {f.outputs([question])[0]!r}")


def _row(names: Sequence[str], values: Sequence[str | None]) -> str:
    return ", ".join(f"{name} {value!r}" for name, value in zip(names, values, strict=True))


def _masked(value: str | None) -> str:
    """Values of systems may be personal data: their shape is enough to see what differs."""
    from workbench.profiling import mask

    return "nothing" if value is None else repr(mask(value, keep=2))


def _from_links(
    left: str, right: str, crosswalk: str, systems: tuple[str, str], keys: tuple[str, str], as_json: bool
) -> None:
    """Propose fields on linked records and say how many pairs agree."""
    from workbench.mapping import learn_from_links, linked_pairs

    with status("learning from linked records", quiet=as_json):
        pairs = linked_pairs(_rows(crosswalk), *systems)
        tables = (_rows(left), _rows(right))
        found = learn_from_links(*tables, pairs, keys=keys)
    for name, rows, key, ids in zip((left, right), tables, keys, pairs.columns, strict=True):
        known = rows[key].cast(pairs[ids].dtype).implode()
        away = pairs.height - int(pairs[ids].is_in(known).sum())
        if away:
            errors.print(f"! {away:,} of {pairs.height:,} linked pairs have no record in {name}", markup=False)
    if as_json:
        show_json([{"target": f.target, "kind": f.kind, **_as_data(f.learned)} for f in found.values()])
    else:
        _show_linked(list(found.values()))
    if not found:
        raise Short


def _show_linked(found: Sequence[LinkedField]) -> None:
    from workbench.model import dump_yaml

    for field in found:
        say(f"[bold]{field}[/]")
        typer.echo(dump_yaml({k: v for k, v in field.learned.field.items() if k != "id"}))
        for ours, theirs, wanted, got in field.disagreeing[:_SHOWN]:
            typer.echo(f"   {ours} and {theirs}: the other side has {_masked(wanted)}, made {_masked(got)}")
    if not found:
        say("[yellow]![/] nothing explains a field of the other side")


@app.command()
def rules(
    source: Annotated[str, typer.Argument(help="The feed's input: a file, FILE::TABLE, or LANDSCAPE:DATASET.")],
    target: Annotated[str, typer.Argument(help="The feed's output.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the rules as a spec.")] = None,
    table: Annotated[
        list[str] | None, typer.Option(help="A reference table that lookups may use; several times.")
    ] = None,
    documented: Annotated[
        Path | None, typer.Option(help="What is documented: Markdown or YAML; say what of it is so and what is not.")
    ] = None,
    rest: Annotated[
        Path | None, typer.Option(help="A folder for the rows that no rule explains: lost, extra, wrong.")
    ] = None,
    as_json: JSON = False,
) -> None:
    """Read the rules out of a feed that nobody documented: from what goes in and what comes out."""
    from workbench.mapping import compare_rules, find_rules, read_documented
    from workbench.model import dump_spec, write_text

    with status("reading the rules", quiet=as_json) as shown:
        tables = {name: _rows(name) for name in table or ()}
        wanted = _rows(target)
        given = _rows(source)
        said = read_documented(documented, wanted.columns, given.columns) if documented else []
        tell = shown.update if shown else lambda _: None
        found = find_rules(given, wanted, tables=tables, names=(source, target), progress=tell)
    compared = compare_rules(found, said) if documented else None
    if as_json:
        show_json(_rules_data(found, compared))
    else:
        _show_rules(found, given, wanted, rest)
        if compared is not None:
            typer.echo(f"\n{compared}")
    if rest is not None:
        from workbench.sources import write

        for name, rows in (("lost", found.lost), ("extra", found.extra), ("wrong", found.wrong)):
            write(rows, rest / f"{name}.csv")
    if out is not None and found.spec is not None:
        write_text(out, dump_spec(found.spec))
    if not as_json:
        if out is not None and found.spec is not None:
            say(f"[green]✓[/] {out}")
        elif out is not None:
            say(f"[yellow]![/] {out} is not written: no rule was found")
        if rest is not None:
            say(f"[green]✓[/] {rest}: lost.csv, extra.csv and wrong.csv, the rows as they are")
    if found.spec is None:
        raise Short


def _show_rules(found: Rules, given: pl.DataFrame, wanted: pl.DataFrame, rest: Path | None) -> None:
    """The rules, and by their keys the rows that no rule explains; keys that are personal data are masked."""
    typer.echo(str(found))
    ours, theirs = found.key
    hidden = any(_personal(side, names) for side, names in ((given, ours), (wanted, theirs)) if names)
    for rule in found.rules:
        for key, want, got in rule.examples[:_SHOWN]:
            at = _masked(key) if hidden else key
            typer.echo(
                f"   {rule.id} does not explain {at}: {rule.target} is {_masked(want)}, the rule makes {_masked(got)}"
            )
    for what, rows, names in (("left out without a rule", found.lost, ours), ("from nowhere", found.extra, theirs)):
        if names and rows.height:
            keys = ["/".join("" if v is None else v for v in row) for row in rows.select(names).head(_SHOWN).rows()]
            more = f" and {rows.height - _SHOWN:,} more" if rows.height > _SHOWN else ""
            typer.echo(f"   {what}: {', '.join(_masked(k) if hidden else k for k in keys)}{more}")
    if rest is None and max(found.lost.height, found.extra.height, found.wrong.height):
        typer.echo("   --rest FOLDER writes these rows to files")


def _personal(rows: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether one of the columns holds data about persons."""
    from workbench.profiling import profile

    return bool(profile(rows.select(names).lazy(), name="key").personal)


def _rules_data(found: Rules, compared: Documented | None) -> dict[str, Any]:
    names = ("id", "kind", "target", "sources", "text", "rows", "agree", "coverage")
    data: dict[str, Any] = {
        "paired_by": {"source": found.key[0], "target": found.key[1]},
        "rules": [{name: getattr(rule, name) for name in names} for rule in found.rules],
        "unexplained": found.unexplained,
        "clues": found.clues,
        "lost": found.lost.height,
        "extra": found.extra.height,
        "wrong": found.wrong.height,
    }
    if compared is not None:
        data["documented"] = {
            "confirmed": [r.id for r, _ in compared.confirmed],
            "undocumented": [r.id for r in compared.undocumented],
            "not_found": [t for t, _ in compared.not_found],
            "contradicted": [r.id for r, _ in compared.contradicted],
        }
    return data
