"""Inputs whose outputs are not known: what a program makes of them tells a lucky guess from a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .chains import Chain
from .programs import Row, Straight, run_chain

__all__ = ["Others"]


@dataclass(frozen=True)
class Others:
    """Rows without outputs; what chains give for them is remembered, also by parts of the rows.

    Attributes:
        all: All rows.
        kept: Numbers of the rows meant.
    """

    all: Sequence[Row]
    kept: tuple[int, ...]
    _known: dict[tuple[int, str], list[str | None]] = field(default_factory=dict)

    @staticmethod
    def of(rows: Sequence[Row]) -> Others:
        """All of some rows."""
        return Others(rows, tuple(range(len(rows))))

    def where(self, check: Callable[[Row], bool]) -> Others:
        """Those rows that pass a check."""
        return Others(self.all, tuple(i for i in self.kept if check(self.all[i])), self._known)

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def rows(self) -> list[Row]:
        """The rows meant."""
        return [self.all[i] for i in self.kept]

    def values(self, column: int, chain: Chain) -> list[str | None]:
        """What a chain gives for each of the rows."""
        key = (column, repr(chain))
        if key not in self._known:
            self._known[key] = [None if r[column] is None else run_chain(chain, r[column]) for r in self.all]
        known = self._known[key]
        return [known[i] for i in self.kept]

    def rejects(self, column: int, chain: Chain) -> float:
        """Share of the rows with a value for which the chain gives nothing."""
        given = [i for i, r in enumerate(self.rows) if r[column] is not None]
        if not given:
            return 0.0
        out = self.values(column, chain)
        return sum(not out[i] for i in given) / len(given)

    def outputs(self, program: Straight) -> list[str | None]:
        """What a program gives for each of the rows."""
        columns = [[p] * len(self) if isinstance(p, str) else self.values(*p) for p in program.parts]
        return [
            None if any(v is None for v in values) else "".join(str(v) for v in values)
            for values in (zip(*columns, strict=True) if columns else ((),) * len(self))
        ]
