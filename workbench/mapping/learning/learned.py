"""What learning gives back: a field of a spec, how much it explains, and the rows that disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.errors import SpecError
from workbench.mapping.applying import apply
from workbench.mapping.resolving import resolve
from workbench.model import TEXT, FieldSpec, Spec, dump_yaml

from .programs import Row

__all__ = ["Disagreement", "Learned", "outputs_of"]

_ROW, _VALUE, _ALL = "__row", "value", "__all"


@dataclass(frozen=True)
class Disagreement:
    """A pair that a learned field does not explain: the inputs, what was wanted, what it gives."""

    inputs: tuple[str | None, ...]
    wanted: str | None
    found: str | None


@dataclass(frozen=True)
class Learned:
    """A proposal: steps that make the outputs out of the inputs.

    Attributes:
        field: A field of a spec as people write it: from, steps or case, on_error.
        names: The inputs' names.
        cost: How surprising it is; proposals come by agreement, then by this.
        pairs: How many examples it was held against.
        agree: How many of them it explains, run by the real steps.
        disagreements: The others, up to 100.
        rejects: How many of the inputs without outputs it rejects.
    """

    field: Mapping[str, Any]
    names: tuple[str, ...]
    cost: float
    pairs: int
    agree: int
    disagreements: tuple[Disagreement, ...] = ()
    rejects: int = 0

    @property
    def coverage(self) -> float:
        """Share of the examples it explains."""
        return self.agree / self.pairs if self.pairs else 0.0

    @property
    def steps(self) -> list[Any]:
        """Its steps; empty for a field by cases."""
        return list(self.field.get("steps", []))

    def field_spec(self) -> FieldSpec:
        """The field, to put into a spec."""
        return FieldSpec.model_validate(dict(self.field))

    def outputs(self, rows: Sequence[Sequence[str | None]]) -> list[str | None]:
        """What it gives for rows, by the real steps; None is a null or a reject."""
        return outputs_of(self.field, self.names, rows)

    def __repr__(self) -> str:
        shown = {k: v for k, v in self.field.items() if k != "id"}
        return f"{self.agree:,} of {self.pairs:,} pairs agree\n{dump_yaml(shown)}"


def outputs_of(field: Mapping[str, Any], names: Sequence[str], rows: Sequence[Row]) -> list[str | None]:
    """Run a field by resolve and apply, row by row in order; what it rejects is None.

    Raises:
        SpecError: The field cannot be resolved.
    """
    spec = Spec.model_validate(
        {
            "name": "learned",
            "source": {"dataset": "examples"},
            "target": {"entity": "Learned"},
            "fields": {
                _VALUE: {**field, "id": "f1"},
                _ROW: {"id": "f0", "from": _ROW},
                # No input is left out, whichever of them the field reads.
                _ALL: {"id": "f2", "from": list(names), "steps": ["coalesce"]},
            },
        }
    )
    data = {n: pl.Series(n, [r[i] for r in rows], dtype=pl.String) for i, n in enumerate(names)}
    frame = pl.DataFrame({**data, _ROW: pl.Series(_ROW, [str(i) for i in range(len(rows))], dtype=pl.String)})
    resolved = resolve(spec, dict.fromkeys(frame.columns, TEXT))
    passed = apply(resolved.plan, frame).passed
    out: list[str | None] = [None] * len(rows)
    for at, value in zip(passed[_ROW].to_list(), passed[_VALUE].to_list(), strict=True):
        out[int(at)] = None if value is None else str(value)
    return out


def checked(
    field: Mapping[str, Any],
    names: Sequence[str],
    cost: float,
    pairs: Sequence[tuple[Row, str | None]],
    more: Sequence[Row] = (),
) -> Learned | None:
    """Hold a field against examples by the real steps; None when it does not resolve."""
    try:
        found = outputs_of(field, names, [r for r, _ in pairs] + list(more))
    except SpecError:
        return None
    wrong = [
        Disagreement(tuple(r), wanted, got)
        for (r, wanted), got in zip(pairs, found[: len(pairs)], strict=True)
        if got != wanted
    ]
    rejects = sum(v is None and any(r) for v, r in zip(found[len(pairs) :], more, strict=True))
    return Learned(dict(field), tuple(names), cost, len(pairs), len(pairs) - len(wrong), tuple(wrong[:100]), rejects)
