"""The step catalogue and the row operations as a reference for people: one section each, from its own documentation."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

from workbench.model.spec_parts import ROW_KINDS, Branch, RowSpec

from .catalogue import STEPS, Step

__all__ = ["explain_step", "step_reference"]

_INTRO = """# Steps

Every transformation that a spec can name: steps, which change a value; cases, which choose one; row operations, which
take away, add or join rows. A blank source value is null before the first step; a step that rejects a value rejects
the row unless the field says otherwise (`on_error`). Written by `workbench steps --markdown`.
"""
_ROWS = """
# Row operations

Under `rows`, in order, each with an id: `{id: r1, filter: {...}, book_as: out_of_scope}`. Every row that one takes away
or adds is booked, under a name of yours where `book_as` gives one; the books are checked on every run.
"""


def step_reference() -> str:
    """All steps as Markdown, in alphabetical order, then cases and row operations."""
    cases = _part("case", Branch)
    rows = [_part(kind, row_operation(kind)) for kind in ROW_KINDS]
    return "".join([_INTRO, *(f"\n{_section(step)}" for _, step in STEPS.items()), f"\n{cases}", _ROWS,
                    *(f"\n{row}" for row in rows)])  # fmt: skip


def explain_step(name: str) -> str:
    """The documentation of one step, of 'case', or of a row operation.

    Raises:
        UnknownNameError: There is none of this name, with the nearest.
    """
    if name == "case":
        return inspect.getdoc(Branch) or ""
    return inspect.getdoc(row_operation(name)) or "" if name in ROW_KINDS else STEPS[name].doc


def row_operation(kind: str) -> Any:
    """The model that holds a row operation's arguments and documentation."""
    return next(t for t in get_args(RowSpec.model_fields[kind].annotation) if t is not type(None))


def _section(step: Step) -> str:
    return _written(step.name, step.doc, step.params, f"*Null:* {step.null}. *Rejects:* {step.rejects or 'nothing'}. "
                    + _undone(step))  # fmt: skip


def _part(name: str, part: Any) -> str:
    books = f" *Books:* {part.books}." if hasattr(part, "books") else ""
    rules = f"*Null:* {part.null}. *Rejects:* {part.rejects or 'nothing'}.{books}"
    return _written(name, inspect.getdoc(part) or "", part, rules)


def _written(name: str, doc: str, params: Any, rules: str) -> str:
    text, _, examples = doc.partition(">>>")
    lines = [f"## {name}", "", " ".join(text.split()), ""]
    for key, info in params.model_fields.items():
        given = info.get_default(call_default_factory=True)
        default = "" if info.is_required() or given is None or given in ((), {}) else f" (default `{given!r}`)"
        lines.append(f"- `{info.alias or key}`{default}")
    if params.model_fields:
        lines.append("")
    lines.append(rules)
    if examples:
        lines += ["", "```python", *(f">>>{examples}".strip().splitlines()), "```"]
    return re.sub(r"[ \t]+\n", "\n", "\n".join(lines)) + "\n"


def _undone(step: Step) -> str:
    loses = step.loses if isinstance(step.loses, str) else "what its arguments make equal"
    if step.inverse is None:
        return "*Cannot be undone*" + (f"; loses {loses}." if loses else ".")
    return "*Can be undone*" + (f", but for {loses}." if loses else ".")
