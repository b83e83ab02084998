"""Verify a spec on full volume: the books, the target's contract and the spec's own checks, all counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from time import perf_counter

import polars as pl

from workbench.backends import schema_of, to_dtype
from workbench.errors import SourceError, UnknownNameError, UsageError
from workbench.mapping import Applied, Counts, Resolved, RoundTrip, resolve, roundtrip, stream
from workbench.model import Check, Contract, Rule, Spec, columns_of
from workbench.profiling import Profile, mask
from workbench.quality import Checker, RuleVerdict, is_personal

from .drift import drifted
from .verdict import CheckVerdict, RejectReason, Verdict

__all__ = ["verify"]

Tables = Callable[[str], pl.LazyFrame]
_EXAMPLES = 3


def verify(
    spec: Spec,
    frame: pl.LazyFrame | pl.DataFrame,
    target: Contract | None = None,
    *,
    resolved: Resolved | None = None,
    source_contract: Contract | None = None,
    tables: Tables | None = None,
    baseline: Profile | None = None,
    references: Mapping[str, pl.LazyFrame] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verdict:
    """Run a spec over all rows, in bounded memory, and hold the result against what was agreed.

    Args:
        spec: The spec.
        frame: Source rows.
        target: The contract of the target.
        resolved: What the spec resolves to; resolved here when not given.
        source_contract: The contract of the source.
        tables: Gives the frame of a table that a lookup or union names.
        baseline: The profile that the spec was made from, for checks of drift.
        references: Rows of entities that target fields point to, by name.
        progress: Called with the number of source rows read so far.

    Raises:
        SpecError: The spec does not fit.
        ConservationError: Rows were lost; a defect of the workbench.
    """
    began = perf_counter()
    rows = frame.lazy()
    if resolved is None:
        known = None if tables is None else lambda name: schema_of(tables(name))
        resolved = resolve(spec, schema_of(rows), target, source_contract=source_contract, tables=known)
    run = _Run(spec, resolved, target, source_contract, references)
    for part in stream(resolved.plan, rows, tables, progress=progress):
        run.take(part)
    trip = _trip(spec, resolved, rows, source_contract, run.personal)
    rules, unique = run.rules()
    checks = [
        verdict
        for check in spec.checks
        for verdict in _judge(check, spec, run.counts.check(), trip, unique, rows, baseline)
    ]
    return Verdict(
        spec.title,
        resolved.plan.fingerprint,
        f"{target.name} {target.version}" if target else "",
        run.counts.check(),
        rules,
        tuple(checks),
        run.reasons(),
        trip,
        perf_counter() - began,
    )


class _Run:
    """The books, the contract and the rejects, added up batch by batch."""

    def __init__(
        self,
        spec: Spec,
        resolved: Resolved,
        target: Contract | None,
        source: Contract | None,
        references: Mapping[str, pl.LazyFrame] | None,
    ) -> None:
        self.counts = Counts()
        self.examples: dict[str, list[str]] = {}
        self.spec, plan = spec, resolved.plan
        self.personal = frozenset(f.name for f in source.fields if is_personal(f)) if source else frozenset[str]()
        hidden = {f.name for f in target.fields if is_personal(f)} if target else set()
        for field in plan.fields:  # what is personal in the target was so in the source, and the other way round
            reads = set(columns_of(field.value, *(g.value for g in field.guards)))
            if field.name in hidden:
                self.personal |= reads
            elif reads & self.personal:
                hidden.add(field.name)
        self.hidden = hidden
        promised = target or Contract(spec.target.name, spec.target.name, "")
        self.unique = [c for c in spec.checks if c.unique]
        self.first = len(promised.rules)
        more = tuple(
            Rule(metric="duplicateValues", operator="mustBe", value=0, arguments={"properties": list(c.unique or ())})
            for c in self.unique
        )
        schema = {f.name: to_dtype(f.value.type) for f in plan.fields}
        self.checker = Checker(replace(promised, rules=(*promised.rules, *more)), schema, references=references)

    def take(self, part: Applied) -> None:
        self.counts.add(part.counts)
        self.checker.run(part.passed)
        rejected = part.rejected
        if not rejected.height:
            return
        shown = rejected.group_by("_code", "_field").agg(
            pl.col("_value").drop_nulls().unique(maintain_order=True).head(9)
        )
        for code, field, values in shown.rows():
            kept = self.examples.setdefault(code, [])
            for value in values:
                text = mask(value) if field in self.hidden or not field else value[:80]
                if text not in kept and len(kept) < _EXAMPLES:
                    kept.append(text)

    def rules(self) -> tuple[tuple[RuleVerdict, ...], dict[str, RuleVerdict]]:
        """The verdicts of the contract, and those of the spec's own checks of uniqueness by check id."""
        verdicts = self.checker.verdicts()
        own = {f"quality{self.first + i}": c.id for i, c in enumerate(self.unique, start=1)}
        unique = {own[v.code]: v for v in verdicts if v.code in own}
        return tuple(v for v in verdicts if v.code not in own), unique

    def reasons(self) -> tuple[RejectReason, ...]:
        return tuple(
            RejectReason(code, self.counts.reasons.get(code, ""), rows, tuple(sorted(self.examples.get(code, ()))))
            for code, rows in sorted(self.counts.rejected.items(), key=lambda item: (-item[1], item[0]))
        )


