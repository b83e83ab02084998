"""Mapping: a spec is resolved to a plan, and the plan is applied; nothing is lost on the way."""

from .applying import REJECT_COLUMNS, Applied, apply, stream
from .comparing import diff
from .counts import Counts
from .difference import Example, SpecChange, SpecDiff
from .draft import Choice, draft_spec
from .inverted import Inverted, Lost, Way
from .inverting import invert
from .resolving import Lineage, Resolved, resolve
from .round_trips import FieldTrip, RoundTrip, roundtrip
from .streaming import run_streaming
from .trial import Rejected, try_step, try_steps

__all__ = [
    "REJECT_COLUMNS",
    "Applied",
    "Choice",
    "Counts",
    "Example",
    "FieldTrip",
    "Inverted",
    "Lineage",
    "Lost",
    "Rejected",
    "Resolved",
    "RoundTrip",
    "SpecChange",
    "SpecDiff",
    "Way",
    "apply",
    "diff",
    "draft_spec",
    "invert",
    "resolve",
    "roundtrip",
    "run_streaming",
    "stream",
    "try_step",
    "try_steps",
]
