"""The exception tree: every error says what is wrong, where, and how to cure it.

The tree (catch the narrowest that fits)::

    WorkbenchError              anything the workbench raises on purpose
    ├── UsageError              a call or a command asked for something that makes no sense
    ├── UnknownNameError        a name that is not registered, with the nearest ones that are
    ├── MissingExtraError       an optional dependency is not installed
    ├── SourceError             data cannot be read or written
    ├── DocumentError           a YAML document is faulty; carries every fault at once
    │   ├── ContractError
    │   ├── SpecError
    │   ├── LandscapeError
    │   ├── LinkModelError
    │   └── NotPortableError    an engine or dialect cannot keep the pinned meaning of steps
    ├── ConservationError       rows in ≠ rows accounted for: never to be caught and forgotten
    ├── ApprovalError           an approval is missing or covers another fingerprint
    └── FlowError               a run of a flow failed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self

__all__ = [
    "ApprovalError",
    "ConservationError",
    "ContractError",
    "DocumentError",
    "Fault",
    "FlowError",
    "LandscapeError",
    "LinkModelError",
    "MissingExtraError",
    "NotPortableError",
    "SourceError",
    "SpecError",
    "UnknownNameError",
    "UsageError",
    "WorkbenchError",
    "did_you_mean",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where it is and what cures it.

    Attributes:
        what: The fault, in the user's terms.
        where: A file with line, a dataset with column, a spec with field: whatever one would open.
        cure: What to do about it.
    """

    what: str
    where: str = ""
    cure: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        cure = f" → {self.cure}" if self.cure else ""
        return f"{place}{self.what}{cure}"


class WorkbenchError(Exception):
    """Anything the workbench raises on purpose.

    Args:
        what: The fault, in the user's terms.
        where: The place to look at.
        cure: What to do about it.
    """

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.fault = Fault(what, where, cure)
        super().__init__(str(self.fault))

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault this error reports; most errors report one."""
        return (self.fault,)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback: a mistake of the user has no use for one."""
        lines = [f"\x1b[31m{type(self).__name__}\x1b[0m"]
        for f in self.faults:
            lines.append(f"\x1b[31m✗\x1b[0m {f'{f.where}: ' if f.where else ''}{f.what}")
            lines += [f"    \x1b[32m→ {f.cure}\x1b[0m"] if f.cure else []
        return lines

    def _repr_html_(self) -> str:
        """A readable card for notebooks: the faults, without a traceback."""
        from html import escape

        rows = "".join(
            f"<li><b>{escape(f.what)}</b>"
            + (f"<br><code>{escape(f.where)}</code>" if f.where else "")
            + (f"<br>→ {escape(f.cure)}" if f.cure else "")
            + "</li>"
            for f in self.faults
        )
        style = "color:var(--jp-content-font-color1,inherit);border-left:4px solid #c0392b;padding:.2em .8em"
        return f'<div role="alert" style="{style}"><p>{escape(type(self).__name__)}</p><ul>{rows}</ul></div>'


class UsageError(WorkbenchError):
    """A call or a command asked for something that makes no sense."""


class UnknownNameError(WorkbenchError):
    """A name that is not registered."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], *, where: str = "") -> Self:
        """Build the error with the nearest known names.

        Args:
            kind: What was looked up, as in 'step' or 'engine'.
            name: The name that is not known.
            known: All names that are.
            where: The place to look at.
        """
        return cls(f"there is no {kind} '{name}'", where=where, cure=did_you_mean(name, known))


class MissingExtraError(WorkbenchError):
    """An optional dependency is not installed."""

    @classmethod
    def of(cls, package: str, extra: str, purpose: str) -> Self:
        """Build the error with the install command that cures it."""
        return cls(
            f"{purpose} needs the package '{package}', which is not installed",
            cure=f"pip install 'mapping-workbench[{extra}]'",
        )


class SourceError(WorkbenchError):
    """Data cannot be read or written."""


class DocumentError(WorkbenchError):
    """A document is faulty; all its faults are reported at once.

    Args:
        faults: Every fault found, in the document's order.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        if not faults:
            raise ValueError("a DocumentError needs at least one fault")
        self._faults = tuple(faults)
        Exception.__init__(self, "\n".join(str(f) for f in self._faults))
        self.fault = self._faults[0]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault found, in the document's order."""
        return self._faults


class ContractError(DocumentError):
    """A data contract is faulty."""


class SpecError(DocumentError):
    """A mapping spec is faulty, or does not fit its source or target."""


class LandscapeError(DocumentError):
    """A landscape is faulty."""


class LinkModelError(DocumentError):
    """A linkage model is faulty, or does not fit its sources."""


class ConservationError(WorkbenchError):
    """Rows in are not the rows accounted for: a defect, never to be caught and forgotten."""


class NotPortableError(DocumentError):
    """An engine or dialect cannot keep the pinned meaning of steps; every field, step and reason is told."""


class ApprovalError(WorkbenchError):
    """An approval is missing or covers another fingerprint."""


class FlowError(WorkbenchError):
    """A run of a flow failed."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Say which known names are nearest to a wrong one.

    >>> did_you_mean("parse_dat", ["parse_date", "trim"])
    "did you mean 'parse_date'?"
    >>> did_you_mean("x", ["parse_date", "trim"])
    'known: parse_date, trim'
    """
    names = sorted(set(known))
    lowered = {n.lower(): n for n in names}
    near = [lowered[n] for n in get_close_matches(name.lower(), list(lowered), n=2, cutoff=0.6)]
    if near:
        return "did you mean " + " or ".join(f"'{n}'" for n in near) + "?"
    shown = ", ".join(names[:12]) + (f" … ({len(names)} in all)" if len(names) > 12 else "")
    return f"known: {shown}" if names else "none is known yet"
