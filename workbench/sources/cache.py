"""Where rows that had to be read carefully are kept: Parquet parts under a key of their content."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from .locations import Place

__all__ = ["Store", "content_key", "store_for"]

_FORMAT = "2"  # part of every key: a change of what is written makes old entries unfindable
_BLOCK = 4 * 2**20


@cache
def _of_this_process() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="workbench-"))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # not in a process forked from ours
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def content_key(path: Path, *settings: object) -> str:
    """A key of a file's bytes and of how they are read; about a second a gigabyte."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((_FORMAT, *settings)).encode())
    with path.open("rb") as f:
        while block := f.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class Store:
    """One entry: a folder that is complete or not there.

    Args:
        folder: Where the entry lies or will lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether the entry is complete."""
        return (self.folder / "facts.json").is_file()

    @property
    def frame(self) -> pl.LazyFrame:
        """The rows, in order."""
        return pl.scan_parquet(sorted(self.folder.glob("part-*.parquet")), glob=False)

    @property
    def rejected(self) -> pl.DataFrame:
        """The rejected lines."""
        return pl.read_parquet(self.folder / "rejected.parquet", memory_map=False)

    @property
    def facts(self) -> dict[str, Any]:
        """What was found while the entry was written."""
        found: dict[str, Any] = json.loads((self.folder / "facts.json").read_text(encoding="utf-8"))
        return found

    def fill(self, batches: Iterator[pl.DataFrame], finish: Any) -> None:
        """Write the entry: the batches as they come, then what `finish()` gives: rejects and facts.

        The folder gets its name last, so that a process that is killed leaves no half entry.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(dir=self.folder.parent, prefix=".building-"))
        try:
            for number, batch in enumerate(batches):
                batch.write_parquet(building / f"part-{number:06d}.parquet", compression="lz4")
            rejected, facts = finish()
            rejected.write_parquet(building / "rejected.parquet")
            (building / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
            try:
                building.rename(self.folder)
            except OSError:
                if not self.exists:  # not somebody else's finished entry of the same content
                    raise
        finally:
            shutil.rmtree(building, ignore_errors=True)


def store_for(place: Place, key: str, cache_folder: str | os.PathLike[str] | None) -> Store:
    """The entry of a key: in the folder given, in a project's .workbench, else for this process only."""
    if cache_folder is not None:
        return Store(Path(cache_folder) / key)
    if place.root is not None and (place.root / ".workbench").is_dir():
        return Store(place.root / ".workbench" / "cache" / key)
    return Store(_of_this_process() / key)
