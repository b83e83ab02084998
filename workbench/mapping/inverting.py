"""Turn a spec around: from the canonical entity back to the source, and say what is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.errors import UnknownNameError, UsageError
from workbench.model import (
    STEPS,
    Contract,
    DataType,
    Expr,
    Field,
    FieldSpec,
    Plan,
    Spec,
    StepFault,
    StepSpec,
    blank_to_null,
)

from .inverted import Inverted, Lost, Way
from .resolving import Resolved
from .scope import Scope

__all__ = ["invert", "unfold_back"]


def invert(spec: Spec, resolved: Resolved, source_contract: Contract | None = None) -> Inverted:
    """The from-canonical spec of a spec.

    Each source field comes back from the target field that loses least of it. A field whose spec says
    ``inverse: none``, or one of whose steps cannot be undone, does not come back.

    Args:
        spec: The spec.
        resolved: What it resolves to; gives the types on both sides.
        source_contract: The contract of the source: its listed values decide how a yes or no is spelt, and
            its required fields are missed loudly.

    Raises:
        UsageError: Nothing comes back.
    """
    return _Inverter(spec, resolved.plan, source_contract).run()


class _Inverter:
    def __init__(self, spec: Spec, plan: Plan, contract: Contract | None) -> None:
        self.spec, self.plan, self.contract = spec, plan, contract
        self.source = dict(plan.source)
        self.target = {f.name: f.value.type for f in plan.fields}
        self.why_not: dict[str, str] = {}
        self.notes: list[str] = []

    def run(self) -> Inverted:
        ways: dict[str, list[Way]] = {}
        for name, field in self.spec.fields.items():
            way = self._way(name, field)
            if way is not None:
                ways.setdefault(way.source, []).append(way)
        best = {s: min(w, key=lambda way: len(way.losses)) for s, w in ways.items()}
        if not best:
            raise UsageError(
                f"nothing of {self.spec.source.dataset} comes back from {self.spec.target.name}",
                where=self.spec.title,
                cure="; ".join(sorted(set(self.why_not.values()))) or "map a field by steps that can be undone",
            )
        for source, found in ways.items():
            if len(found) > 1:
                others = ", ".join(w.target for w in found if w is not best[source])
                self.notes.append(f"{source} is taken from {best[source].target}; it is in {others} too")
        ordered = tuple(best[s] for s in self.source if s in best)
        return Inverted(self._spec(ordered), tuple(self._lost(best)), ordered, tuple(self.notes))

    def _way(self, name: str, field: FieldSpec) -> Way | None:
        """The way back from one target field; None, with the reason noted, where there is none."""
        table = _cases_as_table(field)
        sources = [table[0]] if table else list(field.from_ or ())
        reason = _no_way(field, table)
        if len(sources) == 1 and sources[0] not in self.source:
            reason = reason or self._not_a_column(sources[0])
        if reason is None:
            written, losses = list(table[1]) if table else [], list[str]()
            fault = self._undo(field, written, losses) if isinstance(field.inverse, str) else None
            if not isinstance(field.inverse, str):
                written = [s.written() for s in field.inverse]
            reason = fault or self._fits(name, sources[0], written)
            if reason is None:
                if (field.on_error or self.spec.on_error) in ("null", "default") and field.steps:
                    losses.append("values at fault, which became " + (field.default or "null"))
                steps = tuple(_step(w) for w in written)
                return Way(sources[0], name, steps, tuple(dict.fromkeys(losses)))
        for source in sources:
            self.why_not.setdefault(source, f"{name}: {reason}")
        return None

    def _not_a_column(self, source: str) -> str:
        if source.split(".")[0] in self.source:
            return "it is a part of a record, and the way back writes flat columns"
        return "it is made by a row step"

    def _undo(self, field: FieldSpec, written: list[Any], losses: list[str]) -> str | None:
        """Collect the steps that undo a field's, last first; returns why not where one cannot be undone."""
        for step in reversed(field.steps):
            try:
                undone = STEPS[step.name].undo(step.args)
            except (StepFault, UnknownNameError) as e:
                return str(e)
            if undone is None:
                lost = STEPS[step.name].loses
                return f"{step.name} cannot be undone" + (
                    f" (it loses {lost})" if isinstance(lost, str) and lost else ""
                )
            written += undone[0]
            if undone[1]:
                losses.append(undone[1])
        return None

    def _fits(self, target: str, source: str, written: list[Any]) -> str | None:
        """Bring the way back into the source's type and spelling, in place; returns why not where it is wrong."""
        self._respell(source, written)
        value, fault = self._unfold(target, written)
        if value is None:
            return fault
        wanted = self.source[source]
        if value.type == wanted:
            return None
        cast: dict[str, Any] = {"to": wanted.kind}
        if wanted.kind == "decimal":
            cast["digits"] = wanted.scale
        written.append({"cast": wanted.kind if wanted.kind != "decimal" else cast})
        value, fault = self._unfold(target, written)
        return None if value is not None and value.type == wanted else f"it gives no {wanted}"

    def _unfold(self, target: str, written: list[Any]) -> tuple[Expr | None, str]:
        scope = Scope(self.spec, dict(self.target))
        steps = [_step(w) for w in written]
        value, _ = scope.steps([scope.column(target)], steps, ("fields", target))
        return (value, "") if value is not None else (None, "; ".join(f.what for f in scope.faults))

    def _respell(self, source: str, written: list[Any]) -> None:
        """Where the way back ends in a table, write its values as the source's contract lists them."""
        if self.contract is None or source not in self.contract or not written:
            return
        listed = {v.lower(): v for v in self.contract.field(source).enum}
        last = written[-1]
        if isinstance(last, Mapping) and isinstance(last.get("translate"), Mapping) and listed:
            values = {k: listed.get(v.lower(), v) for k, v in last["translate"]["values"].items()}
            written[-1] = {"translate": {**last["translate"], "values": values}}

    def _lost(self, best: Mapping[str, Way]) -> Iterator[Lost]:
        for source in self.source:
            field = self.contract.field(source) if self.contract and source in self.contract else Field(source, _ANY)
            if source in best:
                yield from (Lost(source, what) for what in best[source].losses)
                continue
            why = self.why_not.get(source)
            if why is None:
                why = (
                    "it is left out of the mapping"
                    if source in self.spec.unmapped
                    else "it only decides about rows or other fields"
                )
            yield Lost(source, why + ("; and the source requires it" if field.required else ""), entirely=True)
        for row in self.spec.rows:
            if row.kind in _ROW_LOSSES:
                yield Lost("", f"{row.id} ({row.kind}): {_ROW_LOSSES[row.kind]}")

    def _spec(self, ways: tuple[Way, ...]) -> Spec:
        used = {w.target for w in ways}
        fields = {
            w.source: {
                "id": self.spec.fields[w.target].id,
                "from": w.target,
                "steps": [s.written() for s in w.steps],
                "inverse": "auto",
            }
            for w in ways
        }
        key = [n for n in self.plan.key if n in self.target]
        return Spec.model_validate(
            {
                "name": f"{self.spec.name}.back",
                "version": self.spec.version,
                "semantics": self.spec.semantics,
                "description": f"The way back of {self.spec.title}, made by inverting it.",
                "source": {"dataset": self.spec.target.name, "contract": self.spec.target.contract},
                "target": {"dataset": self.spec.source.dataset, "contract": self.spec.source.contract},
                "maintainer": self.spec.maintainer,
                "approver": self.spec.approver,
                "row_key": key,
                "fields": fields,
                "unmapped": [n for n in self.target if n not in used and n not in key],
            }
        )


