"""JSON read record by record: for what a strict reader refuses, with the line of every fault."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from .results import Problems

__all__ = ["Shape", "TolerantWriter"]

_LARGEST = 2**126
_LARGEST_BESIDE_FRACTIONS = 2**53


class _BadValueError(ValueError):
    """A value that JSON or Polars cannot hold."""


@dataclass(slots=True)
class Shape:
    """The kinds of values seen in one place of many records."""

    kinds: set[str] = field(default_factory=set)
    members: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None
    broken: bool = False
    longest: int = 0

    def see(self, value: Any) -> None:
        """Take note of a value."""
        if value is None:
            return
        if isinstance(value, dict):
            self.kinds.add("object")
            for key, member in value.items():
                self.members.setdefault(key, Shape()).see(member)
        elif isinstance(value, list):
            self.kinds.add("array")
            self.items = self.items or Shape()
            for item in value:
                self.items.see(item)
        elif isinstance(value, bool):
            self.kinds.add("boolean")
        elif isinstance(value, str):
            self.kinds.add("text")
        else:
            self.kinds.add("number")
            self.broken |= isinstance(value, float)
            self.longest = max(self.longest, abs(value) if isinstance(value, int) else 0)

    @property
    def is_mixed(self) -> bool:
        """Whether no one type holds all the values, or an object has no members ever."""
        return (
            len(self.kinds) > 1
            or self.longest > (_LARGEST_BESIDE_FRACTIONS if self.broken else _LARGEST)
            or ("object" in self.kinds and not self.members)
            or any(m.is_mixed for m in self.members.values())
            or (self.items is not None and self.items.is_mixed)
        )


class TolerantWriter:
    """Writes good records on as lines of JSON, and rejects the others.

    Args:
        problems: Where faults are booked.
    """

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.shape = Shape()
        self.rejected: list[tuple[int, str, str]] = []
        self.rows = self.blank = 0

    def lines(self, lines: Iterator[str], out: IO[str], first: int = 1) -> None:
        """Copy lines of JSON that are good."""
        for number, line in enumerate(lines, first):
            text = line.strip()
            if not text:
                self.blank += 1
                continue
            try:
                value = json.loads(text, parse_constant=self._constant(number, text), object_pairs_hook=self._pairs)
            except json.JSONDecodeError as e:
                self._reject(number, f"not JSON: {e.msg} at character {e.pos + 1}", text)
            except (_BadValueError, RecursionError) as e:
                self._reject(number, str(e) or "nested too deeply", text)
            else:
                self.record(number, value, text, out)

    def record(self, number: int, value: Any, text: str, out: IO[str]) -> None:
        """Write one record if it is one."""
        if not isinstance(value, dict):
            self._reject(number, "not an object", text)
            return
        try:
            line = json.dumps(value, ensure_ascii=False, allow_nan=False)
            line.encode()
        except UnicodeEncodeError:
            self._reject(number, "an escape stands for half a character", text)
            return
        except ValueError:
            self._reject(number, "a number beyond the range of numbers", text)
            return
        self.shape.see(value)
        self.rows += 1
        out.write(line + "\n")

    def _reject(self, number: int, reason: str, text: str) -> None:
        self.problems.add("rejected", number, f"{reason}: rejected", text)
        self.rejected.append((number, reason, text))

    def _constant(self, number: int, text: str) -> Any:
        def take(name: str) -> None:
            if name != "NaN":
                raise _BadValueError(f"{name} is not a JSON value")
            self.problems.add("nan", number, "NaN is not a JSON value: read as null", text)

        return take

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _BadValueError("a key stands twice in an object")
        return found


def as_text(value: Any) -> str | None:
    """A value of a mixed column: text as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return json.dumps(value, ensure_ascii=False)
