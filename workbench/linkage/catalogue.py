"""The mapping step catalogue as standardisers: any chain that a spec can name, run on distinct values."""

from __future__ import annotations

from typing import Any, NoReturn

import polars as pl

from workbench.backends import compile_polars
from workbench.errors import UsageError
from workbench.model import STEPS, TEXT, Expr, StepFault, any_of, cast, col, none_of

__all__ = ["catalogue_step"]


class _NoColumns:
    """A field is standardised by itself: its steps see no other column."""

    def column(self, name: str) -> NoReturn:
        raise StepFault(f"'{name}' cannot be looked at here", "name the columns under the field's 'from'")


def catalogue_step(value: pl.Expr, verb: str, args: Any, field: str) -> pl.Expr:
    """Apply a step of the catalogue to a text expression; what the step rejects becomes null.

    Args:
        value: The value so far.
        verb: The step's name.
        args: Its arguments, as written.
        field: The field, for messages.

    Raises:
        UsageError: The arguments do not fit.
    """
    try:
        outcome = STEPS[verb].apply([col("value")], args, _NoColumns())
    except StepFault as e:
        raise UsageError(e.what, where=f"field '{field}', step '{verb}'", cure=e.cure) from None
    roots: list[Expr] = [cast(outcome.value, TEXT) if outcome.value.type != TEXT else outcome.value]
    if outcome.rejects:
        roots.append(none_of(any_of(*(condition for condition, _ in outcome.rejects))))
    program = compile_polars(roots)

    def run(values: pl.Series) -> pl.Series:
        distinct = pl.DataFrame({"value": values.unique()})
        done = (
            program.run(distinct.lazy()).select("value", out=program.outputs[0], kept=_kept(program.outputs)).collect()
        )
        done = done.select("value", pl.when("kept").then("out").alias("out"))
        return pl.DataFrame({"value": values}).join(
            done, on="value", how="left", maintain_order="left", nulls_equal=True
        )["out"]

    return value.map_batches(run, return_dtype=pl.String)


def _kept(outputs: tuple[pl.Expr, ...]) -> pl.Expr:
    return outputs[1] if len(outputs) > 1 else pl.lit(True)
