"""Programs out of thousands of pairs, some of them wrong: learn from small draws, judge by all."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from .clock import clock
from .programs import Row, Straight
from .solving import Solved, solve

__all__ = ["solve_many"]

DRAWS = 60
JUDGED = 400
PLAIN_DRAWS = 7  # conditions are looked for after so many draws without
GOOD = 0.7
CLEAR = 0.6
HOPELESS = 0.1  # draws that explain next to nothing: the outputs do not come from these inputs
WORTH = 30.0  # a program may be this much more surprising for explaining all instead of nothing
Pair = tuple[Row, "str | None"]


def solve_many(pairs: Sequence[Pair], more: Sequence[Row], deadline: float, *, seed: int = 0) -> list[Solved]:
    """Programs that explain most of the pairs, the best first.

    Each draw of three or four pairs is solved as if it were all there is; a program is as good as the share
    of the pairs it explains. A draw without a wrong pair comes soon: at a share w of wrong pairs, n draws
    of three miss with (1 - (1 - w)³)ⁿ, which is 0.01 % for w = 0.2 and n = 13.
    """
    draw = random.Random(seed)
    distinct = list({(tuple(r), o): (r, o) for r, o in pairs}.values())
    judged = pairs if len(pairs) <= JUDGED else draw.sample(list(pairs), JUDGED)
    others = [r for r, _ in draw.sample(distinct, min(25, len(distinct)))] + list(more)[:15]
    found: dict[str, tuple[float, Solved]] = {}
    since = 0
    for number in range(DRAWS):
        if clock() > deadline:
            break
        tried = _draw(draw, distinct, found, judged, number)
        budget = min(deadline, clock() + (1.0 if number > PLAIN_DRAWS + 4 else 0.6))
        before = _best(found)
        cases = number >= PLAIN_DRAWS
        for solved in solve([r for r, _ in tried], [o for _, o in tried], others, budget, cases=cases)[:5]:
            key = repr(solved.program)
            if key not in found:
                agree = sum(solved.run(r) == o for r, o in judged) / len(judged)
                found[key] = (agree, solved)
        since = since + 1 if _best(found) <= before else 0
        cheap = min((s.cost for agree, s in found.values() if agree > 0.995), default=99.0)
        if (_best(found) > 0.995 and since > (0 if cheap < 3 else 2)) or since > 14:
            break
        if _best(found) > GOOD and since >= 8:
            break
        if number >= PLAIN_DRAWS + 2 and _best(found) < HOPELESS:
            break
    table = _table(pairs, len(distinct))
    if table is not None:
        found["table"] = (sum(table.run(r) == o for r, o in judged) / len(judged), table)
    ranked = sorted(found.values(), key=lambda f: f[1].cost - WORTH * f[0])
    return [solved for _, solved in ranked]


def _best(found: dict[str, tuple[float, Solved]]) -> float:
    return max((agree for agree, _ in found.values()), default=-1.0)


def _draw(
    draw: random.Random,
    distinct: Sequence[Pair],
    found: dict[str, tuple[float, Solved]],
    judged: Sequence[Pair],
    number: int,
) -> list[Pair]:
    """Three pairs; every other time with some that the best program so far fails."""
    size = min(len(distinct), 3 if number % 4 else 4)
    tried = draw.sample(list(distinct), size)
    if number % 2 and found:
        best = max(found.values(), key=lambda f: f[0])[1]
        wrong = [p for p in judged if best.run(p[0]) != p[1]]
        right = [p for p in judged if best.run(p[0]) == p[1]]
        if len(wrong) > 1 and len(right) > 1:
            tried = draw.sample(wrong, 1 + number // 2 % 2) + draw.sample(right, 2)
    return tried


def _table(pairs: Sequence[Pair], distinct: int) -> Solved | None:
    """The translation of each value into what stands beside it most often, where values come again and again."""
    if any(len(r) != 1 for r, _ in pairs[:1]):
        return None
    counts: dict[str, Counter[str]] = {}
    for row, out in pairs:
        if row[0] is not None and out is not None:
            counts.setdefault(row[0], Counter())[out] += 1
    if not counts or len(counts) > max(3, len(pairs) // 3) or len(counts) > 300:
        return None
    # A value whose rows do not agree is left out: better rejected than guessed.
    best = {v: c.most_common(1)[0] for v, c in sorted(counts.items())}
    values = {v: text for v, (text, n) in best.items() if n >= CLEAR * counts[v].total()}
    if not values:
        return None
    cost = 2.5 + 0.45 * len(values)
    return Solved(Straight(((0, ({"translate": {"values": values}},)),), cost), cost)
