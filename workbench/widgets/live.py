"""The live panels: the only module that imports anywidget."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import MissingExtraError

from .assets import script, style

if TYPE_CHECKING:
    from .desk import Desk

__all__ = ["open_panel"]


def open_panel(desk: Desk) -> Any:
    """Open the panel of a desk.

    Raises:
        MissingExtraError: anywidget is not installed.
    """
    return _panel_class(desk.panel)(desk)


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

        def __init__(self, desk: Desk) -> None:
            super().__init__(first=desk.snapshot())
            self.on_msg(lambda _, message, __: self.send(desk.handle(message)))

    return Panel
