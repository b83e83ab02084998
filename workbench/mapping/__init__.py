"""Mapping: a spec is resolved to a plan, and the plan is applied; nothing is lost on the way."""

from .apply import REJECT_COLUMNS, Applied, apply, stream
from .counts import Counts
from .draft import Choice, draft_spec
from .resolve import Lineage, Resolved, resolve
from .streaming import run_streaming
from .trial import Rejected, try_step, try_steps

__all__ = [
    "REJECT_COLUMNS",
    "Applied",
    "Choice",
    "Counts",
    "Lineage",
    "Rejected",
    "Resolved",
    "apply",
    "draft_spec",
    "resolve",
    "run_streaming",
    "stream",
    "try_step",
    "try_steps",
]
