"""Learn transformations from examples: a few clean ones, or thousands of noisy pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from workbench.errors import UsageError

from .learning.clock import clock
from .learning.known import known_fields
from .learning.learned import Disagreement, Learned, checked
from .learning.noisy import solve_many
from .learning.programs import Row, field_of
from .learning.solving import Solved, solve

__all__ = ["Disagreement", "Learned", "learn", "next_question"]

Inputs: TypeAlias = "str | Sequence[str | None] | None"
Example: TypeAlias = "tuple[Inputs, str | None]"

FEW = 8
SEEN_INPUTS = 40
HALF = 0.5
RIVAL = 3.5


def learn(
    examples: Sequence[Example],
    *,
    inputs: Sequence[Inputs] = (),
    names: Sequence[str] | None = None,
    max_seconds: float = 4.0,
    top: int = 5,
) -> list[Learned]:
    """Find the smallest field of a spec that makes the outputs out of the inputs.

    Up to 8 examples are taken to be right; of more, some may be wrong, and what explains most of them wins.
    What is proposed has been run by the real steps on all examples.

    Args:
        examples: Pairs of an input, or a row of inputs, and the output wanted; None, and what is blank, is a null.
        inputs: Other inputs, whose outputs are not known: of two programs that explain the examples the one
            that also fits these is likelier.
        names: The inputs' names; 'value', or 'value1' and so on, when not given.
        max_seconds: When to stop looking; on a busy machine up to three times later, so that it finds the same.
        top: How many proposals to return.

    Returns:
        Proposals, the best first; empty when nothing explains the examples.

    Raises:
        UsageError: No examples, rows of different width, or something that is no text.

    >>> best = learn([("Lovelace, Ada", "A. Lovelace"), ("Hopper, Grace", "G. Hopper")])[0]
    >>> best.outputs([["Turing, Alan"]])
    ['A. Turing']
    >>> best.agree, best.pairs
    (2, 2)
    """
    pairs = [(_row(given), _text(out)) for given, out in examples]
    rows = [_row(given) for given in inputs]
    names = _names(names, pairs, rows)
    deadline = clock() + max_seconds
    if len(pairs) <= FEW:
        seen = _spread(rows, SEEN_INPUTS)
        found = solve([r for r, _ in pairs], [o for _, o in pairs], seen, deadline)
    else:
        found = solve_many(pairs, _spread(rows, SEEN_INPUTS), deadline)
    exact = len(pairs) <= FEW
    out = _proposals(found, names, pairs, rows, top, exact=exact)
    for field, cost in known_fields(pairs, names):
        learned = checked(field, names, cost, pairs, _spread(rows, 200))
        if learned is not None and (learned.agree == learned.pairs or (not exact and learned.coverage > HALF)):
            out.append(learned)
    out.sort(key=lambda p: p.cost - (0 if exact else 30 * p.coverage) + 4 * p.rejects / max(1, len(rows)))
    # A question whether to take what is far more surprising than the best would decide nothing.
    return [p for p in out if not exact or p.cost < out[0].cost + RIVAL][:top]


def _proposals(
    found: Sequence[Solved],
    names: Sequence[str],
    pairs: Sequence[tuple[Row, str | None]],
    rows: Sequence[Row],
    top: int,
    *,
    exact: bool,
) -> list[Learned]:
    out: list[Learned] = []
    written: set[str] = set()
    answers: set[tuple[str | None, ...]] = set()
    for solved in found[: 8 * top]:
        # Of proposals that say the same for every input known, the first will do.
        given = tuple(solved.run(r) for r in _spread(rows, 200))
        if given in answers and given:
            continue
        field = field_of(
            solved.program,
            names,
            null_for_rejects=solved.null_for_rejects,
            missing_is_null=solved.when_missing is None and any(None in r for r in (*rows, *(r for r, _ in pairs))),
        )
        if solved.when_missing is not None:
            field = _with_default(field, solved.when_missing, names)
        if repr(field) in written:
            continue
        written.add(repr(field))
        learned = checked(field, names, solved.cost, pairs, _spread(rows, 200))
        if learned is not None and (learned.agree == learned.pairs or not exact):
            out.append(learned)
            answers.add(given)
        if len(out) == top:
            break
    return out


def _with_default(field: dict[str, object], value: str, names: Sequence[str]) -> dict[str, object]:
    """The field, with an output for rows that hold nothing."""
    if "case" in field:
        first = {"when": {"field": names[0], "is_null": True}, "then": value}
        return {**field, "case": [first, *field["case"]]}  # type: ignore[misc]
    if field.get("on_error") == "null" or "from" not in field:
        return field
    return {**field, "steps": [*field.get("steps", []), {"default": {"value": value}}]}  # type: ignore[misc]


def next_question(candidates: Sequence[Learned], inputs: Sequence[Inputs]) -> Row | None:
    """Of the inputs, the one whose output would decide between most of the candidates.

    Args:
        candidates: Proposals of `learn` that all explain the examples.
        inputs: Inputs to choose from.

    Returns:
        The row of inputs to ask about; None when all candidates agree on all of them.

    >>> found = learn([("ab-12-x", "12"), ("c-4-y", "4")], inputs=["de-7-x", "fg-8-9"])
    >>> next_question(found, ["de-7-x", "fg-8-9"])
    ('fg-8-9',)
    """
    rows = list(dict.fromkeys(_row(i) for i in inputs))
    if len(candidates) < 2 or not rows:
        return None
    answers = list(zip(*(c.outputs(rows) for c in candidates), strict=True))
    # The first candidate is the likeliest: a question that parts it from the second is worth most.
    worth = [(a[0] != a[1], len(set(a))) for a in answers]
    best = max(range(len(rows)), key=lambda i: worth[i])
    return rows[best] if worth[best][1] > 1 else None


def _row(given: Inputs) -> tuple[str | None, ...]:
    values = tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    return tuple(map(_text, values))


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise UsageError(
            f"an example holds {value!r}, which is no text", cure="give inputs and outputs as the texts they are"
        )
    return None if value is None or not value.strip() else value


def _names(
    names: Sequence[str] | None, pairs: Sequence[tuple[Row, str | None]], rows: Sequence[Row]
) -> tuple[str, ...]:
    if not pairs:
        raise UsageError("there are no examples to learn from", cure="give pairs of an input and its output")
    width = len(pairs[0][0])
    if not width or any(len(r) != width for r in [*(r for r, _ in pairs), *rows]):
        raise UsageError("the examples have rows of different width", cure="give every example the same inputs")
    if names is None:
        return ("value",) if width == 1 else tuple(f"value{i + 1}" for i in range(width))
    if len(names) != width:
        raise UsageError(f"{len(names)} names are given for {width} inputs", cure="name every input, in order")
    return tuple(names)


def _spread(rows: Sequence[Row], most: int) -> list[Row]:
    """Distinct rows, evenly from all of them."""
    distinct = list(dict.fromkeys(tuple(r) for r in rows))
    if len(distinct) <= most:
        return list(distinct)
    step = len(distinct) / most
    return [distinct[int(i * step)] for i in range(most)]
