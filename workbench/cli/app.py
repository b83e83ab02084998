"""What the verbs share: the application, how results are printed, how progress is shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

__all__ = ["JSON", "Short", "app", "console", "errors", "say", "show_json", "status"]

app = typer.Typer(
    name="workbench",
    help="From raw source data to an approved, verified, exported mapping spec, and flows that lose nothing.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Piped output is for files and other programs: wide enough that a table is not broken.
console = Console(soft_wrap=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, soft_wrap=True)
JSON = Annotated[bool, typer.Option("--json", help="Print plain JSON, for programs.")]


class Short(Exception):  # noqa: N818 - not an error: the verb worked, what it looked at falls short
    """The data or the spec falls short; the report is printed already."""


def say(text: str) -> None:
    """Print a line for people."""
    console.print(text, highlight=False)


def show_json(data: Any) -> None:
    """Print data for programs."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


@contextmanager
def status(text: str, *, quiet: bool = False) -> Iterator[Any]:
    """Show that something is going on, on the error stream, so that output can be piped."""
    if quiet or not errors.is_terminal:
        yield None
        return
    with errors.status(text) as shown:
        yield shown
