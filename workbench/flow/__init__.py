"""Flows: a spec run from a source to a target, and its result held against what was agreed."""

from .running import ENGINES, run_spec

__all__ = ["ENGINES", "run_spec"]
