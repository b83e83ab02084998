"""Seeded sample landscapes at any size: several systems that know the same people and orders, with errors."""

from __future__ import annotations

from .generator import Sample, generate
from .truth import true_crosswalk

__all__ = ["Sample", "generate", "true_crosswalk"]
