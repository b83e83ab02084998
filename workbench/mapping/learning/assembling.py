"""Put outputs together from constants and pieces of the inputs: the least surprising way first."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from .atoms import Atom, Pool
from .clock import clock
from .finishing import finish
from .numbers import number_atoms
from .others import Others
from .partial import duration_atoms, number_clocks, partial_atoms
from .programs import Part, Row, Straight
from .times import time_atoms
from .weighing import ONE_FORMAT, ONE_TEXT, bound_by, weighed

__all__ = ["straight_programs"]

MAX_POPS = 6_000
JOIN = 0.45
MOST_ALIKE = 12
State = tuple[int, ...]
Pieces = tuple[str | tuple[Atom, ...], ...]
Way = tuple[float, float, State, str | tuple[Atom, ...]]
_ORDINAL = re.compile("(?:st|nd|rd|th)\\b")
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
    time_atoms(pool, more.rows, number_clocks(pool))
    partial_atoms(pool)
    number_atoms(pool, more)
    duration_atoms(pool)
    finish(pool)
    found = []
    for skeleton in _skeletons(pool):
        found += [weighed(p, more, outputs) for p in _variants(skeleton, more)]
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
    if before.isdigit() and _ORDINAL.match(text):
        cost += 2.5  # 4th is seldom a number with a text behind it
    # A word that every input holds is more likely taken from there.
    cost += 0.8 * sum(word in everywhere for word in _WORDS.findall(text))
    for inner, outer in ((text[0], before), (text[-1], after)):
        if outer and ((inner.isdigit() and outer.isdigit()) or (inner.isalpha() and outer.isalpha())):
            cost += 1.0
    return cost


def _skeletons(pool: Pool) -> Iterator[tuple[float, Pieces]]:
    """The cheapest ways through the outputs, as constants and sets of atoms of one value."""
    ways = _Ways(pool)
    end = tuple(map(len, pool.outputs))
    ticket = count()
    heap: list[tuple[float, int, State, Pieces, float]] = [(0.0, next(ticket), (0,) * len(pool.outputs), (), 0.0)]
    visits: dict[State, int] = {}
    done = 0
    for _ in range(MAX_POPS):
        if not heap or clock() > pool.deadline:
            return
        cost, _, state, parts, saved = heapq.heappop(heap)
        if state == end:
            yield cost + saved, parts
            done += 1
            if done >= 14:
                return
            continue
        if visits.get(state, 0) >= 4:
            continue
        visits[state] = visits.get(state, 0) + 1
        if len(parts) > 24:
            continue
        for price, off, after, piece in ways.on(state, parts):
            heapq.heappush(heap, (cost + price - off, next(ticket), after, (*parts, piece), saved + off))


class _Ways:
    """What may come next after a part of the outputs: its price, what it saves, and where it ends."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.outputs = pool, pool.outputs
        self.by_first: dict[str, list[tuple[tuple[str, ...], list[Atom]]]] = {}
        for values, atoms in pool.by_value.items():
            self.by_first.setdefault(values[0], []).append((values, atoms))
        self.longest = max(map(len, self.by_first), default=0)
        self.dates = {
            values: frozenset(bound_by(a.chain) for a in atoms if _writes_date(a))
            for values, atoms in pool.by_value.items()
        }

    def on(self, state: State, parts: Pieces) -> Iterator[Way]:
        """All that may come next."""
        yield from self._atoms(state, parts)
        yield from self._constants(state, parts)

    def _atoms(self, state: State, parts: Pieces) -> Iterator[Way]:
        first, at = self.outputs[0], state[0]
        last = next((p for p in parts[:-3:-1] if not isinstance(p, str)), None)
        read = self.dates[last[0].values] if last else frozenset()
        saved = ONE_FORMAT if parts and last is parts[-1] else ONE_FORMAT + ONE_TEXT
        for length in range(1, min(self.longest, len(first) - at) + 1):
            for values, atoms in self.by_first.get(first[at : at + length], ()):
                if all(o.startswith(v, p) for o, v, p in zip(self.outputs, values, state, strict=True)):
                    after = tuple(p + len(v) for p, v in zip(state, values, strict=True))
                    cut = any(_cuts_run(o, p) for o, p in zip(self.outputs, after, strict=True))
                    off = saved if read & self.dates[values] else 0.0
                    yield JOIN + atoms[0].cost + (0.4 if cut else 0.0), off, after, tuple(atoms)

    def _constants(self, state: State, parts: Pieces) -> Iterator[Way]:
        if parts and isinstance(parts[-1], str):
            return
        first, at = self.outputs[0], state[0]
        for length in range(1, len(first) - at + 1):
            text = first[at : at + length]
            if not all(o.startswith(text, p) for o, p in zip(self.outputs, state, strict=True)):
                return
            after = tuple(p + length for p in state)
            before = next((o[p - 1] for o, p in zip(self.outputs, state, strict=True) if p), "")
            behind = next((o[p] for o, p in zip(self.outputs, after, strict=True) if p < len(o)), "")
            price = JOIN + _const_cost(text, before, behind, len(self.outputs), self.pool.everywhere)
            yield price, 0.0, after, text


def _writes_date(atom: Atom) -> bool:
    return bool(atom.chain) and isinstance(atom.chain[-1], Mapping) and "format_date" in atom.chain[-1]


def _cuts_run(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    a, b = text[at - 1], text[at]
    return (a.isdigit() and b.isdigit()) or (a.isalpha() and b.isalpha() and not (a.islower() and b.isupper()))


def _variants(skeleton: tuple[float, Pieces], more: Others) -> Iterator[Straight]:
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
        for option in _others(options, more):
            swapped = [*chosen[:i], option, *chosen[i + 1 :]]
            yield program(swapped, total + option[0] - options[0][0])


def _others(options: Sequence[tuple[float, Atom]], more: Others) -> list[tuple[float, Atom]]:
    """The next fittest atoms; where there are other inputs, such as make something else of them."""
    if not len(more):
        return list(options[1:3])
    found: dict[tuple[str | None, ...], tuple[float, Atom]] = {}
    for option in options:
        found.setdefault(tuple(more.values(option[1].column, option[1].chain)), option)
    return list(found.values())[1:4]


def _alike(ranked: Sequence[list[tuple[float, Atom]]]) -> Iterator[list[tuple[float, Atom] | None]]:
    """Choices in which parts go by the same bucket, as the two ends of a range do, or by the same reading of a date."""
    keys = [{bound_by(a.chain) for _, a in options} - {""} for options in ranked]
    counts = Counter(key for names in keys for key in names)
    for key in sorted(k for k, n in counts.items() if n > 1)[:MOST_ALIKE]:
        yield [next((o for o in options if bound_by(o[1].chain) == key), None) for options in ranked]


def _trimmed(program: Straight, more: Others) -> Straight | None:
    """The program with its pieces trimmed, where other inputs leave blanks at the ends of its outputs."""
    if not any(o is not None and o != o.strip() for o in more.outputs(program)):
        return None
    parts: list[Part] = [p if isinstance(p, str) else (p[0], (*p[1], "trim")) for p in program.parts]
    return Straight(tuple(parts), program.cost)