def _trip(
    spec: Spec, resolved: Resolved, rows: pl.LazyFrame, source: Contract | None, personal: frozenset[str]
) -> RoundTrip | None:
    wanted = [name for c in spec.checks for name in c.roundtrip or ()]
    if not wanted:
        return None
    try:
        return roundtrip(spec, resolved, rows, source_contract=source, fields=wanted, personal=personal)
    except UsageError:
        return None


def _judge(
    check: Check,
    spec: Spec,
    counts: Counts,
    trip: RoundTrip | None,
    unique: Mapping[str, RuleVerdict],
    rows: pl.LazyFrame,
    baseline: Profile | None,
) -> Iterator[CheckVerdict]:
    for name in check.roundtrip or ():
        yield _there_and_back(check, name, trip)
    if check.max_rejected is not None:
        share = counts.total_rejected / counts.rows_in if counts.rows_in else 0.0
        what = f"at most {check.max_rejected:g} of the rows are rejected"
        found = f"{counts.total_rejected:,} of {counts.rows_in:,} ({share:.6f})"
        yield CheckVerdict(check.id, what, share <= check.max_rejected, found)
    if check.unique:
        rule = unique[check.id]
        known = None if rule.result == "not checked" else rule.result == "passed"
        found = rule.note or f"{rule.broken:,} of {rule.rows:,} rows repeat an earlier one"
        yield CheckVerdict(check.id, f"{', '.join(check.unique)} tell rows apart", known, found)
    for name, how in (check.drift or {}).items():
        field = next((f for n, f in spec.fields.items() if name in (f.id, n)), None)
        what = f"{name} has not drifted ({how.replace('_', ' ')})"
        if field is None or not field.from_:
            yield CheckVerdict(check.id, what, None, "the spec has no such field with a source")
        elif baseline is None:
            yield CheckVerdict(check.id, what, None, "there is no profile to compare with")
        else:
            for source in field.from_:
                try:
                    passed, found = drifted(rows, source, how, baseline)
                except (UnknownNameError, SourceError) as e:
                    passed, found = None, e.fault.what
                yield CheckVerdict(check.id, what, passed, found)


def _there_and_back(check: Check, name: str, trip: RoundTrip | None) -> CheckVerdict:
    what = f"{name} comes back equal in at least {check.min_equal:g} of the rows"
    try:
        if trip is None:
            return CheckVerdict(check.id, what, False, "nothing comes back")
        found = trip.field(name)
    except UnknownNameError:
        return CheckVerdict(check.id, what, False, "it has no way back")
    if found.note:
        return CheckVerdict(check.id, what, None, found.note)
    return CheckVerdict(check.id, what, found.share >= check.min_equal, str(found))
