"""Facts about a dataset as it is: `profile(frame)` gives a `Profile`, computed once, rendered many ways."""

from __future__ import annotations

from .contracts import infer_contract
from .dataset import Dependency, ForeignKey, KeyCandidate, Problem, Profile
from .facts import (
    Casing,
    ColumnProfile,
    DateFormat,
    Lengths,
    NumberFormat,
    Pattern,
    Quantile,
    SemanticGuess,
    Status,
    ValueCount,
)
from .histogram import Histogram
from .masking import mask
from .number import How, Number
from .profiler import profile

__all__ = [
    "Casing",
    "ColumnProfile",
    "DateFormat",
    "Dependency",
    "ForeignKey",
    "Histogram",
    "How",
    "KeyCandidate",
    "Lengths",
    "Number",
    "NumberFormat",
    "Pattern",
    "Problem",
    "Profile",
    "Quantile",
    "SemanticGuess",
    "Status",
    "ValueCount",
    "infer_contract",
    "mask",
    "profile",
]
