"""Matching: which source field means which entity field, with a calibrated score and the evidence in words."""

from __future__ import annotations

from . import scorers_names, scorers_shapes, scorers_values  # noqa: F401  they register their scorers
from .calibration import Case, Reliability, case_of, fit_model, reliability
from .combining import Model, load_model, posterior, strength
from .pairing import Pairing
from .scorers import Scorer, scorers
from .views import ColumnView, views

__all__ = [
    "Case",
    "ColumnView",
    "Model",
    "Pairing",
    "Reliability",
    "Scorer",
    "case_of",
    "fit_model",
    "load_model",
    "posterior",
    "reliability",
    "scorers",
    "strength",
    "views",
]
