"""Try a chain of steps on values, as the documentation and the review panel do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.model import TEXT, FieldSpec, Spec

from .applying import apply
from .resolving import resolve

__all__ = ["Rejected", "try_step", "try_steps"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that a step rejects, and why."""

    reason: str

    def __repr__(self) -> str:
        return f"Rejected({self.reason!r})"


def try_step(steps: Any, *values: str | None, **columns: str | None) -> Any:
    """Run one step, or a list of steps, on one row.

    Args:
        steps: As written in a spec: 'trim', {'prefix': 'CRM-'}, or a list of such.
        values: The source value; several for a step that takes many.
        columns: Other columns of the row that the steps refer to.

    Returns:
        The value, or `Rejected` with the reason.

    Raises:
        SpecError: The steps are wrong.

    >>> try_step(["trim", "upper"], " ada ")
    'ADA'
    """
    names = [f"value{i}" for i in range(len(values))]
    row = dict(zip(names, values, strict=True)) | columns
    return try_steps(steps, {name: [value] for name, value in row.items()}, names)[0]


def try_steps(steps: Any, data: Mapping[str, Sequence[str | None]], from_: Sequence[str]) -> list[Any]:
    """Run steps on many rows; see `try_step`.

    Args:
        steps: One step or a list.
        data: Columns by name, all of one length.
        from_: Which of them the steps work on.
    """
    written = steps if isinstance(steps, list) else [steps]
    field = FieldSpec.model_validate({"id": "f1", "from": list(from_), "steps": written})
    spec = Spec.model_validate(
        {
            "name": "trial",
            "source": {"dataset": "trial"},
            "target": {"entity": "Trial"},
            "fields": {"value": field},
            "unmapped": [n for n in data if n not in from_ and f"{n!r}" not in repr(field)],
        }
    )
    frame = pl.DataFrame(dict(data), schema=dict.fromkeys(data, pl.String)).with_row_index("__at")
    resolved = resolve(spec, dict.fromkeys(data, TEXT))
    out: list[Any] = []
    for row in frame.iter_slices(1) if frame.height <= 1 else [frame]:
        out += _outcomes(resolved.plan, row.drop("__at"))
    return out


def _outcomes(plan: Any, frame: pl.DataFrame) -> list[Any]:
    applied = apply(plan, frame)
    if applied.rejected.height == 0:
        return applied.passed["value"].to_list()
    if frame.height == 1:
        return [Rejected(applied.rejected["_reason"][0])]
    out: list[Any] = []
    for row in frame.iter_slices(1):
        out += _outcomes(plan, row)
    return out
