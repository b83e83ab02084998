"""Flows: a spec run from a source to a target, and its result held against what was agreed."""

from .replaying import replay
from .running import ENGINES, run_spec
from .verdict import CheckVerdict, RejectReason, Verdict
from .verifying import verify

__all__ = ["ENGINES", "CheckVerdict", "RejectReason", "Verdict", "replay", "run_spec", "verify"]
