"""The step catalogue: every transformation a spec can name, each a macro over the primitives."""

from . import arithmetic, clock, compose, dates, numbers, people, text, values
from .catalogue import STEPS, Context, Outcome, Step, StepFault, step
from .numbers import UNITS
from .reference import explain_step, step_reference

_BUILT_IN = (arithmetic, clock, compose, dates, numbers, people, text, values)  # importing them registers their steps

__all__ = ["STEPS", "UNITS", "Context", "Outcome", "Step", "StepFault", "explain_step", "step", "step_reference"]
