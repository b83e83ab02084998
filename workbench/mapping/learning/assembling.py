"""Put outputs together from constants and pieces of the inputs: the least surprising way first."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from itertools import count

from .atoms import Atom, Pool
from .clock import clock
from .numbers import number_atoms
from .others import Others
from .programs import Part, Row, Straight
from .shapes import coarse
from .times import time_atoms

__all__ = ["straight_programs"]

MAX_POPS = 6_000
JOIN = 0.45
State = tuple[int, ...]
_WORDS = re.compile(r"[^\W_]{2,}")


def straight_programs(rows: Sequence[Row], outputs: Sequence[str], more: Others, deadline: float) -> list[Straight]:
    """Programs that give these outputs for these rows.

    Args:
        rows: The inputs of the examples.
        outputs: Their outputs.
        more: Other inputs, whose outputs are not known.
        deadline: When to stop, on the searches' clock.

    Returns:
        Programs, the least surprising first; one that rejects other inputs is more surprising.
    """
    constant = _constant(outputs)
    if all(o == "" for o in outputs):
        return [constant] if constant else []
    pool = Pool(tuple(outputs), deadline, everywhere=_everywhere(rows))
    for column in range(len(rows[0])):
        values = [row[column] for row in rows]
        if all(v is not None for v in values):
            pool.look_into(column, tuple(str(v) for v in values))
    time_atoms(pool, more.rows)
    number_atoms(pool)
    found = []
    for skeleton in _skeletons(pool):
        found += [_weighed(p, more, outputs) for p in _variants(skeleton, more)]
        if clock() > deadline:
            break
    if constant is not None:
        found.append(constant)
    return sorted(_distinct(found), key=lambda p: p.cost)


def _everywhere(rows: Sequence[Row]) -> frozenset[str]:
    """Words that the inputs of all rows hold."""
    words = [frozenset(w for v in row if v for w in _WORDS.findall(v)) for row in rows]
    return frozenset.intersection(*words)


def _constant(outputs: Sequence[str]) -> Straight | None:
    if len(set(outputs)) > 1:
        return None
    n = len(outputs)
    return Straight((outputs[0],), (1.6 if n > 1 else 3.2) + (0.45 if n == 1 else 0.05) * len(outputs[0]))


def _distinct(programs: Sequence[Straight]) -> list[Straight]:
    best: dict[str, Straight] = {}
    for p in programs:
        key = repr(p.parts)
        if key not in best or best[key].cost > p.cost:
            best[key] = p
    return list(best.values())


def _const_cost(text: str, before: str, after: str, examples: int, everywhere: frozenset[str]) -> float:
    letters = 0.15 if examples > 2 else 0.35
    cost, last = 0.45, before
    for c in text:
        cost += letters if c.isalpha() else (1.1 if examples > 2 else 1.6) if c.isdigit() else 0.08
        if c.isdigit() and not last.isdigit():
            cost += 1.0
        last = c
    # A word that every input holds is more likely taken from there.
    cost += 0.8 * sum(word in everywhere for word in _WORDS.findall(text))
    for inner, outer in ((text[0], before), (text[-1], after)):
        if outer and ((inner.isdigit() and outer.isdigit()) or (inner.isalpha() and outer.isalpha())):
            cost += 1.0
    return cost


def _skeletons(pool: Pool) -> Iterator[tuple[float, tuple[str | tuple[Atom, ...], ...]]]:
    """The cheapest ways through the outputs, as constants and sets of atoms of one value."""
    outputs = pool.outputs
    by_first: dict[str, list[tuple[tuple[str, ...], list[Atom]]]] = {}
    for values, atoms in pool.by_value.items():
        by_first.setdefault(values[0], []).append((values, atoms))
    longest = max(map(len, by_first), default=0)
    end = tuple(map(len, outputs))
    ticket = count()
    heap: list[tuple[float, int, State, tuple[str | tuple[Atom, ...], ...]]] = [
        (0.0, next(ticket), (0,) * len(outputs), ())
    ]
    visits: dict[State, int] = {}
    done = 0
    for _ in range(MAX_POPS):
        if not heap or clock() > pool.deadline:
            return
        cost, _, state, parts = heapq.heappop(heap)
        if state == end:
            yield cost, parts
            done += 1
            if done >= 14:
                return
            continue
        if visits.get(state, 0) >= 4:
            continue
        visits[state] = visits.get(state, 0) + 1
        if len(parts) > 24:
            continue
        first = outputs[0]
        at = state[0]
        for length in range(1, min(longest, len(first) - at) + 1):
            for values, atoms in by_first.get(first[at : at + length], ()):
                if all(o.startswith(v, p) for o, v, p in zip(outputs, values, state, strict=True)):
                    after = tuple(p + len(v) for p, v in zip(state, values, strict=True))
                    cut = sum(_cuts_run(o, p) for o, p in zip(outputs, after, strict=True))
                    price = JOIN + atoms[0].cost + (0.4 if cut else 0.0)
                    heapq.heappush(heap, (cost + price, next(ticket), after, (*parts, tuple(atoms))))
        if parts and isinstance(parts[-1], str):
            continue
        for length in range(1, len(first) - at + 1):
            text = first[at : at + length]
            if not all(o.startswith(text, p) for o, p in zip(outputs, state, strict=True)):
                break
            after = tuple(p + length for p in state)
            before = next((o[p - 1] for o, p in zip(outputs, state, strict=True) if p), "")
            behind = next((o[p] for o, p in zip(outputs, after, strict=True) if p < len(o)), "")
            price = JOIN + _const_cost(text, before, behind, len(outputs), pool.everywhere)
            heapq.heappush(heap, (cost + price, next(ticket), after, (*parts, text)))


def _cuts_run(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    a, b = text[at - 1], text[at]
    return (a.isdigit() and b.isdigit()) or (a.isalpha() and b.isalpha() and not (a.islower() and b.isupper()))


def _variants(skeleton: tuple[float, tuple[str | tuple[Atom, ...], ...]], more: Others) -> Iterator[Straight]:
    """A program per skeleton with the fittest atoms, and those with one atom changed."""
    cost, parts = skeleton
    ranked: list[list[tuple[float, Atom]]] = []
    for part in parts:
        if isinstance(part, str):
            ranked.append([])
        else:
            ranked.append(
                sorted(
                    ((a.cost - part[0].cost + 4 * more.rejects(a.column, a.chain), a) for a in part), key=lambda r: r[0]
                )
            )
    chosen = [r[0] if r else None for r in ranked]
    total = cost + sum(c[0] for c in chosen if c)

    def program(picked: Sequence[tuple[float, Atom] | None], price: float) -> Straight:
        written: list[Part] = []
        for part, pick in zip(parts, picked, strict=True):
            if isinstance(part, str):
                written.append(part)
            elif pick is not None:
                written.append((pick[1].column, pick[1].chain))
        return Straight(tuple(written), price)

    yield program(chosen, total)
    for alike in _alike(ranked):
        picked = [a or c for a, c in zip(alike, chosen, strict=True)]
        yield program(picked, cost + sum(p[0] for p in picked if p))
    trimmed = _trimmed(program(chosen, total + 0.3), more)
    if trimmed is not None:
        yield trimmed
    for i, options in enumerate(ranked):
        for option in options[1:3]:
            swapped = [*chosen[:i], option, *chosen[i + 1 :]]
            yield program(swapped, total + option[0] - options[0][0])


def _bucket(atom: Atom) -> str:
    return next((repr(s["bucket"]) for s in atom.chain if isinstance(s, dict) and "bucket" in s), "")


def _alike(ranked: Sequence[list[tuple[float, Atom]]]) -> Iterator[list[tuple[float, Atom] | None]]:
    """Choices in which all parts that may go by buckets go by the same, as the two ends of a range do."""
    keys = [{_bucket(a) for _, a in options} - {""} for options in ranked]
    bound = [k for k in keys if k]
    if len(bound) < 2:
        return
    for key in sorted(set.intersection(*bound)):
        yield [
            next((o for o in options if _bucket(o[1]) == key), None) if names else None
            for options, names in zip(ranked, keys, strict=True)
        ]


def _trimmed(program: Straight, more: Others) -> Straight | None:
    """The program with its pieces trimmed, where other inputs leave blanks at the ends of its outputs."""
    if not any(o is not None and o != o.strip() for o in more.outputs(program)):
        return None
    parts: list[Part] = [p if isinstance(p, str) else (p[0], (*p[1], "trim")) for p in program.parts]
    return Straight(tuple(parts), program.cost)


def _weighed(program: Straight, more: Others, outputs: Sequence[str]) -> Straight:
    """The program with its cost raised where the outputs for other inputs look unlike the examples'."""
    if not len(more):
        return Straight(program.parts, program.cost + _style(program))
    forms = {coarse(o) for o in outputs}
    ends = {o == o.strip() for o in outputs}
    strange = sum(
        out is not None and (coarse(out) not in forms or (out == out.strip()) not in ends)
        for out in more.outputs(program)
    )
    price = 1.2 * strange / len(more)
    return Straight(program.parts, program.cost + price + _style(program))


def _style(program: Straight) -> float:
    """What speaks against parts that belong together but are made in different ways."""
    buckets = [
        repr(step["bucket"])
        for p in program.parts
        if not isinstance(p, str)
        for step in p[1]
        if isinstance(step, dict) and "bucket" in step
    ]
    odd = 0.6 * (len(set(buckets)) - 1) if buckets else 0.0
    if len(buckets) > 1 and any("mode" in b for b in buckets):
        odd += 0.3  # the ends of a range are reached by going down, then up
    return odd + (0.3 if _mixed_padding(program) else 0.0)


def _mixed_padding(program: Straight) -> bool:
    """Whether one date is written with leading zeros here and without there."""
    codes = [
        step["format_date"]
        for p in program.parts
        if not isinstance(p, str)
        for step in p[1]
        if isinstance(step, dict) and "format_date" in step
    ]
    return any(c in ("%-d", "%-m") for c in codes) and any(c in ("%d", "%m") for c in codes)
