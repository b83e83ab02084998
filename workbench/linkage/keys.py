"""Blocking keys: a field or a transform of it, as people write it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from workbench.errors import did_you_mean

__all__ = ["TRANSFORMS", "Key"]

TRANSFORMS: Mapping[str, int] = {
    "year": 0, "month": 0, "day": 0, "soundex": 0, "prefix": 1, "suffix": 1, "digits": 0, "first_token": 0,
    "last_token": 0, "longest_token": 0, "sorted_tokens": 0, "sorted_letters": 0, "local_part": 0, "minhash": 1,
    "rare_token": 1,
}  # fmt: skip
"""Blocking transforms and how many whole numbers each takes."""

_KEY = re.compile(r"^\s*(?:(?P<take>\w+)\(\s*)?(?P<field>[\w .-]+?)\s*(?:,\s*(?P<size>\d+)\s*)?(?P<close>\))?\s*$")


class Key(BaseModel):
    """One part of a blocking rule: a field, or a transform of it as in ``year(dob)`` or ``prefix(name, 3)``."""

    model_config = ConfigDict(frozen=True)
    field: str
    take: str | None = None
    size: int = 0

    def __str__(self) -> str:
        if self.take is None:
            return self.field
        return f"{self.take}({self.field}, {self.size})" if TRANSFORMS[self.take] else f"{self.take}({self.field})"

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a key expression.

        >>> str(Key.parse("prefix( surname ,3)"))
        'prefix(surname, 3)'

        Raises:
            ValueError: It is not a field nor a known transform of one.
        """
        found = _KEY.match(text)
        if not found or bool(found["take"]) != bool(found["close"]) or (found["size"] and not found["take"]):
            raise ValueError("a key is a field or transform(field) or transform(field, number)")
        take, size = found["take"], found["size"]
        if take and take not in TRANSFORMS:
            raise ValueError(f"there is no transform '{take}'; {did_you_mean(take, TRANSFORMS)}")
        if take and bool(size) != bool(TRANSFORMS[take]):
            raise ValueError(f"{take} takes {'a number, as in ' + take + '(field, 3)' if not size else 'no number'}")
        return cls(field=found["field"], take=take, size=int(size or 0))
