"""Why two records were linked or not: the waterfall of their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np

from workbench.markup import block, table
from workbench.profiling import mask

from .levels import levels_of
from .model import LinkModel
from .records import Records
from .scoring import adjusted, probability, term_weight, to_bits

__all__ = ["Explanation", "Part", "explain_pair"]


@dataclass(frozen=True)
class Part:
    """One bar of the waterfall.

    Attributes:
        name: 'prior', a comparison, or a comparison with '(rarity)'.
        outcome: The level that held, in words.
        weight: Bits it adds (or takes, below zero).
        values: The two values, standardised; masked where personal.
    """

    name: str
    outcome: str
    weight: float
    values: tuple[str, str] = ("", "")


@dataclass(frozen=True, repr=False)
class Explanation:
    """A pair's weights.

    Attributes:
        left, right: The records, as 'system:id'.
        parts: The prior, then each comparison; their weights add up to ``weight``.
        weight: Match weight, bits.
        probability: Match probability.
    """

    left: str
    right: str
    parts: tuple[Part, ...]
    weight: float
    probability: float

    def __repr__(self) -> str:
        return f"{self.left} and {self.right}: {self.weight:+.1f} bits, probability {self.probability:.3f}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        text = [repr(self), *(f"  {p.weight:+6.1f}  {p.name}: {p.outcome}" for p in self.parts)]
        return {"text/plain": "\n".join(text), "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        rows = [
            [escape(p.name), escape(p.values[0]), escape(p.values[1]), escape(p.outcome), f"{p.weight:+.1f}"]
            for p in self.parts
        ]
        headings = ("what", self.left, self.right, "outcome", "bits")
        return block(table(headings, rows, caption=repr(self), numbers=(4,)))


def explain_pair(records: Records, model: LinkModel, left: int, right: int, *, masked: bool = True) -> Explanation:
    """Take a pair's weight apart.

    Args:
        records: The records.
        model: A trained model.
        left: A row number.
        right: Another.
        masked: Hide personal values.
    """
    parts = [Part("prior", "any two records", to_bits(model.prior or 1e-4))]
    a, b = np.array([left], np.uint32), np.array([right], np.uint32)
    for comparison in model.comparisons:
        number = int(levels_of(records, comparison, a, b)[0])
        shown = (
            _values(records, model, comparison.fields, left, masked),
            _values(records, model, comparison.fields, right, masked),
        )
        if number == len(comparison.levels):
            parts.append(Part(comparison.id, "a value is missing", 0.0, shown))
            continue
        level = comparison.levels[number]
        weight = float(np.log2(max(level.m or 0, 1e-9) / max(level.u or 0, 1e-9)))
        outcome = "nothing alike" if level.test == "else" else level.label
        parts.append(Part(comparison.id, outcome, weight, shown))
        if adjusted(comparison) == number:
            extra = float(term_weight(records, comparison, a, b)[0])
            parts.append(Part(f"{comparison.id} (rarity)", "rare value" if extra > 0 else "common value", extra))
    total = sum(p.weight for p in parts)
    names = [":".join(records.keys().row(r)) for r in (left, right)]
    return Explanation(names[0], names[1], tuple(parts), total, float(probability(np.array([total]))[0]))


def _values(records: Records, model: LinkModel, fields: tuple[str, ...], row: int, masked: bool) -> str:
    shown = []
    for name in fields:
        column = records.column(name)
        code = int(column.codes[row])
        text = "" if code < 0 else str(column.values[code])
        shown.append(mask(text) if masked and model.fields[name].personal else text)
    return " | ".join(shown)
