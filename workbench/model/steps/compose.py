"""The step that writes a text out of parts, each a constant or a chain of steps over one of the values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.model import primitives as p
from workbench.model.expr import Expr
from workbench.model.types import TEXT

from .catalogue import Context, Outcome, StepFault, step, through

_FORM = "a part is {text: '…'} or {from: 0, steps: [...]}"


@step(many=True, null="a part that is null makes the whole null", rejects="what one of its steps rejects")
def build(values: tuple[Expr, ...], *, parts: list[Any], context: Context) -> Outcome:
    """Write a text out of parts: constants, and values of the field's 'from' (0 is the first) through steps.

    >>> try_step({"build": [{"from": 1, "steps": ["upper"]}, {"text": ", "}, {"from": 0}]}, "Ada", "Lovelace")
    'LOVELACE, Ada'
    >>> try_step({"build": [{"steps": [{"split": {"separator": "-", "part": 1}}]}, {"text": "!"}]}, "a-b")
    'b!'
    >>> try_step({"build": [{"steps": [{"split": {"separator": "-", "part": 2}}]}, {"text": "!"}]}, "a")
    Rejected("has no part 2 between '-'")
    """
    if not parts:
        raise StepFault("build: there are no parts", _FORM)
    rejects: list[tuple[Expr, str]] = []
    texts = [_part(values, part, context, rejects) for part in parts]
    return Outcome(p.concat(*texts), tuple(rejects))


def _part(values: tuple[Expr, ...], part: Any, context: Context, rejects: list[tuple[Expr, str]]) -> Expr:
    told = set(part) if isinstance(part, Mapping) else set()
    if not (told == {"text"} or (told and told <= {"from", "steps"})):
        raise StepFault(f"build: {part!r} is not a part", _FORM)
    if "text" in part:
        return p.lit(str(part["text"]))
    try:
        at = int(part.get("from", 0))
        value = values[at]
    except (ValueError, TypeError, IndexError):
        raise StepFault(f"build: there is no value {part.get('from')!r}", f"0 to {len(values) - 1}") from None
    outcome = through(value, part.get("steps"), context, "build")
    rejects += outcome.rejects
    return outcome.value if outcome.value.type.kind == "text" else p.cast(outcome.value, TEXT)