_ANY = DataType("null")
_ROW_LOSSES = {
    "filter": "rows that it leaves out do not come back",
    "lookup": "what it adds is not part of the source",
    "keep_latest": "earlier versions of a row do not come back",
    "explode": "items come back as rows, not as lists",
    "group": "the rows that were added up do not come back",
    "unpivot": "values come back as rows, not as columns",
    "union": "rows of both sides come back together",
    "split": "the parts come back as rows of their own",
}


def _step(written: Any) -> StepSpec:
    """A step from its written form."""
    name, args = (written, None) if isinstance(written, str) else next(iter(written.items()))
    return StepSpec(name=name, args=args)


def _no_way(field: FieldSpec, table: tuple[str, list[Any]] | None) -> str | None:
    """Why a field has no way back, before its steps are looked at."""
    if field.inverse == "none":
        return "its spec says inverse: none"
    if field.value is not None:
        return "it is a constant"
    if field.case is not None:
        return None if table else "it is decided by cases"
    if len(field.from_ or ()) != 1:
        how = field.steps[0].name if field.steps else "join"
        return f"{how} makes one value of {len(field.from_ or ())}, and nothing tells them apart again"
    return None


def _cases_as_table(field: FieldSpec) -> tuple[str, list[Any]] | None:
    """Cases that only compare one field with constants are a table, which can be turned around."""
    if field.case is None or field.else_ is not None or field.else_from is not None:
        return None
    pairs: dict[str, str] = {}
    names: set[str] = set()
    for branch in field.case:
        when = branch.when
        if when.field is None or when.steps or when.equals is None or branch.then is None:
            return None
        names.add(when.field)
        if branch.then in pairs or when.equals in pairs.values():
            return None
        pairs[branch.then] = when.equals
    return (names.pop(), [{"translate": {"values": pairs}}]) if len(names) == 1 else None


def unfold_back(spec: Spec, way: Way, value: Expr) -> Expr:
    """The way back unfolded over the expression of its target field.

    Raises:
        UsageError: The steps do not fit, which `invert` has excluded.
    """
    scope = Scope(spec, {})
    start = blank_to_null(value) if value.type.kind == "text" else value
    back, _ = scope.steps([start], way.steps, ("fields", way.target))
    if back is None:
        raise UsageError(scope.faults[0].what, where=way.target)
    return back
