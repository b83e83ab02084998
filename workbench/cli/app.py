"""The application: its verbs, how errors are shown, how results are printed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from workbench.errors import MissingExtraError, UnknownNameError, UsageError, WorkbenchError

__all__ = ["JSON", "Short", "app", "console", "main", "say", "show_json", "status"]

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
_errors = Console(stderr=True, soft_wrap=True)
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
    if quiet or not _errors.is_terminal:
        yield None
        return
    with _errors.status(text) as shown:
        yield shown


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    from . import contracts, learning, links, mappings, profiles, specs, stories  # noqa: F401  importing registers the verbs

    try:
        code = app(args=args, standalone_mode=False)
    except Short:
        code = 1
    except (UsageError, UnknownNameError, MissingExtraError) as e:
        code = _show(e, 2)
    except WorkbenchError as e:
        code = _show(e, 1)
    except typer.Exit as e:
        code = e.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _errors.print("stopped")
        code = 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as e:
        if type(e).__module__.split(".")[0] not in ("click", "typer"):
            raise
        e.show() if hasattr(e, "show") else _errors.print(str(e))
        code = 2
    raise SystemExit(code if isinstance(code, int) else 0)


def _show(error: WorkbenchError, code: int) -> int:
    for fault in error.faults:
        place = f"[bold]{_plain(fault.where)}[/]: " if fault.where else ""
        cure = f"\n    [green]→ {_plain(fault.cure)}[/]" if fault.cure else ""
        _errors.print(f"[red]✗[/] {place}{_plain(fault.what)}{cure}", highlight=False)
    if len(error.faults) > 1:
        _errors.print(f"[red]{len(error.faults)} faults[/]", highlight=False)
    return code


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
