"""The scripts and the style of the panels, as text: a shared part and one script per panel, no build, no network."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["PANELS", "script", "style"]

PANELS = ("mapping_review", "profile_view", "pair_labelling", "threshold_picker", "cluster_view", "reject_browser")


@cache
def _text(name: str) -> str:
    return files("workbench.widgets").joinpath("static", name).read_text("utf-8")


def script(panel: str) -> str:
    """The module that draws a panel: the shared helpers, then the panel's own."""
    return f"{_text('shared.js')}\n{_text(f'{panel}.js')}"


def style() -> str:
    """The style of all panels, in JupyterLab's colours, light or dark."""
    return _text("panel.css")
