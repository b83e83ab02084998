"""Panels people work in: review, explore, label; live in JupyterLab, static everywhere else.

Each is an object that holds decisions and works without a screen; shown as the last line of a cell it is a panel.
"""

from __future__ import annotations

from .cluster_view import ClusterView
from .desk import Desk, is_live
from .pair_labelling import PairLabelling
from .profile_view import ProfileView
from .reject_browser import RejectBrowser
from .review import MappingDecisions
from .review_panel import MappingReview
from .threshold_picker import ThresholdPicker

__all__ = [
    "ClusterView",
    "Desk",
    "MappingDecisions",
    "MappingReview",
    "PairLabelling",
    "ProfileView",
    "RejectBrowser",
    "ThresholdPicker",
    "is_live",
]
