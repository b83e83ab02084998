"""Sources as the verbs read them: what could not be read, or only with a remark, is told every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .app import errors

if TYPE_CHECKING:
    from workbench.project import Project
    from workbench.sources import Scan

__all__ = ["open_source"]

_SHOWN = 5


def open_source(project: Project, name: str, *, quiet: bool = False) -> Scan:
    """Open a dataset or file, and say on the error stream what was wrong with it.

    Args:
        project: Where to look for it.
        name: A dataset's id, or a file.
        quiet: Say nothing: the caller reports it.
    """
    found = project.scan(name)
    if quiet or not found.problems:
        return found
    lost = found.rejected.height
    lines = "1 line" if lost == 1 else f"{lost:,} lines"
    said = f"{lines} could not be read as rows" if lost else "every line was read, with remarks"
    errors.print(f"[yellow]![/] {_plain(name)}: {said}", highlight=False)
    for problem in found.problems[:_SHOWN]:
        errors.print(f"    {_plain(str(problem))}", highlight=False)
    more = len(found.problems) - _SHOWN
    if more > 0:
        errors.print(f"    … and {more:,} further", highlight=False)
    return found


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
