"""Matching: which source field means which entity field, with a calibrated score and the evidence in words."""

from __future__ import annotations

from . import scorers_names, scorers_shapes, scorers_values  # noqa: F401  they register their scorers
from .calibration import Case, Reliability, case_of, fit_model, reliability
from .combining import Model, judge, load_model
from .decisions import Decision, Decisions, decided_in, gather_decisions, load_decisions
from .matches import Match, Matches
from .matching import match
from .pairing import Pairing
from .scorers import Scorer, scorers
from .tables import TableMatch, TableMatches, match_tables
from .translating import ValueMatch, ValueMatches, match_values
from .views import ColumnView, views, views_of

__all__ = [
    "Case",
    "ColumnView",
    "Decision",
    "Decisions",
    "Match",
    "Matches",
    "Model",
    "Pairing",
    "Reliability",
    "Scorer",
    "TableMatch",
    "TableMatches",
    "ValueMatch",
    "ValueMatches",
    "case_of",
    "decided_in",
    "fit_model",
    "gather_decisions",
    "judge",
    "load_decisions",
    "load_model",
    "match",
    "match_tables",
    "match_values",
    "reliability",
    "scorers",
    "views",
    "views_of",
]
