"""Arguments that several steps share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator

__all__ = ["Formats"]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Formats = Annotated[tuple[str, ...], BeforeValidator(_listed)]
