"""The live panels: the only module that imports anywidget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from workbench.errors import MissingExtraError

from .assets import script, style

__all__ = ["open_panel"]


def open_panel(panel: str, first: Mapping[str, Any], handle: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    """Open a panel.

    Args:
        panel: Its name.
        first: What it shows at first.
        handle: Answers its messages.

    Raises:
        MissingExtraError: anywidget is not installed.
    """
    widget = _panel_class(panel)(first=first)
    widget.on_msg(lambda _, message, __: widget.send(handle(message)))
    return widget


@cache
def _panel_class(panel: str) -> Any:
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise MissingExtraError.of("anywidget", "notebooks", "the panel") from None

    class Panel(anywidget.AnyWidget):  # type: ignore[misc]  # anywidget is untyped here
        """A panel: its first state travels with it, everything after is messages."""

        _esm = script(panel)
        _css = style()
        first = traitlets.Dict().tag(sync=True)

    return Panel
