"""Exports: a spec as an artefact that a team can use where it lives."""

from __future__ import annotations

from .python import to_python

__all__ = ["to_python"]
