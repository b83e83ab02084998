"""The step catalogue as a reference for people: one section per step, from its own documentation."""

from __future__ import annotations

import re

from .catalogue import STEPS, Step

__all__ = ["step_reference"]

_INTRO = """# Steps

Every transformation that a spec can name. A blank source value is null before the first step; a step that rejects a
value rejects the row unless the field says otherwise (`on_error`). Written by `workbench steps --markdown`.
"""


def step_reference() -> str:
    """All steps as Markdown, in alphabetical order."""
    return _INTRO + "".join(f"\n{_section(step)}" for _, step in STEPS.items())


def _section(step: Step) -> str:
    text, _, examples = step.doc.partition(">>>")
    lines = [f"## {step.name}", "", " ".join(text.split()), ""]
    for name, info in step.params.model_fields.items():
        given = info.get_default(call_default_factory=True)
        default = "" if info.is_required() or given is None else f" (default `{given!r}`)"
        lines.append(f"- `{info.alias or name}`{default}")
    if step.params.model_fields:
        lines.append("")
    lines.append(f"*Null:* {step.null}. *Rejects:* {step.rejects or 'nothing'}. {_undone(step)}")
    if examples:
        lines += ["", "```python", *(f">>>{examples}".strip().splitlines()), "```"]
    return re.sub(r"[ \t]+\n", "\n", "\n".join(lines)) + "\n"


def _undone(step: Step) -> str:
    loses = step.loses if isinstance(step.loses, str) else "what its arguments make equal"
    if step.inverse is None:
        return "*Cannot be undone*" + (f"; loses {loses}." if loses else ".")
    return "*Can be undone*" + (f", but for {loses}." if loses else ".")
