"""The pieces that outputs may be made of: chains over one input whose value stands in every output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .chains import Chain, Run, Step, runner
from .clock import clock
from .moves import Move, cuts, tidyings
from .shapes import shape_patterns

__all__ = ["Atom", "Pool", "run_step"]

KEPT_PER_VALUE = 12


@dataclass(frozen=True)
class Atom:
    """A chain over one input.

    Attributes:
        column: Which input.
        chain: Its steps.
        cost: How surprising it would be.
        values: What it gives for the examples.
    """

    column: int
    chain: Chain
    cost: float
    values: tuple[str, ...]


_RUNS: dict[str, Run] = {}
_MOST_RUNS = 50_000
_CASES = (("lower", str.lower), ("upper", str.upper), ("title", runner(["title"])))


def run_step(step: Step) -> Run:
    """The function of a step, made once."""
    key = repr(step)
    run = _RUNS.get(key)
    if run is None:
        if len(_RUNS) > _MOST_RUNS:
            _RUNS.clear()
        run = _RUNS[key] = runner([step])
    return run


@dataclass
class Pool:
    """All atoms for some examples, found by the values they give.

    Attributes:
        outputs: The examples' outputs.
        deadline: When to stop looking, on the searches' clock.
        everywhere: Words that every input holds.
        by_value: Atoms by their values, cheapest first.
        texts: Pieces of the inputs to look further into, with their chains.
    """

    outputs: tuple[str, ...]
    deadline: float
    everywhere: frozenset[str] = frozenset()
    by_value: dict[tuple[str, ...], list[Atom]] = field(default_factory=dict)
    texts: dict[tuple[int, tuple[str, ...]], tuple[Chain, float]] = field(default_factory=dict)

    @cached_property
    def lowered(self) -> tuple[str, ...]:
        """The outputs in lower case."""
        return tuple(o.lower() for o in self.outputs)

    def add(self, atom: Atom) -> None:
        """Keep an atom unless enough cheaper ones say the same."""
        same = self.by_value.setdefault(atom.values, [])
        if any(a.column == atom.column and a.chain == atom.chain for a in same):
            return
        same.append(atom)
        same.sort(key=lambda a: a.cost)
        del same[KEPT_PER_VALUE:]

    def offer(self, column: int, chain: Chain, cost: float, values: tuple[str, ...]) -> None:
        """Add what stands in every output, as it is, trimmed, or in another case."""
        if self._stands(values):
            self.add(Atom(column, chain, cost, values))
            return
        trimmed = tuple(v.strip() for v in values)
        if trimmed != values and all(trimmed):
            self.offer(column, (*chain, "trim"), cost + 0.25, trimmed)
            return
        if all(v.lower() in o for v, o in zip(values, self.lowered, strict=True)):
            for case, change in _CASES:
                changed = tuple(str(change(v)) for v in values)
                if changed != values and self._stands(changed):
                    self.add(Atom(column, (*chain, case), cost + 0.5, changed))

    def _stands(self, values: Sequence[str]) -> bool:
        return all(v and v in o for v, o in zip(values, self.outputs, strict=True))

    def look_into(self, column: int, values: tuple[str, ...], depth: int = 2) -> None:
        """Find the atoms of an input column, its pieces, and the pieces of those."""
        stack: list[tuple[Chain, float, tuple[str, ...], int]] = [((), 0.0, values, 0)]
        seen: set[tuple[str, ...]] = set()
        budget = [70, 26, 0]
        while stack:
            chain, cost, texts, level = stack.pop(0)
            if clock() > self.deadline:
                return
            if texts in seen or not all(texts):
                continue
            seen.add(texts)
            self.texts.setdefault((column, texts), (chain, cost))
            self.offer(column, chain, cost, texts)
            self._tidied(column, chain, cost, texts)
            found = self._cut(column, chain, cost, texts)
            self._shaped(column, chain, cost, texts)
            if level + 1 < depth:
                found.sort(key=lambda f: f[1])
                worth = [(c, k, v, level + 1) for c, k, v in found if v not in seen and self._worth(v)]
                stack += worth[: budget[level]]

    def _worth(self, values: tuple[str, ...]) -> bool:
        return len(values[0]) > 1 and any(len(v) > 2 for v in values)

    def _cut(
        self, column: int, chain: Chain, cost: float, texts: tuple[str, ...]
    ) -> list[tuple[Chain, float, tuple[str, ...]]]:
        found: dict[tuple[str, ...], tuple[Chain, float, tuple[str, ...]]] = {}
        for number, (step, price) in enumerate(cuts(texts)):
            if number % 64 == 0 and clock() > self.deadline:
                break
            values = self._values(step, texts)
            if values is None or values == texts:
                continue
            more = price if cost == 0 else price + 0.3
            self.offer(column, (*chain, step), cost + more, values)
            if values not in found or found[values][1] > cost + more:
                found[values] = ((*chain, step), cost + more, values)
        for values, (c, k, _) in found.items():
            have = self.texts.get((column, values))
            if have is None or have[1] > k:
                self.texts[(column, values)] = (c, k)
        return list(found.values())

    def _values(self, step: Step, texts: tuple[str, ...]) -> tuple[str, ...] | None:
        run = run_step(step)
        out = []
        for text in texts:
            value = run(text)
            if not value:
                return None
            out.append(str(value))
        return tuple(out)

    def _tidied(self, column: int, chain: Chain, cost: float, texts: tuple[str, ...]) -> None:
        moves: list[Move] = tidyings(texts, self.outputs)
        for step, price in moves:
            values = self._values(step, texts)
            if values is None or values == texts:
                continue
            self.offer(column, (*chain, step), cost + price, values)
            if cost < 0.1 or (isinstance(step, dict) and "replace" in step):
                for again, more in moves:
                    twice = self._values(again, values)
                    if twice is not None and twice not in (texts, values) and self._stands(twice):
                        self.offer(column, (*chain, step, again), cost + price + more + 0.2, twice)

    def _shaped(self, column: int, chain: Chain, cost: float, texts: tuple[str, ...]) -> None:
        """Pieces known by their own form: the outputs, or what stands between their constants, as patterns."""
        if not all(o and o in t for o, t in zip(self.outputs, texts, strict=True)):
            return
        for patterns in zip(*(shape_patterns(o) for o in self.outputs), strict=True):
            for pattern in dict.fromkeys(patterns):
                for written in (f"({pattern})", f"({pattern})$"):
                    step: Step = {"extract": written}
                    values = self._values(step, texts)
                    if values is not None:
                        self.offer(column, (*chain, step), cost + 1.6 + 0.01 * len(pattern), values)
