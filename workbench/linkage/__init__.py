"""Linking: which records are the same thing, with crosswalk and golden records."""

from __future__ import annotations

from .model import LinkModel, dump_link_model, load_link_model, parse_link_model

__all__ = ["LinkModel", "dump_link_model", "load_link_model", "parse_link_model"]
