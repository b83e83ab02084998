"""A desk: decisions with a panel over them. Live where somebody can click, a static page everywhere else."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from workbench.errors import UsageError, WorkbenchError

__all__ = ["Desk", "is_live"]

Message = Mapping[str, Any]


def is_live() -> bool:
    """Whether somebody sits before this notebook and can click.

    A front end for people lets the kernel ask for input; papermill, nbconvert and nbval do not. The environment
    variable WORKBENCH_PANELS ('live' or 'static') overrules it.
    """
    said = os.environ.get("WORKBENCH_PANELS", "")
    if said in ("live", "static"):
        return said == "live"
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))


class Desk(ABC):
    """What a panel shows and does, without a screen.

    A panel asks by messages ({'do': 'accept', 'field': 'email'}) and is answered by messages; each is plain
    data, so that everything can be tried without a browser.
    """

    panel: ClassVar[str]

    @abstractmethod
    def snapshot(self) -> dict[str, Any]:
        """Everything the panel shows at first."""

    @abstractmethod
    def commands(self) -> Mapping[str, Callable[[Message], Message]]:
        """What the panel may ask for: from the name to the answer."""

    @abstractmethod
    def to_html(self) -> str:
        """The same, static: for reports and for notebooks that run without people."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def handle(self, message: Message) -> dict[str, Any]:
        """Answer a message of the panel; a mistake of the user is an answer too."""
        commands = self.commands()
        name = str(message.get("do", ""))
        try:
            if name not in commands:
                raise UsageError(f"this panel cannot '{name}'")
            answer = dict(commands[name](message))
        except WorkbenchError as e:
            answer = {"kind": "error", "faults": [{"what": f.what, "cure": f.cure} for f in e.faults]}
        return {**answer, "re": message.get("n")}

    @cached_property
    def _listeners(self) -> list[Callable[[dict[str, Any]], None]]:
        return []

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message to every open panel of this desk."""
        for listener in self._listeners:
            listener(message)

    @cached_property
    def widget(self) -> Any:
        """The live panel.

        Raises:
            MissingExtraError: The notebook packages are not installed.
        """
        from .live import open_panel

        widget = open_panel(self.panel, self.snapshot(), self.handle)
        self._listeners.append(lambda message: widget.send(message))
        return widget

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Any:
        plain = {"text/plain": repr(self)}
        if not is_live():
            return {**plain, "text/html": self.to_html()}
        bundle = self.widget._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, **plain}, metadata
