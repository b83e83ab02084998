"""The way in: every verb registered, errors shown to people, the exit code."""

from __future__ import annotations

import os
import sys

import typer

from workbench.errors import MissingExtraError, UnknownNameError, UsageError, WorkbenchError

from . import contracts, learning, links, mappings, profiles, specs, start, stories
from .app import Short, app, errors

__all__ = ["main"]
_VERBS = (contracts, learning, links, mappings, profiles, specs, start, stories)  # importing them registers their verbs


def main(args: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
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
        errors.print("stopped")
        code = 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as e:
        if type(e).__module__.split(".")[0] not in ("click", "typer"):
            raise
        e.show() if hasattr(e, "show") else errors.print(str(e))
        code = 2
    raise SystemExit(code if isinstance(code, int) else 0)


def _show(error: WorkbenchError, code: int) -> int:
    for fault in error.faults:
        place = f"[bold]{_plain(fault.where)}[/]: " if fault.where else ""
        cure = f"\n    [green]→ {_plain(fault.cure)}[/]" if fault.cure else ""
        errors.print(f"[red]✗[/] {place}{_plain(fault.what)}{cure}", highlight=False)
    if len(error.faults) > 1:
        errors.print(f"[red]{len(error.faults)} faults[/]", highlight=False)
    return code


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
