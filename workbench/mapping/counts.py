"""The books of a run; see `workbench.backends`, whose engines keep them."""

from __future__ import annotations

from workbench.backends import Counts

__all__ = ["Counts"]
