"""Keep decisions in a file: saved soon after each, whole or not at all, never over somebody else's edit."""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.model import write_text

__all__ = ["Autosave", "SaveState", "SharedFile", "alone"]

State = Literal["saved", "pending", "conflict", "failed"]


class SharedFile:
    """A text file that others may edit too: replaced only when it is still as it was last seen.

    Args:
        path: The file; it need not be there yet.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._own = threading.RLock()  # a look never falls between our write and our note of it
        self._digest: str | None = None
        self._stamp: tuple[int, int, int] | None = None

    def read(self) -> str | None:
        """The text, remembered as seen; None where there is no file."""
        with self._own:
            stamp, data = self._now(), self._data()
            self._see(stamp, data)
        return None if data is None else data.decode("utf-8-sig")

    def changed(self) -> bool:
        """Whether it is no longer as last seen: a look at its time and size first, at its content where they differ."""
        with self._own:
            stamp = self._now()
            if stamp == self._stamp:
                return False
            if _digest(self._data()) != self._digest:
                return True
            self._stamp = stamp  # touched or checked out again, with the same content
            return False

    def write(self, text: str) -> bool:
        """Replace the text atomically, unless somebody else changed it since it was last seen.

        Returns:
            Whether it was written.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._own, alone(self.path.parent):
            if self.changed():
                return False
            write_text(self.path, text)
            self._see(self._now(), text.encode())
        return True

    def _see(self, stamp: tuple[int, int, int] | None, data: bytes | None) -> None:
        self._stamp, self._digest = stamp, _digest(data)

    def _now(self) -> tuple[int, int, int] | None:
        try:
            s = self.path.stat()
        except FileNotFoundError:
            return None
        return s.st_mtime_ns, s.st_size, s.st_ino

    def _data(self) -> bytes | None:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Two workbenches never look and write at once: a lock on the folder, where the system has such locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError:  # a file system without locks: the look just before the write must do
            yield
            return
        yield
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class SaveState:
    """How it stands with the file.

    Attributes:
        state: 'saved', 'pending' (soon), 'conflict' (somebody else edited the file) or 'failed'.
        text: The same for people.
    """

    state: State
    text: str


class Autosave:
    """Save soon after the last of several quick changes, and in any case before Python ends.

    Args:
        file: Where to.
        make: Gives the text to save; called on another thread, so it must only read.
        delay: Seconds to wait for more changes; 0 saves at once, on the caller's thread.
        told: Called after each attempt with how it stands.
    """

    def __init__(
        self,
        file: SharedFile,
        make: Callable[[], str],
        *,
        delay: float = 0.2,
        told: Callable[[SaveState], None] = lambda _: None,
    ) -> None:
        self.file, self.delay, self.told = file, delay, told
        self.state = SaveState("saved", "saved")
        self._make = make
        self._lock = threading.RLock()  # held for a moment only: whoever decides never waits for a save
        self._saving = threading.Lock()
        self._changes = 0
        self._timer: threading.Timer | None = None
        weak = weakref.ref(self)
        atexit.register(lambda: (me := weak()) and me.flush())

    def changed(self) -> SaveState:
        """Say that there is something to save."""
        with self._lock:
            self._stop()
            if self.state.state == "conflict":
                return self.state
            self.state = SaveState("pending", "saving …")
            self._changes += 1
            if self.delay > 0:
                self._timer = threading.Timer(self.delay, self.flush)
                self._timer.daemon = True
                self._timer.start()
                return self.state
        return self.flush()

    def flush(self) -> SaveState:
        """Save now what is pending."""
        with self._saving:
            with self._lock:
                self._stop()
                if self.state.state not in ("pending", "failed"):
                    return self.state
                changes = self._changes
            found = self._written()
            with self._lock:
                if found.state == "saved" and self._changes != changes:
                    return self.state  # more was decided meanwhile: its own save comes
                self.state = found
        self.told(self.state)
        return self.state

    def _written(self) -> SaveState:
        try:
            done = self.file.write(self._make())
        except OSError as e:
            return SaveState("failed", f"not saved: {e.strerror or e} ({self.file.path.name})")
        return SaveState("saved", "saved") if done else self.conflict()

    def conflict(self) -> SaveState:
        """Stop saving: somebody else changed the file."""
        self._stop()
        what = f"{self.file.path.name} was changed by somebody else; nothing of theirs was overwritten"
        self.state = SaveState("conflict", what)
        return self.state

    def settled(self) -> None:
        """What is in memory is what is in the file: nothing is pending."""
        self._stop()
        self.state = SaveState("saved", "saved")

    @property
    def dirty(self) -> bool:
        """Whether something is not in the file yet."""
        return self.state.state != "saved"

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
