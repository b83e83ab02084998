"""What turning a spec around gives: the ways back and what they lose."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from workbench.markup import block, items, note, table, toned
from workbench.model import Spec, StepSpec

__all__ = ["Inverted", "Lost", "Way"]


@dataclass(frozen=True, slots=True)
class Lost:
    """What the way back cannot bring.

    Attributes:
        field: The source field; '' when it is about whole rows.
        what: What is lost, in words.
        entirely: Nothing of it comes back.
    """

    field: str
    what: str
    entirely: bool = False

    def __str__(self) -> str:
        subject = self.field or "rows"
        return f"{subject}: {'all of it, ' if self.entirely else ''}{self.what}"


@dataclass(frozen=True, slots=True)
class Way:
    """The way back from one target field to one source field.

    Attributes:
        source: The source field.
        target: The target field it comes from.
        steps: What undoes the forward steps.
        losses: What they cannot bring back.
    """

    source: str
    target: str
    steps: tuple[StepSpec, ...]
    losses: tuple[str, ...]


@dataclass(frozen=True)
class Inverted:
    """A spec turned around.

    Attributes:
        spec: The from-canonical spec.
        lost: What it cannot bring back, field by field.
        ways: Per source field the way back.
        notes: Choices made.
    """

    spec: Spec
    lost: tuple[Lost, ...]
    ways: tuple[Way, ...]
    notes: tuple[str, ...] = ()

    @property
    def lossless(self) -> bool:
        """Whether everything comes back."""
        return not self.lost

    def __str__(self) -> str:
        back, gone = len(self.ways), sum(x.entirely for x in self.lost)
        lines = [f"{self.spec.title}: {back} source fields come back, {gone} do not"]
        return "\n".join([*lines, *(f"  lost: {x}" for x in self.lost), *(f"  note: {n}" for n in self.notes)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [
            (escape(w.source), escape(w.target), escape(", ".join(s.name for s in w.steps) or "as it is"),
             escape("; ".join(w.losses)) or toned("nothing", "soft"))
            for w in self.ways
        ]  # fmt: skip
        gone = [str(x) for x in self.lost if x.entirely or not x.field]
        return block(
            table(("source field", "comes back from", "by", "lost"), rows, caption=self.spec.title),
            note("Does not come back:", "warn") + items(gone, most=50) if gone else "",
        )
