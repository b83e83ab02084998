"""Linking: which records are the same thing, with crosswalk and golden records."""

from __future__ import annotations

from .crosswalk import Crosswalk, load_crosswalk
from .linking import Flag, Linkage, link
from .model import LinkModel
from .model_files import dump_link_model, load_link_model, parse_link_model, save_link_model
from .overrides import Override, Overrides, load_overrides, save_overrides
from .proposing import propose_model
from .training import Training, train

__all__ = [
    "Crosswalk", "Flag", "LinkModel", "Linkage", "Override", "Overrides", "Training", "dump_link_model", "link",
    "load_crosswalk", "load_link_model", "load_overrides", "parse_link_model", "propose_model", "save_link_model",
    "save_overrides", "train",
]  # fmt: skip
