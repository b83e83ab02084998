"""Verbs to start with: init makes a project, lab opens it in JupyterLab."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.errors import MissingExtraError, UsageError

from .app import app, say, status

_README = """\
# {name}

A project of the Mapping Workbench.

| here | is |
| --- | --- |
| `landscape.yaml` | the systems, datasets and flows |
| `contracts/` | what each dataset promises; `contracts/entities/` holds the canonical entities |
| `specs/` | the mapping specs: what people decided, field by field |
| `data/` | the source files |
| `notebooks/` | the story to work through, in order; `workbench lab` opens it |
| `reports/` | what runs leave behind; nothing in it is kept |

## From here

```bash
{steps}
```

Every verb has `--help`. A verb that finds something wrong says what, where, and how to cure it.
"""


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The new project's folder.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Source files to copy into it.")] = None,
    entity: Annotated[str, typer.Option(help="Draft a canonical entity of this name from the first file.")] = "",
) -> None:
    """Make a project: landscape, contracts, notebooks and a README of its own."""
    sources = files or []
    _check(folder, sources, entity)
    try:
        (folder / "data").mkdir(parents=True)
        for name in ("contracts/entities", "specs", "reports"):
            (folder / name).mkdir(parents=True)
    except OSError as e:
        raise UsageError(f"the folder cannot be made: {e.strerror}", where=str(folder)) from None
    datasets = {f"files.{_plain(f.stem)}": shutil.copy2(f, folder / "data" / f.name) for f in sources}
    _write_contracts(folder, datasets, entity)
    _write_landscape(folder, datasets, entity)
    _write_notebooks(folder, next(iter(datasets), ""), entity)
    _write_readme(folder, list(datasets), entity)
    say(
        f"[green]✓[/] {folder}: a project with {len(datasets)} datasets"
        + (f" and the entity {entity}" if entity else "")
    )
    say(f"next: cd {folder} && workbench lab")


def _check(folder: Path, sources: Sequence[Path], entity: str) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("the folder is not empty", where=str(folder), cure="name a new one")
    for file in sources:
        if not file.is_file():
            raise UsageError("there is no such file", where=str(file), cure="check the path")
    names = [_plain(f.stem) for f in sources]
    if twice := {n for n in names if names.count(n) > 1}:
        raise UsageError(f"two files would both be called {', '.join(sorted(twice))}", cure="rename one")
    if entity and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", entity):
        raise UsageError(f"'{entity}' is no name for an entity", cure="as in Customer")
    if entity and not sources:
        raise UsageError("an entity is drafted from a file", cure="name a source file")


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_").lower() or "data"


def _write_landscape(folder: Path, datasets: Mapping[str, str | Path], entity: str) -> None:
    from workbench.model import dump_yaml, load_landscape, write_text

    document: dict[str, Any] = {
        "landscape": 1,
        "name": _plain(folder.absolute().name),
        "owners": [{"id": "me", "name": "Me", "roles": ["owner", "maintainer", "operator"]}],
        "systems": [{"id": "files", "name": "Files", "kind": "files", "owner": "me"}],
        "datasets": [
            {"id": d, "location": f"data/{Path(p).name}", "contract": f"contracts/{d}.odcs.yaml"}
            for d, p in datasets.items()
        ],
    }
    if entity:
        document["flows"] = [
            {"id": _slug(d), "source": d, "target": entity, "spec": f"specs/{_slug(d)}.yaml", "owner": "me"}
            for d in datasets
        ]
    head = "# The systems, datasets and flows of this project; every path starts at this file.\n"
    write_text(folder / "landscape.yaml", head + dump_yaml(document))
    load_landscape(folder / "landscape.yaml")


def _slug(dataset: str) -> str:
    return dataset.partition(".")[2].replace("_", "-")


def _write_contracts(folder: Path, datasets: Mapping[str, str | Path], entity: str) -> None:
    from workbench.model import dump_contract, write_text
    from workbench.profiling import as_entity, infer_contract, profile
    from workbench.project import Project

    loose = Project(folder)
    for number, (dataset, path) in enumerate(datasets.items()):
        with status(f"profiling {Path(path).name}"):
            facts = profile(loose.frame(str(path)), name=dataset)
        found = infer_contract(facts)
        write_text(folder / "contracts" / f"{dataset}.odcs.yaml", dump_contract(found))
        if entity and number == 0:
            made = dump_contract(as_entity(found, entity))
            write_text(folder / "contracts" / "entities" / f"{entity}.odcs.yaml", made)


def _write_notebooks(folder: Path, dataset: str, entity: str) -> None:
    from workbench.model import write_text
    from workbench.notebooks import notebook_path

    values = {"landscape": "../landscape.yaml"}
    if dataset:
        values |= {"dataset": dataset, "spec": f"../specs/{_slug(dataset)}.yaml"}
    if entity:
        values["entity"] = entity
    (folder / "notebooks").mkdir()
    for path in sorted(notebook_path("profile").parent.glob("*.ipynb")):
        book = json.loads(path.read_text("utf-8"))
        for cell in book["cells"]:
            if "parameters" in cell["metadata"].get("tags", []):
                cell["source"] = [_with_default(line, values) for line in cell["source"]]
        write_text(folder / "notebooks" / path.name, json.dumps(book, ensure_ascii=False, indent=1) + "\n")


def _with_default(line: str, values: Mapping[str, str]) -> str:
    """A line of a parameters cell with the project's own default.

    >>> _with_default('dataset: str = "crm.customers"  # which', {"dataset": "files.a"})
    'dataset: str = "files.a"  # which'
    """
    found = re.match(r'(\w+)(: str = )"[^"]*"', line)
    if found is None:
        return line
    if found[1] in values:
        return f'{found[1]}{found[2]}"{values[found[1]]}"{line[found.end() :]}'
    return line.replace('"../data/retail/', '"../')


def _write_readme(folder: Path, datasets: Sequence[str], entity: str) -> None:
    from workbench.model import write_text

    first = datasets[0] if datasets else "SYSTEM.DATASET"
    name = entity or "ENTITY"
    steps = [
        f"workbench profile landscape.yaml:{first}                  # what is in it, and what is wrong with it",
        *(
            []
            if entity
            else ["workbench contract infer data/FILE --entity ENTITY -o contracts/entities/ENTITY.odcs.yaml"]
        ),
        f"workbench match landscape.yaml:{first} {name} -o specs/{_slug(first)}.yaml   # a draft spec",
        "workbench lab                                             # decide, verify and export in notebooks",
        "workbench run all landscape.yaml                          # the same without clicks; see reports/index.html",
    ]
    text = _README.format(name=folder.absolute().name, steps="\n".join(steps))
    write_text(folder / "README.md", text)
    write_text(folder / ".gitignore", "reports/\n.ipynb_checkpoints/\n")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The project's folder.")] = Path("."),
    port: Annotated[int, typer.Option(help="Where to listen; the next free one is taken.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
) -> None:
    """Open the project in JupyterLab at the story's first notebook; more options go to JupyterLab as they are."""
    from importlib.util import find_spec

    if find_spec("jupyterlab") is None:
        raise MissingExtraError.of("jupyterlab", "notebooks", "workbench lab")
    more = context.args
    if str(folder).startswith("-"):  # an option of JupyterLab's where the folder was left out
        folder, more = Path("."), [str(folder), *more]
    command = lab_command(folder, port, browser, more)
    # The kernel of this very environment goes before one of the same name in the user's home.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"}
    if os.name == "posix":  # JupyterLab takes this process over, so that whoever ends it ends JupyterLab
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    raise typer.Exit(subprocess.call(command, env=environment))


def lab_command(folder: Path, port: int, browser: bool, more: Sequence[str] = ()) -> list[str]:
    """The command that starts JupyterLab on this machine only.

    Raises:
        UsageError: There are no notebooks.
    """
    root = next((p for p in (folder.absolute(), *folder.absolute().parents) if _story(p)), None)
    if root is None:
        cure = "make a project: workbench init DIR"
        raise UsageError("there is no folder 'notebooks' with the story here", where=str(folder), cure=cure)
    return [
        sys.executable, "-m", "jupyterlab",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/notebooks/{_story(root)[0]}",
        *([] if browser else ["--no-browser"]), *more,
    ]  # fmt: skip


def _story(folder: Path) -> list[str]:
    """The notebooks of the story, in order."""
    return sorted(p.name for p in (folder / "notebooks").glob("[0-9]*_*.ipynb"))
