"""The matcher: two sides in, scored and explained matches out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import UsageError
from workbench.model import Contract
from workbench.profiling import Equation, Profile

from .arithmetic import computed
from .combining import Model, assign, judge, load_model
from .composing import compositions
from .decisions import Decision, Decisions
from .matches import Match, Matches
from .pairing import Pairing
from .presence import presences
from .scorers import Part, Scores
from .views import ColumnView, views_of

__all__ = ["Side", "match", "matched"]

Matrix = npt.NDArray[np.float64]
_SURE, _NEVER = 0.99, 0.0
_KEY = 2.0  # log-odds: of the 8 flows of the sample that state both keys, in all the key is the key


@dataclass(frozen=True, eq=False)
class Side:
    """A table or an entity about to be matched.

    Attributes:
        name: What it is called.
        given: What was given for it.
        sample: What was given besides, to see values.
        views: Its columns, as matching sees them.
    """

    name: str
    given: object
    sample: object
    views: tuple[ColumnView, ...]


def match(
    source: Any,
    target: Any,
    *,
    source_sample: Any = None,
    target_sample: Any = None,
    source_name: str | None = None,
    target_name: str | None = None,
    decisions: Decisions | None = None,
    threshold: float = 0.5,
    scorers: Sequence[str] | None = None,
    holds: Sequence[Equation] = (),
) -> Matches:
    """Propose for every field of a target the column of a source that means it.

    Args:
        source: A profile, a contract, a Polars frame, or column views.
        target: The same; usually the contract of a canonical entity.
        source_sample: A frame or profile of the source, where the source is given as a contract.
        target_sample: The same of the target, if there are rows already.
        source_name: What the source is called, as in 'crm.customers'; decisions name it.
        target_name: What the target is called, as in 'Customer'.
        decisions: What people decided before: settles these pairs, and speaks for or against columns of the same
            name elsewhere.
        threshold: Least probability of a match that is proposed; below it the answer is 'no match'.
        scorers: Use only these.
        holds: What was seen to hold between the source's numbers: proves or refutes what fields are computed of.

    Raises:
        UsageError: A side is nothing that can be matched, or the threshold is no probability.
        UnknownNameError: There is no scorer of a name given.

    >>> import polars as pl
    >>> crm = pl.DataFrame({"cust_no": ["C1", "C2"], "e_mail": ["a@x.org", "b@y.org"]})
    >>> shop = pl.DataFrame({"email": ["b@y.org", "z@x.org"], "customerNumber": ["C2", "C9"]})
    >>> [(m.source, m.target) for m in match(crm, shop).best]
    [('e_mail', 'email'), ('cust_no', 'customerNumber')]
    """
    if not 0.0 <= threshold <= 1.0:
        raise UsageError(f"the threshold {threshold} is no probability", cure="give a number from 0 to 1")
    columns, fields = views_of((source, source_sample), (target, target_sample))
    named = source_name or getattr(source, "name", None) or "source"
    meant = target_name or getattr(target, "name", None) or "target"
    sides = Side(named, source, source_sample, columns), Side(meant, target, target_sample, fields)
    return matched(*sides, decisions=decisions, threshold=threshold, scorers=scorers, holds=holds)


def matched(
    source: Side,
    target: Side,
    *,
    decisions: Decisions | None = None,
    threshold: float = 0.5,
    scorers: Sequence[str] | None = None,
    holds: Sequence[Equation] = (),
) -> Matches:
    """Match two sides that are measured already; see `match`."""
    columns, fields = source.views, target.views
    model = load_model()
    settled, leaning = _decided(decisions, source.name, target.name, columns, fields)
    keys = _keys(source, target)
    scores, details = _score(columns, fields, _raised(leaning, keys), model, scorers)
    made, scores = computed(columns, fields, scores, holds, threshold)
    made = _repeated((*made, *presences(source.given, source.sample, fields, target.given)), settled, columns, fields)
    shared = _shared(settled)
    for i, j in shared:
        scores[i, :] = scores[:, j] = _NEVER
    taken = _settle(scores, {pair: d for pair, d in settled.items() if pair not in shared})
    composed = (
        *_together(shared, columns, fields, made),
        *made,
        *compositions(Pairing(columns, fields), scores, threshold),
    )
    return Matches(
        source.name, target.name, columns, fields, scores, details, taken, threshold, composed, settled, leaning, model,
        keys,
    )  # fmt: skip


def _score(
    columns: tuple[ColumnView, ...],
    fields: tuple[ColumnView, ...],
    leaning: Matrix,
    model: Model,
    only: Sequence[str] | None,
) -> tuple[Matrix, Mapping[str, Matrix]]:
    """Score in the order of names, so that the order of columns never decides between equals."""
    shape = (len(columns), len(fields))
    if not columns or not fields:
        return np.zeros(shape), {}
    rows = np.array(sorted(range(shape[0]), key=lambda i: columns[i].name))
    cols = np.array(sorted(range(shape[1]), key=lambda j: fields[j].name))
    pairing = Pairing(tuple(columns[i] for i in rows), tuple(fields[j] for j in cols))
    ordered = Scores(pairing, only)
    probability = judge(ordered, pairing.kinship, model, leaning[np.ix_(rows, cols)])
    back = np.ix_(np.argsort(rows), np.argsort(cols))
    return probability[back], Part(ordered, ordered, back)


def _decided(
    decisions: Decisions | None,
    source: str,
    target: str,
    columns: tuple[ColumnView, ...],
    fields: tuple[ColumnView, ...],
) -> tuple[dict[tuple[int, int], Decision], Matrix]:
    leaning = np.zeros((len(columns), len(fields)))
    settled: dict[tuple[int, int], Decision] = {}
    if decisions:
        for i, column in enumerate(columns):
            for j, field in enumerate(fields):
                leaning[i, j] = decisions.leaning(source, column.name, target, field.name)
                found = decisions.settled(source, column.name, target, field.name)
                if found is not None:
                    settled[i, j] = found
    order = {decision: at for at, decision in enumerate(decisions or ())}
    return dict(sorted(settled.items(), key=lambda pair: order[pair[1]])), leaning


def _shared(settled: Mapping[tuple[int, int], Decision]) -> dict[tuple[int, int], Decision]:
    """Accepted pairs that are not one to one: a field of several columns, a column that feeds several fields."""
    accepted = {pair: d for pair, d in settled.items() if d.verdict == "accepted"}
    rows, cols = (Counter(pair[side] for pair in accepted) for side in (0, 1))
    return {(i, j): d for (i, j), d in accepted.items() if rows[i] > 1 or cols[j] > 1}


def _together(
    shared: Mapping[tuple[int, int], Decision],
    columns: Sequence[ColumnView],
    fields: Sequence[ColumnView],
    made: Sequence[Match],
) -> tuple[Match, ...]:
    """One match a field, of all the columns that were accepted for it, in the order of the decisions."""
    out = []
    whole = {m.target for m in made if m.decision}
    for j in dict.fromkeys(j for _, j in shared if fields[j].name not in whole):
        chosen = {columns[i].name: d for (i, k), d in shared.items() if k == j}
        first = next(iter(chosen.values()))
        separator = " " if len(chosen) > 1 else None
        out.append(Match(tuple(chosen), fields[j].name, _SURE, (str(first),), separator, first))
    return tuple(out)


def _repeated(
    made: Sequence[Match],
    settled: Mapping[tuple[int, int], Decision],
    columns: Sequence[ColumnView],
    fields: Sequence[ColumnView],
) -> tuple[Match, ...]:
    """Proposals of more than a column, as sure as the decision on the column that they begin with.

    A decision names the column that a chain of steps begins with, not what the steps do or read besides.
    """
    accepted: dict[str, dict[str, Decision]] = {}
    for (i, j), decision in settled.items():
        if decision.verdict == "accepted":
            accepted.setdefault(fields[j].name, {})[columns[i].name] = decision
    out = []
    for m in made:
        chosen = accepted.get(m.target, {})
        if set(chosen) == {m.sources[0]}:
            decision = chosen[m.sources[0]]
            m = replace(m, score=_SURE, evidence=(str(decision), *m.evidence), decision=decision)
        out.append(m)
    return tuple(out)


def _keys(source: Side, target: Side) -> dict[tuple[int, int], str]:
    """The pair of the two keys, where both are of a single column, and the evidence."""
    (ours, said), (theirs, written) = _key(source), _key(target)
    if len(ours) != 1 or len(theirs) != 1:
        return {}
    seen = [name for name, stated in ((ours[0], said), (theirs[0], written)) if not stated]
    why = "".join(f"; '{name}' by telling all rows apart" for name in seen)
    return {
        (i, j): f"both are the key of their side{why}"
        for i, column in enumerate(source.views)
        for j, field in enumerate(target.views)
        if (column.name, field.name) == (ours[0], theirs[0])
    }


def _key(side: Side) -> tuple[tuple[str, ...], bool]:
    """The columns of a side's key, and whether a contract states it or a profile shows it."""
    stated = side.given.key if isinstance(side.given, Contract) else ()
    seen = [s.key for s in (side.sample, side.given) if isinstance(s, Profile)]
    return (stated, True) if stated or not seen else (seen[0], False)


def _raised(leaning: Matrix, pairs: Iterable[tuple[int, int]]) -> Matrix:
    """Log-odds that are given besides, with what a key that meets a key is worth: before rivals are looked at."""
    raised = leaning.copy()
    for at in pairs:
        raised[at] += _KEY
    return raised


def _settle(scores: Matrix, settled: Mapping[tuple[int, int], Decision]) -> Matrix:
    """Give decided pairs their score, keep rivals of an accepted pair from being proposed; assign one to one."""
    for (i, j), decision in settled.items():
        if decision.verdict == "accepted":
            scores[i, :] = np.minimum(scores[i, :], 1 - _SURE)
            scores[:, j] = np.minimum(scores[:, j], 1 - _SURE)
    for (i, j), decision in settled.items():
        scores[i, j] = _SURE if decision.verdict == "accepted" else _NEVER
    if not scores.size:
        return np.zeros(scores.shape)
    # what an unlikely pair is worth is nothing, not less: else a sure pair would be given up to spare one
    taken = assign(-np.log1p(-np.minimum(scores, 1 - 1e-9)))
    taken[scores <= 0.0] = 0.0
    return taken
