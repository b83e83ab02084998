"""A shared function of a script's prelude."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Helper"]


@dataclass(frozen=True, slots=True)
class Helper:
    """A shared function of the prelude.

    Attributes:
        params: Names and logical kinds ('text', 'integer') of its parameters, as in 'x text, width integer'.
        returns: Its logical kind.
        body: The expression, in the dialect.
        says: What it is for, a comment.
    """

    params: str
    returns: str
    body: str
    says: str
