"""Quality: hold data against a contract, and keep what was rejected so that it can be replayed."""

from __future__ import annotations

from .checking import Checker, check
from .deadletters import DeadLetters, Replay
from .row_rule import is_personal
from .verdicts import Checked, Result, RuleVerdict, verdict_table

__all__ = [
    "Checked",
    "Checker",
    "DeadLetters",
    "Replay",
    "Result",
    "RuleVerdict",
    "check",
    "is_personal",
    "verdict_table",
]
