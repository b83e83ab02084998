"""Quality: hold data against a contract, and keep what was rejected so that it can be replayed."""

from __future__ import annotations

from .checking import Checker, check
from .deadletters import DeadLetters, Replay
from .verdicts import Checked, Result, RuleVerdict

__all__ = [
    "Checked",
    "Checker",
    "DeadLetters",
    "Replay",
    "Result",
    "RuleVerdict",
    "check",
]
