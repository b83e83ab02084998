"""Facts about a dataset as it is: `profile(frame)` gives a `Profile`, computed once, rendered many ways."""

from __future__ import annotations

from .contracts import as_entity, infer_contract
from .dataset import Dependency, ForeignKey, KeyCandidate, Problem, Profile
from .drift import Drift, compare
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
from .number import How, Number, wilson
from .profiler import profile
from .relations import relate
from .semantics import named_meaning
from .sums import Equation, equations

__all__ = [
    "Casing",
    "ColumnProfile",
    "DateFormat",
    "Dependency",
    "Drift",
    "Equation",
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
    "as_entity",
    "compare",
    "equations",
    "infer_contract",
    "mask",
    "named_meaning",
    "profile",
    "relate",
    "wilson",
]
