"""Try a chain of steps on values, as the documentation and the review panel do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.backends import normalise, schema_of
from workbench.model import TEXT, FieldSpec, Spec

from .applying import apply
from .resolving import resolve

__all__ = ["Rejected", "try_field", "try_rows", "try_step", "try_steps"]


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
    return _tried({"from": list(from_), "steps": written}, data)


def try_field(field: Mapping[str, Any], **row: str | None) -> Any:
    """Map one row to a field as written in a spec; see `try_step`.

    >>> try_field({"value": "CRM"}, unread="x")
    'CRM'
    """
    return _tried(field, {name: [value] for name, value in row.items()})[0]


def try_rows(
    operation: Mapping[str, Any], data: Mapping[str, Sequence[Any]], shown: str, **tables: Mapping[str, Sequence[Any]]
) -> list[Any]:
    """Run a row operation on rows.

    Args:
        operation: As written in a spec: {"filter": {...}}.
        data: The rows, columns by name.
        shown: Which columns to give back, separated by spaces.
        tables: The tables that the operation names, columns by name.

    Returns:
        The rows that pass, then a `Rejected` for each that does not.
    """
    names, frame = shown.split(), pl.DataFrame(dict(data))
    fields = {name: {"id": name, "from": name} for name in names}
    spec = _spec(fields, [n for n in data if n not in names and f"'{n}'" not in repr(operation)], [operation])
    given = {name: normalise(pl.LazyFrame(dict(table))) for name, table in tables.items()}
    resolved = resolve(spec, schema_of(frame), tables=lambda name: schema_of(given[name]))
    applied = apply(resolved.plan, frame, given.__getitem__)
    return [*applied.passed.rows(named=True), *map(Rejected, applied.rejected["_reason"])]


def _spec(fields: Mapping[str, Any], unmapped: Sequence[str], rows: Sequence[Mapping[str, Any]] = ()) -> Spec:
    return Spec.model_validate(
        {
            "name": "trial",
            "source": {"dataset": "trial"},
            "target": {"entity": "Trial"},
            "rows": [{"id": f"r{i}", **row} for i, row in enumerate(rows, 1)],
            "fields": fields,
            "unmapped": unmapped,
        }
    )


def _tried(written: Mapping[str, Any], data: Mapping[str, Sequence[str | None]]) -> list[Any]:
    field = FieldSpec.model_validate({"id": "f1", **written})
    spec = _spec({"value": field}, [n for n in data if n not in (field.from_ or ()) and f"{n!r}" not in repr(field)])
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
