"""Named things with did-you-mean; other packages add theirs through entry points."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from .errors import UnknownNameError, UsageError

__all__ = ["Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """A set of named things of one kind.

    Plugins register through the entry-point group ``workbench.<kind>s``; they are loaded on the first
    look-up of a name that is not built in, so that importing the workbench stays fast.

    Args:
        kind: What is registered, as in 'step': used in messages and in the entry-point group.

    >>> shapes = Registry[int]("shape")
    >>> shapes.add("square", 4)
    4
    >>> shapes["sqare"]
    Traceback (most recent call last):
    workbench.errors.UnknownNameError: there is no shape 'sqare' → did you mean 'square'?
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._things: dict[str, T] = {}
        self._plugins_loaded = False

    def add(self, name: str, thing: T) -> T:
        """Register a thing under a name and return it.

        Raises:
            UsageError: The name is taken.
        """
        if name in self._things:
            raise UsageError(f"the {self.kind} '{name}' is registered twice", cure="choose another name")
        self._things[name] = thing
        return thing

    def register(self, name: str) -> Callable[[T], T]:
        """Register the decorated thing under a name."""
        return lambda thing: self.add(name, thing)

    def __getitem__(self, name: str) -> T:
        if name not in self._things:
            self._load_plugins()
        try:
            return self._things[name]
        except KeyError:
            raise UnknownNameError.of(self.kind, name, self._things) from None

    def __contains__(self, name: object) -> bool:
        if name not in self._things:
            self._load_plugins()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        self._load_plugins()
        return iter(sorted(self._things))

    def __len__(self) -> int:
        self._load_plugins()
        return len(self._things)

    def items(self) -> Iterator[tuple[str, T]]:
        """Names and things, sorted by name."""
        return ((name, self._things[name]) for name in self)

    def _load_plugins(self) -> None:
        if self._plugins_loaded:
            return
        self._plugins_loaded = True
        from importlib.metadata import entry_points

        for point in entry_points(group=f"workbench.{self.kind}s"):
            if point.name not in self._things:
                self._things[point.name] = point.load()
