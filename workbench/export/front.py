"""Write a spec as an artefact: one front door for all exporters."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from workbench.errors import UsageError
from workbench.mapping import Resolved
from workbench.model import Contract, Field, Plan, Spec, write_text

from .material import EXPORTERS, Material

__all__ = ["artefact", "export"]


def artefact(
    spec: Spec,
    to: str,
    *,
    resolved: Resolved,
    target: Contract | None = None,
    source: Contract | None = None,
    rows: pl.LazyFrame | None = None,
) -> Mapping[str, str]:
    """An artefact as texts by file name, without writing anything.

    Args:
        spec: The spec.
        to: Which artefact: yaml, python, sql:DIALECT, pyspark, dbt, openlineage, sssom, odcs or jsonschema.
        resolved: What the spec resolves to.
        target: The contract of the target.
        source: The contract of the source.
        rows: The whole source: SQL then takes plain forms where these rows prove them equal, says which facts it
            relies on, and has a query (dbt: a test) that tells when they no longer hold.

    Raises:
        UnknownNameError: There is no such artefact, or no such dialect.
        NotPortableError: The artefact cannot keep the meaning of a step; every one is named.
        UsageError: The spec holds nothing of that kind.
    """
    kind, _, option = to.partition(":")
    make = EXPORTERS[kind]
    contract = target or _as_it_comes(spec, resolved.plan)
    if rows is not None and kind not in ("sql", "dbt"):
        raise UsageError(f"{kind} relies on nothing that rows prove", cure="leave them out, or write sql or dbt")
    return make(Material(spec, resolved, contract, source, option, rows))


def export(
    spec: Spec,
    to: str,
    out: str | os.PathLike[str],
    *,
    resolved: Resolved,
    target: Contract | None = None,
    source: Contract | None = None,
    rows: pl.LazyFrame | None = None,
) -> tuple[Path, ...]:
    """Write a spec as an artefact that a team can use where it lives; see `artefact`.

    Args:
        spec: The spec.
        to: Which artefact.
        out: The file; a folder where the artefact has several files, or where there is such a folder.
        resolved: What the spec resolves to.
        target: The contract of the target.
        source: The contract of the source.
        rows: The whole source, for what it proves.

    Returns:
        The files written.

    Raises:
        UsageError: Several files are to be written over one.
    """
    files = artefact(spec, to, resolved=resolved, target=target, source=source, rows=rows)
    place = Path(out)
    if len(files) == 1 and not place.is_dir():
        return (write_text(place, next(iter(files.values()))),)
    if place.exists() and not place.is_dir():
        raise UsageError(f"{to} is {len(files)} files, and this is one", where=str(place), cure="name a folder")
    return tuple(write_text(place / name, text) for name, text in files.items())


def _as_it_comes(spec: Spec, plan: Plan) -> Contract:
    """A contract that says no more than the types of the fields."""
    fields = tuple(Field(f.name, f.value.type) for f in plan.fields)
    return Contract(spec.target.name, spec.target.name, "0.1.0", fields=fields)
