"""What a field's steps make of real values: a sample of the source, before and after, with what is rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from workbench.backends import normalise, schema_of
from workbench.errors import WorkbenchError
from workbench.mapping import Applied, apply, resolve
from workbench.model import TEXT, Contract, DataType, Field, FieldSpec, Spec
from workbench.profiling import mask

__all__ = ["Preview", "Previewer"]

_BEFORE = "before "  # no source column of a contract ends in a space, so it hides none


@dataclass(frozen=True, slots=True)
class Preview:
    """A field's steps on a sample.

    Attributes:
        rows: Distinct values: before (one text per source column), after, why it is rejected ('' when it passes),
            how often. The rejected come first. Personal values are masked.
        tried: Rows tried.
        passed: Rows with a value.
        empty: Rows that pass without a value.
        rejected: Rows rejected.
        reasons: Why, with how often, most first.
        faults: Why it could not be tried, with the cure.
    """

    rows: tuple[tuple[tuple[str, ...], str, str, int], ...] = ()
    tried: int = 0
    passed: int = 0
    empty: int = 0
    rejected: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


class Previewer:
    """Tries fields on a sample of the source.

    Args:
        frame: The source.
        target: The contract of the target; its types, required fields and lists of values are kept to.
        source_contract: The source's contract, for marks of missing values and personal columns.
        tables: Gives a reference table that a row step names.
        personal: More columns whose values are personal.
        sample: Rows to try, spread over the first 40 times as many.
        masked: Hide personal values.
    """

    def __init__(
        self,
        frame: pl.LazyFrame | pl.DataFrame,
        *,
        target: Contract | None = None,
        source_contract: Contract | None = None,
        tables: Callable[[str], pl.LazyFrame] | None = None,
        personal: frozenset[str] = frozenset(),
        sample: int = 400,
        masked: bool = True,
    ) -> None:
        self._lazy = normalise(frame.lazy())
        self.target, self.source_contract, self.tables = target, source_contract, tables
        self.sample, self.masked = sample, masked
        stated = {f.name for f in source_contract.fields if f.personal} if source_contract else set()
        self.personal = personal | stated

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The sample."""
        first = self._lazy.head(self.sample * 40).collect()
        return first.gather_every(max(first.height // self.sample, 1)).head(self.sample)

    @cached_property
    def schema(self) -> Mapping[str, DataType]:
        """The source's columns with their types."""
        return schema_of(self._lazy)

    def of(self, spec: Spec, name: str, field: FieldSpec, limit: int = 14) -> Preview:
        """Try a field.

        Args:
            spec: The spec around it: its row steps come first.
            name: The target field.
            field: What to try.
            limit: Distinct values to show.
        """
        sources = tuple(field.from_ or ())
        try:
            applied = self._applied(spec, name, field, sources)
        except WorkbenchError as e:
            return Preview(faults=tuple((f.what, f.cure) for f in e.faults))
        return self._told(applied, name, sources, limit)

    def _applied(self, spec: Spec, name: str, field: FieldSpec, sources: tuple[str, ...]) -> Applied:
        try:
            return self._run(spec, name, field, sources)
        except WorkbenchError:
            if not sources:
                raise
            return self._run(spec, name, field, ())  # a nested source has no text form: show what comes out

    def _run(self, spec: Spec, name: str, field: FieldSpec, sources: tuple[str, ...]) -> Applied:
        shown = {
            f"{_BEFORE}{i}": FieldSpec.model_validate(
                {"id": f"{_BEFORE}{i}", "from": s, "steps": [{"cast": "text"}], "on_error": "null"}
            )
            for i, s in enumerate(sources)
        }
        trial = spec.model_copy(
            update={"fields": {name: field, **shown}, "row_key": tuple(self.schema), "unmapped": (), "checks": ()}
        )
        target = self._reduced(name, shown)
        tables = self.tables
        lookup = (lambda t: schema_of(tables(t))) if tables else None
        resolved = resolve(trial, self.schema, target, source_contract=self.source_contract, tables=lookup)
        return apply(resolved.plan, self.rows, self.tables)

    def _reduced(self, name: str, shown: Mapping[str, Any]) -> Contract | None:
        if self.target is None or name not in {f.name for f in self.target.fields}:
            return None
        befores = tuple(Field(n, TEXT) for n in shown)
        return replace(self.target, fields=(self.target.field(name), *befores), rules=())

    def _told(self, applied: Applied, name: str, sources: tuple[str, ...], limit: int) -> Preview:
        hide_after = self.masked and self.is_personal(name, sources)
        hide = [hide_after] * len(sources)  # a personal value is personal before and after
        counted: Counter[tuple[tuple[str, ...], str, str]] = Counter()
        passed, rejected = applied.passed, applied.rejected
        befores = [c for c in passed.columns if c.startswith(_BEFORE)]
        after = [_text(v) for v in passed[name].to_list()]
        for before, out in zip(_tuples(passed, befores, hide), after, strict=True):
            counted[before, mask(out) if hide_after else out, ""] += 1
        there = [s for s in sources if s in rejected.columns]
        whole = len(there) == len(sources)
        given = _tuples(rejected, there if whole else ["_value"], hide if whole else [hide_after])
        for before, why in zip(given, rejected["_reason"].to_list(), strict=True):
            counted[before, "", why] += 1
        rows = sorted(((*key, n) for key, n in counted.items()), key=lambda r: (not r[2], -r[3]))
        bad = [r for r in rows if r[2]][: max(limit // 2, limit - (len(rows) - sum(1 for r in rows if r[2])))]
        good = [r for r in rows if not r[2]][: limit - len(bad)]
        reasons = Counter(dict(Counter(rejected["_reason"].to_list())))
        nothing = sum(1 for t in after if t == "")
        return Preview(
            rows=(*bad, *good), tried=passed.height + rejected.height, passed=passed.height - nothing,
            empty=nothing, rejected=rejected.height, reasons=tuple(reasons.most_common(5)),
        )  # fmt: skip

    def _column_personal(self, name: str) -> bool:
        return name in self.personal or name.split(".")[0] in self.personal

    def is_personal(self, name: str, sources: tuple[str, ...]) -> bool:
        """Whether values of a field are personal: the target says so, or a source column does."""
        target = self.target
        known = target is not None and name in {f.name for f in target.fields} and target.field(name).personal
        return known or any(self._column_personal(s) for s in sources)


def _tuples(frame: pl.DataFrame, names: list[str], hide: list[bool]) -> list[tuple[str, ...]]:
    if not names:
        return [()] * frame.height
    columns = [
        [mask(_text(v)) if hidden else _text(v) for v in frame[n].to_list()]
        for n, hidden in zip(names, hide, strict=False)
    ]
    return list(zip(*columns, strict=True))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
